"""The report as annotations of a GitHub workflow: one command a line, which the runner turns into a mark on the diff.

GitHub shows ten errors and ten warnings a step, so the worst come first and the last line says how many there are.
Reference: "Workflow commands for GitHub Actions"; actions/toolkit, packages/core/src/command.ts (what is escaped).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backwright.review.diagnostic import Diagnostic, Severity
from backwright.review.diff import Diff
from backwright.review.format import Format
from backwright.review.formats._words import counted, extent, headline, sentence
from backwright.review.hostile import visible
from backwright.review.report import Report

_COMMANDS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def data(text: str) -> str:
    """Text as the message of a command."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def attribute(text: str) -> str:
    """Text as a property of a command: what would end it is escaped too."""
    return data(text).replace(":", "%3A").replace(",", "%2C")


def _render(report: Report, _diff: Diff) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    # `sorted` keeps the order by file and line among findings of one severity.
    for finding in sorted(report.findings, key=lambda one: one.severity.rank):
        yield _command(finding)
    missed = f" {counted(len(report.unchecked), 'part')} not checked." if report.unchecked else ""
    said = f"{sentence(headline(report))}. {sentence(extent(report))}.{missed}"
    yield f"::notice title=backwright::{data(said)}"


def _command(finding: Diagnostic) -> str:
    place = finding.location
    properties = {"file": attribute(place.path), "line": str(place.line)}
    if place.end_line is not None and place.end_line > place.line:
        # GitHub takes a column only for a mark on one line.
        properties["endLine"] = str(place.end_line)
    else:
        properties["col"] = str(place.column)
    properties["title"] = attribute(f"{finding.code} {finding.name}")
    message = finding.message if finding.enforces is None else f"{finding.message}. {finding.enforces.text}"
    listed = ",".join(f"{key}={value}" for key, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{data(message)}"


FORMAT = Format(name="github", media_type="text/plain", render=_render)
