from __future__ import annotations

import pytest

from backwright.contexts.schemas.service_v1 import ServiceContextV1
from tests.contexts._errors import refusals


@pytest.mark.parametrize(
    "document",
    [
        {"name": "order-desk"},
        {"name": "a1", "package": "a_1"},
        {"name": "ping", "database": "none", "auth": "none", "rate_limit": False},
        {"name": "ping", "ci": "gitlab", "description": "Was it « ping »?"},
    ],
)
def test_a_sound_document_validates(document: dict[str, object]) -> None:
    assert refusals(ServiceContextV1, document) == {}


@pytest.mark.parametrize(
    "name", ["", "Order", "order_desk", "-a", "a-", "a--b", "1a", "../a", "a\n", "a" * 51, "größe"]
)
def test_a_name_that_no_image_and_no_package_index_takes_is_refused(name: str) -> None:
    assert "name" in refusals(ServiceContextV1, {"name": name})


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *[("package", "class"), ("package", "a-b"), ("description", "two\nlines"), ("database", "mysql")],
        *[("ci", "jenkins"), ("rate_limit", "yes"), ("docker", 1), ("jobs", True), ("colour", "red")],
    ],
)
def test_a_value_that_there_is_not_is_refused_by_its_member(member: str, value: object) -> None:
    assert member in refusals(ServiceContextV1, {"name": "ping", member: value})
