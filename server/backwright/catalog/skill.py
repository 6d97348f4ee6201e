"""A skill as it is served: its files with their digests, and what its frontmatter, triggers and checklist say.

Vocabulary: Agent Skills (agentskills.io/specification) and the Skills extension of MCP (SEP-2640).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from backwright._files import digest
from backwright._strict_yaml import JSON
from backwright.catalog.frontmatter import decode, split
from backwright.catalog.problem import ProblemError
from backwright.errors import IntegrityError, SkillFileNotFoundError

SKILL_MD: Final = "SKILL.md"
TRIGGERS_YAML: Final = "triggers.yaml"
CHECKLIST_YAML: Final = "checklist.yaml"
EVALS: Final = "evals/"

NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_NAME: Final = 64

Term = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\S(.*\S)?\z")]
Sign = Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^\S(.*\S)?\z")]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\z")]
RuleCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,8}[0-9]{1,5}\z")]
ItemId = Annotated[str, StringConstraints(max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\z")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500)]
# What a change as a whole can show by itself; the review decides each (see its checklist).
Evidence = Literal[
    "docs_with_settings",
    "lifespan_with_app",
    "lock_with_dependencies",
    "migration_with_model_change",
    "probes_with_app",
    "tests_changed",
    "tests_with_routes",
]


class Frozen(BaseModel):
    """A value read from a file of a skill: closed, immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Triggers(Frozen):
    """The content of `triggers.yaml`: what `metadata.triggers`, one string, cannot hold.

    Args:
        strong: phrases that name the skill's subject, in addition to `metadata.triggers`.
        weak: words that add weight but never fire alone.
        aliases: strong phrases by language (a BCP 47 tag such as `zh` or `pt-BR`).
        not_: words that speak against the skill; written `not` in the file.
        all_of: groups of words that fire when all of a group are there.
        match: requests that must lead here; tests, not terms.
        no_match: requests that must not.
        signs: groups of plain words for a symptom or a wish, any of several in each place (`slow | crawls`); all of a
            group near each other offer the skill and never load it.
        umbrella: the skill gives way to a more special one.
    """

    strong: tuple[Term, ...] = ()
    weak: tuple[Term, ...] = ()
    aliases: Mapping[Language, tuple[Term, ...]] = Field(default_factory=dict)
    not_: tuple[Term, ...] = Field(default=(), alias="not")
    all_of: tuple[Annotated[tuple[Term, ...], Field(min_length=2)], ...] = ()
    match: tuple[Phrase, ...] = ()
    no_match: tuple[Phrase, ...] = ()
    signs: tuple[Annotated[tuple[Sign, ...], Field(min_length=2)], ...] = ()
    umbrella: bool = False


class Question(Frozen):
    """A judgement that no detector makes: what to ask, where to look, and how both answers show."""

    ask: Sentence
    evidence: Sentence
    success: Sentence
    failure: Sentence


class ChecklistItem(Frozen):
    """One sentence of a skill's checklist and what decides it: exactly one of rules, evidence and question.

    Args:
        id: kebab-case, unique in its skill.
        text: the sentence that a finding quotes.
        rules: codes of the review rules (`BWnnn` or ruff's) that decide it.
        evidence: the fact of the whole change that decides it.
        question: what the calling model is asked.
    """

    id: ItemId
    text: Sentence
    rules: tuple[RuleCode, ...] = ()
    evidence: Evidence | None = None
    question: Question | None = None

    @model_validator(mode="after")
    def _decided_once(self) -> ChecklistItem:
        if (bool(self.rules), self.evidence is not None, self.question is not None).count(True) != 1:
            raise ValueError(f"item {self.id!r} must have exactly one of rules, evidence and question")
        return self


