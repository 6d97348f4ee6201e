"""Why the router decided so, and what would have changed it, in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence

from backwright.routing.decision import Decision
from backwright.routing.tally import Scored

_SHOWN = 3


def explain(
    decision: Decision,
    chosen: Sequence[Scored],
    *,
    behind: Scored | None,
    removed: Sequence[Scored],
    yielding: Sequence[Scored],
) -> str:
    """The reason for a decision that no name made.

    Args:
        decision: what was decided.
        chosen: the skills of the answer.
        behind: the next one that fitted in part.
        removed: those that a negative term removed.
        yielding: umbrella skills that yielded to a specific one.
    """
    if decision == "auto":
        sentences = [f"{_name(chosen[0])} fits: {_words(chosen[0])}."]
        if len(chosen) > 1:
            then = ", then ".join(f"{_name(one)} for {_words(one)}" for one in chosen[1:])
            sentences.append(f"The request needs more: load {then}, by name.")
        elif behind and behind.decisive:
            sentences.append(
                f"{_name(behind)} fits as well ({_words(behind)}): load it by name if the task needs both."
            )
        elif behind:
            sentences.append(f"Runner-up: {_name(behind)} at {behind.score}.")
    elif decision == "suggest":
        sentences = [_doubt(chosen)]
    else:
        sentences = [_nothing(behind, removed)]
    sentences.extend(f"{_name(one)} was left out: {_words(one, against=True)}." for one in removed[:_SHOWN])
    sentences.extend(f"{_name(one)} yields to the more specific skill." for one in yielding)
    return " ".join(sentences)


def _doubt(chosen: Sequence[Scored]) -> str:
    best = chosen[0]
    if best.doubtful:
        return f"{_name(best)} may fit: {_words(best)}; against it: {_words(best, against=True)}."
    if len(chosen) > 1:
        *others, last = [_name(one) for one in chosen]
        return f"{', '.join(others)} and {last} fit; name the one to load."
    return f"{_name(best)} may fit: {_words(best)}, but none of its strong triggers was found."


def _nothing(behind: Scored | None, removed: Sequence[Scored]) -> str:
    if behind:
        needed = "one of its strong triggers would have been needed, or its name"
        return f"Nothing fits. The nearest is {_name(behind)} with only {_words(behind)}; {needed}."
    if removed:
        return "Nothing fits."
    return "Nothing fits: no word of the request stands in any skill's triggers or description."


def _name(one: Scored) -> str:
    return one.terms.name


def _words(one: Scored, *, against: bool = False) -> str:
    pieces = [piece for piece in one.pieces if (piece.weight < 0) == against]
    return ", ".join(f"`{piece.term}` ({piece.field})" for piece in pieces[:_SHOWN])
