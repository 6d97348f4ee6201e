"""What changed from one document to the next, as a JSON Patch (RFC 6902): applied to the one, it gives the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from backwright.contexts.canonical import step
from backwright.contexts.schema import JsonObject

_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a patch.

    Args:
        op: what is done.
        path: to what, as a JSON Pointer.
        value: what is put there; of no meaning where something is removed.
    """

    op: Literal["add", "remove", "replace"]
    path: str
    value: object = None

    def to_json(self) -> JsonObject:
        """The operation as RFC 6902 writes it."""
        plain: JsonObject = {"op": self.op, "path": self.path}
        return plain if self.op == "remove" else {**plain, "value": self.value}

    def line(self, limit: int) -> str:
        """The operation for a reader, in one line of at most so many characters."""
        value = "" if self.op == "remove" else f" {json.dumps(self.value, ensure_ascii=False)}"
        text = f"{self.op} {self.path or '/'}{value}"
        return text if len(text) <= limit else f"{text[: limit - 1]}…"


def patch(before: object, after: object, path: str = "") -> Iterator[Operation]:
    """The operations that turn one document into another, in the order in which they apply.

    Arrays are compared from both ends, so that an element put in or taken out is one operation; what is between is
    compared by position, which keeps the work in proportion to the documents.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _members(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _elements(before, after, path)
    elif not _same(before, after):
        yield Operation("replace", path, after)


def _members(before: JsonObject, after: JsonObject, path: str) -> Iterator[Operation]:
    for key in sorted(before.keys() - after.keys()):
        yield Operation("remove", step(path, key))
    for key in sorted(after):
        old = before.get(key, _NOTHING)
        if old is _NOTHING:
            yield Operation("add", step(path, key), after[key])
        else:
            yield from patch(old, after[key], step(path, key))


def _elements(before: list[object], after: list[object], path: str) -> Iterator[Operation]:
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if not _same(before[at], after[at])), shorter)
    rest = shorter - start
    end = next((at for at in range(rest) if not _same(before[-1 - at], after[-1 - at])), rest)
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    paired = min(len(old), len(new))
    for at in range(paired):
        yield from patch(old[at], new[at], step(path, start + at))
    for at in reversed(range(paired, len(old))):
        yield Operation("remove", step(path, start + at))
    for at in range(paired, len(new)):
        yield Operation("add", step(path, start + at), new[at])


def _same(one: object, other: object) -> bool:
    """Whether two values are the same JSON; to Python, `true` is 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return one == other and isinstance(one, bool) == isinstance(other, bool)
