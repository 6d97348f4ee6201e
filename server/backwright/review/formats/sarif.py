"""The report as SARIF 2.1.0 (OASIS), for code scanning.

GitHub takes 25,000 results a run and knows a result again by `partialFingerprints`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import backwright
from backwright.review.diagnostic import Basis, Diagnostic, Severity, Suggestion
from backwright.review.diff import Diff
from backwright.review.format import Format
from backwright.review.formats._json import JSON, dumped
from backwright.review.formats._words import silenced, where
from backwright.review.hostile import visible
from backwright.review.report import Report, Suppressed, Unchecked

MAX_RESULTS: Final = 25_000
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def _render(report: Report, _diff: Diff) -> str:
    codes = sorted({f.code for f in report.open_findings} | {s.code for s in report.suppressed})
    places = {code: index for index, code in enumerate(codes)}
    results: list[JSON] = [_result(finding, places, report.stats.known) for finding in report.findings]
    if report.since is not None:
        new = [{**_result(finding, places, None), "baselineState": "new"} for finding in report.findings]
        still = [{**_result(f, places, None), "baselineState": "unchanged"} for f in report.since.still_open]
        results = [*new, *still]
    results += [_suppressed(entry, places, report.stats.known) for entry in report.suppressed]
    cut = len(results) - MAX_RESULTS
    left_out = [f"{cut} results are left out: a run takes {MAX_RESULTS}"] if cut > 0 else []
    run: JSON = {
        "tool": {
            "driver": {
                "name": "backwright",
                "semanticVersion": backwright.__version__,
                "rules": [_rule(code, report) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The folder that the diff's paths start from."}}},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    *(_notification(entry) for entry in report.unchecked),
                    *({"level": "note", "message": {"text": visible(note)}} for note in (*left_out, *report.notes)),
                ],
            }
        ],
        "results": results[:MAX_RESULTS],
    }
    return dumped({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(code: str, report: Report) -> JSON:
    from backwright.review.engine import all_rules

    own = next((rule for rule in all_rules() if rule.code == code), None)
    first = next((finding for finding in report.open_findings if finding.code == code), None)
    if own is not None:
        text, name, level = own.summary, own.name, _LEVELS[own.severity]
    else:
        name = first.name if first is not None else code
        text, level = name.replace("-", " "), _LEVELS[first.severity] if first is not None else "note"
    rule: dict[str, JSON] = {
        "id": code,
        "name": name,
        "shortDescription": {"text": text},
        "help": _help(code, report, own=own is not None),
        "defaultConfiguration": {"level": level},
    }
    if first is not None and first.detector == "ruff":
        rule["helpUri"] = f"https://docs.astral.sh/ruff/rules/{quote(name)}"
    return rule


def _help(code: str, report: Report, *, own: bool) -> JSON:
    """The checklist sentence and, for a rule of ours, its whole page: a code scanner shows it beside the result."""
    from backwright.review.page import rule_page

    item = next((f.enforces for f in report.findings if f.code == code and f.enforces is not None), None)
    sentence = f"{item.text} ({item.skill} {item.version}) " if item is not None else ""
    judged = next((f for f in report.open_findings if f.code == code and f.basis is Basis.JUDGEMENT), None)
    if judged is not None:
        return {"text": "A reader judged this; no rule found it. The code that it quotes was found in the change."}
    text = f"{sentence}`backwright explain {code}` shows the page of this rule."
    return {"text": text, "markdown": f"{text}\n\n{rule_page(code)}"} if own else {"text": text}


def _result(finding: Diagnostic, places: Mapping[str, int], known: int | None) -> dict[str, JSON]:
    place = finding.location
    region: dict[str, JSON] = {"startLine": place.line, "startColumn": place.column}
    if place.end_line is not None:
        region["endLine"] = place.end_line
    result: dict[str, JSON] = {
        "ruleId": finding.code,
        "ruleIndex": places[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": visible(finding.message)},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}],
        "partialFingerprints": {"backwright/v1": finding.fingerprint},
        "properties": {
            "basis": finding.basis,
            "confidence": finding.confidence,
            "detector": finding.detector,
            **({"kind": finding.kind} if finding.kind else {}),
        },
    }
    if known is not None:
        # What the baseline holds is no result, so all that is one is new to it; SARIF wants it of all or of none.
        result["baselineState"] = "new"
    if finding.others:
        result["relatedLocations"] = [
            {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": {"startLine": line}}}
            for line in finding.others
        ]
    if finding.suggestion is not None:
        result["fixes"] = [_fix(place.path, finding.suggestion)]
    return result


def _suppressed(entry: Suppressed, places: Mapping[str, int], known: int | None) -> JSON:
    place: JSON = {"artifactLocation": _artifact(entry.path), "region": {"startLine": entry.line}}
    kind = "inSource" if entry.by == "comment" else "external"
    result: dict[str, JSON] = {
        "ruleId": entry.code,
        "ruleIndex": places[entry.code],
        "level": _LEVELS[entry.severity],
        "message": {"text": visible(entry.message) or f"{entry.code} is suppressed by the project"},
        "locations": [{"physicalLocation": place}],
        "suppressions": [{"kind": kind, "justification": visible(entry.reason)}],
        "properties": {"suppressedBy": silenced(entry)},
    }
    if known is not None:
        result["baselineState"] = "new"
    if entry.fingerprint:
        result["partialFingerprints"] = {"backwright/v1": entry.fingerprint}
    return result


def _fix(path: str, suggestion: Suggestion) -> JSON:
    # A replacement of whole lines: from the first column to the first column of the line behind.
    region: JSON = {
        "startLine": suggestion.line,
        "startColumn": 1,
        "endLine": suggestion.end_line + 1,
        "endColumn": 1,
    }
    change: JSON = {
        "artifactLocation": _artifact(path),
        "replacements": [{"deletedRegion": region, "insertedContent": {"text": f"{suggestion.replacement}\n"}}],
    }
    return {"description": {"text": "Replace the line."}, "artifactChanges": [change]}


def _notification(entry: Unchecked) -> JSON:
    place = visible(where(entry.path, entry.lines, of_diff=entry.of_diff))
    return {"level": "warning", "message": {"text": f"Not checked: {place}: {visible(entry.reason)}"}}


def _artifact(path: str) -> JSON:
    return {"uri": quote(path, safe="/-._~"), "uriBaseId": "%SRCROOT%"}


FORMAT = Format(name="sarif", media_type="application/sarif+json", render=_render)
