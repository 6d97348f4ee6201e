"""The report as the body of GitHub's "create a review" call (POST /repos/{owner}/{repo}/pulls/{number}/reviews).

One comment that stands outside the diff makes GitHub refuse the whole review, so each coordinate is held against the
diff first; a finding without a place there is told in the review's own text. Reference: GitHub REST API, "Create a
review for a pull request"; "Incorporating feedback in your pull request" (suggestion blocks).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from backwright.review.diagnostic import Confidence, Diagnostic
from backwright.review.diff import Diff, LineKind
from backwright.review.excerpt import Excerpts
from backwright.review.format import Format
from backwright.review.formats._json import JSON, dumped
from backwright.review.formats._words import extent, headline, ranges, sentence
from backwright.review.formats.markdown import besides, code, escaped, prose
from backwright.review.hostile import visible
from backwright.review.report import Report

MAX_COMMENTS: Final = 50
"""A review with more is read by nobody, and GitHub limits what one call may create."""
MAX_BODY: Final = 60_000
"""Characters; GitHub takes 65,536."""
_CUT: Final = "\n\n(The rest is left out: a review's text has a limit.)"


def _render(report: Report, diff: Diff) -> str:
    excerpts = Excerpts(diff)
    order = sorted(range(len(report.findings)), key=lambda index: report.findings[index].severity.rank)
    chosen = [index for index in order if _span(report.findings[index], excerpts) is not None][:MAX_COMMENTS]
    placed = [report.findings[index] for index in chosen]
    kept = frozenset(chosen)
    left = [finding for index, finding in enumerate(report.findings) if index not in kept]
    body = "\n".join(_body(report, left))
    return dumped(
        {
            "event": "COMMENT",
            "body": body if len(body) <= MAX_BODY else f"{body[:MAX_BODY].rpartition(chr(10))[0]}{_CUT}",
            "comments": [_comment(finding, excerpts) for finding in placed],
        }
    )


def _body(report: Report, left: list[Diagnostic]) -> Iterator[str]:
    yield f"**{sentence(headline(report))}.** {sentence(extent(report))}."
    if left:
        yield ""
        yield "## Without a comment of their own"
        yield ""
    for finding in left:
        place = code(f"{finding.location.path}:{finding.location.line}")
        yield f"- {place} {finding.severity} {finding.code} {prose(finding.message)}"
    yield from besides(report)


def _span(finding: Diagnostic, excerpts: Excerpts) -> tuple[int, int] | None:
    """The first and last line to comment on, all of one hunk's new side; None where the diff has no such lines."""
    first, last = finding.location.line, finding.location.end_line or finding.location.line
    if finding.suggestion is not None:
        first, last = finding.suggestion.line, finding.suggestion.end_line
    spots = [excerpts.spot(finding.location.path, line) for line in (first, last)]
    start, end = spots
    if start is not None and end is not None and start.hunk is end.hunk and first <= last:
        return first, last
    line = finding.location.line
    return None if excerpts.spot(finding.location.path, line) is None else (line, line)


def _comment(finding: Diagnostic, excerpts: Excerpts) -> JSON:
    first, last = _span(finding, excerpts) or (finding.location.line, finding.location.line)
    comment: dict[str, JSON] = {"path": finding.location.path, "line": last, "side": "RIGHT"}
    if first < last:
        comment |= {"start_line": first, "start_side": "RIGHT"}
    comment["body"] = "\n".join(_said(finding, excerpts, (first, last)))
    return comment


def _said(finding: Diagnostic, excerpts: Excerpts, span: tuple[int, int]) -> Iterator[str]:
    sure = "" if finding.confidence is Confidence.HIGH else f", {finding.confidence} confidence"
    yield f"**{finding.severity}** {prose(finding.message)} ({finding.code}{sure})"
    if finding.others:
        yield ""
        yield f"Also lines {ranges(finding.others)}."
    if finding.enforces is not None:
        yield ""
        yield f"> {prose(finding.enforces.text)} ({finding.enforces.skill}/{finding.enforces.item})"
    yield from _suggestion(finding, excerpts, span)
    yield ""
    # Invisible in GitHub, and what a later run knows its own comment by.
    yield f"<!-- backwright {escaped(finding.fingerprint)} -->"


def _suggestion(finding: Diagnostic, excerpts: Excerpts, span: tuple[int, int]) -> Iterator[str]:
    """A block that the reader can commit with a click, so only where the lines are exactly those that it replaces."""
    suggestion = finding.suggestion
    if suggestion is None or (suggestion.line, suggestion.end_line) != span:
        return
    lines = suggestion.replacement.split("\n")
    if any(visible(line.replace("\t", "")) != line.replace("\t", "") for line in lines):
        return
    if not all(_added(finding.location.path, line, excerpts) for line in range(span[0], span[1] + 1)):
        return
    longest = max((len(run) for run in re.findall("`+", suggestion.replacement)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from ("", f"{fence}suggestion", *lines, fence)


def _added(path: str, line: int, excerpts: Excerpts) -> bool:
    spot = excerpts.spot(path, line)
    return spot is not None and spot.line.kind is LineKind.ADDED


FORMAT = Format(name="github-review", media_type="application/json", render=_render)
