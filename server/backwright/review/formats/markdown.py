"""The report for a pull request or an issue: GitHub-flavoured Markdown in which the diff's own text is only text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from backwright.review.checklist import Status
from backwright.review.diagnostic import Diagnostic
from backwright.review.diff import Diff
from backwright.review.format import Format
from backwright.review.formats._words import (
    STATUS_WORDS,
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

_SPECIAL = re.compile(r"([\\`*_{}\[\]()+!|~>-])")
_TAG: Final = re.compile(r"<[/!?A-Za-z]")

MAX_TABLE: Final = 45_000
"""Characters of the table of findings; a comment on GitHub takes 65,536 in all."""
_SHOWN = (Status.VIOLATED, Status.NOT_EVIDENCED, Status.EVIDENCED)


def escaped(text: str) -> str:
    """Text that Markdown, HTML, mentions, references and links all leave alone."""
    text = html.escape(visible(text), quote=False)
    text = _SPECIAL.sub(r"\\\1", text)
    # A name after @ is told, a number after # is linked, an address is made a link: none of them once spelled out.
    for character, name in (("@", "&#64;"), ("://", "&#58;//"), ("www.", "www&#46;")):
        text = text.replace(character, name)
    return re.sub(r"(?<![&\w])#(?=\d)|^#", "&#35;", text)


def code(text: str) -> str:
    """Text as inline code, in a fence that is longer than any run of backticks in it.

    What looks like a tag is spelled out: not every renderer leaves HTML in a code span alone.
    """
    shown = visible(text)
    if _TAG.search(shown):
        return f"<code>{escaped(text)}</code>"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    pad = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence in which what stands in backticks is code, and all else is only text; fit for a cell of a table."""
    parts = re.split(r"`([^`]+)`", visible(text))
    return "".join(_cell(part) if odd % 2 else escaped(part) for odd, part in enumerate(parts))


def _cell(text: str) -> str:
    shown = code(text)
    # In a fence a bar is the cell's end all the same; outside of one it is escaped already.
    return shown.replace("|", "\\|") if shown.startswith("`") else shown


def _render(report: Report, _diff: Diff) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# Review: {headline(report)}"
    yield ""
    subject = f"{sentence(escaped(report.subject))}. " if report.subject else ""
    yield f"{subject}{sentence(extent(report))}."
    yield from _findings(report)
    yield from besides(report)


def besides(report: Report) -> Iterator[str]:
    """Everything but the findings and how many there are."""
    if report.since is not None:
        yield ""
        yield f"{sentence(escaped(progress(report.since, len(report.findings))))}."
        yield from _section(
            "Still open",
            (
                f"{one.code} {code(f'{one.location.path}:{one.location.line}')}: {prose(one.message)}"
                for one in report.since.still_open
            ),
        )
    yield from _section(
        "Not checked",
        (f"{escaped(where(e.path, e.lines, of_diff=e.of_diff))}: {escaped(e.reason)}" for e in report.unchecked),
    )
    yield from _section(
        "Suppressed",
        (f"{s.code} {code(f'{s.path}:{s.line}')}: {escaped(s.reason)} ({silenced(s)})" for s in report.suppressed),
    )
    yield from _checklist(report)
    yield from _questions(report)
    yield from _section("Notes", (escaped(note) for note in report.notes))


def _findings(report: Report) -> Iterator[str]:
    if report.findings:
        yield ""
        yield "| where | what | finding |"
        yield "|---|---|---|"
    room = MAX_TABLE
    for number, finding in enumerate(report.findings):
        place = _cell(f"{finding.location.path}:{finding.location.line}")
        row = f"| {place} | {finding.severity} {finding.code} | {_told(finding)} |"
        room -= len(row) + 1
        if room < 0 < number:
            yield ""
            yield f"{len(report.findings) - number} more findings; the JSON report has all."
            return
        yield row


def _told(finding: Diagnostic) -> str:
    parts = [prose(finding.message)]
    if finding.others:
        parts.append(f"Also lines {ranges(finding.others)}.")
    if finding.suggestion is not None:
        parts.append(f"Write {_cell(finding.suggestion.replacement.strip())}.")
    if finding.enforces is not None:
        parts.append(f"*{prose(finding.enforces.text)}* ({finding.enforces.skill}/{finding.enforces.item})")
    return "<br>".join(parts)


def _checklist(report: Report) -> Iterator[str]:
    if report.checklist:
        yield ""
        yield "## Checklist"
        yield ""
        yield f"{sentence(tally(report))}."
        yield ""
    for item in (item for status in _SHOWN for item in report.checklist if item.status is status):
        said = f"{prose(item.text)} ({item.skill}/{item.item}): {prose(item.detail)}"
        yield f"- **{STATUS_WORDS[item.status]}** {said}"


def _questions(report: Report) -> Iterator[str]:
    if report.questions:
        yield ""
        yield "## For a reader to decide"
        yield ""
    for question in report.questions:
        asked = question.question
        yield f"- {prose(asked.ask)} ({question.skill}/{question.item})"
        yield f"  - Good: {prose(asked.success)}"
        yield f"  - Bad: {prose(asked.failure)}"
        for line in question.lines:
            yield f"  - {code(f'{line.path}:{line.line}')} {code(line.text)}"


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    entries = [f"- {line}" for line in listed(lines)]
    if entries:
        yield from ("", f"## {title}", "", *entries)


FORMAT = Format(name="markdown", media_type="text/markdown", render=_render)
