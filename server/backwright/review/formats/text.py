"""The report for a person in a terminal, without colours; the command adds them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from backwright.review.checklist import Status
from backwright.review.diagnostic import Confidence, Diagnostic, Location
from backwright.review.diff import Diff
from backwright.review.excerpt import Excerpts, underlined
from backwright.review.format import Format
from backwright.review.formats._words import (
    STATUS_WORDS,
    counted,
    extent,
    headline,
    listed,
    progress,
    ranges,
    sentence,
    silenced,
    tally,
    where,
)
from backwright.review.hostile import visible
from backwright.review.report import Report

MAX_FINDINGS: Final = 1_000
"""Findings that are printed; nobody reads more in a terminal, and a program takes the JSON report."""
_SHOWN = (Status.VIOLATED, Status.NOT_EVIDENCED, Status.EVIDENCED)


def _render(report: Report, diff: Diff) -> str:
    return "\n".join(_lines(report, Excerpts(diff))) + "\n"


def _lines(report: Report, excerpts: Excerpts) -> Iterator[str]:
    if report.subject:
        yield f"Review of {visible(report.subject)}"
    yield f"{sentence(headline(report))}. {sentence(extent(report))}."
    if report.since is not None:
        yield f"{sentence(visible(progress(report.since, len(report.findings))))}."
    for path, findings in groupby(report.findings[:MAX_FINDINGS], key=lambda finding: finding.location.path):
        yield ""
        yield visible(path)
        framed = 0
        for finding in findings:
            # Findings on one line share the frame of the first.
            yield from _finding(finding, excerpts if finding.location.line != framed else None)
            framed = finding.location.line
    yield from _section(
        "Still open",
        (
            f"{one.code} {visible(one.location.path)}:{one.location.line}: {visible(one.message)}"
            for one in (report.since.still_open if report.since is not None else ())
        ),
    )
    if len(report.findings) > MAX_FINDINGS:
        yield f"\n{len(report.findings) - MAX_FINDINGS} more findings; the JSON report has all"
    yield from _section(
        "Not checked",
        (f"{visible(where(e.path, e.lines, of_diff=e.of_diff))}: {visible(e.reason)}" for e in report.unchecked),
    )
    yield from _section(
        "Suppressed",
        (f"{s.code} {visible(s.path)}:{s.line}: {visible(s.reason)} ({silenced(s)})" for s in report.suppressed),
    )
    if report.checklist:
        shown = [item for status in _SHOWN for item in report.checklist if item.status is status]
        yield from _section(
            f"Checklist: {tally(report)}",
            (f"{STATUS_WORDS[i.status]}: {i.text} [{i.skill}/{i.item}] {visible(i.detail)}" for i in shown),
        )
    yield from _questions(report)
    yield from _section("Notes", (visible(note) for note in report.notes))


def _finding(finding: Diagnostic, excerpts: Excerpts | None) -> Iterator[str]:
    place = f"{finding.location.line}:{finding.location.column}"
    sure = "" if finding.confidence is Confidence.HIGH else f" ({finding.confidence} confidence)"
    yield f"  {place:>7}  {finding.severity:<7}  {finding.code}  {visible(finding.message)}{sure}"
    if excerpts is not None:
        yield from _frame(finding.location, excerpts)
    if finding.others:
        yield f"           also {'line' if len(finding.others) == 1 else 'lines'} {ranges(finding.others)}"
    if finding.suggestion is not None:
        yield f"           write: {visible(finding.suggestion.replacement.strip())}"
    if finding.enforces is not None:
        yield f"           {finding.enforces.text} [{finding.enforces.skill}/{finding.enforces.item}]"


def _frame(place: Location, excerpts: Excerpts) -> Iterator[str]:
    """The line with the finding, the one above it, and marks below what it is about."""
    spot = excerpts.spot(place.path, place.line)
    if spot is None:
        return
    above = next((i for i in range(spot.index - 1, -1, -1) if spot.hunk.lines[i].new is not None), spot.index)
    for one in excerpts.shown(spot.hunk, above, spot.index + 1):
        if one.new is not None and one.text.strip():
            yield f"    {one.new:>7} {one.kind.value}| {one.text}"
    before, marked = underlined(spot.line.text, place.column)
    yield f"             | {' ' * before}{'^' * marked}"


def _questions(report: Report) -> Iterator[str]:
    if report.questions:
        yield ""
        yield f"For a reader to decide: {counted(len(report.questions), 'question')}"
    for question in report.questions:
        yield f"  {question.question.ask} [{question.skill}/{question.item}]"
        for line in question.lines:
            yield f"    {visible(line.path)}:{line.line}: {visible(line.text)}"


def _section(title: str, entries: Iterator[str]) -> Iterator[str]:
    lines = listed(entries)
    first = next(lines, None)
    if first is not None or title.startswith("Checklist"):
        yield ""
        yield title
    if first is not None:
        yield f"  {first}"
        yield from (f"  {line}" for line in lines)


FORMAT = Format(name="text", media_type="text/plain", render=_render)
