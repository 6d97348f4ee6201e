from __future__ import annotations

import pytest

from backwright.contexts.schemas import review_v1
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from tests.contexts._errors import refusals


@pytest.mark.parametrize(
    "document",
    [
        *review_v1.SCHEMA.examples,
        {"staged": True},
        {"worktree": True, "profile": "strict", "timeout": 600},
        {"diff": "--- a\n", "files": {"app/a.py": "x = 1\n"}},
        {"skills": ["fastapi-endpoint", "code-review@^1.0", "python-backend@>=1,<2"]},
        {"previous": "r-1234"},
    ],
)
def test_a_sound_document_validates_and_every_one_of_version_1_is_one(document: dict[str, object]) -> None:
    assert refusals(ReviewContextV2, document) == {}


@pytest.mark.parametrize(
    ("document", "path", "says"),
    [
        ({"staged": True, "base": "main"}, "", "base and staged each say what to review"),
        ({"staged": True, "worktree": True}, "", "staged and worktree each say what to review"),
        ({"files": {"a.py": "x"}}, "", "give the diff as well"),
        ({"diff": "x", "files": {"../a.py": "x"}}, "files", ""),
        ({"skills": ["../x"]}, "skills.0", ""),
        ({"profile": "loud"}, "profile", ""),
        ({"timeout": 0}, "timeout", ""),
    ],
)
def test_what_contradicts_itself_or_leads_out_of_the_project_is_refused(
    document: dict[str, object], path: str, says: str
) -> None:
    found = refusals(ReviewContextV2, document)
    place = next(key for key in found if key.startswith(path))
    assert says in found[place]
