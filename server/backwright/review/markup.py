"""HTML from nested calls: text is escaped unless it is `Markup`, which only this module makes of text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias

from backwright.review.hostile import visible

VOID: Final = frozenset({"br", "link", "meta"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


Child: TypeAlias = "str | Iterable[Child] | None"


def element(tag: str, *children: Child, **attributes: str | int | None) -> Markup:
    """One element.

    Args:
        tag: its name; ours, never the diff's.
        children: text, markup, and lists of either; None is left out.
        attributes: ours by name. An underscore at the end is dropped (`class_`), one inside becomes a hyphen. One
            with None is left out.
    """
    given = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items() if value is not None}
    head = "".join([f"<{tag}", *(f' {name}="{escape(visible(str(value)))}"' for name, value in given.items()), ">"])
    return Markup(head if tag in VOID else f"{head}{joined(*children)}</{tag}>")


def joined(*children: Child) -> Markup:
    """Children one behind the other."""
    return Markup("".join(_flat(children)))


def lines(*children: Child) -> Markup:
    """Children each on its own line, so that the source of a page can be read too."""
    return Markup("".join(f"\n{part}" for part in _flat(children) if part) + "\n")


def code(text: str) -> Markup:
    """Text that has been made visible as a whole, and stands where no line can start with it."""
    return Markup(escape(text))


def _flat(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if isinstance(child, Markup):
            yield child
        elif isinstance(child, str):
            yield escape(visible(child))
        elif child is not None:
            yield from _flat(child)
