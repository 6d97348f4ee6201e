"""Cursors: where a list goes on. They hold no secret, work in every process, and end with the snapshot they are of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, overload

from backwright.errors import InvalidCursorError

T = TypeVar("T")

_FORM = re.compile(r"([1-9][0-9]{0,8})\.([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items of a list, and the cursor for the rest of it where there is a rest."""

    items: Sequence[T]
    next_cursor: str | None


class Chained(Sequence[T]):
    """Two sequences, one after the other, of which only the page that is asked for is ever put together."""

    def __init__(self, first: Sequence[T], second: Sequence[T]) -> None:
        self._first = first
        self._second = second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        cut, places = len(self._first), range(len(self))
        if isinstance(index, slice):
            return [self[place] for place in places[index]]
        place = places[index]
        return self._first[place] if place < cut else self._second[place - cut]


@dataclass(frozen=True, slots=True)
class Pager:
    """Cuts one list into pages.

    Args:
        name: which list, so that the cursor of one is refused by another.
        snapshot: the digest of what is listed; a cursor of another snapshot would skip or repeat items.
        size: items on a page.
    """

    name: str
    snapshot: str
    size: int

    def page(self, items: Sequence[T], cursor: str | None) -> Page[T]:
        """The items from the cursor on.

        Raises:
            InvalidCursorError: the cursor is not one that this list gave.
        """
        start = 0 if cursor is None else self._position(cursor)
        if start and start >= len(items):
            raise _invalid()
        end = start + self.size
        return Page(items[start:end], self._cursor(end) if end < len(items) else None)

    def _cursor(self, position: int) -> str:
        mark = hashlib.sha256(f"{self.name}\n{self.snapshot}\n{self.size}\n{position}".encode()).hexdigest()[:16]
        return f"{position}.{mark}"

    def _position(self, cursor: str) -> int:
        form = _FORM.fullmatch(cursor)
        position = int(form[1]) if form else 0
        if cursor != self._cursor(position):
            raise _invalid()
        return position


def _invalid() -> InvalidCursorError:
    return InvalidCursorError("the cursor is not one that this list gave", hint="list again without a cursor")
