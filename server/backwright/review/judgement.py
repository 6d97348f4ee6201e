"""What a caller says of a review, verified against the diff, and the one report that comes of both.

Nothing that the caller says is trusted: a quote must stand where it is claimed to, an anchor must be a line that can
be commented on, an answer must be to a question that was asked, and text is cut, freed of what nobody can see, and
masked. What is refused changes nothing, and every verdict and comment has an outcome with its reason.

A later call goes on from an earlier one: a verdict replaces the earlier verdict on the same item, a comment is added.
The same call again changes nothing and has the same outcomes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from backwright.review.anchor import Anchors, Place, Refusal, normalised
from backwright.review.checklist import ItemStatus, Status
from backwright.review.diagnostic import Basis, Confidence, Diagnostic, ItemRef, Location, Severity, Suggestion
from backwright.review.hostile import masked, visible
from backwright.review.reading import Reader
from backwright.review.report import OpenQuestion, Report
from backwright.review.said import cleaned, says_the_same
from backwright.review.suggestion import unfit
from backwright.review.verdict import Answer, Comment, Evidence, Judgements, Outcome, Remark, Ruling, Verdict

CALLER: Final = "caller"
"""The detector of what no rule found."""
CODE: Final = "JUDGED"
MAX_KEPT: Final = 200
"""Comments under one handle."""
NEAR: Final = 3
"""Lines between a finding and a comment that names its code, for the two to be about the same."""
_STATUS: Mapping[Answer, Status] = {
    Answer.MET: Status.EVIDENCED,
    Answer.BROKEN: Status.VIOLATED,
    Answer.NOT_APPLICABLE: Status.NOT_APPLICABLE,
    Answer.UNSURE: Status.NOT_EVALUATED,
}


class Judge:
    """Takes or refuses what a caller says of one review.

    Args:
        report: the review.
        anchors: the lines of its diff.
        read_new: the bytes of a file after the change, or None; only a file that agrees with the diff is used.
        earlier: what was accepted before.
    """

    def __init__(self, report: Report, anchors: Anchors, read_new: Reader, earlier: Judgements | None = None) -> None:
        self._report = report
        self._anchors = anchors
        self._read_new = read_new
        self._earlier = earlier or Judgements()
        self.outcomes: list[Outcome] = []

    def judged(self, verdicts: Sequence[Verdict], comments: Sequence[Comment]) -> Judgements:
        """What is accepted now, with what was before; `outcomes` then says what became of each."""
        rulings = self._rulings(verdicts)
        return Judgements(rulings=rulings, comments=self._comments(comments))

    def _rulings(self, verdicts: Sequence[Verdict]) -> tuple[Ruling, ...]:
        rulings = {_key(ruling.question): ruling for ruling in self._earlier.rulings}
        answers: dict[str, set[Answer]] = {}
        for verdict in verdicts:
            question = self._question(verdict.item)
            answers.setdefault(verdict.item if question is None else _item(question), set()).add(verdict.verdict)
        given: dict[str, Ruling] = {}
        for verdict in verdicts:
            question = self._question(verdict.item)
            if question is None:
                self._refuse(verdict.item, "this review did not ask that: see the items of its questions")
            elif len(answers[_item(question)]) > 1:
                self._refuse(_item(question), "it is answered in two ways: decide, and say it once")
            else:
                ruling = self._ruling(question, verdict, given.get(_item(question)))
                given |= {} if ruling is None else {_item(question): ruling}
        order = [_item(question) for question in self._report.questions]
        rulings |= given
        return tuple(rulings[item] for item in order if item in rulings)

    def _question(self, item: str) -> OpenQuestion | None:
        """The question that is meant: by skill and item, or by the item alone where only one skill has it."""
        found = [question for question in self._report.questions if item in {_item(question), question.item}]
        exact = [question for question in found if item == _item(question)]
        return exact[0] if exact else found[0] if len(found) == 1 else None

    def _ruling(self, question: OpenQuestion, verdict: Verdict, before: Ruling | None) -> Ruling | None:
        item = _item(question)
        reason, notes = cleaned(verdict.reason or "")
        place: Place | None = None
        if verdict.quote:
            found = self._anchors.locate(verdict.quote, verdict.path, verdict.line)
            if isinstance(found, Refusal):
                self._refuse(item, found.reason)
                return None
            place = found
        elif verdict.verdict is Answer.BROKEN:
            self._refuse(item, "broken needs a quote: the code that breaks it, with path and line")
            return None
        self._accept(item, place, notes)
        evidence = () if before is None else before.evidence
        evidence += () if place is None else (_evidence(place),)
        ref = ItemRef(skill=question.skill, version=question.version, item=question.item, text=question.text)
        reason = reason or ("" if before is None else before.reason)
        return Ruling(question=ref, answer=verdict.verdict, reason=reason, evidence=tuple(dict.fromkeys(evidence)))

    def _comments(self, comments: Sequence[Comment]) -> tuple[Remark, ...]:
        kept = list(self._earlier.comments)
        for number, comment in enumerate(comments, 1):
            made = self._comment(f"comment {number}", comment, kept)
            if made is not None:
                kept.append(made)
        return tuple(kept)

    def _comment(self, of: str, comment: Comment, kept: Sequence[Remark]) -> Remark | None:
        """The comment as it is kept; None where it is refused, merged, or there already."""
        message, notes = cleaned(comment.message)
        place = self._anchors.locate(comment.quote, comment.path, comment.line)
        if not message:
            place = Refusal("the message is empty: say what happens, and what to do")
        if isinstance(place, Refusal):
            self._refuse(of, place.reason)
            return None
        suggestion = self._suggestion(comment.suggestion, place, notes)
        made = _remark(_evidence(place), message, comment.severity, suggestion)
        same = next((finding for finding in self._report.open_findings if _is_about(finding, place, message)), None)
        if same is not None:
            self._merge(of, same, f"{same.code} says it: {visible(same.message)[:120]}")
            return None
        if made in kept:
            self._accept(of, place, notes)
            return None
        said = (one.diagnostic for one in kept)
        other = next((one for one in said if _spans(one, place) and says_the_same(message, one.message)), None)
        if other is not None:
            self._merge(of, other, "an earlier comment says it")
            return None
        if len(kept) >= MAX_KEPT:
            self._refuse(of, f"this review has {MAX_KEPT} comments: say what is wrong with the approach instead")
            return None
        self._accept(of, place, notes)
        return made

    def _suggestion(self, text: str | None, place: Place, notes: list[str]) -> Suggestion | None:
        """The suggestion where it fits; what is wrong with it goes to the notes."""
        if text is None:
            return None
        problem, remark = unfit(text, place, self._read_new, self._anchors)
        notes += [f"its suggestion is refused: {problem}"] if problem else [remark] if remark else []
        if problem:
            return None
        return Suggestion(line=place.line, end_line=place.end_line, replacement=text)

    def _accept(self, of: str, place: Place | None, notes: Sequence[str]) -> None:
        moved = place is not None and place.asked is not None
        why = [f"the quote is not on line {place.asked}"] if place is not None and moved else []
        at = None if place is None else _at(place.path, place.line)
        text = "; ".join((*why, *notes)) or None
        self.outcomes.append(Outcome(of=of, outcome="moved" if moved else "accepted", at=at, why=text))

    def _merge(self, of: str, other: Diagnostic, why: str) -> None:
        at = _at(other.location.path, other.location.line)
        self.outcomes.append(Outcome(of=of, outcome="merged", at=at, why=why))

    def _refuse(self, of: str, why: str) -> None:
        self.outcomes.append(Outcome(of=cleaned(visible(of), 120)[0], outcome="refused", why=why))


def completed(report: Report, judgements: Judgements) -> Report:
    """The review with what was accepted: one report, in which the caller's part has `caller` as its detector.

    A question that is answered is an entry of the checklist. One that is not stays a question, and stands in the
    checklist as not evaluated.
    """
    rulings = {_key(ruling.question): ruling for ruling in judgements.rulings}
    said = [remark.diagnostic for remark in remarks(report, judgements)]
    if not rulings and not said:
        return report
    statuses = tuple(_status(question, rulings.get(_item(question))) for question in report.questions)
    open_ones = tuple(
        question
        for question in report.questions
        if (ruling := rulings.get(_item(question))) is None or ruling.answer is Answer.UNSURE
    )
    findings = sorted(
        (*report.findings, *said),
        key=lambda one: (one.location.path, one.location.line, one.severity.rank, one.code, one.message),
    )
    note = f"what has the detector {CALLER!r} was judged by a reader, and its quotes were found in the change"
    return report.model_copy(
        update={
            "findings": tuple(findings),
            "checklist": (*report.checklist, *statuses),
            "questions": open_ones,
            "notes": (*report.notes, note),
        }
    )


def remarks(report: Report, judgements: Judgements) -> tuple[Remark, ...]:
    """What the caller found: the comments, and each place at which a question was answered with `broken`."""
    return (*judgements.comments, *_broken(report, judgements))


def _broken(report: Report, judgements: Judgements) -> Iterator[Remark]:
    """A remark for each broken place, unless something says it already."""
    known = (*report.open_findings, *(comment.diagnostic for comment in judgements.comments))
    for ruling in judgements.rulings:
        message = ruling.reason or f"This breaks: {ruling.question.text}"
        for evidence in ruling.evidence if ruling.answer is Answer.BROKEN else ():
            lines = frozenset(range(evidence.line, evidence.end_line + 1))
            said = (one for one in known if one.location.path == evidence.path and lines & _lines(one))
            if not any(says_the_same(message, one.message) for one in said):
                yield _remark(evidence, message, Severity.WARNING, None, ruling.question)


def _status(question: OpenQuestion, ruling: Ruling | None) -> ItemStatus:
    status, detail = Status.NOT_EVALUATED, "asked, and not answered"
    if ruling is not None:
        status = _STATUS[ruling.answer]
        if ruling.answer is Answer.MET and not ruling.evidence:
            status = Status.NO_VIOLATION
        places = [f"`{_cut(each.text)}` at {_at(each.path, each.line)}" for each in ruling.evidence[:3]]
        unsure = "the caller is unsure" if ruling.answer is Answer.UNSURE else "judged by the caller"
        detail = f"{unsure}: {', '.join(places) or 'without a quote'}" + (f". {ruling.reason}" if ruling.reason else "")
    return ItemStatus(
        skill=question.skill,
        version=question.version,
        item=question.item,
        text=question.text,
        status=status,
        detail=detail,
    )


def _remark(
    evidence: Evidence, message: str, severity: Severity, suggestion: Suggestion | None, item: ItemRef | None = None
) -> Remark:
    text = evidence.text.split("\n")[0]
    mark = "\0".join((CODE, evidence.path, normalised(evidence.text), " ".join(message.lower().split())))
    made = Diagnostic(
        code=CODE,
        name="judged-by-the-caller",
        kind=item.item if item is not None else "",
        message=message,
        severity=severity,
        location=Location(
            path=evidence.path,
            line=evidence.line,
            column=len(text) - len(text.lstrip()) + 1 if text.strip() else 1,
            end_line=evidence.end_line if evidence.end_line > evidence.line else None,
        ),
        basis=Basis.JUDGEMENT,
        confidence=Confidence.MEDIUM,
        detector=CALLER,
        suggestion=suggestion,
        enforces=item,
        fingerprint=hashlib.sha256(mark.encode("utf-8", "replace")).hexdigest()[:16],
    )
    return Remark(diagnostic=made, text=evidence.text)


def _evidence(place: Place) -> Evidence:
    return Evidence(path=place.path, line=place.line, end_line=place.end_line, text=masked(place.text))


def _is_about(finding: Diagnostic, place: Place, message: str) -> bool:
    """Whether a comment says what a finding says: it names its code on about the line, or has its words on the line."""
    if finding.location.path != place.path:
        return False
    named = finding.code in message.replace(":", " ").replace("(", " ").replace(")", " ").split()
    if named and any(place.line - NEAR <= line <= place.end_line + NEAR for line in _lines(finding)):
        return True
    return _spans(finding, place) and says_the_same(message, f"{finding.message} {finding.name} {finding.kind}")


def _spans(one: Diagnostic, place: Place) -> bool:
    return one.location.path == place.path and any(place.line <= line <= place.end_line for line in _lines(one))


def _lines(one: Diagnostic) -> frozenset[int]:
    return frozenset(range(one.location.line, (one.location.end_line or one.location.line) + 1)) | set(one.others)


def _item(question: OpenQuestion) -> str:
    return f"{question.skill}/{question.item}"


def _key(ref: ItemRef) -> str:
    return f"{ref.skill}/{ref.item}"


def _at(path: str, line: int) -> str:
    return f"{path}:{line}"


def _cut(text: str) -> str:
    shown = visible(normalised(text.split("\n", maxsplit=1)[0]))
    return shown if len(shown) <= 120 else f"{shown[:119]}…"  # noqa: PLR2004  a line of code
