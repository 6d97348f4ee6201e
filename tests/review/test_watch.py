"""The watch over a review: its deadline, its cancellation, and what it tells; the clock is the test's own."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review import ruff
from backwright.review.checklist import ChecklistEntry, Status
from backwright.review.diagnostic import Severity
from backwright.review.engine import Options, nothing, review
from backwright.review.facts import Facts
from backwright.review.reading import read_diff
from backwright.review.rule import Finding, Rule
from backwright.review.source import Source
from backwright.review.watch import Cancelled, Progress, Stage, Watch, current
from tests.review._make import diff_of, places

BAD = "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n"
FILES = {"app/a.py": BAD, "app/b.py": BAD}


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _rule(code: str, clock: Clock | None = None, watch: Watch | None = None) -> Rule:
    """A rule that finds the sleep, and lets time pass or cancels once it has seen a file."""

    def check(source: Source, _: object) -> list[Finding]:
        if clock is not None:
            clock.now += 60
        if watch is not None:
            watch.cancel()
        return [Finding(lines=(5,), message="found")]

    return Rule(code=code, name="made-up", severity=Severity.WARNING, summary="Made up.", check_source=check)


def _entry(*rules: str, evidence: str | None = None) -> ChecklistEntry:
    return ChecklistEntry(skill="s", version="1.0.0", id="i", text="Do it.", rules=rules, evidence=evidence)


def test_rules_that_time_did_not_reach_are_named_and_what_was_found_is_kept() -> None:
    clock = Clock()
    options = Options(rules=(_rule("BW997", clock), _rule("BW998"), _rule("BW999")), ruff=False)
    entries = (_entry("BW997"), _entry("BW998", "BW999"))
    report = review(diff_of(FILES), options=options, checklist=entries, watch=Watch(30, clock=clock))
    assert places(report) == [("BW997", "app/a.py", 5)]
    assert "BW997, BW998, BW999 did not look at the whole change: the time limit of 30 s was reached" in [
        part.reason for part in report.unchecked
    ]
    assert [item.status for item in report.checklist] == [Status.VIOLATED, Status.NOT_EVALUATED]
    assert any(note.startswith("the time limit of 30 s was reached") for note in report.notes)


def test_files_that_time_did_not_reach_are_named_with_their_lines_and_no_item_is_called_clean() -> None:
    clock = Clock()
    watch = Watch(30, clock=clock)
    clock.now += 30
    entries = (_entry("ASYNC251"), _entry(evidence="tests_with_routes"))
    report = review(diff_of(FILES), checklist=entries, watch=watch)
    unread = [(part.path, part.lines) for part in report.unchecked if part.path]
    assert unread == [("app/a.py", (1, 2, 3, 4, 5)), ("app/b.py", (1, 2, 3, 4, 5))]
    assert {item.status for item in report.checklist} == {Status.NOT_EVALUATED}
    assert report.stats.reviewed == 0


def test_ruff_is_named_where_no_time_was_left_for_it() -> None:
    clock = Clock()
    watch = Watch(60, clock=clock)
    pieces = read_diff(diff_of(FILES), read_new=nothing, read_old=nothing).pieces
    clock.now += 60
    with ruff.started(pieces, Facts(), watch=watch) as run:
        said = run.collect({})
    assert [part.reason for part in said.unchecked] == ["ruff was not run: the time limit of 60 s was reached"]


def test_review_within_its_time_is_the_same_as_one_without_a_limit() -> None:
    diff = diff_of(FILES)
    assert review(diff, watch=Watch(600, clock=Clock())) == review(diff)


def test_cancelled_review_ends_at_the_next_file_and_no_guard_takes_it() -> None:
    watch = Watch()
    options = Options(rules=(_rule("BW998", watch=watch), _rule("BW999")), ruff=True)
    with pytest.raises(Cancelled):
        review(diff_of(FILES), options=options, watch=watch)


def test_cancellation_kills_the_process_that_is_waited_for() -> None:
    watch = Watch()
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with watch.over_process(process, 60) as late:
        threading.Thread(target=watch.cancel).start()
        assert process.wait(60) != 0
    assert process.stdin is not None
    process.stdin.close()
    assert not late.is_set()
    with pytest.raises(Cancelled):
        watch.check()


def test_process_is_killed_when_the_time_that_is_left_is_over() -> None:
    clock = Clock()
    watch = Watch(5, clock=clock)
    clock.now += 5
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with watch.over_process(process, 60) as late:
        assert process.wait(60) != 0
    assert process.stdin is not None
    process.stdin.close()
    assert late.is_set()


def test_earlier_limit_stays() -> None:
    clock = Clock()
    watch = Watch(10, clock=clock)
    watch.limit(60)
    clock.now += 9.5
    assert (watch.over, watch.left(60)) == (False, 0.5)
    watch.limit(0.25)
    clock.now += 0.25
    assert watch.over
    assert watch.reason == "the time limit of 0.25 s was reached"


def test_review_tells_each_of_its_stages_once_within_a_moment() -> None:
    told: list[Progress] = []
    review(diff_of(FILES), watch=Watch(tell=told.append, clock=Clock()))
    assert [progress.message.split(" ")[0] for progress in told] == ["parsing", "running", "waiting", "writing"]
    assert told[1].message.startswith("running rule 1 of ")


@given(st.lists(st.tuples(st.sampled_from(Stage), st.integers(-1, 9), st.integers(0, 9), st.floats(0, 1)), max_size=30))
def test_progress_only_rises_and_stays_within_the_whole(steps: list[tuple[Stage, int, int, float]]) -> None:
    clock, told = Clock(), list[Progress]()
    watch = Watch(tell=told.append, clock=clock)
    for stage, done, total, passed in steps:
        clock.now += passed
        watch.at(stage, max(done, 0), total)
    percents = [progress.percent for progress in told]
    assert percents == sorted(set(percents))
    assert all(0 <= percent <= 100 for percent in percents)


def test_watch_is_the_current_one_of_what_it_is_kept_over() -> None:
    with Watch().kept() as watch:
        assert current() is watch
    assert current() is not watch


def test_what_is_told_in_a_part_lies_between_its_ends_and_under_its_name() -> None:
    heard: list[Progress] = []
    seconds = iter(range(100))
    watch = Watch(tell=heard.append, clock=lambda: float(next(seconds)))
    with watch.part(0, 40, "first"):
        pass
    with watch.part(40, 60, "second"):
        watch.at(Stage.CHANGE)
        watch.at(Stage.REPORT, 1, 1)
    watch.at(Stage.REPORT, 1, 1)
    assert heard == [
        Progress(0, "first"),
        Progress(40, "second"),
        Progress(60.0, "writing the report"),
        Progress(100.0, "writing the report"),
    ]


def test_a_part_of_what_was_cancelled_does_not_begin() -> None:
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled), watch.part(0, 1, "never"):
        raise AssertionError