class Checklist(Frozen):
    """The content of `checklist.yaml`."""

    items: tuple[ChecklistItem, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillFile:
    """One file of a skill; equal to another that has the same digest.

    Args:
        path: POSIX path relative to the skill's folder.
        digest: `sha256:` and 64 hex digits; what was pinned when the snapshot was made.
        size: in bytes.
        held: the bytes, or what reads them and raises IntegrityError where they are not those of the digest.
    """

    path: str
    digest: str
    size: int
    held: bytes | Callable[[], bytes] = field(repr=False, compare=False)

    @classmethod
    def of(cls, path: str, data: bytes) -> SkillFile:
        """A file with the digest and the size of its bytes."""
        return cls(path, digest(data), len(data), data)

    @property
    def data(self) -> bytes:
        """The bytes.

        Raises:
            IntegrityError: they were not read yet, and are no longer there.
        """
        held = self.held
        return held if isinstance(held, bytes) else held()

    def verified(self) -> bytes:
        """The bytes, checked against the digest.

        Raises:
            IntegrityError: they are not those that the digest pins.
        """
        data = self.data
        if digest(data) != self.digest:
            raise IntegrityError(
                f"the bytes of {self.path} do not match their digest", hint="restart the server; then check the pack"
            )
        return data


@dataclass(frozen=True, slots=True)
class Skill:
    """One version of a skill.

    Args:
        name: equals the folder's name; what follows the last slash of it, where others have the name as well.
        version: `metadata.version`, SemVer 2.0.0.
        description: what it is for and when to use it; at most 1,024 characters.
        frontmatter: every field of the frontmatter as JSON, verbatim.
        files: every file, sorted by path; SKILL.md among them.
        triggers: the content of `triggers.yaml`.
        keywords: `metadata.triggers`, split at its commas.
        checklist: the items of `checklist.yaml`.
        digest: of the whole tree, see `tree_digest`; what the manifest pins.
        released: an immutable snapshot, addressed by its version and not listed.
        package: the installed distribution that it is part of, as `fastapi 0.165.0`: another party's, pinned by no
            manifest. None for all others.
    """

    name: str
    version: str
    description: str
    frontmatter: Mapping[str, JSON]
    files: tuple[SkillFile, ...]
    triggers: Triggers
    keywords: tuple[str, ...]
    checklist: tuple[ChecklistItem, ...]
    digest: str
    released: bool = False
    package: str | None = None

    @property
    def own_name(self) -> str:
        """The name as its SKILL.md has it."""
        return self.name.rpartition("/")[2]

    @property
    def body(self) -> str:
        """The instructions: SKILL.md without its frontmatter.

        Raises:
            IntegrityError: as `SkillFile.data`.
        """
        try:
            return split(decode(self.file(SKILL_MD).data, SKILL_MD), SKILL_MD)[1]
        except ProblemError as error:
            raise IntegrityError(str(error.problem), hint=error.problem.fix) from None

    @property
    def served(self) -> tuple[SkillFile, ...]:
        """The files that a model may be given: all but the evals, which hold the answers to what it may be asked."""
        return tuple(file for file in self.files if not file.path.startswith(EVALS))

    @property
    def served_digest(self) -> str:
        """The digest of what is served: a head and the release of its version have the same."""
        served = self.served
        return self.digest if len(served) == len(self.files) else tree_digest(served)

    def file(self, path: str) -> SkillFile:
        """The served file at a path.

        Raises:
            SkillFileNotFoundError: there is none.
        """
        served = self.served
        for file in served:
            if file.path == path:
                return file
        known = ", ".join(file.path for file in served[:12]) + (", ..." if len(served) > 12 else "")  # noqa: PLR2004  as many as fit a line
        raise SkillFileNotFoundError(f"the skill {self.name} has no file {path[:200]!r}", hint=f"its files: {known}")

    def uri(self, path: str = SKILL_MD) -> str:
        """The one address of a file: `skill://<name>/<path>`, or `skill://v<version>/<name>/<path>` of a release."""
        prefix = f"v{self.version}/" if self.released else ""
        return f"skill://{prefix}{self.name}/{quote(path, safe='/-._~')}"


def tree_digest(files: tuple[SkillFile, ...]) -> str:
    """The digest of a folder: sha256 over a line `<digest> <size> <path>` for each file, sorted by path."""
    tree = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.path):
        tree.update(f"{file.digest} {file.size} {file.path}\n".encode())
    return f"sha256:{tree.hexdigest()}"
