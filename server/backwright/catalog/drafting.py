"""The files of a new skill: valid at once, and honest about what is still to be written.

What only its author knows stands as a line `To write: ...`, which `backwright lint` lists until it is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright.catalog.loader import Candidate, build_skill
from backwright.catalog.problem import ProblemError
from backwright.catalog.skill import CHECKLIST_YAML, SKILL_MD, TRIGGERS_YAML, Skill, SkillFile
from backwright.errors import InvalidInputError

TO_WRITE: Final = "To write:"
VERSION: Final = "0.1.0"

_BODY: Final = """
# {title}

Defaults hold unless the repository dictates otherwise: read one existing place that does this, and its test, first.
{missing}
## Decide

To write: a table of the questions that come up, each with its default and when to depart from it.

## Order of work

To write: the steps, in order; code blocks that run as they stand, and the versions they were checked with.

## Check at the end

To write: what is run or looked at before the work is called done.
"""
_CHECKLIST: Final = """\
# To write: one item for each rule of this skill, decided by the codes of review rules or by a question.
items:
  - id: follows-{name}
    text: Follow the skill {name}, or say where the change departs from it and why.
    question:
      ask: Where the change does what the skill {name} is about, does it follow the skill's defaults?
      evidence: The added lines beside the instructions of the skill.
      success: Each default is followed, or the departure is named with its reason.
      failure: A default is passed over in silence.
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of a skill before it is written.

    Args:
        name: of the skill and its folder.
        description: what it is for and when to use it; None to have it derived from the triggers.
        triggers: phrases that name its subject; none to have one derived from the name.
        match: requests that must lead to it.
        no_match: requests that must not.
        borrowed: whether `no_match` was made, and not given by the author.
    """

    name: str
    description: str | None = None
    triggers: tuple[str, ...] = ()
    match: tuple[str, ...] = ()
    no_match: tuple[str, ...] = ()
    borrowed: bool = False

    @property
    def phrases(self) -> tuple[str, ...]:
        """Its triggers, or the words of its name."""
        return self.triggers or (self.name.replace("-", " "),)


def drafted(draft: Draft) -> Skill:
    """The skill that a draft makes, read by the strict loader as it would be from the disk.

    Raises:
        InvalidInputError: the name, the description or a trigger breaks a rule of Agent Skills or of ours.
    """
    files = (
        SkillFile.of(SKILL_MD, _skill_md(draft).encode()),
        SkillFile.of(CHECKLIST_YAML, _CHECKLIST.format(name=draft.name).encode()),
        SkillFile.of(TRIGGERS_YAML, _triggers(draft).encode()),
    )
    try:
        return build_skill(Candidate(draft.name, Path(draft.name), draft.name), files)
    except ProblemError as error:
        raise InvalidInputError(error.problem.message, hint=error.problem.fix) from None


def _skill_md(draft: Draft) -> str:
    phrases = ", ".join(draft.phrases)
    derived = f"{_title(draft.name)} in this project: defaults, order of work, checks. Use when asked about {phrases}."
    lines = [
        "---",
        f"name: {draft.name}",
        f"description: {_quoted(draft.description or derived)}",
        "metadata:",
        f'  version: "{VERSION}"',
        f"  triggers: {_quoted(phrases)}",
        "---",
    ]
    missing = "" if draft.description else f"\n{TO_WRITE} the description above, which was made from the name.\n"
    return "\n".join(lines) + "\n" + _BODY.format(title=_title(draft.name), missing=missing)


def _triggers(draft: Draft) -> str:
    return "".join(_trigger_lines(draft))


def _trigger_lines(draft: Draft) -> Iterator[str]:
    yield f"# {TO_WRITE} more phrases (strong, weak), aliases in other languages, words that speak against it (not).\n"
    yield from _listed("match", draft.match)
    if draft.borrowed:
        yield f"# {TO_WRITE} near misses of your own; these were made, or are requests to other skills.\n"
    yield from _listed("no_match", draft.no_match)


def _listed(name: str, texts: Iterable[str]) -> Iterator[str]:
    lines = [f"  - {_quoted(text)}\n" for text in texts]
    if lines:
        yield from (f"{name}:\n", *lines)


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
