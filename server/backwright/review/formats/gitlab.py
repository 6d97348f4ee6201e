"""The report as GitLab's code-quality artifact, which the merge request shows beside its diff.

Reference: GitLab documentation, "Code Quality report format".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backwright.review.diagnostic import Diagnostic, Severity
from backwright.review.diff import Diff
from backwright.review.format import Format
from backwright.review.formats._json import JSON, dumped
from backwright.review.hostile import visible
from backwright.review.report import Report

_SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.INFO: "info",
}


def _render(report: Report, _diff: Diff) -> str:
    return dumped([_issue(finding) for finding in report.findings])


def _issue(finding: Diagnostic) -> JSON:
    place = finding.location
    lines: dict[str, JSON] = {"begin": place.line}
    if place.end_line is not None:
        lines["end"] = place.end_line
    return {
        "description": visible(finding.message),
        "check_name": finding.code,
        "fingerprint": finding.fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": place.path, "lines": lines},
    }


FORMAT = Format(name="gitlab", media_type="application/json", render=_render)
