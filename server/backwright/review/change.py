"""A whole change as rules of the second kind see it: the files of the diff and, beside them, what could be parsed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backwright.review.diff import FileDiff
from backwright.review.source import Source


def _nothing(_path: str) -> tuple[Source, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Change:
    """The change under review.

    Args:
        files: every file of the diff, Python or not.
        sources: the parsed sources of a Python file by path: one for a whole file, one a hunk for fragments.
        old_texts: the text of a file before the change, by its old path, where it could be had.
        before: the parsed sources of a Python file before the change, by its new path; none where nothing is known.
    """

    files: tuple[FileDiff, ...]
    sources: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    old_texts: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[str], tuple[Source, ...]] = _nothing
