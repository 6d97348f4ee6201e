"""What changed between two versions of a skill: changelog, files, checklist, and the text as a unified diff."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

from backwright.catalog.changelog import CHANGELOG, Entry, between
from backwright.catalog.skill import ChecklistItem, Skill, SkillFile
from backwright.catalog.version import Version
from backwright.errors import InvalidInputError, SkillFileNotFoundError

Change = Literal["added", "removed", "changed"]
_BACKTICKS = re.compile("`+")
_SIGN: Mapping[Change, str] = {"added": "+", "removed": "-", "changed": "~"}


class _Frozen(BaseModel):
    """A part of a difference: closed, immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileChange(_Frozen):
    """A file that is not the same in both; lines are counted in text files only."""

    path: str
    change: Change
    added: int = 0
    removed: int = 0


class ItemChange(_Frozen):
    """A checklist item that is not the same in both: its sentence, and what decides it in brackets."""

    id: str
    change: Change
    before: str | None = None
    after: str | None = None


class SkillDifference(_Frozen):
    """Two versions of a skill, compared.

    Args:
        skill: its name.
        old: the version to start from.
        new: the version that was looked at.
        changelog: the entries above `old` up to `new`, the newest first; of a way back, those that it takes back.
        files: which files differ.
        checklist: which checklist items differ.
        diff: the unified diff of the text files, without the changelog.
        cut: how much of the diff was left out, where it was.
    """

    skill: str
    old: str
    new: str
    changelog: tuple[Entry, ...] = ()
    files: tuple[FileChange, ...] = ()
    checklist: tuple[ItemChange, ...] = ()
    diff: str = ""
    cut: str | None = None

    def text(self) -> str:
        """The difference as Markdown."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"# {self.skill} {self.old} -> {self.new}"
        if not self.files:
            yield "Nothing changed."
        back = " (taken back)" if Version.parse(self.new) < Version.parse(self.old) else ""
        for entry in self.changelog:
            yield f"\n## {entry.version}{back}\n\n{entry.text}"
        if self.files:
            yield "\n## Files\n"
            yield from (f"- {_SIGN[file.change]} {file.path}{_count(file)}" for file in self.files)
        if self.checklist:
            yield "\n## Checklist\n"
            yield from (line for item in self.checklist for line in _item_lines(item))
        if self.diff:
            # Longer than any fence inside, so that a line of context cannot close it.
            fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(self.diff)), default=0))
            yield f"\n## Diff\n\n{fence}diff\n{self.diff.rstrip()}\n{fence}"
        if self.cut:
            yield f"\n**Cut here.** {self.cut}"


def compare_skills(old: Skill, new: Skill, *, path: str | None = None, limit: int | None = None) -> SkillDifference:
    """What changed from one version of a skill to another.

    Args:
        old: the version to start from; it may be the higher one.
        new: the version to look at.
        path: only this file; changelog and checklist are left out then.
        limit: the most bytes that the unified diff may have; whole lines are cut, and the cut is said.

    Raises:
        InvalidInputError: they are different skills.
        SkillFileNotFoundError: neither version has the file.
    """
    if old.name != new.name:
        raise InvalidInputError(f"{old.name} and {new.name} are two skills", hint="compare two versions of one skill")
    before, after = ({file.path: file for file in skill.served} for skill in (old, new))
    if path is not None and path not in before and path not in after:
        message = f"no file {path[:200]!r} is in {old.name} {old.version} or {new.version}"
        raise SkillFileNotFoundError(message, hint=f"its files: {', '.join(sorted({*before, *after})[:12])}")
    files: list[FileChange] = []
    parts: list[str] = []
    for name in sorted({*before, *after} if path is None else {path}):
        one, other = before.get(name), after.get(name)
        if one is not None and other is not None and one.digest == other.digest:
            continue
        lines = list(_unified(name, one, other))
        files.append(_counted(name, one, other, lines))
        if name != CHANGELOG or path is not None:
            parts.extend(lines)
    shown, cut = _within(parts, limit)
    return SkillDifference(
        skill=new.name,
        old=old.version,
        new=new.version,
        changelog=() if path is not None else _changelog(old, new),
        files=tuple(files),
        checklist=() if path is not None else tuple(_checklist(old, new)),
        diff=shown,
        cut=cut,
    )


def changelog_of(skill: Skill) -> str:
    """The text of a skill's CHANGELOG.md; empty where it has none."""
    return next((file.data.decode("utf-8", "replace") for file in skill.files if file.path == CHANGELOG), "")


def _changelog(old: Skill, new: Skill) -> tuple[Entry, ...]:
    low, high = sorted((old, new), key=lambda skill: Version.parse(skill.version))
    return between(changelog_of(high), low.version, high.version)


def _unified(name: str, old: SkillFile | None, new: SkillFile | None) -> Iterator[str]:
    """The lines of a unified diff, without their ends; none for bytes that are no text."""
    from difflib import unified_diff

    try:
        one, other = ([] if file is None else file.data.decode().split("\n") for file in (old, new))
    except UnicodeDecodeError:
        return
    sides = (f"a/{name}" if old else "/dev/null", f"b/{name}" if new else "/dev/null")
    yield from (line.rstrip("\n") for line in unified_diff(_ended(one), _ended(other), *sides, lineterm=""))


def _ended(lines: list[str]) -> list[str]:
    """The lines without the empty one behind the last newline; a last line that has none is marked as git does."""
    if not lines or lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], f"{lines[-1]}\n\\ No newline at end of file"]


def _counted(name: str, old: SkillFile | None, new: SkillFile | None, lines: list[str]) -> FileChange:
    change: Change = "added" if old is None else "removed" if new is None else "changed"
    body = lines[2:]
    added, removed = (sum(line.startswith(sign) for line in body) for sign in "+-")
    return FileChange(path=name, change=change, added=added, removed=removed)


def _checklist(old: Skill, new: Skill) -> Iterator[ItemChange]:
    before, after = ({item.id: item for item in skill.checklist} for skill in (old, new))
    for key in dict.fromkeys((*after, *before)):
        one, other = before.get(key), after.get(key)
        if one != other:
            change: Change = "added" if one is None else "removed" if other is None else "changed"
            yield ItemChange(id=key, change=change, before=_sentence(one), after=_sentence(other))


def _sentence(item: ChecklistItem | None) -> str | None:
    if item is None:
        return None
    decided = ", ".join(item.rules) or item.evidence or f"asks: {item.question.ask if item.question else ''}"
    return f"{item.text} [{decided}]"


def _within(lines: list[str], limit: int | None) -> tuple[str, str | None]:
    whole = "".join(f"{line}\n" for line in lines)
    if limit is None or len(whole.encode()) <= limit:
        return whole, None
    size = kept = 0
    for line in lines:
        size += len(line.encode()) + 1
        if size > limit:
            break
        kept += 1
    note = f"{len(lines) - kept} of {len(lines)} lines of the diff are not shown; ask for one file at a time."
    return "".join(f"{line}\n" for line in lines[:kept]), note


def _count(file: FileChange) -> str:
    counted = [f"{sign}{number}" for sign, number in (("+", file.added), ("-", file.removed)) if number]
    return f" ({' '.join(counted)})" if counted else ""


def _item_lines(item: ItemChange) -> Iterator[str]:
    yield f"- {_SIGN[item.change]} {item.id}: {item.after or item.before}"
    if item.change == "changed":
        yield f"  was: {item.before}"
