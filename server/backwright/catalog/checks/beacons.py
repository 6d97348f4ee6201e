"""Addresses that tell somebody else what is read: remote images, and addresses with a place for data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject

_IMAGE: Final = re.compile(
    r"!\[[^\]]{0,300}\]\(\s*<?(?:https?:)?//[^)\s]+|<img\b[^<>]*\bsrc\s*=\s*[\"']?(?:https?:)?//", re.IGNORECASE
)
_IMAGE_REFERENCE: Final = re.compile(r"!\[[^\]]{0,300}\]\[[^\]]*\]")
_PLACE: Final = re.compile(
    r"https?://[^\s)>\"']{1,300}[?&][\w.-]{1,60}=(?:\{[^}\s]*\}?|\$\{?\w+|<[\w -]+>|\[[\w -]+\]|%s|[A-Z_]{4,}\b)"
)


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    for text in subject.texts:
        for number, line in text.prose if text.is_markdown else ():
            image = _IMAGE.search(line) or _IMAGE_REFERENCE.search(line)
            if image is not None:
                yield Found(text.name, number, f"an image is fetched from elsewhere: {image[0][:80]!r}")
                continue
            place = _PLACE.search(line)
            if place is not None:
                yield Found(text.name, number, f"an address has a place for data: {place[0][:80]!r}")


CHECK = Check(
    "BEACON",
    "hostile",
    "An address by which somebody learns what is read or is sent data.",
    "put the image into assets/, or write the address in code where it is an example",
    _find,
)
