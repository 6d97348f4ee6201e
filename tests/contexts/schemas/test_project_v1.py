from __future__ import annotations

import pytest

from backwright.contexts.schemas.project_v1 import ProjectContextV1
from tests.contexts._errors import refusals


def test_an_empty_document_is_the_defaults() -> None:
    assert ProjectContextV1.model_validate({}) == ProjectContextV1()


@pytest.mark.parametrize(
    "document",
    [
        {"layout": {"package": "shop.api", "source_root": ".", "tests": "tests/unit", "migrations": None}},
        {"suppress": [{"rule": "S101", "reason": "asserts are wanted"}]},
        {"exclude": ["**/generated/*.py"], "checklists": ["code-review"]},
        {"python": "3.11", "framework": "fastapi"},
        {"skills": {"fastapi-endpoint": "^1.0", "code-review": ">=1.2, <2", "python-backend": "latest"}},
    ],
)
def test_a_sound_document_validates(document: dict[str, object]) -> None:
    assert refusals(ProjectContextV1, document) == {}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"framework": "django"}, "framework"),
        ({"python": "2.7"}, "python"),
        ({"python": 3.11}, "python"),
        ({"checklists": ["Code Review"]}, "checklists.0"),
        ({"checklists": "code-review"}, "checklists"),
        ({"suppress": [{"rule": "BW102", "reason": " "}]}, "suppress.0.reason"),
        ({"suppress": [{"rule": "BW102"}]}, "suppress.0.reason"),
        ({"suppress": [{"rule": "everything", "reason": "no"}]}, "suppress.0.rule"),
        ({"layout": {"package": "shop/api"}}, "layout.package"),
        ({"skills": {"code-review": 1}}, "skills.code-review"),
        ({"skills": {"code-review": ""}}, "skills.code-review"),
        ({"skills": {"code-review": "1; rm"}}, "skills.code-review"),
        ({"skills": {"Code Review": "1"}}, "skills.Code Review.[key]"),
        ({"skills": ["code-review"]}, "skills"),
        ({"unknown": 1}, "unknown"),
        ({"layout": {"unknown": 1}}, "layout.unknown"),
    ],
)
def test_what_the_schema_does_not_know_is_refused(document: dict[str, object], path: str) -> None:
    assert path in refusals(ProjectContextV1, document)


@pytest.mark.parametrize("path", ["/etc", "../other", "a/../../b", "~/x", "C:\\x", "a\\b", "a\0b", ""])
def test_a_path_that_leads_out_is_refused_wherever_it_stands(path: str) -> None:
    assert "layout.source_root" in refusals(ProjectContextV1, {"layout": {"source_root": path}})
    assert "exclude.0" in refusals(ProjectContextV1, {"exclude": [path]})
    document = {"suppress": [{"rule": "BW102", "reason": "r", "paths": [path]}]}
    assert "suppress.0.paths.0" in refusals(ProjectContextV1, document)
