"""What a finding is known by when it is seen again: on the next push, in a baseline, in a code scanner.

A fingerprint is made of

- the code;
- the path that the file had before the change, so that a rename makes nothing new;
- the name of the outermost function or class around the line: where whole files are read it is the syntax tree's, and
  in a fragment the one in view or the one that git writes behind the `@@`, so that both mostly agree;
- the text of the line without spaces and without its comment;
- which of several findings that are alike in all of these it is. Those on lines that the change leaves alone come
  first, so that an added one is not taken for one that was there, and the others follow in their order.

So it survives lines that move, inside their function, and everything that happens around them. Where an equal line is
put in above another of the same function, one of the two is new; it need not be the one that was put in. An entry that
stands for all findings of its code in a file has the fingerprint of that entry: it is open until the last is gone.
"""

from __future__ import annotations

import ast
import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from backwright.review.debt import Sighting
from backwright.review.diagnostic import Basis, Diagnostic
from backwright.review.diff import FileDiff, FileStatus, Hunk
from backwright.review.source import Source

_OPENS: Final = re.compile(r"(?:(?:async\s+)?def|class)\s+(\w+)")
# Code up to a comment: strings are passed over, because a # in one is none.
_CODE: Final = re.compile(r"""(?:[^#"'\\]|\\.|"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+')*+(?=#)""")
_DIGITS: Final = 16

Key = tuple[str, str, str, str]


class Fingerprints:
    """Gives the findings of one change their fingerprints.

    Args:
        files: the files of the diff.
        sources: what was parsed of each, by path.
        seen: everything that the detectors saw after the change, on whatever lines.
    """

    def __init__(
        self, files: Iterable[FileDiff], sources: Mapping[str, Sequence[Source]], seen: Iterable[Sighting] = ()
    ) -> None:
        self._files: dict[str, list[FileDiff]] = {}
        for file in files:
            self._files.setdefault(file.path, []).append(file)
        self._sources = sources
        self._seen = seen
        self._sections: dict[str, list[tuple[int, int, str]]] = {}
        self._texts = {
            (path, line.new): line.text
            for path, parts in self._files.items()
            for file in parts
            for hunk in file.hunks
            for line in hunk.added
            if line.new is not None
        }

    def marked(self, findings: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
        """The findings with fingerprints, and with columns where a rule names only lines."""
        ranks = self._standing(findings)
        for finding in findings:
            place = finding.location
            key = self._key(finding.code, place.path, place.line)
            mark = _digest(*key, str(ranks[key]))
            ranks[key] += 1
            line = self._texts.get((place.path, place.line), "")
            # A rule of ours names lines; its column is where the line's code starts.
            column = max(place.column, len(line) - len(line.lstrip()) + 1) if line.strip() else place.column
            located = place.model_copy(update={"column": column})
            yield finding.model_copy(update={"fingerprint": mark, "location": located})

    def entry(self, finding: Diagnostic) -> Diagnostic:
        """A finding that stands for all of its code in its file, with the fingerprint of that entry."""
        mark = _digest(finding.code, self._origin(finding.location.path), "every one in the file")
        return finding.model_copy(update={"fingerprint": mark})

    def _standing(self, findings: Iterable[Diagnostic]) -> Counter[Key]:
        """How many of each kind stand in the files and are no finding of the change."""
        paths = {finding.location.path for finding in findings}
        told = {(finding.code, finding.location.path, finding.location.line) for finding in findings}
        codes = {finding.code for finding in findings}
        standing = {
            (one.code, one.path, one.diagnostic.location.line if one.diagnostic is not None else one.lines[0])
            for one in self._seen
            if one.path in paths and one.code in codes and one.lines
        }
        return Counter(self._key(*one) for one in standing - told)

    def _key(self, code: str, path: str, line: int) -> Key:
        return code, self._origin(path), self._scope(path, line), normalised(self._text(path, line))

    def _text(self, path: str, line: int) -> str:
        added = self._texts.get((path, line))
        if added is not None:
            return added
        return next((source.lines[line] for source in self._sources.get(path, ()) if line in source.lines), "")

    def _origin(self, path: str) -> str:
        files = self._files.get(path, ())
        return next((file.old_path for file in files if file.status is FileStatus.RENAMED), path)

    def _scope(self, path: str, line: int) -> str:
        """The outermost function or class around a line, or nothing where there is none or it is not in view."""
        for source in self._sources.get(path, ()):
            starts, blocks = source.derived(_outermost)
            at = bisect_right(starts, line) - 1
            if at >= 0 and line <= blocks[at].last:
                return blocks[at].name
        whole = any(source.basis is Basis.FULL for source in self._sources.get(path, ()))
        if whole or not self._text(path, line)[:1].isspace():
            return ""
        opened = _OPENS.match(self._section(path, line))
        return opened[1] if opened is not None else ""

    def _section(self, path: str, line: int) -> str:
        """What git writes behind the `@@`: the last line at the margin above the hunk."""
        if path not in self._sections:
            hunks = (hunk for file in self._files.get(path, ()) for hunk in file.hunks)
            self._sections[path] = [(*_extent(hunk), hunk.section) for hunk in hunks]
        return next((section for first, last, section in self._sections[path] if first <= line <= last), "")


def normalised(text: str) -> str:
    """A line of code without spaces and without its comment."""
    found = _CODE.match(text)
    return "".join((text if found is None else found.group()).split()) or "".join(text.split())


class _Block(NamedTuple):
    """A function or class at the margin, with its first and last line."""

    first: int
    last: int
    name: str


def _outermost(source: Source) -> tuple[Sequence[int], Sequence[_Block]]:
    """Where each function and class at the margin starts, and which it is, in the order of the lines."""
    blocks = sorted(
        _Block(min([node.lineno, *(one.lineno for one in node.decorator_list)]), node.end_lineno or 0, node.name)
        for node in source.tree.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.col_offset == 0
    )
    return [block.first for block in blocks], blocks


def _extent(hunk: Hunk) -> tuple[int, int]:
    """The first and the last line that a hunk shows of the file after the change."""
    numbers = [one.new for one in hunk.lines if one.new is not None]
    return (numbers[0], numbers[-1]) if numbers else (0, 0)


@lru_cache(maxsize=4096)
def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:_DIGITS]
