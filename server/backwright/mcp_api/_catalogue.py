"""The pack in a few lines: what stands in the description of `use_skill`, so that a model knows what there is."""

from __future__ import annotations

from collections.abc import Iterable

LIMIT = 1_400
"""Bytes of a description: fewer than clients are known to cut, and paid for on each turn."""


def catalogue(head: str, skills: Iterable[tuple[str, str]], limit: int = LIMIT) -> str:
    """`head` and one line for each skill, "name: when", in at most `limit` bytes.

    Bare names are never called, so no skill is left out while its name fits: the longest descriptions give way
    first, at a word's end.
    """
    lines = [(name, " ".join(description.split())) for name, description in skills]
    room = limit - len(head.encode()) - sum(len(f"\n- {name}: ".encode()) for name, _ in lines)
    share = _share([len(text.encode()) for _, text in lines], room)
    listed = [f"- {name}: {_cut(text, share)}".removesuffix(": ") for name, text in lines]
    return _cut_bytes("\n".join([head, *listed]), limit)


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
