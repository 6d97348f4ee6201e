"""What the Python files around a diff define, read as text and syntax trees and never imported.

Nothing is read before a rule asks. What is walked is bounded by numbers of files and bytes and not by time, so that the
same tree gives the same answer; a tree that is larger is not known as a whole and answers nothing that needs the whole.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from backwright._files import read_bounded, safe_join
from backwright.errors import PathOutsideRootError, TooLargeError
from backwright.review.diagnostic import Basis
from backwright.review.source import Source

MAX_FILES: Final = 6_000
MAX_BYTES: Final = 48 * 1024 * 1024
MAX_FILE_BYTES: Final = 1024 * 1024
MAX_PARSED: Final = 60
"""Files that one review parses because a changed file imports from them."""

_SKIPPED = frozenset({"node_modules", "site-packages", "venv", "env", "dist", "build", "__pycache__"})
# A decorator may make anything of a function, except for these.
_DEF = re.compile(rb"^(?:[ \t]*@([^\n]*)\r?\n)?[ \t]*(async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
_PLAIN_DECORATORS = frozenset({b"staticmethod", b"classmethod", b"abstractmethod", b"abc.abstractmethod", b"override"})


@dataclass(frozen=True, slots=True)
class Names:
    """The names of the functions of a whole tree: those that `async def` gives, and those of anything else."""

    coroutines: frozenset[str]
    plain: frozenset[str]

    @property
    def only_async(self) -> frozenset[str]:
        """The names that `async def` defines and `def` nowhere."""
        return self.coroutines - self.plain


@dataclass(slots=True, eq=False)
class Repository:
    """The Python files under a root."""

    root: Path
    _paths: tuple[str, ...] | None = field(init=False, default=None)
    _complete: bool = field(init=False, default=True)
    _names: Names | None = field(init=False, default=None)
    _sources: dict[str, Source | None] = field(init=False, default_factory=dict)
    _by_stem: dict[str, list[str]] = field(init=False, default_factory=dict)

    def paths(self) -> tuple[str, ...]:
        """The Python files by their paths from the root, at most `MAX_FILES` of them, in order."""
        if self._paths is None:
            self._paths = tuple(self._walk())
            for path in self._paths:
                for last in _module_parts(path)[-1:]:
                    self._by_stem.setdefault(last, []).append(path)
        return self._paths

    def names(self) -> Names | None:
        """The functions of the whole tree; None where it is too large to be read whole."""
        if self._names is None:
            self._names = self._read_names()
        return self._names if self._complete else None

    def source(self, path: str) -> Source | None:
        """One file as rules see it; None where it cannot be had or parsed, or enough has been parsed already."""
        if path not in self._sources:
            if len(self._sources) >= MAX_PARSED:
                return None
            self._sources[path] = self._parse(path)
        return self._sources[path]

    def text(self, path: str) -> bytes | None:
        """The bytes of a file under the root; None for one that is missing, too large, or leads out of it."""
        try:
            return read_bounded(safe_join(self.root, path), MAX_FILE_BYTES)
        except (OSError, ValueError, PathOutsideRootError, TooLargeError):
            return None

    def module(self, dotted: str, importer: str) -> str | None:
        """The file of a module that `importer` imports, by its dotted name; None where it is not one file of the tree.

        A leading dot is relative to the importer. The folder that packages start from is not known, so an absolute name
        is the one file whose path ends like it.
        """
        level = len(dotted) - len(dotted.lstrip("."))
        parts = tuple(part for part in dotted.split(".") if part)
        if level:
            folder = importer.split("/")[:-1]
            base = tuple(folder[: len(folder) - level + 1])
            wanted = (*base, *parts)
            return next((path for path in self._like(wanted) if _module_parts(path) == wanted), None)
        found = [path for path in self._like(parts) if _module_parts(path)[-len(parts) :] == parts]
        # A module on the way from the root to the importer is nearer than one of the same name elsewhere.
        near = sorted(found, key=lambda path: -_shared(path, importer))
        if len(near) > 1 and _shared(near[0], importer) == _shared(near[1], importer):
            return None
        return near[0] if near else None

    def _like(self, parts: tuple[str, ...]) -> list[str]:
        self.paths()
        return self._by_stem.get(parts[-1], []) if parts else []

    def _walk(self) -> Iterator[str]:
        count = 0
        for folder, folders, files in os.walk(self.root):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
            for name in sorted(files):
                if not name.endswith(".py"):
                    continue
                count += 1
                if count > MAX_FILES:
                    self._complete = False
                    return
                yield (Path(folder) / name).relative_to(self.root).as_posix()

    def _read_names(self) -> Names:
        coroutines: set[str] = set()
        plain: set[str] = set()
        left = MAX_BYTES
        for path in self.paths():
            data = self.text(path)
            left -= len(data or b"")
            if data is None or left < 0:
                # A file that is not read may define any name.
                self._complete = False
                break
            for decorator, is_async, name in _DEF.findall(data):
                known = not decorator or decorator.strip() in _PLAIN_DECORATORS
                (coroutines if is_async and known else plain).add(name.decode("utf-8", "replace"))
        return Names(frozenset(coroutines), frozenset(plain))

    def _parse(self, path: str) -> Source | None:
        data = self.text(path)
        if data is None:
            return None
        text = data.decode("utf-8", "replace")
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        lines: Mapping[int, str] = dict(enumerate(text.split("\n"), 1))
        return Source(path, Basis.FULL, tree, lines, frozenset())


def _module_parts(path: str) -> tuple[str, ...]:
    parts = tuple(path.removesuffix(".py").split("/"))
    return parts[:-1] if parts[-1] == "__init__" else parts


def _shared(path: str, importer: str) -> int:
    """How many folders two paths have in common from the root."""
    pairs = zip(path.split("/")[:-1], importer.split("/")[:-1], strict=False)
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
