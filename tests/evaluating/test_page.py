"""The page: it says what the grades say, in a browser too, and nothing in it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.evaluating.page import headline, page
from backwright.evaluating.result import UNTOUCHED, Evaluation, Graded, Outcome, Run, Share
from backwright.evaluating.workspace import Arm
from tests.review import _chromium

HOSTILE = "<script>document.title = 'owned'</script>"


def run(arm: Arm, number: int, *outcomes: Outcome, evidence: str = "") -> Run:
    grades = (Graded(f"test_{index}", outcome, evidence) for index, outcome in enumerate(outcomes))
    return Run("double", arm, number, tuple(grades))


EVALUATION = Evaluation(
    "doubling",
    "1.0.0",
    {"double": "Say twice as much, and say it at such a length that a title has to be cut somewhere on the way"},
    (
        run("with", 1, "passed", "passed"),
        run("with", 2, "not run", "not run", evidence=UNTOUCHED),
        run("without", 1, "passed", "failed", evidence=HOSTILE),
    ),
)


def test_a_rate_counts_only_what_was_run() -> None:
    given, left = EVALUATION.summary()
    assert (given.runs, given.assertions) == (Share(1, 1, 1), Share(2, 2, 2))
    assert (left.runs, left.assertions) == (Share(0, 1, 0), Share(1, 2, 0))
    assert headline(EVALUATION) == "Assertions passed: 100% with the skill, 50% without"
    assert not EVALUATION.failed
    assert Share.of(()).rate is None


def test_a_run_is_passed_only_where_all_of_it_was_run() -> None:
    assert run("with", 1, "passed", "not run").outcome == "not run"
    assert run("with", 1, "failed", "not run").outcome == "failed"
    assert run("with", 1, "failed", "passed", "not run").rate == 0.5
    assert run("with", 1, "passed", "not run").rate is None
    assert run("with", 1, "not run").rate is None


def test_what_could_be_decided_of_a_run_without_an_interpreter_is_no_success() -> None:
    half = Evaluation("doubling", "1.0.0", EVALUATION.titles, (run("with", 1, "passed", "not run"),))
    assert headline(half) == "Nothing was run yet"
    assert half.summary()[0].assertions == Share(0, 0, 2)


def test_an_evaluation_of_which_nothing_was_run_says_so() -> None:
    nothing = Evaluation("doubling", "1.0.0", EVALUATION.titles, (run("with", 1, "not run", evidence=UNTOUCHED),))
    assert headline(nothing) == "Nothing was run yet"
    assert UNTOUCHED in page(nothing)


def test_evidence_is_text_and_the_untouched_run_is_named_once() -> None:
    text = page(EVALUATION)
    assert HOSTILE not in text
    assert "&lt;script&gt;" in text
    assert text.count(UNTOUCHED) == 1
    assert "<script" not in text


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_chromium.Browser]:
    program = _chromium.find()
    if program is None:
        reason = f"no browser: none of {', '.join(_chromium.NAMES)} is on the PATH"
        if os.environ.get(_chromium.REQUIRE) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with _chromium.browser(program, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("dark", [False, True])
def test_a_browser_shows_the_chart_in_its_scheme_and_no_wider_than_the_window(
    browser: _chromium.Browser,
    tmp_path: Path,
    width: int,
    dark: bool,  # noqa: FBT001  pytest gives it
) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(EVALUATION), encoding="utf-8")
    browser.open(path, width=width, dark=dark)
    assert browser.value("document.title") == "Evals of doubling 1.0.0"
    assert browser.value("document.documentElement.scrollWidth") == width
    fill = browser.value("getComputedStyle(document.querySelector('.bar-with')).fill")
    assert fill == ("rgb(108, 176, 255)" if dark else "rgb(11, 79, 158)")
    assert browser.value("document.querySelectorAll('svg circle').length") == 2
    assert browser.value("document.scripts.length") == 0
