"""What nothing asks for any more: options that were switched off take along what was made for them.

A file that nobody edited goes, and with it the statements that name its module; an edited one stays, and is named.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from backwright._files import read_bounded
from backwright.errors import TooLargeError
from backwright.scaffold.disk import read_text
from backwright.scaffold.edits import Edit
from backwright.scaffold.mount import contains, remove_statement
from backwright.scaffold.plan import FileAction
from backwright.scaffold.project import MAX_SOURCE_BYTES, sources
from backwright.scaffold.record import Insertion, Known, Record

_IMPORT = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)
_MIGRATION = re.compile(r"/versions/[^/]+\.py|migrations/\d{4}_\w+\.py")


@dataclass(slots=True)
class Leaving:
    """What becomes of it.

    Args:
        actions: by path.
        files: what the record still has to know, because it stays.
        insertions: those that stay.
        notes: what is left to the user.
        emptied: the folders that go where nothing else is in them.
    """

    actions: dict[str, FileAction] = field(default_factory=dict)
    files: dict[str, Known] = field(default_factory=dict)
    insertions: list[Insertion] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    emptied: tuple[str, ...] = ()


def leave(root: Path, own: Record, paths: Collection[str], wanted: Sequence[Edit], shared: Collection[str]) -> Leaving:
    """Decide what the record knows of and the plan does not want any more.

    Args:
        root: the project.
        own: the record of the last time.
        paths: what the template makes now.
        wanted: the insertions of now.
        shared: files that others need as well.
    """
    found, gone = Leaving(), list[str]()
    for path in own.files:
        before = read_text(root, path)
        if path in paths or before is None:
            continue
        if path == own.migration or _MIGRATION.search(path):
            found.notes.append(f"{path} stays, because a migration is made once: write the next one, and read it")
        elif path in shared:
            continue
        else:
            importer = _importer(root, own, path, paths)
            why = f"{importer} imports it" if importer else "you edited it"
            if importer is None and own.is_as_generated(path, before):
                found.actions[path] = FileAction("remove", path, before, None, "nothing asks for it any more")
                gone.append(path)
                continue
            found.actions[path] = FileAction("keep", path, before, None, f"nothing asks for it any more, but {why}")
            found.notes.append(f"no longer wanted, and left to you to delete, because {why}: {path}")
        found.files[path] = own.known(path)
    _take_out(root, own, wanted, gone, found)
    removed = {parent.as_posix() for path in gone for parent in PurePosixPath(path).parents}
    found.emptied = tuple(folder for folder in own.folders if folder in removed)
    return found


def _take_out(root: Path, own: Record, wanted: Sequence[Edit], gone: Sequence[str], found: Leaving) -> None:
    """Take out the statements that name what goes, where they are as they were inserted."""
    asked = {(edit.path, statement) for edit in wanted for statement in edit.statements}
    texts: dict[str, tuple[str, str]] = {}
    for each in own.inserted:
        if (each.path, each.statement) in asked:
            continue
        first, now = texts.get(each.path) or (read_text(root, each.path) or "",) * 2
        if not any(_names(each.statement, path) for path in gone):
            found.insertions.append(each)
            continue
        try:
            after = remove_statement(now, each.statement)
            there = contains(now, each.statement)
        except SyntaxError:
            after, there = now, True
        if there and after == now:
            found.notes.append(f"take `{each.statement}` out of {each.path}: what it names goes")
        texts[each.path] = (first, after)
    for path, (first, after) in texts.items():
        if after != first:
            found.actions[path] = FileAction("edit", path, first, after, "takes out what nothing asks for any more")


def _importer(root: Path, own: Record, path: str, paths: Collection[str]) -> str | None:
    """A file of the user's that imports the module at this path, our own insertions left out."""
    for file in sources(root) if path.endswith(".py") else ():
        relative = file.relative_to(root).as_posix()
        if relative in own.files or relative in paths:
            continue
        try:
            text = read_bounded(file, MAX_SOURCE_BYTES).decode("utf-8")
            if not _names(text, path):
                continue
            for each in own.inserted:
                text = remove_statement(text, each.statement) if each.path == relative else text
        except (OSError, SyntaxError, ValueError, TooLargeError):
            continue
        if _names(text, path):
            return relative
    return None


def _names(text: str, path: str) -> bool:
    """Whether a text imports the module at this path, from whatever folder it is found."""
    dotted = f".{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}"
    return any(dotted.endswith(f".{module}") and "." in module for module in _IMPORT.findall(text))
