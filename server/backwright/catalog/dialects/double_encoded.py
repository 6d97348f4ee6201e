"""UTF-8 that was read as a code page of Windows and written as UTF-8 again: `â€”` for a dash, `ğŸ”§` for a wrench.

Only what can be proved is mended: a stretch of characters that are, as bytes of one code page, the UTF-8 of others, so
that encoding the result again gives the very same stretch. What has lost a byte on the way cannot be, and stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from backwright.catalog.dialects._draft import Draft, Repair, Stage

CODE = "DOUBLE_ENCODED"

CODE_PAGES: Final = ("cp1252", "cp1254", "latin-1")
_DEEPEST: Final = 3

_TAIL = "[\x80-\xbf]"
_LONG = f"(?:[\xe0-\xef]{_TAIL}{{2}}|[\xf0-\xf4]{_TAIL}{{3}})"
_SHORT = f"[\xc2-\xdf]{_TAIL}"
# Two letters side by side that happen to be one in UTF-8 may be ordinary writing; three, or two pairs, are not.
_STRONG = re.compile(f"{_LONG}|{_SHORT}(?:{_SHORT})+")
_ANY = re.compile(f"(?:{_LONG}|{_SHORT})+")
# The first byte of a longer stretch, without what must follow it.
_BROKEN = re.compile("[\u011f\xf0]\u0178|\xef\xb8|\xe2(?=[\u20ac\u0153\u0161])|\u011f\u0178")


@dataclass(frozen=True, slots=True)
class _Mended:
    """A text as one code page mends it: where, and how many characters it takes for broken."""

    page: str
    text: str
    places: tuple[int, ...]
    length: int


@dataclass(frozen=True, slots=True)
class _Page:
    """One code page as the bytes of its characters, written as characters U+0080 to U+00FF."""

    name: str
    table: dict[int, int]

    @classmethod
    def of(cls, name: str) -> _Page:
        table: dict[int, int] = {}
        for byte in range(0x80, 0x100):
            # What a code page leaves undefined, browsers read as the control character of that number.
            character = bytes([byte]).decode(name, "ignore") or chr(byte)
            table[ord(character)] = byte
        return cls(name, table)

    def mend(self, text: str) -> _Mended:
        """The text with every stretch mended that is one in this code page."""
        # A character that is no byte of the code page must not pass for one.
        raw = "".join(chr(self.table.get(ord(each), 0x100)) if each > "\x7f" else each for each in text)
        pattern = _ANY if _STRONG.search(raw) or _is_whole(raw) else _STRONG
        parts: list[str] = []
        places: list[int] = []
        end = length = 0
        for match in pattern.finditer(raw):
            mended = _decoded(match[0])
            if mended is None:
                continue
            parts += [text[end : match.start()], mended]
            places.append(match.start())
            length += len(match[0])
            end = match.end()
        return _Mended(self.name, "".join([*parts, text[end:]]), tuple(places), length)


def _is_whole(raw: str) -> bool:
    """Whether nothing but ASCII is left once every stretch is taken out."""
    return _ANY.sub("", raw).isascii()


def _decoded(raw: str) -> str | None:
    """What a stretch is in UTF-8, or None: a surrogate or a longer form than needed proves that it is not."""
    try:
        return raw.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return None


_PAGES: Final = tuple(_Page.of(name) for name in CODE_PAGES)


def _mend(draft: Draft) -> Draft:
    if draft.text.isascii():
        return draft
    for _ in range(_DEEPEST):
        # The right code page explains the most.
        best = max((page.mend(draft.text) for page in _PAGES), key=lambda mended: mended.length)
        if not best.places:
            break
        draft = _told(draft, best)
    return draft


def _told(draft: Draft, mended: _Mended) -> Draft:
    line = draft.text.count("\n", 0, mended.places[0]) + 1
    message = f"UTF-8 that was read as {mended.page} was read as UTF-8 again; places: {len(mended.places)}"
    draft = draft.told(CODE, line, message, "save the file as UTF-8 once")
    left = [number for number, text in enumerate(mended.text.split("\n"), 1) if _BROKEN.search(text)]
    if left:
        message = f"what is left here lost a byte when it was encoded twice, and stays as it is; lines: {len(left)}"
        draft = draft.told(CODE, left[0], message, "write the characters anew")
    return replace(draft, text=mended.text)


REPAIR = Repair(CODE, Stage.TEXT, _mend)
