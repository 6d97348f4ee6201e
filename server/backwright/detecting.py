"""A project's `backwright.yaml`, proposed from what its files say, and written where the user wants it.

What the user wrote is never changed: a member that is there stays, and where the code says otherwise, that is asked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from backwright._files import read_bounded, write_atomic
from backwright._hidden import printable
from backwright.contexts.project_file import FILE_NAME, MAX_BYTES, load_project, parse_project
from backwright.contexts.schema import JsonObject
from backwright.contexts.schemas.project_v3 import ProjectContextV3
from backwright.errors import InvalidContextError, PathOutsideRootError, WriteFailedError
from backwright.scaffold.detection import Member, Question, detect

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_./:-]*[A-Za-z0-9_]|[A-Za-z_]")
# YAML takes these for something else than a text.
_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_HEADER: Final = "# Proposed by `backwright detect`: read it, correct it, and keep it.\n"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a project's context could say.

    Args:
        members: what is new, each with its evidence.
        kept: what `backwright.yaml` says already, by dotted name.
        questions: what is doubtful, or where the code says otherwise than the file.
    """

    members: tuple[Member, ...]
    kept: tuple[str, ...]
    questions: tuple[Question, ...]

    @property
    def document(self) -> JsonObject:
        """The new members as a ProjectContext."""
        return nested(self.members)

    def as_json(self) -> JsonObject:
        """The proposal as a program reads it."""
        return {
            "context": self.document,
            "members": [asdict(each) for each in self.members],
            "kept": list(self.kept),
            "questions": [asdict(each) for each in self.questions],
        }


@dataclass(frozen=True, slots=True)
class Written:
    """What writing a proposal came to.

    Args:
        path: the file.
        added: the dotted names of the members that it has now.
        by_hand: lines that could not be put between what the user wrote.
    """

    path: Path
    added: tuple[str, ...]
    by_hand: tuple[str, ...]


def propose(root: Path) -> Proposal:
    """What the files of a project say about it that its `backwright.yaml` does not say yet; nothing is executed.

    Raises:
        InvalidContextError: the `backwright.yaml` that is there does not validate.
        UnsupportedProjectError: `pyproject.toml` is no TOML, or there are more files than can be read.
    """
    project = load_project(root)
    said = _said(project)
    folder = said.get("scaffold.root")
    inside = folder if folder is not None and _is_inside(root, folder) else None
    found = detect(root, folder=inside)
    members = [each for each in found.members if each.name not in said]
    kept = tuple(name for name in said if name in {each.name for each in found.members})
    other = [each for each in found.members if each.name in said and said[each.name] != each.value]
    questions = [each for each in found.questions if each.name not in said]
    questions += [
        Question(
            each.name,
            f"{FILE_NAME} says {said[each.name]!r}, and the code says {each.value!r} ({'; '.join(each.evidence)})",
            (said[each.name], each.value),
        )
        for each in other
    ]
    return Proposal(*_valid(members, questions, kept))


def _is_inside(root: Path, folder: str) -> bool:
    path = (root / folder).resolve()
    return path.is_dir() and path.is_relative_to(root.resolve())


def _valid(
    members: Sequence[Member], questions: Sequence[Question], kept: tuple[str, ...]
) -> tuple[tuple[Member, ...], tuple[str, ...], tuple[Question, ...]]:
    """Only what a ProjectContext can hold."""
    good: list[Member] = []
    asked = list(questions)
    for each in members:
        try:
            ProjectContextV3.model_validate(nested([each]))
        except ValidationError:
            asked.append(Question(each.name, f"{each.value!r} is what the code says, and it cannot be written so"))
        else:
            good.append(each)
    return tuple(good), kept, tuple(asked)


def _said(project: ProjectContextV3) -> dict[str, str]:
    """What a file sets, by dotted name."""
    found: dict[str, str] = {}
    for name in project.model_fields_set:
        value = getattr(project, name)
        if name in {"layout", "scaffold"}:
            found |= {f"{name}.{each}": str(getattr(value, each)) for each in value.model_fields_set}
        else:
            found[name] = str(value)
    return found


