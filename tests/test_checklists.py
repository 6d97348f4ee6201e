"""Which checklists a review answers to: those that are asked for, or those that the change calls for."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import InvalidInputError, SkillNotFoundError, VersionNotFoundError
from backwright.review.checklist import Status
from backwright.review.report import Report
from backwright.settings import Settings
from tests.catalog._packs import write_skill
from tests.review._make import diff_text

PLAIN = "def f() -> int:\n    return 1\n"
ROUTE = "from fastapi import APIRouter\n\nrouter = APIRouter()\n"
HOUSE = "items:\n- id: speaking-names\n  text: Give things names that speak.\n  rules: [E722]\n"


def _review(root: Path, text: str, *skills: str, old: str | None = None, project: str = "") -> Report:
    if project:
        (root / "backwright.yaml").write_text(project, encoding="utf-8")
    app = App(Settings.from_environment(root=root))
    return app.reviewing.review(ReviewContextV2(diff=diff_text("app/x.py", text, old), skills=skills))


def _answered(report: Report) -> set[str]:
    return {skill for skill, _ in _items(report)}


def _items(report: Report) -> list[tuple[str, str]]:
    stated = [(item.skill, item.item) for item in report.checklist]
    return stated + [(question.skill, question.item) for question in report.questions]


def _note(report: Report) -> str:
    (note,) = [note for note in report.notes if note.startswith("checklists: ")]
    return note


def test_a_change_answers_to_the_general_checklists_and_to_those_that_it_shows(tmp_path: Path) -> None:
    assert _answered(_review(tmp_path, PLAIN)) == {"code-review", "python-backend"}
    report = _review(tmp_path, ROUTE)
    assert _answered(report) == {"code-review", "fastapi-endpoint", "python-backend"}
    assert "fastapi-endpoint " in _note(report).partition("; not chosen: ")[0]
    assert "(fastapi imported in app/x.py)" in _note(report)
    assert _note(report).partition("; not chosen: ")[2].startswith("async-concurrency ")


def test_every_item_of_a_chosen_skill_is_answered_once(tmp_path: Path) -> None:
    report = _review(tmp_path, ROUTE)
    skills = {skill.name: skill for skill in App(Settings.from_environment()).snapshot.shown}
    expected = [(name, item.id) for name in sorted(_answered(report)) for item in skills[name].checklist]
    assert sorted(_items(report)) == sorted(expected)


def test_a_rule_that_finds_something_brings_the_checklist_that_has_it(tmp_path: Path) -> None:
    old = "import time\n\n\nasync def f() -> None:\n    a = 1\n"
    calm, bad = old + "    b = 2\n", old + "    time.sleep(1)\n"
    assert "async-concurrency" not in _answered(_review(tmp_path, calm, old=old))
    report = _review(tmp_path, bad, old=old)
    assert "async-concurrency" in _answered(report)
    assert "(ASYNC251 found in app/x.py)" in _note(report)
    assert {item.item for item in report.checklist if item.status is Status.VIOLATED} == {"no-blocking-sleep"}


@pytest.mark.parametrize("asked", [("async-concurrency",), ("async-concurrency@^1.0", "code-review@1.0.0")])
def test_those_that_are_asked_for_apply_alone_whatever_the_change_shows(tmp_path: Path, asked: tuple[str, ...]) -> None:
    report = _review(tmp_path, ROUTE, *asked, project="checklists: [python-backend]\n")
    assert _answered(report) == {request.partition("@")[0] for request in asked}
    assert "asked for" in _note(report)
    assert {item.version for item in report.checklist if item.skill == "code-review"} <= {"1.0.0"}


def test_a_finding_names_its_sentence_whichever_checklists_were_asked_for(tmp_path: Path) -> None:
    report = _review(tmp_path, "try:\n    f()\nexcept:\n    pass\n", "async-concurrency")
    (finding,) = [finding for finding in report.findings if finding.code == "E722"]
    assert finding.enforces is not None
    assert (finding.enforces.skill, finding.enforces.item) == ("python-backend", "specific-exceptions")
    assert _answered(report) == {"async-concurrency"}


def test_the_project_restricts_what_a_change_can_call_for(tmp_path: Path) -> None:
    report = _review(tmp_path, ROUTE, project="checklists: [fastapi-endpoint]\n")
    assert _answered(report) == {"fastapi-endpoint"}
    assert _answered(_review(tmp_path, PLAIN, project="checklists: [fastapi-endpoint]\n")) == set()


def test_a_pin_holds_for_what_the_change_calls_for_and_a_range_that_is_asked_for_wins(tmp_path: Path) -> None:
    pinned = "skills:\n  fastapi-endpoint: 1.0.0\n"
    report = _review(tmp_path, ROUTE, project=pinned)
    assert {item.version for item in report.checklist if item.skill == "fastapi-endpoint"} == {"1.0.0"}
    report = _review(tmp_path, ROUTE, "fastapi-endpoint@1.1.0", project=pinned)
    assert {item.version for item in report.checklist} == {"1.1.0"}
    assert "1.1.0, asked for, wins over the project's pin 1.0.0" in _note(report)


def test_another_skill_that_is_served_is_asked_for_by_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    write_skill(folder, "house", files={"checklist.yaml": HOUSE})
    app = App(Settings(root=tmp_path, skills=(folder,)))
    report = app.reviewing.review(ReviewContextV2(diff=diff_text("app/x.py", PLAIN), skills=("house",)))
    assert [(item.item, item.status) for item in report.checklist] == [("speaking-names", Status.NO_VIOLATION)]


def test_a_skill_that_has_no_checklist_is_said_to_have_none(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    write_skill(folder, "bare")
    app = App(Settings(root=tmp_path, skills=(folder,)))
    report = app.reviewing.review(ReviewContextV2(diff=diff_text("app/x.py", PLAIN), skills=("bare",)))
    assert "(asked for; it has no checklist)" in _note(report)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (("nothing-such",), SkillNotFoundError),
        (("code-review@9",), VersionNotFoundError),
        (("code-review@1.0.0", "code-review@1.1.0"), InvalidInputError),
    ],
)
def test_what_cannot_be_had_is_refused_and_not_passed_over(
    tmp_path: Path, asked: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        _review(tmp_path, PLAIN, *asked)


def test_a_skill_that_is_asked_for_twice_at_one_version_counts_once(tmp_path: Path) -> None:
    report = _review(tmp_path, PLAIN, "code-review@1.0.0", "code-review@1.0.0")
    items = _items(report)
    assert len(items) == len(set(items))
