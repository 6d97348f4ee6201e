"""Why the router decided so, and what would have changed it, in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from backwright.routing.decision import Decision, Match, Routing
from backwright.routing.tally import Scored
from backwright.routing.thresholds import SHIPPED, Thresholds

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


_LOADING: Final = frozenset({"name", "strong", "alias", "all_of"})


def otherwise(routing: Routing, weighed: Sequence[Match], at: Thresholds = SHIPPED) -> str:
    """What would have changed a decision: the bound that decided, and how far it was.

    Args:
        routing: the decision.
        weighed: the skills for which anything speaks, best first.
        at: from which score on something was done.
    """
    if routing.decision == "explicit":
        return "A name always wins; without it, the words would have decided."
    if not weighed:
        return "A skill's name, or any word of its triggers or description, would have made it a candidate."
    if routing.decision == "auto":
        return _otherwise_loaded(routing, weighed, at)
    if routing.decision == "none":
        return f"Offered from {at.suggest:.2f} on: {weighed[0].skill} has {weighed[0].score:.2f}."
    return _otherwise_offered(routing.matches, at)


def _otherwise_loaded(routing: Routing, weighed: Sequence[Match], at: Thresholds) -> str:
    chosen, loaded = routing.matches[0], {one.skill for one in routing.matches}
    rival = next((each for each in weighed if each.skill not in loaded), None)
    near = "no other skill was near"
    if rival is not None:
        near = f"{rival.skill} is {chosen.score - rival.score:.2f} behind and {at.margin:.2f} is enough"
    return f"Loaded from {at.auto:.2f} on: {chosen.skill} has {chosen.score:.2f}; {near}."


def _otherwise_offered(offered: Sequence[Match], at: Thresholds) -> str:
    best = offered[0]
    if any(piece.weight < 0 for piece in best.evidence):
        said = f"Without what speaks against it, {best.skill} might have been loaded."
    elif not any(piece.field in _LOADING for piece in best.evidence):
        said = f"A strong trigger of {best.skill}, or its name, would have loaded it; nothing else does."
    elif best.score < at.auto:
        said = f"Loaded from {at.auto:.2f} on: {best.skill} has {best.score:.2f}."
    elif len(offered) > 1:
        gap = f"{offered[1].skill} is {best.score - offered[1].score:.2f} behind"
        said = f"Loaded where the next is {at.margin:.2f} behind: {gap}, or may be meant as well."
    else:
        said = f"A word was read as another that is one slip away; spelt right, {best.skill} would have been loaded."
    return said


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
