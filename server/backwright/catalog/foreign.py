"""A folder or a file of anybody's skill, read as carefully as one of ours, before anything of it is understood."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright._files import read_bounded
from backwright._hidden import printable
from backwright.catalog.loader import read_tree
from backwright.catalog.problem import Code, refuse
from backwright.catalog.skill import SKILL_MD, SkillFile
from backwright.errors import TooLargeError

MAX_DOCUMENT: Final = 1024 * 1024
MAX_DEPTH: Final = 4

_SUFFIXES: Final = (".md", ".mdc", ".txt", ".markdown")
_NO_SKILL: Final = re.compile(
    r"(?:readme|changelog|license|licence|contributing|code_of_conduct|security|notice)\b.*", re.IGNORECASE
)
_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}(?<!\.)")


@dataclass(frozen=True, slots=True)
class Foreign:
    """Somebody's skill as bytes.

    Args:
        path: how messages call its folder, or its file where it is only one.
        stem: the name of that folder or file.
        document: the path in `files` of what is its SKILL.md.
        files: all of them.
        folder: whether it is a folder.
    """

    path: str
    stem: str
    document: str
    files: tuple[SkillFile, ...]
    folder: bool

    @property
    def label(self) -> str:
        """How messages call the document."""
        return f"{self.path}/{self.document}" if self.folder else self.path

    def data(self) -> bytes:
        """The bytes of the document."""
        return next(file.data for file in self.files if file.path == self.document)


def read_foreign(path: Path, label: str) -> Foreign:
    """The bytes of a foreign skill: a folder with a document in it, or the document alone.

    Args:
        path: where it is; never a link.
        label: how messages call it.

    Raises:
        ProblemError: a link, a special file, a limit, or no document that could be a skill.
    """
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            raise refuse(Code.SYMLINK, label, "it is a link", "name the folder or the file itself")
        if stat.S_ISDIR(mode):
            return _folder(path, label)
        data = read_bounded(path, MAX_DOCUMENT, follow_links=False)
    except (OSError, TooLargeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        fix = "name a folder or a text file that can be read"
        raise refuse(Code.UNREADABLE, label, f"it cannot be read: {printable(reason)}", fix) from None
    name = path.name if _SAFE.fullmatch(path.name) else f"source{path.suffix if path.suffix in _SUFFIXES else '.txt'}"
    return Foreign(label, path.stem, name, (SkillFile.of(name, data),), folder=False)


def _folder(path: Path, label: str) -> Foreign:
    name = path.resolve().name
    # A folder of many skills holds more than one skill may, so it is looked at before all of it is read.
    with os.scandir(path) as entries:
        files_here = [entry.name for entry in entries if not entry.is_dir(follow_symlinks=False)]
    if _document([file for file in files_here if not file.startswith(".")], name) is None:
        raise refuse(Code.NO_SKILL_MD, label, f"there is no {SKILL_MD}", "add one, or name the file itself")
    files = read_tree(path, label)
    document = _document([file.path for file in files if "/" not in file.path], name)
    if document is None:
        raise refuse(Code.NO_SKILL_MD, label, f"there is no {SKILL_MD}", "add one, or name the file itself")
    found = Foreign(label, name, document, files, folder=True)
    if len(found.data()) > MAX_DOCUMENT:
        message = f"it has more than {MAX_DOCUMENT} bytes"
        raise refuse(Code.TOO_LARGE, found.label, message, "move text into references/")
    return found


def _document(names: list[str], folder: str) -> str | None:
    """Which file of a folder is the skill: SKILL.md in any case, the one named as the folder, or the only one."""
    by_case = sorted(name for name in names if name.lower() == SKILL_MD.lower())
    if by_case:
        return SKILL_MD if SKILL_MD in by_case else by_case[0]
    texts = [name for name in names if name.endswith(_SUFFIXES) and not _NO_SKILL.fullmatch(name)]
    named = [name for name in texts if name.rpartition(".")[0].casefold() == folder.casefold()]
    return next(iter(named or (texts if len(texts) == 1 else [])), None)


def find_foreign(root: Path) -> Iterator[Path]:
    """Every skill under a folder, in the order of their names: folders that hold one, and single files.

    Names that start with a dot are passed over, and so are a repository's own README and the like.

    Raises:
        OSError: the folder cannot be listed.
    """
    if not root.is_dir() or _holds_skill(root):
        yield root
    else:
        yield from _inside(root, 1)


def _inside(folder: Path, depth: int) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_dir() and not path.is_symlink():
            if _holds_skill(path):
                yield path
            elif depth < MAX_DEPTH:
                yield from _inside(path, depth + 1)
        elif _is_document(path, depth):
            yield path


def _is_document(path: Path, depth: int) -> bool:
    if path.is_symlink() and path.suffix not in _SUFFIXES:
        # A link to a folder: handed on, to be refused by name.
        return path.is_dir()
    return path.suffix == ".mdc" or (depth == 1 and path.suffix in _SUFFIXES and not _NO_SKILL.fullmatch(path.name))


def _holds_skill(folder: Path) -> bool:
    return any(path.name.lower() == SKILL_MD.lower() for path in folder.iterdir())
