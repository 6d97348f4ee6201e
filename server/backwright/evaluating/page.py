"""The grades as one page for a person: a chart of both arms over all runs, the numbers, and the evidence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from backwright.evaluating._document import document, section
from backwright.evaluating.result import UNTOUCHED, Evaluation, Graded, Outcome, Run, Share, Summary
from backwright.evaluating.workspace import ARMS, Arm
from backwright.review.markup import Markup, element, lines

WORDS: Final[dict[Arm, str]] = {"with": "with the skill", "without": "without"}
_SHOWN: Final = 12
"""Pieces of evidence for an assertion; the JSON has all."""

# The chart, in units of its view box.
_WIDTH, _LEFT, _RIGHT = 760, 110, 640
_TOP, _TITLE, _BAR, _STEP, _GROUP = 26, 20, 14, 22, 80
_SHORT: Final = 90


def page(evaluation: Evaluation) -> str:
    """The whole page."""
    return document(
        f"Evals of {evaluation.skill} {evaluation.version}",
        _header(evaluation),
        element("main", lines(_chart(evaluation), _numbers(evaluation), _evidence(evaluation))),
        element("footer", "A ring is one run. What was not run counts for neither side, and is neither good nor bad."),
    )


def _header(evaluation: Evaluation) -> Markup:
    return element(
        "header",
        lines(
            element("p", f"Evals of {evaluation.skill} {evaluation.version}", class_="kicker"),
            element("h1", headline(evaluation)),
            element("p", f"{_extent(evaluation)}.", class_="lead"),
        ),
    )


def headline(evaluation: Evaluation) -> str:
    """What the evaluation comes to, one sentence."""
    said = [f"{percent(each.assertions)} {WORDS[each.arm]}" for each in evaluation.summary() if each.assertions.run]
    return f"Assertions passed: {', '.join(said)}" if said else "Nothing was run yet"


def _extent(evaluation: Evaluation) -> str:
    tasks = len({run.task for run in evaluation.runs})
    counted = ", ".join(f"{len(evaluation.of(None, arm))} {WORDS[arm]}" for arm in ARMS)
    left = sum(run.outcome == "not run" for run in evaluation.runs)
    rest = f"; {left} not run" if left else ""
    return f"{tasks} task{'' if tasks == 1 else 's'}, {len(evaluation.runs)} runs: {counted}{rest}"


def percent(share: Share) -> str:
    """A share as text."""
    return "not run" if share.rate is None else f"{share.rate:.0%}"


def counted(share: Share) -> str:
    """How many of how many."""
    return f"{share.passed} of {share.run}" if share.run else "not run"


def _chart(evaluation: Evaluation) -> Markup:
    groups: list[tuple[str, str | None]] = [(f"{title} ({name})", name) for name, title in evaluation.titles.items()]
    groups = [*([("All tasks", None)] if len(groups) > 1 else []), *groups]
    height = _TOP + _GROUP * len(groups)
    grid = [_grid(share, height) for share in (0, 25, 50, 75, 100)]
    drawn = [_group(evaluation, title, task, _TOP + _GROUP * index) for index, (title, task) in enumerate(groups)]
    svg = element(
        "svg",
        lines(grid, drawn),
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_label="Share of assertions that passed, by task, with the skill and without; the same as in the table",
    )
    return section("chart", "Assertions passed", element("div", svg, class_="card chart"))


def _grid(share: int, height: int) -> Markup:
    x = _x(share / 100)
    line = element("line", x1=x, x2=x, y1=_TOP - 6, y2=height - 8, class_="grid")
    return element("g", line, element("text", f"{share}%", x=x, y=12, text_anchor="middle", class_="axis"))


def _x(rate: float) -> int:
    return round(_LEFT + (_RIGHT - _LEFT) * rate)


def _group(evaluation: Evaluation, title: str, task: str | None, top: int) -> Markup:
    short = title if len(title) <= _SHORT else f"{title[: _SHORT - 1]}…"
    bars = [
        _bar(summary, () if task is None else evaluation.of(task, summary.arm), top + _TITLE + _STEP * index)
        for index, summary in enumerate(evaluation.summary(task))
    ]
    return element("g", lines(element("text", short, x=0, y=top + 12, class_="name"), bars))


def _bar(summary: Summary, runs: tuple[Run, ...], y: int) -> Markup:
    share, middle = summary.assertions, y + _BAR // 2
    rings = [
        element(
            "circle",
            element("title", f"Run {run.number}: {counted(Share.of(run.grades))}"),
            cx=_x(run.rate),
            cy=middle,
            r=4,
            class_="run",
        )
        for run in runs
        if run.rate is not None
    ]
    said = percent(share) if share.rate is None else f"{percent(share)}  {counted(share)}"
    return element(
        "g",
        element("text", WORDS[summary.arm], x=_LEFT - 8, y=y + 12, text_anchor="end", class_="arm"),
        element("rect", x=_LEFT, y=y, width=_RIGHT - _LEFT, height=_BAR, rx=3, class_="track"),
        element(
            "rect", x=_LEFT, y=y, width=_x(share.rate or 0) - _LEFT, height=_BAR, rx=3, class_=f"bar-{summary.arm}"
        ),
        rings,
        element("text", said, x=_RIGHT + 14, y=y + 12, class_="share"),
    )


def _numbers(evaluation: Evaluation) -> Markup:
    titles = ("", "Runs passed", "Assertions passed", "Not run")
    head = [element("th", title, scope="col") for title in titles]
    groups = [
        element(
            "tbody",
            lines(
                element("tr", element("th", title, colspan=len(titles), scope="rowgroup", class_="task")),
                [_row(each) for each in evaluation.summary(task)],
            ),
        )
        for task, title in ((None, "All tasks"), *evaluation.titles.items())
    ]
    table = element("table", lines(element("thead", element("tr", head)), groups))
    return section("numbers", "Numbers", element("div", table, class_="card"))


def _row(summary: Summary) -> Markup:
    figures = (counted(summary.runs), counted(summary.assertions), str(summary.assertions.not_run))
    return element(
        "tr",
        element("th", WORDS[summary.arm], scope="row", class_="number"),
        *(element("td", figure, class_="number") for figure in figures),
    )


def _evidence(evaluation: Evaluation) -> Markup:
    cards = [_task(evaluation, task, title) for task, title in evaluation.titles.items()]
    return section("evidence", "Evidence", *cards)


def _task(evaluation: Evaluation, task: str, title: str) -> Markup:
    runs = [run for run in evaluation.runs if run.task == task]
    head = [
        element("th", "Assertion", scope="col"),
        *(element("th", WORDS[arm], scope="col", class_="number") for arm in ARMS),
    ]
    names = dict.fromkeys(grade.assertion for run in runs for grade in run.grades)
    rows = [element("tr", _assertion(runs, name)) for name in names]
    table = element("table", element("thead", element("tr", head)), element("tbody", lines(rows)))
    untouched = [run for run in runs if all(grade.evidence == UNTOUCHED for grade in run.grades)]
    which = ", ".join(f"{WORDS[run.arm]} run {run.number}" for run in untouched)
    note = element("p", f"Not run ({UNTOUCHED}): {which}.", class_="note") if untouched else None
    return element("div", lines(element("h3", f"{title} ({task})"), table, note), class_="card")


def _assertion(runs: list[Run], name: str) -> Iterator[Markup]:
    graded = [(run, grade) for run in runs for grade in run.grades if grade.assertion == name]
    said = [_said(run, grade) for run, grade in graded if grade.evidence not in {"", UNTOUCHED}]
    left = len(said) - _SHOWN
    more = [element("li", f"{left} more; the JSON has all")] if left > 0 else []
    yield element(
        "th",
        element("code", name),
        element("ul", lines([*said[:_SHOWN], *more]), class_="evidence") if said else None,
        scope="row",
    )
    for arm in ARMS:
        share = Share.of(grade for run, grade in graded if run.arm == arm)
        yield element("td", element("span", counted(share), class_=_class(share)), class_="number")


def _said(run: Run, grade: Graded) -> Markup:
    return element("li", f"{WORDS[run.arm]}, run {run.number}, {grade.outcome}: {grade.evidence}")


def _class(share: Share) -> str:
    outcome: Outcome = "not run" if not share.run else "passed" if share.passed == share.run else "failed"
    return outcome.replace(" ", "-")
