"""A series of patches as one change, so that every line has the number that it has after the last of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from backwright.review._compose import Budget, DisjointError, compose_hunks
from backwright.review._diff_model import Diff, FileDiff, FileStatus, Hunk, Line, Unread
from backwright.review._diff_reader import Part

MAX_HEADERS: Final = 500
"""Of one file in one patch, which git writes only one of."""

_NUMBERED = re.compile(r"\[[^\]]*?\b([0-9]{1,4})/([0-9]{1,4})\]")
_NOTE = "a series of {} patches, taken together {}: lines have the numbers that they have after the last of them"
_AS_LISTED = "in their order"
_BACKWARDS = "from the last one up, as a log lists them"


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the patches so far do to a file, and where the text speaks of it: the patch's name, first and last line."""

    file: FileDiff
    places: tuple[tuple[str, int, int], ...]


def join_parts(parts: Sequence[Part]) -> Diff:
    """The patches of a text as one change.

    A patch that does not start from where the ones before it end is taken for itself, and the changes that they make to
    that file are named as not read.
    """
    unread = [each for part in parts for each in part.unread]
    steps = [step for part in parts for step in _split(part)]
    if len(steps) < 2:  # noqa: PLR2004  one patch is no series
        return Diff(tuple(file for step in steps for file in step.files), tuple(unread))
    ordered, how = _in_order(steps)
    current: dict[str, _Entry] = {}
    budget = Budget()
    for step in ordered:
        _apply(step, current, unread, budget)
    return Diff(tuple(entry.file for entry in current.values()), tuple(unread), (_NOTE.format(len(steps), how),))


def _split(part: Part) -> Iterator[Part]:
    """A text without marks between its patches holds a new one where a file comes again."""
    files: dict[str, tuple[FileDiff, tuple[int, int]]] = {}
    for file, span in zip(part.files, part.spans, strict=True):
        earlier = files.get(file.path)
        if earlier is not None and not _goes_on(earlier[0], file):
            yield _part(part, files)
            files, earlier = {}, None
        if earlier is not None:
            file, span = replace(earlier[0], hunks=(*earlier[0].hunks, *file.hunks)), (earlier[1][0], span[1])  # noqa: PLW2901  one file of two
        files[file.path] = file, span
    if files:
        yield _part(part, files)


def _part(part: Part, files: Mapping[str, tuple[FileDiff, tuple[int, int]]]) -> Part:
    found = files.values()
    return replace(part, files=tuple(file for file, _ in found), spans=tuple(span for _, span in found), unread=())


def _goes_on(earlier: FileDiff, file: FileDiff) -> bool:
    """Whether the second is the rest of the same patch: its line numbers count in what the first one adds."""
    if not 0 < len(earlier.hunks) <= MAX_HEADERS or not file.hunks or FileStatus.MODIFIED is not file.status:
        return False
    last, first = earlier.hunks[-1], file.hunks[0]
    grown = sum((line.new is not None) - (line.old is not None) for hunk in earlier.hunks for line in hunk.lines)
    return first.new_start > last.new_start and first.new_start - first.old_start == grown != 0


def _in_order(parts: list[Part]) -> tuple[list[Part], str]:
    """The oldest first: as mails are numbered, as the names of blobs follow each other, or as the tool lists them."""
    numbers = [_NUMBERED.search(part.label) if part.is_mail else None for part in parts]
    found = [(int(number[1]), number[2]) for number in numbers if number is not None]
    if len(found) == len(parts) and len({total for _, total in found}) == 1 and len(set(found)) == len(found):
        order = sorted(range(len(parts)), key=lambda index: found[index][0])
        return [parts[index] for index in order], _AS_LISTED
    forward, backward = _links(parts)
    is_log = all(part.label and not part.is_mail for part in parts)
    if backward > forward or (backward == forward and is_log):
        return parts[::-1], _BACKWARDS
    return parts, _AS_LISTED


