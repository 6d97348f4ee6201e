"""The report in reviewdog's Diagnostic Format, which reviewdog posts wherever the code is hosted.

Its columns count bytes of UTF-8. A suggestion without columns replaces whole lines.
Reference: reviewdog, proto/rdf/reviewdog.proto.
"""

from __future__ import annotations

from backwright.review.diagnostic import Diagnostic
from backwright.review.diff import Diff
from backwright.review.excerpt import Excerpts
from backwright.review.format import Format
from backwright.review.formats._json import JSON, dumped
from backwright.review.hostile import visible
from backwright.review.report import Report


def _render(report: Report, diff: Diff) -> str:
    excerpts = Excerpts(diff)
    worst = min((finding.severity for finding in report.findings), key=lambda one: one.rank, default=None)
    body: dict[str, JSON] = {"source": {"name": "backwright"}}
    if worst is not None:
        body["severity"] = worst.upper()
    body["diagnostics"] = [_diagnostic(finding, excerpts) for finding in report.findings]
    return dumped(body)


def _diagnostic(finding: Diagnostic, excerpts: Excerpts) -> JSON:
    place = finding.location
    spot = excerpts.spot(place.path, place.line)
    start: dict[str, JSON] = {"line": place.line}
    if spot is not None:
        start["column"] = len(spot.line.text[: place.column - 1].encode("utf-8", "replace")) + 1
    span: dict[str, JSON] = {"start": start}
    if place.end_line is not None:
        span["end"] = {"line": place.end_line}
    diagnostic: dict[str, JSON] = {
        "message": visible(finding.message),
        "location": {"path": place.path, "range": span},
        "severity": finding.severity.upper(),
        "code": {"value": finding.code},
    }
    if finding.suggestion is not None:
        lines: JSON = {"start": {"line": finding.suggestion.line}, "end": {"line": finding.suggestion.end_line}}
        diagnostic["suggestions"] = [{"range": lines, "text": finding.suggestion.replacement}]
    return diagnostic


FORMAT = Format(name="rdjson", media_type="application/json", render=_render)
