"""Which judgement items a change raises, on which lines, the most relevant first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from backwright.review.checklist import ChecklistEntry, JudgementQuestion
from backwright.review.diff import FileDiff, Hunk, Line, LineKind
from backwright.review.hostile import masked
from backwright.review.paths import is_test
from backwright.review.report import EvidenceLine, OpenQuestion

MAX_LINES = 3
_QUOTED = re.compile(r"`([^`]+)`")
_WORD = re.compile(r"[A-Za-z]{4,}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
_TOO_COMMON = frozenset({"added", "call", "change", "changed", "code", "line", "name", "path", "same", "that", "this"})


def questions_for(entries: Iterable[ChecklistEntry], files: Sequence[FileDiff]) -> tuple[OpenQuestion, ...]:
    """The questions that apply to the Python that a diff adds.

    Words in backticks in a question's evidence gate it: it applies where a hunk holds one of them. The order is by
    how many of the question's words occur in the added code; equal ones keep the order of the checklist.
    """
    hunks = [(file.path, hunk) for file in files if file.path.endswith(".py") for hunk in file.hunks if hunk.added]
    # What a test does says nothing of how the service behaves; it is asked about only where nothing else changed.
    hunks = [(path, hunk) for path, hunk in hunks if not is_test(path)] or hunks
    if not hunks:
        return ()
    words = frozenset(word for _, hunk in hunks for line in hunk.added for word in _words(line.text))
    whole = [(path, "\n".join((hunk.section, *(line.text for line in hunk.lines))), hunk) for path, hunk in hunks]
    ranked: list[tuple[int, OpenQuestion]] = []
    for entry in entries:
        if entry.question is None:
            continue
        gates = _gates(entry.question)
        lines = tuple(islice(_evidence(gates, whole), MAX_LINES)) if gates is not None else ()
        if lines or gates is None:
            ranked.append((-_relevance(entry, words), _open(entry, entry.question, lines)))
    return tuple(question for _, question in sorted(ranked, key=lambda pair: pair[0]))


def _gates(question: JudgementQuestion) -> re.Pattern[str] | None:
    """What finds a gate of a question in a text; None where it has none."""
    terms = [stripped for term in _QUOTED.findall(question.evidence) if (stripped := term.strip("() "))]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, terms))})(?!\w)") if terms else None


def _evidence(gates: re.Pattern[str], hunks: Iterable[tuple[str, str, Hunk]]) -> Iterator[EvidenceLine]:
    """Added lines that hold a gate's word; or the first added line of a hunk that holds one around it."""
    for path, text, hunk in hunks:
        # Most hold none, and one search of all of it says so.
        if gates.search(text):
            own = [line for line in hunk.added if gates.search(line.text)]
            yield from (_line(path, line) for line in own or [line for line in hunk.added[:1] if _around(gates, hunk)])


def _around(gates: re.Pattern[str], hunk: Hunk) -> bool:
    context = (line.text for line in hunk.lines if line.kind is LineKind.CONTEXT)
    return any(gates.search(text) for text in (hunk.section, *context))


def _line(path: str, line: Line) -> EvidenceLine:
    return EvidenceLine(path=path, line=line.new or 0, text=masked(line.text.strip())[:160])


def _words(text: str) -> Iterator[str]:
    for word in _WORD.findall(_CAMEL.sub(" ", text)):
        yield word.lower().removesuffix("s")


def _relevance(entry: ChecklistEntry, words: frozenset[str]) -> int:
    question = entry.question
    text = f"{entry.text} {question.ask} {question.evidence}" if question is not None else entry.text
    return len(words.intersection(_words(text)) - _TOO_COMMON)


def _open(entry: ChecklistEntry, question: JudgementQuestion, lines: tuple[EvidenceLine, ...]) -> OpenQuestion:
    return OpenQuestion(
        skill=entry.skill, version=entry.version, item=entry.id, text=entry.text, question=question, lines=lines
    )
