"""A diff as it is kept for later: enough of it to check a quote, to place a comment and to show the code around it.

Secrets are masked first, so that none of them is written down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.review.diagnostic import Frozen
from backwright.review.diff import Diff, FileDiff, FileStatus, Hunk, Line, LineKind
from backwright.review.excerpt import KEY_BODY, key_lines
from backwright.review.hostile import masked

MAX_LINE: Final = 2_000
"""Characters of a line; what is behind them is not kept."""
# What every pattern of `masked` needs: most lines of a large diff need not be asked about each of them.
_MAY_HOLD_A_SECRET: Final = re.compile(r"""["']|://|Bearer|Basic|-----BEGIN|[A-Za-z0-9_-]{16}""")


class KeptHunk(Frozen):
    """A hunk: where it starts on both sides, its section, and its lines, each with its marker, parted by line feeds."""

    old: int
    new: int
    section: str
    text: str


class KeptFile(Frozen):
    """What the diff does to one file."""

    path: str
    old_path: str
    status: FileStatus
    binary: bool = False
    hunks: tuple[KeptHunk, ...] = ()


def packed(diff: Diff) -> tuple[KeptFile, ...]:
    """The files of a diff; `unpacked` gives them back, with their secrets masked."""
    return tuple(
        KeptFile(
            path=file.path,
            old_path=file.old_path,
            status=file.status,
            binary=file.binary,
            hunks=tuple(_packed(hunk) for hunk in file.hunks),
        )
        for file in diff.files
    )


def unpacked(files: Sequence[KeptFile]) -> Diff:
    """The diff that was kept.

    Raises:
        ValueError: a line has no marker.
    """
    return Diff(
        tuple(
            FileDiff(file.path, file.old_path, file.status, tuple(map(_unpacked, file.hunks)), file.binary)
            for file in files
        )
    )


def _packed(hunk: Hunk) -> KeptHunk:
    secret = key_lines(hunk.lines)
    body = "\n".join(
        f"{line.kind.value}{KEY_BODY if index in secret else _masked(line.text)}"
        for index, line in enumerate(hunk.lines)
    )
    first = hunk.lines[0] if hunk.lines else None
    return KeptHunk(
        old=_start(hunk.old_start, [line.old for line in hunk.lines]) if first else hunk.old_start,
        new=_start(hunk.new_start, [line.new for line in hunk.lines]) if first else hunk.new_start,
        section=masked(hunk.section),
        text=body,
    )


def _masked(text: str) -> str:
    text = text[:MAX_LINE]
    return masked(text) if _MAY_HOLD_A_SECRET.search(text) else text


def _start(said: int, numbers: Sequence[int | None]) -> int:
    return next((number for number in numbers if number is not None), said)


def _unpacked(hunk: KeptHunk) -> Hunk:
    return Hunk(hunk.old, hunk.new, hunk.section, tuple(_lines(hunk)) if hunk.text else ())


def _lines(hunk: KeptHunk) -> Iterator[Line]:
    old, new = hunk.old, hunk.new
    for row in hunk.text.split("\n"):
        kind = LineKind(row[:1])
        yield Line(
            kind,
            row[1:],
            None if kind is LineKind.ADDED else old,
            None if kind is LineKind.REMOVED else new,
        )
        old += kind is not LineKind.ADDED
        new += kind is not LineKind.REMOVED
