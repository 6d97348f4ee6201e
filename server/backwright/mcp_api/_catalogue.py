"""The pack in a few lines: what stands in the description of `use_skill`, so that a model knows what there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

LIMIT: Final = 1_310
"""Bytes of a description: fewer than clients are known to cut, and paid for on each turn."""

_MORE: Final = "\n- and {} more: give the task and keywords, all are searched."


def catalogue(head: str, skills: Iterable[tuple[str, str]], limit: int = LIMIT) -> str:
    """`head` and one line for each skill, "name: when", in at most `limit` bytes.

    Bare names are never called, so no skill is left out while its name fits: the longest descriptions give way
    first, at a word's end. Where not all names fit, the first do, and the last line says how to find the others.
    """
    lines = [(name, " ".join(description.split())) for name, description in skills]
    room = limit - len(head.encode())
    fitting = _fitting([name for name, _ in lines], room)
    more = _MORE.format(len(lines) - fitting) if fitting < len(lines) else ""
    lines = lines[:fitting]
    room -= len(more.encode()) + sum(len(f"\n- {name}: ".encode()) for name, _ in lines)
    share = _share([len(text.encode()) for _, text in lines], room)
    listed = [f"- {name}: {_cut(text, share)}".removesuffix(": ") for name, text in lines]
    return _cut_bytes("\n".join([head, *listed]) + more, limit)


def _fitting(names: Sequence[str], room: int) -> int:
    """How many names fit: all of them, or as many as leave room to say that there are more."""
    sizes = [len(f"\n- {name}: ".encode()) for name in names]
    if sum(sizes) <= room:
        return len(names)
    room -= len(_MORE.format(len(names)).encode())
    for count, size in enumerate(sizes):
        room -= size
        if room < 0:
            return count
    return len(names)


def _share(sizes: list[int], room: int) -> int:
    """The greatest length to which each text may be cut so that all of them fit into the room."""
    left = len(sizes)
    for size in sorted(sizes):
        if size * left > room:
            return max(room // left, 0)
        room -= size
        left -= 1
    return max(sizes, default=0)


def _cut(text: str, limit: int) -> str:
    if len(text.encode()) <= limit:
        return text
    words = _cut_bytes(text, max(limit - len("…".encode()), 0)).rpartition(" ")[0]
    return f"{words.rstrip(' ,;:.')}…" if words else ""


def _cut_bytes(text: str, limit: int) -> str:
    return text.encode()[:limit].decode("utf-8", "ignore")
