"""Text that a reader cannot see but a model reads: zero width, bidi, tags, fillers, control characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Letters and marks that draw nothing, although their category says otherwise.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")
# Emoji whose category is not that of a symbol: the information sign and the wavy dash.
_STYLED = frozenset("\u2139\u3030")
_EMOJI_STYLES = frozenset("\ufe0e\ufe0f")
# Everything but what is certainly visible; a lone carriage return hides the line before it.
_SUSPECT = re.compile(
    "\r(?!\n)|[^\t\n\r -~\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0481\u3001-\u3029\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff]"
)
# Variation selectors and tags: 256 selectors can spell any byte, tags any ASCII text.
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0000, 0xE0FFF))


def find_hidden(text: str) -> int | None:
    """The offset of the first character that a reader cannot see, or None.

    Joiners between two letters, marks or symbols of a script that uses them, and one emoji style behind a symbol,
    are ordinary writing. A run of either is not.
    """
    return next(all_hidden(text), None)


def all_hidden(text: str) -> Iterator[int]:
    """The offset of each character that a reader cannot see; see `find_hidden`."""
    for match in _SUSPECT.finditer(text):
        if _is_hidden(text, match.start()):
            yield match.start()


def _is_hidden(text: str, at: int) -> bool:
    character = text[at]
    before = text[at - 1] if at else " "
    if character in _EMOJI_STYLES:
        return before not in _STYLED and unicodedata.category(before) not in {"So", "Sm", "Nd", "Po"}
    if character in _JOINERS:
        after = text[at + 1] if at + 1 < len(text) else " "
        mixed = "Lo" in {unicodedata.category(before), unicodedata.category(after)}
        joined = (_joins(before) or before in _EMOJI_STYLES) and _joins(after)
        # A Latin word with the ending of another script, as in Persian prose on an API.
        return not joined and not (mixed and before.isalnum() and after.isalnum())
    if any(low <= ord(character) <= high for low, high in _SELECTORS):
        return True
    return character in _BLANK or unicodedata.category(character) in _CATEGORIES


def _joins(character: str) -> bool:
    """Whether a zero-width joiner or non-joiner beside this character can change what is drawn."""
    return not character.isascii() and unicodedata.category(character) in {"Lo", "Mn", "Mc", "So", "Sk"}


def describe(character: str) -> str:
    """A character by its code point and name, for a message: `U+200B ZERO WIDTH SPACE`."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def show_hidden(text: str) -> str:
    """The text with each character that a reader cannot see written out, as `[U+202E]`."""
    hidden = list(all_hidden(text))
    if not hidden:
        return text
    parts, start = list[str](), 0
    for at in hidden:
        parts += [text[start:at], f"[U+{ord(text[at]):04X}]"]
        start = at + 1
    return "".join([*parts, text[start:]])


def printable(text: str, limit: int = 200) -> str:
    """Some text for a message: everything that a terminal or a reader could be fooled by is escaped, and it is cut."""
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape", "backslashreplace").decode("ascii")
        for character in text[:limit]
    )
    return shown if len(text) <= limit else f"{shown}..."
