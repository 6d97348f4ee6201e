"""What stands behind the question mark of a bus's URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from backwright.errors import InvalidInputError

_MOST: Final = 2**53


def options_of(url: str, known: Mapping[str, str | int]) -> tuple[str, dict[str, str | int]]:
    """A URL without its options, and each option as it is given there or by default.

    Args:
        url: as the user wrote it.
        known: the options that there are, with their defaults; the type of a default is that of the option.

    Raises:
        InvalidInputError: an option that is not known, is given twice, or is no number from 1 where one is wanted.
    """
    parts = urlsplit(url)
    chosen: dict[str, str | int] = dict(known)
    seen: set[str] = set()
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name not in known or name in seen:
            raise InvalidInputError(
                f"the bus's URL: {name[:40]!r} is no option, or stands there twice",
                hint=f"there are {', '.join(sorted(known)) or 'none'}",
            )
        seen.add(name)
        chosen[name] = _number(name, value) if isinstance(known[name], int) else value
    return urlunsplit(parts._replace(query="")), chosen


def _number(name: str, value: str) -> int:
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 16 else 0  # noqa: PLR2004  2**53
    if not 1 <= number <= _MOST:
        raise InvalidInputError(f"the bus's URL: {name} is no number from 1", hint="give a whole number")
    return number
