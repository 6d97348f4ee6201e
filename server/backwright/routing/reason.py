"""Why the router decided so, and what would have changed it, in a sentence or two."""

from __future__ import annotations

from collections.abc import Sequence

from backwright.routing.decision import Decision, Evidence, Match

_SHOWN = 3


def explain(
    decision: Decision,
    matches: Sequence[Match],
    *,
    behind: Sequence[Match],
    removed: Sequence[Match],
    yielding: Sequence[Match],
) -> str:
    """The reason for a decision that no name made.

    Args:
        decision: what was decided.
        matches: what was chosen.
        behind: the skills that fitted less, the best first.
        removed: those that a negative term removed.
        yielding: umbrella skills that yielded to a specific one.
    """
    if decision == "auto":
        sentences = [f"{matches[0].skill} fits: {_words(matches[0], against=False)}."]
        if behind:
            sentences.append(f"Runner-up: {behind[0].skill} at {behind[0].score}.")
    elif decision == "suggest":
        sentences = [_doubt(matches)]
    else:
        sentences = [_nothing(behind, removed)]
    against = [match for match in removed if any(evidence.weight > 0 for evidence in match.evidence)]
    sentences.extend(f"{match.skill} was left out: {_words(match, against=True)}." for match in against[:_SHOWN])
    if matches:
        sentences.extend(f"{match.skill} yields to the more specific skill." for match in yielding)
    return " ".join(sentences)


def _doubt(matches: Sequence[Match]) -> str:
    best = matches[0]
    if any(evidence.weight < 0 for evidence in best.evidence):
        return f"{best.skill} may fit: {_words(best, against=False)}; against it: {_words(best, against=True)}."
    if len(matches) > 1:
        names = " and ".join(match.skill for match in matches)
        return f"{names} both fit; name the one to load." if len(matches) == 2 else f"{names} fit; name one."  # noqa: PLR2004  two, as in "both"
    return f"{best.skill} may fit: {_words(best, against=False)}, but none of its strong triggers was found."


def _nothing(behind: Sequence[Match], removed: Sequence[Match]) -> str:
    if behind:
        near = behind[0]
        return (
            f"Nothing fits. The nearest is {near.skill} with only {_words(near, against=False)}; "
            "one of its strong triggers would have been needed, or its name."
        )
    if removed:
        return "Nothing fits."
    return "Nothing fits: no word of the request stands in any skill's triggers or description."


def _words(match: Match, *, against: bool) -> str:
    chosen: list[Evidence] = [evidence for evidence in match.evidence if (evidence.weight < 0) == against]
    return ", ".join(f"`{evidence.term}` ({evidence.field})" for evidence in chosen[:_SHOWN])
