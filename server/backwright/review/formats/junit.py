"""The report as JUnit XML: a finding is a failed test, what was not checked a skipped one.

A continuous integration that knows nothing of reviews still shows both. There is no schema of authority; this is what
Jenkins, GitLab and Azure DevOps read alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from backwright.review.diagnostic import Diagnostic
from backwright.review.diff import Diff
from backwright.review.format import Format
from backwright.review.formats._words import headline, where
from backwright.review.hostile import visible
from backwright.review.report import Report, Unchecked


def _render(report: Report, _diff: Diff) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    cases = [_failed(finding) for finding in report.findings] or [
        '    <testcase classname="backwright" name="review"/>'
    ]
    cases += [_skipped(entry) for entry in report.unchecked]
    counts = f'tests="{len(cases)}" failures="{len(report.findings)}" errors="0" skipped="{len(report.unchecked)}"'
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f'<testsuites name="backwright" {counts}>'
    yield f'  <testsuite name="{_text(f"review: {headline(report)}")}" {counts}>'
    yield from cases
    yield "  </testsuite>"
    yield "</testsuites>"


def _failed(finding: Diagnostic) -> str:
    place = finding.location
    # Of two cases with one name some readers keep only one.
    name = _text(f"{finding.code} {finding.name} at line {place.line}, column {place.column}")
    told = [f"{place.path}:{place.line}:{place.column}: {finding.severity}: {finding.message}"]
    if finding.enforces is not None:
        told.append(f"{finding.enforces.text} [{finding.enforces.skill}/{finding.enforces.item}]")
    head = f'<testcase classname="{_text(place.path)}" file="{_text(place.path)}" line="{place.line}" name="{name}">'
    body = "\n".join(_text(line) for line in told)
    failure = f'<failure type="{finding.severity}" message="{_text(finding.message)}">{body}</failure>'
    return f"    {head}\n      {failure}\n    </testcase>"


def _skipped(entry: Unchecked) -> str:
    place = where(entry.path, entry.lines, of_diff=entry.of_diff)
    reason = f'<skipped message="{_text(entry.reason)}"/>'
    return f'    <testcase classname="not checked" name="{_text(place)}">{reason}</testcase>'


def _text(text: str) -> str:
    """Text for an attribute or an element; XML has no way at all to write most control characters."""
    return escape(visible(text))


FORMAT = Format(name="junit", media_type="application/xml", render=_render)
