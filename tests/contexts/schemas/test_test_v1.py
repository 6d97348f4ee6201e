from __future__ import annotations

import pytest

from backwright.contexts.schemas.test_v1 import TestContextV1
from tests.contexts._errors import refusals


@pytest.mark.parametrize(
    "document",
    [
        {"method": "get", "path": "/"},
        {"method": "post", "path": "/v1/orders/{order_id}:cancel"},
        {"method": "delete", "path": "/files/{name:path}", "client": "anonymous", "signed_in": "_member"},
    ],
)
def test_a_sound_document_validates(document: dict[str, object]) -> None:
    assert refusals(TestContextV1, document) == {}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        *[("method", "GET"), ("method", "head"), ("path", "orders"), ("path", "/a b"), ("path", '/"""'), ("path", "")],
        *[("client", "class"), ("client", "a-b"), ("signed_in", "x\n"), ("signed_in", ""), ("colour", "red")],
    ],
)
def test_a_value_that_there_is_not_is_refused_by_its_member(member: str, value: object) -> None:
    assert member in refusals(TestContextV1, {"method": "get", "path": "/", member: value})
