"""From a diff to everything that can be parsed of it, and a note for everything that cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from backwright.errors import ToolUnavailableError
from backwright.review.change import Change
from backwright.review.diff import Diff, FileDiff, FileStatus, Unread
from backwright.review.fragment import Piece, parse_hunk
from backwright.review.full import UnreadableSourceError, agrees, parse_file, post_image
from backwright.review.report import Unchecked
from backwright.review.watch import Stage, Watch

Reader = Callable[[str], bytes | None]

MAX_TOTAL_BYTES = 3 * 1024 * 1024
"""Of Python that one review parses; its trees take about seventy times as much memory."""
MAX_WHOLE_BYTES = MAX_TOTAL_BYTES // 2
"""Of whole files; what comes after is read hunk by hunk, so that more of a large change is read at all."""
_SUBMODULE = "160000"
_LINK = "120000"
_NOT_PYTHON_ENOUGH = (".ipynb", ".pyi", ".pyx", ".pyw")


_IN_HUNKS = "after {} KiB of whole files, this one and those behind it, {} in all, were read hunk by hunk"


def _nothing(_path: str) -> bytes | None:
    return None


@dataclass(slots=True)
class Reading:
    """What was read of a diff.

    Args:
        pieces: every parse, by path.
        unchecked: what was not read, and why.
        old_texts: the text of a file before the change, by its old path.
    """

    pieces: dict[str, tuple[Piece, ...]] = field(default_factory=dict)
    unchecked: list[Unchecked] = field(default_factory=list)
    old_texts: dict[str, str] = field(default_factory=dict)

    def change(self, files: tuple[FileDiff, ...]) -> Change:
        """The change as the rules see it."""
        sources = {path: tuple(s for piece in pieces for s in piece.sources) for path, pieces in self.pieces.items()}
        return Change(files, sources, self.old_texts)


def read_diff(diff: Diff, *, read_new: Reader, read_old: Reader, watch: Watch | None = None) -> Reading:
    """Parse all Python of a diff: whole files where they are at hand and agree with the diff, else hunk by hunk.

    Raises:
        Cancelled: nobody wants the review any more.
    """
    reading, watch = Reading(), watch or Watch()
    read_new, read_old = _in_time(read_new, watch), _in_time(read_old, watch)
    budget, in_hunks = MAX_TOTAL_BYTES, list[str]()
    for unread in diff.unread:
        reading.unchecked.append(_unchecked(unread))
    by_path = _by_path(diff.files)
    for number, (path, files) in enumerate(by_path.items()):
        watch.at(Stage.FILES, number, len(by_path))
        added = frozenset().union(*(file.added for file in files))
        reason = _no_python(path, files)
        if reason is not None:
            reading.unchecked.append(Unchecked(path=path, lines=_of_python(path, added), reason=reason))
        if reason is not None or not path.endswith(".py") or not added:
            continue
        if budget <= 0:
            reason = f"over the limit of {MAX_TOTAL_BYTES // 1024} KiB of Python a review; review a part with `paths`"
            reading.unchecked.append(Unchecked(path=path, lines=tuple(sorted(added)), reason=reason))
            continue
        if watch.over:
            reading.unchecked.append(Unchecked(path=path, lines=tuple(sorted(added)), reason=watch.reason))
            continue
        whole = budget > MAX_TOTAL_BYTES - MAX_WHOLE_BYTES
        in_hunks += [] if whole else [path]
        reading.pieces[path] = _read_file(path, files, added, read_new if whole else _nothing, reading.unchecked)
        budget -= sum(len(piece.text) for piece in reading.pieces[path])
    if in_hunks:
        reason = _IN_HUNKS.format(MAX_WHOLE_BYTES // 1024, len(in_hunks))
        reading.unchecked.append(Unchecked(path=in_hunks[0], reason=reason))
    _read_old(diff.files, read_old, reading.old_texts, watch)
    return reading


def _unchecked(unread: Unread) -> Unchecked:
    first, last = unread.first_line, min(unread.last_line, unread.first_line + 999)
    lines = tuple(range(first, last + 1)) if first else ()
    return Unchecked(path=unread.path, lines=lines, of_diff=bool(lines), reason=unread.reason)


def _of_python(path: str, added: frozenset[int]) -> tuple[int, ...]:
    return tuple(sorted(added)) if path.endswith(".py") else ()


def _no_python(path: str, files: Iterable[FileDiff]) -> str | None:
    """Why a file is not parsed although it changes and a reader could take it for Python; None for any other."""
    modes, added = {file.mode for file in files}, any(file.added for file in files)
    if _SUBMODULE in modes:
        return "a submodule that moves to another commit; review it in its own repository"
    if path.endswith(_NOT_PYTHON_ENOUGH) and added:
        return "only .py files are parsed"
    if path.endswith(".py") and _LINK in modes and added:
        return "a symbolic link and no Python"
    if path.endswith(".py") and any(file.binary for file in files):
        return "the change shows no lines of it: it is binary, or it cannot be read"
    return None


def _in_time(read: Reader, watch: Watch) -> Reader:
    """The reader, where git may be stopped because time is up: then there is no such file."""

    def reader(path: str) -> bytes | None:
        try:
            return read(path)
        except ToolUnavailableError:
            if watch.over:
                return None
            raise

    return reader


def _by_path(files: Iterable[FileDiff]) -> Mapping[str, list[FileDiff]]:
    """The files of a diff by path; a series of patches can hold one path several times."""
    grouped: dict[str, list[FileDiff]] = {}
    for file in files:
        if file.status is not FileStatus.DELETED:
            grouped.setdefault(file.path, []).append(file)
    return grouped


def _read_file(
    path: str, files: list[FileDiff], added: frozenset[int], read_new: Reader, unchecked: list[Unchecked]
) -> tuple[Piece, ...]:
    data = read_new(path)
    if data is not None and not agrees(data, (hunk for file in files for hunk in file.hunks)):
        unchecked.append(Unchecked(path=path, reason="the file at hand is not the one of the diff; read hunk by hunk"))
        data = None
    if data is None and len(files) == 1 and files[0].status is FileStatus.ADDED:
        data = post_image(files[0])
    if data is not None:
        try:
            return (parse_file(path, data, added),)
        except UnreadableSourceError as error:
            unchecked.append(Unchecked(path=path, reason=f"{error}; read hunk by hunk"))
    return _read_hunks(path, files, unchecked)


def _read_hunks(path: str, files: list[FileDiff], unchecked: list[Unchecked]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for hunk in (hunk for file in files for hunk in file.hunks if hunk.added):
        piece = parse_hunk(path, hunk)
        if piece is None:
            missed = {line.new for line in hunk.added if line.new is not None}
        else:
            pieces.append(piece)
            missed = set(piece.blanked)
        if missed:
            unchecked.append(
                Unchecked(path=path, lines=tuple(sorted(missed)), reason="not readable as Python without its file")
            )
    return tuple(pieces)


def _read_old(files: Iterable[FileDiff], read_old: Reader, texts: dict[str, str], watch: Watch) -> None:
    for file in files:
        if watch.over:
            return
        if file.old_path.endswith(".py") and file.status is not FileStatus.ADDED and not file.binary:
            data = read_old(file.old_path)
            if data is not None:
                texts[file.old_path] = data.decode("utf-8", "replace")
