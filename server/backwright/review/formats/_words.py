"""What several formats say in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from backwright.review.checklist import Status
from backwright.review.diagnostic import Severity
from backwright.review.report import Report, Since, Suppressed

MAX_LISTED: Final = 100
"""Entries of a list that is read; a program takes the rest from the JSON report."""

STATUS_WORDS = {
    Status.VIOLATED: "violated",
    Status.NOT_EVIDENCED: "not evidenced",
    Status.EVIDENCED: "evidenced",
    Status.NO_VIOLATION: "no violation found",
    Status.NOT_EVALUATED: "not evaluated",
    Status.NOT_APPLICABLE: "not applicable",
}


def counted(number: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def sentence(text: str) -> str:
    """The text with a capital first letter; `str.capitalize` would lower all others."""
    return text[:1].upper() + text[1:]


def headline(report: Report) -> str:
    """How many findings of each severity."""
    by_severity = Counter(finding.severity for finding in report.findings)
    counts = [
        counted(by_severity[severity], "note" if severity is Severity.INFO else severity.value)
        for severity in Severity
        if by_severity[severity]
    ]
    return ", ".join(counts) or "no findings"


def extent(report: Report) -> str:
    """How much was read, and on what basis."""
    stats = report.stats
    basis = {
        "full": "whole files",
        "fragment": "the diff alone",
        "mixed": "whole files where they were at hand, else the diff alone",
        "none": "nothing",
    }[report.basis]
    lines = f"{stats.reviewed} of {counted(stats.added_python, 'added Python line')}"
    return f"{lines} in {counted(stats.python_files, 'file')} read, from {basis}"


def listed(entries: Iterable[str], most: int = MAX_LISTED) -> Iterator[str]:
    """The first entries of a list, and how many more there are."""
    left = 0
    for number, entry in enumerate(entries):
        if number < most:
            yield entry
        else:
            left += 1
    if left:
        yield f"{left} more; the JSON report has all"


def silenced(entry: Suppressed) -> str:
    """Who silenced a finding."""
    if entry.by == "comment":
        return "a comment that this change adds" if entry.added else "a comment in the code"
    return "backwright.yaml" if entry.by == "project" else "backwright.yaml, for some paths"


def tally(report: Report) -> str:
    """How many checklist entries have each status."""
    by_status = Counter(item.status for item in report.checklist)
    return ", ".join(f"{by_status[status]} {word}" for status, word in STATUS_WORDS.items() if by_status[status])


def progress(since: Since, new: int) -> str:
    """What became of the findings of an earlier review, in one sentence without its full stop."""
    fixed = Counter(one.code for one in since.fixed)
    codes = f" ({', '.join(f'{code} {count}' if count > 1 else code for code, count in sorted(fixed.items()))})"
    parts = [f"{new} new", f"{len(since.still_open)} still open", f"{len(since.fixed)} fixed{codes if fixed else ''}"]
    parts += [f"{since.not_compared} not looked at again"] if since.not_compared else []
    return f"since the review {since.review}: {', '.join(parts)}"


def ranges(numbers: Iterable[int]) -> str:
    """`3-5, 9` for 3, 4, 5 and 9."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def where(path: str | None, lines: Sequence[int], *, of_diff: bool) -> str:
    """The place of something that was not checked."""
    numbers = f"{'diff ' if of_diff else ''}line{'' if len(lines) == 1 else 's'} {ranges(lines)}" if lines else ""
    return ", ".join(part for part in (path, numbers) if part) or "the whole change"
