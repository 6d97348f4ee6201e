from __future__ import annotations

import pytest

from backwright.contexts.schemas import project_v1
from backwright.contexts.schemas.project_v2 import ProjectContextV2
from tests.contexts._errors import refusals

RULE = {"paths": ["scripts/**"], "reason": "run by hand"}


@pytest.mark.parametrize(
    "document",
    [
        *project_v1.SCHEMA.examples,
        {"review": {}},
        {"review": {"profile": "strict", "min_severity": "warning", "baseline": "ci/baseline.json"}},
        {"review": {"paths": [RULE | {"profile": "quiet", "ignore": ["BW601"], "min_severity": "error"}]}},
    ],
)
def test_a_sound_document_validates_and_every_one_of_version_1_is_one(document: dict[str, object]) -> None:
    assert refusals(ProjectContextV2, document) == {}


@pytest.mark.parametrize(
    ("review", "path"),
    [
        ({"profile": "loud"}, "review.profile"),
        ({"baseline": "/etc/passwd"}, "review.baseline"),
        ({"paths": [{"paths": ["a/**"]}]}, "review.paths.0.reason"),
        ({"paths": [RULE | {"paths": []}]}, "review.paths.0.paths"),
        ({"paths": [RULE | {"ignore": ["bw"]}]}, "review.paths.0.ignore.0"),
        ({"quiet": True}, "review.quiet"),
    ],
)
def test_a_document_that_says_something_else_is_refused_where_it_says_so(review: dict[str, object], path: str) -> None:
    assert path in refusals(ProjectContextV2, {"review": review})
