from __future__ import annotations

import pytest

from backwright.contexts.schemas import project_v2
from backwright.contexts.schemas.project_v3 import ProjectContextV3
from tests.contexts._errors import refusals


@pytest.mark.parametrize(
    "document",
    [
        *project_v2.SCHEMA.examples,
        {"scaffold": {}},
        {"scaffold": {"root": "services/api", "session": "db:get", "errors": "detail"}},
    ],
)
def test_a_sound_document_validates_and_every_one_of_version_2_is_one(document: dict[str, object]) -> None:
    assert refusals(ProjectContextV3, document) == {}


@pytest.mark.parametrize(
    ("scaffold", "path"),
    [
        ({"root": "../other"}, "scaffold.root"),
        ({"session": "app/db.py"}, "scaffold.session"),
        ({"auth": "app.auth"}, "scaffold.auth"),
        ({"router": "app.api:api.router"}, "scaffold.router"),
        ({"errors": "flat"}, "scaffold.errors"),
        ({"base": "app.db:Base"}, "scaffold.base"),
    ],
)
def test_a_document_that_says_something_else_is_refused_where_it_says_so(
    scaffold: dict[str, object], path: str
) -> None:
    assert path in refusals(ProjectContextV3, {"scaffold": scaffold})
