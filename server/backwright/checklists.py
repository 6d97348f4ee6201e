"""The checklists that a change is held against: those that the caller names, or those that the change calls for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from backwright.catalog.choice import choose, parse_pins
from backwright.errors import InvalidInputError
from backwright.review.checklist import ChecklistEntry, JudgementQuestion, Others
from backwright.review.relevance import Topic, shown_by, signs_of, told

if TYPE_CHECKING:
    from backwright.catalog.skill import Skill
    from backwright.contexts.schemas.project_v3 import ProjectContextV3
    from backwright.review.report import Report
    from backwright.review.subject import Subject
    from backwright.snapshot import Snapshot

ASKED: Final = "asked for"
# The tool that reviews is what such a skill is about, and nothing that reviewed code shows.
_OWN: Final = frozenset({"review_diff"})


@dataclass(frozen=True, slots=True)
class Checklists:
    """What a review answers to, and how that was chosen.

    Args:
        entries: of the skills that were chosen.
        others: of the others; one of their rules may find something all the same.
        chosen: the skills that were chosen, and why.
        left: the skills with a checklist that were not.
    """

    entries: tuple[ChecklistEntry, ...]
    others: Others
    chosen: tuple[tuple[Topic, str], ...]
    left: tuple[Topic, ...]

    def note(self, report: Report) -> str:
        """What the report says of the choice, its own findings included."""
        answered = {item.skill for item in report.checklist}
        found = {one.enforces.skill: one for one in reversed(report.findings) if one.enforces is not None}
        chosen, left = list(self.chosen), list[Topic]()
        for topic in self.left:
            if topic.skill not in answered:
                left.append(topic)
            elif topic.skill in found:
                one = found[topic.skill]
                chosen.append((topic, f"{one.code} found in {one.location.path}"))
            else:
                chosen.append((topic, "one of its rules found something"))
        return told(chosen, left)


def checklists_of(
    snapshot: Snapshot, project: ProjectContextV3, subject: Subject, asked: tuple[str, ...]
) -> Checklists:
    """The checklists for a change, at the versions that the caller names or the project pins.

    Args:
        snapshot: what is served.
        project: the conventions that hold: its pins, and the checklists that it wants at all.
        subject: the change.
        asked: skills as `name` or `name@range`; none for those that the change calls for.

    Raises:
        SkillNotFoundError, SkillBlockedError, VersionNotFoundError, InvalidVersionError: a skill cannot be had so.
        InvalidInputError: one is asked for at two versions.
    """
    pins, catalog = parse_pins(project.skills), snapshot.catalog
    shown = [choose(catalog, head.name, pins).skill if head.name in pins else head for head in snapshot.shown]
    wanted = [skill for skill in shown if not project.checklists or skill.name in project.checklists]
    reasons: dict[str, str] = {}
    if asked:
        wanted = []
        for request in asked:
            choice = choose(catalog, request, pins)
            _once(choice.skill, wanted)
            reasons[choice.skill.name] = _why(choice.skill, choice.note)
        shown = [skill for skill in shown if skill.name not in reasons] + wanted
    else:
        signs = signs_of(subject.diff.files, subject.read_new)
        reasons = {
            skill.name: why
            for skill in wanted
            if skill.checklist and (why := shown_by(_topic(skill), signs)) is not None
        }
    chosen = [skill for skill in wanted if skill.name in reasons]
    others = [skill for skill in wanted if skill.name not in reasons and skill.checklist]
    # Where the choice is the caller's or the project's, what finds something else still names its sentence.
    quiet = [skill for skill in shown if skill not in chosen and skill not in others]
    return Checklists(
        entries=_entries(chosen),
        others=Others(_entries(others), _entries(quiet)),
        chosen=tuple((_topic(skill), reasons[skill.name]) for skill in chosen),
        left=tuple(map(_topic, others)),
    )


def _once(skill: Skill, into: list[Skill]) -> None:
    other = next((each for each in into if each.name == skill.name), None)
    if other is None:
        into.append(skill)
    elif other.version != skill.version:
        message = f"{skill.name} is asked for at {other.version} and at {skill.version}"
        raise InvalidInputError(message, hint="name a skill once")


def _why(skill: Skill, note: str) -> str:
    found = [] if skill.checklist else ["it has no checklist"]
    return "; ".join([ASKED, *found, *([note.rstrip(".")] if note else [])])


def _topic(skill: Skill) -> Topic:
    triggers = skill.triggers
    return Topic(
        skill=skill.name,
        version=skill.version,
        strong=tuple(term for term in (*skill.keywords, *triggers.strong) if term not in _OWN),
        weak=triggers.weak,
        general=triggers.umbrella,
    )


def _entries(skills: Iterable[Skill]) -> tuple[ChecklistEntry, ...]:
    return tuple(entry for skill in skills for entry in _of(skill))


def _of(skill: Skill) -> Iterator[ChecklistEntry]:
    for item in skill.checklist:
        question = None if item.question is None else JudgementQuestion(**item.question.model_dump())
        yield ChecklistEntry(
            skill=skill.name,
            version=skill.version,
            id=item.id,
            text=item.text,
            rules=item.rules,
            evidence=item.evidence,
            question=question,
        )
