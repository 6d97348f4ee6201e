"""The findings of a file under the lines that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from backwright.review.diagnostic import Basis, Confidence, Diagnostic, Suggestion
from backwright.review.diff import Hunk, LineKind
from backwright.review.excerpt import Excerpts, Shown, shown_line
from backwright.review.formats._highlight import highlighted
from backwright.review.formats._words import counted, ranges
from backwright.review.markup import Markup, element, joined, lines

AROUND: Final = 4
"""Lines of a hunk that are shown on either side of one with a finding."""
_CODE = re.compile(r"`([^`]+)`")
_ROWS = {LineKind.ADDED: "add", LineKind.REMOVED: "remove", LineKind.CONTEXT: "same"}


def prose(text: str) -> Markup:
    """A sentence in which what stands in backticks is code."""
    return joined(element("code", part) if odd % 2 else part for odd, part in enumerate(_CODE.split(text)))


@dataclass(slots=True)
class _Window:
    """A part of one hunk, by index, with the findings in it; without a hunk where the diff shows none."""

    hunk: Hunk | None
    first: int = 0
    last: int = 0
    findings: list[tuple[int, Diagnostic]] = field(default_factory=list)


def windows(findings: Sequence[Diagnostic], excerpts: Excerpts) -> Iterator[Markup]:
    """A card for each file: its hunks around the findings, numbered from 1 in the order given."""
    numbered = list(enumerate(findings, 1))
    for path, group in groupby(numbered, key=lambda pair: pair[1].location.path):
        own = list(group)
        title = element("h3", element("code", path), element("span", counted(len(own), "finding"), class_="count"))
        yield element("article", lines(title, _blocks(_windows(own, excerpts), excerpts, path)), class_="card file")


def _windows(findings: Sequence[tuple[int, Diagnostic]], excerpts: Excerpts) -> list[_Window]:
    made: list[_Window] = []
    for number, finding in findings:
        spot = excerpts.spot(finding.location.path, finding.location.line)
        if spot is None:
            made.append(_Window(None, findings=[(number, finding)]))
            continue
        first = max(0, spot.index - AROUND)
        last = min(len(spot.hunk.lines), spot.index + AROUND + 1)
        if made and made[-1].hunk is spot.hunk and made[-1].first <= first <= made[-1].last:
            made[-1].last = max(last, made[-1].last)
        else:
            made.append(_Window(spot.hunk, first, last))
        made[-1].findings.append((number, finding))
    return made


def _blocks(made: list[_Window], excerpts: Excerpts, path: str) -> Iterator[Markup]:
    for window in made:
        if window.hunk is None:
            yield from (callout(number, finding, excerpts) for number, finding in window.findings)
        else:
            yield from _window(window, window.hunk, excerpts, path)


def _window(window: _Window, hunk: Hunk, excerpts: Excerpts, path: str) -> Iterator[Markup]:
    """Runs of lines, each ending with a line that has findings, and those findings behind it."""
    rows = list(excerpts.shown(hunk, window.first, window.last))
    sources = _coloured(rows)
    at = 0
    run: list[Markup] = []
    yield _head(window, hunk)
    for line, group in groupby(window.findings, key=lambda pair: pair[1].location.line):
        found = list(group)
        end = next(index for index, row in enumerate(rows) if row.new == line and row.kind is not LineKind.REMOVED) + 1
        run += [_row(rows[index], sources[index]) for index in range(at, end - 1)]
        run.append(_row(rows[end - 1], sources[end - 1], hit=found[0][1].severity))
        yield _table(run, f"{path} up to line {line}")
        yield from (callout(number, finding, excerpts) for number, finding in found)
        at, run = end, []
    if at < len(rows):
        yield _table([_row(rows[index], sources[index]) for index in range(at, len(rows))], f"{path}, the lines behind")


def _coloured(rows: Sequence[Shown]) -> list[Markup]:
    """The lines of the new side as one text, and those that are gone as another."""
    made: dict[int, Markup] = {}
    for gone in (False, True):
        own = [index for index, row in enumerate(rows) if (row.kind is LineKind.REMOVED) is gone]
        made.update(zip(own, highlighted([rows[index].text for index in own]), strict=True))
    return [made[index] for index in range(len(rows))]


def _head(window: _Window, hunk: Hunk) -> Markup:
    number = next((line.new for line in hunk.lines[window.first :] if line.new is not None), hunk.new_start)
    section = (", in ", element("code", shown_line(hunk.section))) if hunk.section else None
    return element("p", f"From line {number}", section, class_="hunk")


def _row(row: Shown, source: Markup, *, hit: str | None = None) -> Markup:
    number = row.new if row.new is not None else row.old
    mark = {LineKind.ADDED: "+", LineKind.REMOVED: "\u2212", LineKind.CONTEXT: ""}[row.kind]
    return element(
        "tr",
        element("td", str(number or ""), class_="number"),
        element("td", mark, class_="mark"),
        element("td", element("code", source if hit is None else _marked(source)), class_="source"),
        class_=_ROWS[row.kind] if hit is None else f"{_ROWS[row.kind]} hit {hit}",
    )


def _marked(source: Markup) -> Markup:
    """The line with its code marked and its indentation not."""
    code = source.lstrip(" ")
    return joined(Markup(source[: len(source) - len(code)]), element("mark", Markup(code)))


def _table(rows: Sequence[Markup], label: str) -> Markup:
    return element("table", element("tbody", lines(rows)), class_="code", aria_label=label)


def source_lines(texts: Sequence[str], numbers: Sequence[int], label: str) -> Markup:
    """Lines that the change adds, which need not follow each other."""
    shown = [Shown(LineKind.ADDED, None, number, shown_line(text)) for number, text in zip(numbers, texts, strict=True)]
    return _table([_row(row, highlighted([row.text])[0]) for row in shown], label)


def callout(number: int, finding: Diagnostic, excerpts: Excerpts) -> Markup:
    """What one finding says."""
    title = element(
        "p",
        element("span", finding.severity, class_=f"badge {finding.severity}"),
        element("strong", finding.code),
        element("span", finding.name, class_="name"),
        class_="title",
    )
    return element(
        "div",
        lines(
            title,
            element("p", prose(finding.message), class_="message"),
            _also(finding),
            _enforced(finding),
            None if finding.suggestion is None else _suggested(finding.suggestion, finding.location.path, excerpts),
            element("p", _meta(finding), class_="meta"),
        ),
        class_=f"callout {finding.severity}",
        id=f"finding-{number}",
        role="note",
        aria_label=f"Finding {number}, line {finding.location.line}",
    )


def _also(finding: Diagnostic) -> Markup | None:
    if not finding.others:
        return None
    word = "line" if len(finding.others) == 1 else "lines"
    return element("p", f"Also {word} {ranges(finding.others)}.", class_="enforces")


def _enforced(finding: Diagnostic) -> Markup | None:
    item = finding.enforces
    if item is None:
        return None
    return element("p", prose(item.text), class_="enforces")


def _suggested(suggestion: Suggestion, path: str, excerpts: Excerpts) -> Markup:
    """The lines as they are and as they would be."""
    spots = [excerpts.spot(path, number) for number in range(suggestion.line, suggestion.end_line + 1)]
    old = [shown_line(spot.line.text) for spot in spots if spot is not None]
    new = [shown_line(line) for line in suggestion.replacement.split("\n")]
    before = [Shown(LineKind.REMOVED, number, None, text) for number, text in enumerate(old, suggestion.line)]
    after = [Shown(LineKind.ADDED, None, number, text) for number, text in enumerate(new, suggestion.line)]
    rows = [*before, *after]
    made = [_row(row, source) for row, source in zip(rows, _coloured(rows), strict=True)]
    return joined(element("p", "Write instead", class_="label"), _table(made, "What to write instead"))


def _meta(finding: Diagnostic) -> str:
    item = finding.enforces
    source = "" if item is None else f" Checklist: {item.skill} {item.version}, {item.item}."
    if finding.basis is Basis.JUDGEMENT:
        return f"Judged by the caller, not found by a rule.{source}"
    basis = "the whole file" if finding.basis is Basis.FULL else "the diff alone"
    sure = "" if finding.confidence is Confidence.HIGH else f", {finding.confidence} confidence"
    return f"Found by {finding.detector} in {basis}{sure}.{source}"
