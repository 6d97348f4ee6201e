"""What a project has agreed to: a branch changes neither its profile, nor its suppressions, nor its baseline."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.context import LOCAL, Address
from backwright.contexts.schema import JsonObject
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import InvalidBaselineError, InvalidContextError
from backwright.review.report import Report
from backwright.settings import Settings
from tests.review._git import commit, git, repository, write

BAD = "import time\n\n\nasync def f(a) -> None:\n    time.sleep(1)\n"
QUIET = "review:\n  profile: quiet\n  paths:\n    - paths: [jobs/**]\n      ignore: [ASYNC251]\n      reason: no loop\n"
SILENT = "suppress:\n  - rule: ASYNC251\n    reason: please\nexclude: ['**']\nreview: {min_severity: error}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path)


def _branch(root: Path) -> None:
    commit(root)
    git(root, "switch", "--quiet", "-c", "topic")


def _review(root: Path, **how: object) -> Report:
    context = ReviewContextV2.model_validate(how)
    return App(Settings(root=root, allow_unlocked=True)).reviewing.review(context)


def _codes(report: Report) -> list[tuple[str, str]]:
    return [(one.code, one.location.path) for one in report.findings]


def test_settings_of_the_merge_base_hold(root: Path) -> None:
    write(root, "backwright.yaml", QUIET)
    _branch(root)
    write(root, "app/x.py", BAD)
    write(root, "jobs/y.py", BAD)
    report = _review(root)
    assert _codes(report) == [("ASYNC251", "app/x.py")]
    assert [(one.path, one.reason, one.by) for one in report.suppressed] == [("jobs/y.py", "no loop", "path rule")]
    assert any(note.startswith("2 findings of style left out by profile quiet") for note in report.notes)


@pytest.mark.parametrize("committed", [False, True])
def test_a_branch_that_changes_them_is_reviewed_by_what_was_there(root: Path, committed: bool) -> None:  # noqa: FBT001  a parameter of the case
    write(root, "backwright.yaml", QUIET)
    _branch(root)
    write(root, "backwright.yaml", SILENT)
    write(root, "jobs/y.py", BAD)
    write(root, "app/x.py", BAD)
    if committed:
        commit(root)
    report = _review(root)
    assert _codes(report) == [("ASYNC251", "app/x.py")]
    assert [one.reason for one in report.suppressed] == ["no loop"]
    assert "backwright.yaml is part of this change; the review follows it as it was before" in report.notes


def test_a_branch_that_adds_them_is_reviewed_by_the_defaults_and_told(root: Path) -> None:
    _branch(root)
    write(root, "backwright.yaml", SILENT)
    write(root, "app/x.py", BAD)
    report = _review(root)
    assert _codes(report) == [("ASYNC251", "app/x.py")]
    assert "this change adds backwright.yaml; reviews follow it from the next change on" in report.notes


def test_a_branch_that_follows_other_stored_contexts_is_reviewed_by_those_of_its_base(root: Path) -> None:
    settings = Settings(root=root, allow_unlocked=True, database=f"sqlite:///{root.parent}/contexts.db")
    app = App(settings)
    quiet: JsonObject = {"suppress": [{"rule": "ASYNC251", "reason": "no loop", "paths": ["jobs/**"]}]}
    silent: JsonObject = {"exclude": ["**"]}
    app.contexts.put(LOCAL, Address("shop", "quiet"), quiet, type="project")
    app.contexts.put(LOCAL, Address("shop", "silent"), silent, type="project")
    write(root, "backwright.yaml", "contexts: [shop/quiet]\n")
    _branch(root)
    write(root, "app/x.py", BAD)
    write(root, "jobs/y.py", BAD)
    for text in ("contexts: [shop/silent]\n", "contexts: [shop/nothing]\n", "contexts: [../..]\n"):
        write(root, "backwright.yaml", text)
        report = app.reviewing.review(ReviewContextV2())
        assert _codes(report) == [("ASYNC251", "app/x.py")]
        assert [(one.path, one.reason) for one in report.suppressed] == [("jobs/y.py", "no loop")]
        assert any("context://shop/quiet/v/1" in note for note in report.notes)
    app.close()


def test_a_branch_that_breaks_the_file_is_reviewed_all_the_same(root: Path) -> None:
    write(root, "backwright.yaml", QUIET)
    _branch(root)
    write(root, "backwright.yaml", "nonsense: [\n")
    write(root, "app/x.py", BAD)
    assert _codes(_review(root)) == [("ASYNC251", "app/x.py")]


def test_a_broken_file_is_refused_and_the_branch_that_mends_it_is_not(root: Path) -> None:
    write(root, "backwright.yaml", "nonsense: 1\n")
    _branch(root)
    write(root, "app/x.py", BAD)
    with pytest.raises(InvalidContextError, match="no member 'nonsense'"):
        _review(root)
    write(root, "backwright.yaml", SILENT)
    report = _review(root)
    assert _codes(report) == [("ASYNC251", "app/x.py")]
    assert any(note.startswith("backwright.yaml before this change does not validate") for note in report.notes)


def test_a_folder_of_a_repository_follows_its_own_file(root: Path) -> None:
    write(root, "backwright.yaml", SILENT)
    write(root, "services/api/backwright.yaml", QUIET)
    _branch(root)
    write(root, "services/api/app/x.py", BAD)
    write(root, "services/api/backwright.yaml", SILENT)
    assert _codes(_review(root / "services/api")) == [("ASYNC251", "app/x.py")]


def test_the_caller_may_ask_for_more_or_less_than_the_project(root: Path) -> None:
    write(root, "backwright.yaml", "review: {profile: quiet}\n")
    _branch(root)
    write(root, "app/x.py", BAD)
    assert _codes(_review(root, profile="strict")) == [("ANN001", "app/x.py"), ("ASYNC251", "app/x.py")]
    assert _codes(_review(root, profile="strict", min_severity="error")) == [("ASYNC251", "app/x.py")]


def test_a_skill_that_the_branch_blocks_still_judges_it(root: Path) -> None:
    write(root, "backwright.yaml", "checklists: [code-review]\n")
    _branch(root)
    write(root, "backwright.yaml", "scope: {code-review: blocked}\n")
    write(root, "app/x.py", BAD)
    assert {item.skill for item in _review(root).checklist} == {"code-review"}


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ('{"backwright": "baseline", "version": 1, "findings": []}', None),
        (None, "the baseline b.json is not there; `backwright review --all --write-baseline` writes it"),
    ],
)
def test_the_baseline_is_the_one_of_the_merge_base(root: Path, text: str | None, note: str | None) -> None:
    write(root, "backwright.yaml", "review: {baseline: b.json}\n")
    if text is not None:
        write(root, "b.json", text)
    _branch(root)
    write(root, "app/x.py", BAD)
    report = _review(root)
    assert _codes(report) == [("ASYNC251", "app/x.py")]
    assert [said for said in report.notes if "b.json" in said] == ([] if note is None else [note])
    write(root, "b.json", '{"backwright": "baseline", "version": 1, "findings": []}\n\n')
    assert any("b.json" in said for said in _review(root).notes)


def test_a_damaged_baseline_is_refused_and_the_branch_that_mends_it_is_not(root: Path) -> None:
    write(root, "backwright.yaml", "review: {baseline: b.json}\n")
    write(root, "b.json", "{}\n")
    _branch(root)
    with pytest.raises(InvalidBaselineError, match=r"b\.json is no baseline"):
        _review(root)
    write(root, "b.json", '{"backwright": "baseline", "version": 1, "findings": []}')
    assert any("baseline before this change cannot be read" in note for note in _review(root).notes)