def _links(parts: Sequence[Part]) -> tuple[int, int]:
    """How often a patch starts from the blob that the one before it made, and how often it is the other way round."""
    forward = backward = 0
    seen: dict[str, FileDiff] = {}
    for part in parts:
        for file in part.files:
            earlier = seen.get(file.old_path) or seen.get(file.path)
            if earlier is not None:
                forward += _same_blob(earlier.new_id, file.old_id)
                backward += _same_blob(earlier.old_id, file.new_id)
            seen[file.path] = seen[file.old_path] = file
    return forward, backward


def _same_blob(one: str, other: str) -> bool:
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def _apply(part: Part, current: dict[str, _Entry], unread: list[Unread], budget: Budget) -> None:
    """Add what one patch does; all of its old names are those of before it."""
    before = [current.get(file.old_path) for file in part.files]
    for file, earlier in zip(part.files, before, strict=True):
        if earlier is not None and file.status is not FileStatus.COPIED:
            current.pop(file.old_path, None)
    for file, earlier, (first, last) in zip(part.files, before, part.spans, strict=True):
        place = (part.label, first, last)
        if earlier is None:
            current[file.path] = _Entry(file, (place,))
            continue
        try:
            joined = _joined(earlier.file, file, budget)
        except DisjointError as error:
            unread += _named(earlier, f"its changes to {file.path} {error}")
            current[file.path] = _Entry(file, (place,))
            continue
        if joined is None:
            continue
        if file.binary or earlier.file.binary:
            unread += _named(earlier, "another patch of the series changes the file without showing lines")
        current[joined.path] = _Entry(joined, (*earlier.places, place))


def _named(entry: _Entry, reason: str) -> Iterator[Unread]:
    for label, first, last in entry.places:
        yield Unread(entry.file.path, first, last, f"the patch {label}: {reason}" if label else reason)


def _joined(earlier: FileDiff, file: FileDiff, budget: Budget) -> FileDiff | None:
    """What two patches do to one file; None where nothing is left of it.

    Raises:
        DisjointError: the second does not start from what the first one leaves.
    """
    gone = earlier.status is FileStatus.DELETED
    if gone != (file.status is FileStatus.ADDED):
        raise DisjointError
    if earlier.new_id and file.old_id and not _same_blob(earlier.new_id, file.old_id):
        raise DisjointError
    if earlier.status is FileStatus.ADDED and file.status is FileStatus.DELETED:
        return None
    binary = earlier.binary or file.binary
    hunks: tuple[Hunk, ...] = () if file.binary else file.hunks
    if not binary:
        hunks = compose_hunks(earlier.hunks, file.hunks, budget)
    status = _status(earlier, file)
    return FileDiff(
        path=earlier.old_path if status is FileStatus.DELETED else file.path,
        old_path=file.path if status is FileStatus.ADDED else earlier.old_path,
        status=status,
        hunks=_renumbered(hunks) if status is FileStatus.ADDED else hunks,
        binary=file.binary,
        mode=file.mode or earlier.mode,
        old_id=earlier.old_id,
        new_id=file.new_id or earlier.new_id,
    )


def _status(earlier: FileDiff, file: FileDiff) -> FileStatus:
    if file.status is FileStatus.DELETED or earlier.status is FileStatus.ADDED:
        return file.status if file.status is FileStatus.DELETED else earlier.status
    if file.status is FileStatus.COPIED or earlier.status is FileStatus.COPIED:
        return FileStatus.COPIED
    return FileStatus.MODIFIED if file.path == earlier.old_path else FileStatus.RENAMED


def _renumbered(hunks: tuple[Hunk, ...]) -> tuple[Hunk, ...]:
    """The hunks of a new file, which has no old side to count on."""
    return tuple(
        Hunk(0, hunk.new_start, hunk.section, tuple(Line(line.kind, line.text, None, line.new) for line in hunk.lines))
        for hunk in hunks
    )
