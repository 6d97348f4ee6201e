"""The file before the change, read in the same way as the one after it, so that old debt can be told from new."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from backwright.review.diff import FileDiff, FileStatus, Hunk, Line, LineKind
from backwright.review.fragment import Piece, parse_hunk
from backwright.review.full import MAX_SOURCE_BYTES, UnreadableSourceError, agrees, parse_file
from backwright.review.source import Source

_TURNED = {LineKind.ADDED: LineKind.REMOVED, LineKind.REMOVED: LineKind.ADDED, LineKind.CONTEXT: LineKind.CONTEXT}


@dataclass(slots=True)
class OldSide:
    """What stood in the files that a diff modifies; each is parsed when it is first asked for.

    Args:
        files: the files of the diff.
        texts: the text of a file before the change by its old path, where it is at hand; elsewhere the removed and the
            unchanged lines of the hunks have to do.
    """

    files: Iterable[FileDiff]
    texts: Mapping[str, str]
    _hunks: dict[str, tuple[Hunk, ...]] = field(init=False, default_factory=dict)
    _whole: dict[str, str] = field(init=False, default_factory=dict)
    _pieces: dict[str, tuple[Piece, ...]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for file in self.files:
            if file.path in seen:
                # A series of patches: what one removes another may have added.
                self._hunks.pop(file.path, None)
                self._whole.pop(file.path, None)
            elif _has_old_side(file):
                self._hunks[file.path] = tuple(map(turned, file.hunks))
                self._keep_whole(file.path, self.texts.get(file.old_path))
            seen.add(file.path)

    def _keep_whole(self, path: str, text: str | None) -> None:
        if text is not None and len(text) <= MAX_SOURCE_BYTES and agrees(text.encode("utf-8"), self._hunks[path]):
            self._whole[path] = text

    def pieces(self, path: str) -> tuple[Piece, ...]:
        """The parses of a file before the change, by its new path; none where nothing is known of it."""
        if path not in self._pieces:
            self._pieces[path] = tuple(self._parse(path))
        return self._pieces[path]

    def sources(self, path: str) -> tuple[Source, ...]:
        """The same as rules see it."""
        return tuple(source for piece in self.pieces(path) for source in piece.sources)

    def paths(self) -> Collection[str]:
        """The files that have an old side, by their new paths."""
        return self._hunks.keys()

    def to_lint(self, paths: Iterable[str]) -> Mapping[str, tuple[Piece, ...]]:
        """Some files before the change for ruff; a whole text is not parsed for it."""
        return {
            path: (_unparsed(self._whole[path]),) if path in self._whole else self.pieces(path)
            for path in paths
            if path in self._hunks
        }

    def rows(self, path: str) -> Mapping[int, str]:
        """The lines of a file before the change that are known, by number."""
        if path in self._whole:
            return dict(enumerate(self._whole[path].split("\n"), 1))
        lines = (line for hunk in self._hunks.get(path, ()) for line in hunk.lines)
        return {line.new: line.text for line in lines if line.new is not None}

    def _parse(self, path: str) -> Iterator[Piece]:
        hunks = self._hunks.get(path, ())
        if path in self._whole:
            data = self._whole[path].encode("utf-8")
            try:
                # Every line counts: that is what the file gave before.
                yield parse_file(path, data, frozenset(range(1, data.count(b"\n") + 2)))
            except UnreadableSourceError:
                pass
            else:
                return
        for hunk in hunks:
            piece = parse_hunk(path, hunk)
            if piece is not None:
                yield piece


def turned(hunk: Hunk) -> Hunk:
    """The hunk of the change that takes this one back."""
    lines = tuple(Line(_TURNED[line.kind], line.text, line.new, line.old) for line in hunk.lines)
    return replace(hunk, old_start=hunk.new_start, new_start=hunk.old_start, lines=lines)


def _has_old_side(file: FileDiff) -> bool:
    modified = file.status in {FileStatus.MODIFIED, FileStatus.RENAMED}
    return modified and file.path.endswith(".py") and bool(file.added) and not file.binary


def _unparsed(text: str) -> Piece:
    return Piece((), text, tuple(range(1, text.count("\n") + 2)), lint_text=text, is_full=True)
