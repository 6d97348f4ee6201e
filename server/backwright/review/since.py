"""A review against an earlier one of the same work: what is new, what is still open, and what is fixed.

Findings are known again by their fingerprints, which survive moved lines. A finding that is not made again counts as
fixed only where this review looked: not where its file was left out, was not read, or lies below the floor.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from backwright.review.anchor import Anchors, Place
from backwright.review.diagnostic import Diagnostic
from backwright.review.judgement import CALLER, remarks
from backwright.review.report import Fixed, Report, Since
from backwright.review.verdict import Judgements, Remark


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier review.

    Args:
        name: its handle, or the name of its file.
        report: what it said, without what its caller added.
        judged: what its caller said.
        carried: what callers had said before it, of code that was still there.
    """

    name: str
    report: Report
    judged: Judgements = field(default_factory=Judgements)
    carried: tuple[Remark, ...] = ()


def compared(
    report: Report, earlier: Earlier, anchors: Anchors, looked: Callable[[Diagnostic], bool]
) -> tuple[Report, tuple[Remark, ...]]:
    """The report with only what is new among its findings, and what became of the rest; and what callers said of code
    that is still there.

    Args:
        report: this review.
        earlier: the one that it is compared with.
        anchors: the lines of this review's diff, in which the code of a remark is looked for.
        looked: whether this review would have made a finding again, had it still been there.
    """
    left = Counter(one.fingerprint for one in earlier.report.open_findings if one.detector != CALLER)
    new: list[Diagnostic] = []
    still_open: list[Diagnostic] = []
    for finding in report.findings:
        known = left[finding.fingerprint] > 0
        left[finding.fingerprint] -= known
        (still_open if known else new).append(finding)
    gone: list[Diagnostic] = []
    for one in earlier.report.open_findings:
        if one.detector != CALLER and left[one.fingerprint] > 0:
            left[one.fingerprint] -= 1
            gone.append(one)
    carried: dict[str, Remark] = {}
    for remark in (*earlier.carried, *remarks(earlier.report, earlier.judged)):
        again = _again(remark, anchors)
        if again is None:
            gone.append(remark.diagnostic)
        else:
            carried[again.diagnostic.fingerprint] = again
    still_open += [remark.diagnostic for remark in carried.values()]
    fixed = [one for one in gone if looked(one)]
    since = Since(
        review=earlier.name,
        still_open=tuple(sorted(still_open, key=_order)),
        fixed=tuple(Fixed(code=d.code, path=d.location.path, line=d.location.line) for d in sorted(fixed, key=_order)),
        not_compared=len(gone) - len(fixed),
        answered=tuple(_answered(report, earlier.judged, anchors)),
    )
    return report.model_copy(update={"findings": tuple(new), "since": since}), tuple(carried.values())


def _order(one: Diagnostic) -> tuple[str, int, str, str]:
    return one.location.path, one.location.line, one.code, one.message


def _again(remark: Remark, anchors: Anchors) -> Remark | None:
    """A remark where its code stands now; None where it is gone, or is there more than once."""
    one = remark.diagnostic
    place = anchors.locate(remark.text, one.location.path, None)
    if not isinstance(place, Place):
        return None
    end = place.end_line if place.end_line > place.line else None
    location = one.location.model_copy(update={"line": place.line, "end_line": end})
    suggestion = one.suggestion
    if suggestion is not None:
        suggestion = suggestion.model_copy(update={"line": place.line, "end_line": place.end_line})
    return Remark(diagnostic=one.model_copy(update={"location": location, "suggestion": suggestion}), text=remark.text)


def _answered(report: Report, judged: Judgements, anchors: Anchors) -> Iterator[tuple[str, str]]:
    asked = {f"{question.skill}/{question.item}" for question in report.questions}
    for ruling in judged.rulings:
        item = f"{ruling.question.skill}/{ruling.question.item}"
        for evidence in ruling.evidence if item in asked else ():
            place = anchors.locate(evidence.text, evidence.path, None)
            if isinstance(place, Place):
                yield item, f"{ruling.answer.value} at {evidence.path}:{place.line}"
                break