def nested(members: Sequence[Member]) -> JsonObject:
    """Members with dotted names as one document."""
    document: dict[str, object] = {}
    for each in members:
        group, dot, name = each.name.partition(".")
        inner = document.setdefault(group, {}) if dot else document
        if isinstance(inner, dict):
            inner[name if dot else group] = each.value
    return document


def as_yaml(members: Sequence[Member]) -> str:
    """Members as the lines of a `backwright.yaml`, each below its evidence."""
    return "".join(f"{line}\n" for group in _groups(members).items() for line in _lines(*group))


def write(root: Path, proposal: Proposal) -> Written:
    """Put the new members of a proposal into the project's `backwright.yaml`; what is there stays as it is.

    Raises:
        InvalidContextError: the file that is there does not validate.
        PathOutsideRootError: it is a link.
        WriteFailedError: it cannot be written.
    """
    path = root / FILE_NAME
    if path.is_symlink():
        raise PathOutsideRootError(FILE_NAME)
    before = load_project(root)
    text = read_bounded(path, MAX_BYTES, follow_links=False).decode("utf-8-sig") if path.exists() else ""
    new, by_hand = _inserted(text, proposal.members)
    added = tuple(each.name for each in proposal.members if each.name not in by_hand)
    if not added:
        return Written(path, (), tuple(by_hand.values()))
    _check(new, before, added, proposal.members)
    try:
        write_atomic(path, new.encode())
    except OSError as error:
        raise WriteFailedError(
            f"{FILE_NAME} cannot be written: {error.strerror or error}", hint="make the folder writable"
        ) from error
    return Written(path, added, tuple(by_hand.values()))


def _inserted(text: str, members: Sequence[Member]) -> tuple[str, dict[str, str]]:
    """The text with the members in it, and those that have no place between what is there."""
    by_hand: dict[str, str] = {}
    new = text if not text or text.endswith("\n") else f"{text}\n"
    new = new or _HEADER
    for group, inside in _groups(members).items():
        head = re.search(rf"^{group}:(.*)$", new, re.MULTILINE)
        if head is None:
            new += "".join(f"{line}\n" for line in _lines(group, inside))
        elif head[1].partition("#")[0].strip():
            by_hand |= {each.name: f"{group}: {{{_entry(each)}}}" for each in inside}
        else:
            following = re.match(r"\n(?:[ \t]*(?:#.*)?\n)*([ ]+)\S", new[head.end() :])
            indent = following[1] if following else "  "
            lines = "".join(f"\n{indent}{_entry(each)}" for each in inside)
            new = f"{new[: head.end()]}{lines}{new[head.end() :]}"
    return new, by_hand


def _check(text: str, before: ProjectContextV3, added: Sequence[str], members: Sequence[Member]) -> None:
    """What is written says what was there and what was added, and nothing else."""
    try:
        after = _said(parse_project(text.encode()))
    except InvalidContextError as error:
        after = {"": error.message}
    wanted = _said(before) | {each.name: each.value for each in members if each.name in added}
    if after != wanted:
        raise WriteFailedError(
            f"the members cannot be put between what {FILE_NAME} says",
            hint="add what `backwright detect` prints by hand",
        )


def _groups(members: Sequence[Member]) -> Mapping[str, list[Member]]:
    groups: dict[str, list[Member]] = {}
    for each in members:
        groups.setdefault(each.name.partition(".")[0], []).append(each)
    return groups


def _lines(group: str, members: Sequence[Member]) -> list[str]:
    lines: list[str] = []
    for each in members:
        indent = "  " if "." in each.name else ""
        if indent and not lines:
            lines.append(f"{group}:")
        lines += [f"{indent}# {_comment(evidence)}" for evidence in each.evidence]
        lines.append(f"{indent}{_entry(each)}")
    return lines


def _comment(text: str) -> str:
    return printable(text)[:160]


def _entry(member: Member) -> str:
    name = member.name.rpartition(".")[2]
    plain = _PLAIN.fullmatch(member.value) and member.value.lower() not in _WORDS
    return f"{name}: {member.value if plain else json.dumps(member.value)}"
