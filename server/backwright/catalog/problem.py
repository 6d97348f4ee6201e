"""What keeps a skill, or a part of one, from being served: where, why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from backwright._hidden import printable


class Code(StrEnum):
    """The stable codes of problems, in the order in which loading meets them."""

    PACK_UNREADABLE = "PACK_UNREADABLE"
    MANIFEST_INVALID = "MANIFEST_INVALID"
    # the skill's folder
    SKILL_FOLDER = "SKILL_FOLDER"
    SYMLINK = "SYMLINK"
    SPECIAL_FILE = "SPECIAL_FILE"
    HOSTILE_NAME = "HOSTILE_NAME"
    NAME_COLLISION = "NAME_COLLISION"
    TOO_MANY_FILES = "TOO_MANY_FILES"
    TOO_LARGE = "TOO_LARGE"
    TOO_DEEP = "TOO_DEEP"
    UNREADABLE = "UNREADABLE"
    NO_SKILL_MD = "NO_SKILL_MD"
    # the manifest's word on it
    DIGEST_MISMATCH = "DIGEST_MISMATCH"
    UNLOCKED_SKILL = "UNLOCKED_SKILL"
    MISSING_SKILL = "MISSING_SKILL"
    RELEASE_CHANGED = "RELEASE_CHANGED"
    # its YAML
    ENCODING = "ENCODING"
    NO_FRONTMATTER = "NO_FRONTMATTER"
    HIDDEN_TEXT = "HIDDEN_TEXT"
    YAML_SYNTAX = "YAML_SYNTAX"
    YAML_DIRECTIVE = "YAML_DIRECTIVE"
    YAML_SECOND_DOCUMENT = "YAML_SECOND_DOCUMENT"
    YAML_ALIAS = "YAML_ALIAS"
    YAML_TAG = "YAML_TAG"
    YAML_MERGE_KEY = "YAML_MERGE_KEY"
    YAML_KEY = "YAML_KEY"
    YAML_DUPLICATE_KEY = "YAML_DUPLICATE_KEY"
    YAML_TOO_DEEP = "YAML_TOO_DEEP"
    YAML_TOO_MANY_KEYS = "YAML_TOO_MANY_KEYS"
    YAML_AMBIGUOUS = "YAML_AMBIGUOUS"
    # its meaning
    FIELD_UNKNOWN = "FIELD_UNKNOWN"
    FIELD_MISSING = "FIELD_MISSING"
    FIELD_INVALID = "FIELD_INVALID"
    NAME_INVALID = "NAME_INVALID"
    NAME_FOLDER = "NAME_FOLDER"
    VERSION_INVALID = "VERSION_INVALID"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a pack.

    Args:
        code: stable, for programs: a `Code`, or that of a repair (see `dialects`) or of a lint check (see `checks`).
        severity: `error` means that the skill is not served; `warning` that it is; `note` that nothing is wrong
            with it, and something could be better.
        path: POSIX path relative to the pack (or to the folder that was asked about), the unprintable escaped.
        line: the line of that file, from 1, where the reason has one.
        message: the reason, one sentence.
        fix: what to do, in the imperative.
    """

    code: str
    severity: Literal["error", "warning", "note"]
    path: str
    line: int | None
    message: str
    fix: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.severity}: {self.message} [{self.code}]"


class ProblemError(Exception):
    """Carries a `Problem` from where it is found to where the skill is left out; it never leaves this package."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def refuse(code: Code, path: str, message: str, fix: str, *, line: int | None = None) -> ProblemError:
    """The exception that says why the skill which holds `path` is left out."""
    return ProblemError(Problem(code, "error", printable(path), line, message, fix))
