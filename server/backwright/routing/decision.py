"""What the router is asked and what it answers: plain values, the same for every surface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, SkipValidation

Decision = Literal["explicit", "auto", "suggest", "none", "restored"]
EvidenceField = Literal[
    "name",
    "strong",
    "alias",
    "all_of",
    "sign",
    "weak",
    "words",
    "description",
    "body",
    "path",
    "context",
    "negative",
    "foreign",
    "library",
]


class Frozen(BaseModel):
    """A value that crosses a boundary: closed, immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Request:
    """What someone asks for.

    Args:
        text: the request as the user wrote it, in any language.
        paths: files that are at hand; they support a skill or speak against it, and never choose one alone.
        keywords: technical words that the caller adds, best in English; each stands on its own.
        context: what the caller knows of the project, such as its libraries; it supports or speaks against a skill as
            paths do.
        name: the skill that the caller wants, with or without a range (`name`, `name@^1.2`, `name<2`).
    """

    text: str
    paths: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    name: str | None = None


class Evidence(NamedTuple):
    """One reason for or against a skill; in JSON an object.

    Args:
        term: the words as the skill declares them, or as the request holds them.
        field: where the skill declares them (`words`: single words of its name and triggers; `body`: of its
            instructions and references); `negative` and `foreign` speak against it.
        weight: from -1 to 1, how much it moved the score; below 0 speaks against the skill.
    """

    term: str
    field: EvidenceField
    weight: float


# The router makes many of them and hands out few, so they are no models and are not validated.
_Shown: TypeAlias = Annotated[Evidence, SkipValidation, PlainSerializer(lambda piece: piece._asdict())]


class Match(Frozen):
    """A skill that fits, with its reasons, the heaviest first."""

    skill: str
    version: str
    score: float = Field(description="From 0 to 1; comparable between catalogues of any size.")
    evidence: tuple[_Shown, ...] = ()


class Routing(Frozen):
    """The router's answer."""

    decision: Decision = Field(
        description="explicit: it was named. auto: clear, loaded unasked. suggest: candidates. none: nothing fits."
    )
    matches: tuple[Match, ...] = Field(
        default=(), description="Best first. If auto, those after the first are needed as well, in this order."
    )
    reason: str = Field(description="One or two sentences: why so, and what would have changed it.")
    requested: str | None = Field(
        default=None, description="The version range that was asked for by name; the catalogue resolves it."
    )
    held_back: tuple[Match, ...] = Field(
        default=(), description="Skills that fitted in part but were removed or outranked, with the reasons."
    )

    def at_version(self, version: str, note: str = "", evidence: tuple[Evidence, ...] = ()) -> Routing:
        """The same answer with the chosen skill at the version that the catalogue resolved, and a word on why."""
        first = self.matches[0]
        chosen = first.model_copy(update={"version": version, "evidence": (*first.evidence, *evidence)})
        reason = f"{self.reason} {note}".rstrip()
        return self.model_copy(update={"matches": (chosen, *self.matches[1:]), "reason": reason})

    def offering(self, versions: Mapping[str, str]) -> Routing:
        """The same answer with these versions of the skills that it only speaks of."""
        if not versions:
            return self
        matches, held_back = (
            tuple(match.model_copy(update={"version": versions.get(match.skill, match.version)}) for match in spoken_of)
            for spoken_of in (self.matches, self.held_back)
        )
        return self.model_copy(update={"matches": matches, "held_back": held_back})


def retired(skill: str, version: str, note: str = "") -> Routing:
    """The routing to a skill that is named and of which only releases are left: it can be had by name, and only so."""
    match = Match(skill=skill, version=version, score=1.0, evidence=(Evidence(term=skill, field="name", weight=1.0),))
    reason = f"The request names {skill}, which is retired: only its releases are served. {note}".rstrip()
    return Routing(decision="explicit", matches=(match,), reason=reason)
