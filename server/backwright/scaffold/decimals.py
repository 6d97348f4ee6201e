"""Bounds of decimal numbers as a pattern of their text, so that a schema says what a validator asks for."""

from __future__ import annotations

_FRACTION = r"(\.[0-9]{1,4})?"
_NO_FRACTION = r"(\.0{1,4})?"


def decimal_pattern(low: int, high: int) -> str:
    """A regular expression for the decimal numbers from `low` to `high` with at most 4 digits after the point.

    It is anchored, and takes no zeros in front and no plus.
    """
    parts = _from_to(max(low, 0), high, "") if high >= 0 else []
    if low < 0:
        parts += _from_to(max(-high, 0), -low, "-")
    if low == 0:
        # Zero has two signs.
        parts.append(f"-0{_NO_FRACTION}")
    return f"^({'|'.join(parts)})$"


def _from_to(low: int, high: int, sign: str) -> list[str]:
    """The numbers without sign from `low` to `high`: below `high` any fraction will do, at it none."""
    whole = [f"{sign}({'|'.join(_whole(low, high - 1))}){_FRACTION}"] if low < high else []
    return [*whole, f"{sign}{high}{_NO_FRACTION}"]


def _whole(low: int, high: int) -> list[str]:
    found = []
    for length in range(len(str(low)), len(str(high)) + 1):
        least = max(low, 10 ** (length - 1) if length > 1 else 0)
        found += _same_length(str(least), str(min(high, 10**length - 1)))
    return found


def _same_length(low: str, high: str) -> list[str]:
    if low == high:
        return [low]
    if len(low) == 1:
        return [f"[{low}-{high}]"]
    if low[0] == high[0]:
        return [low[0] + rest for rest in _same_length(low[1:], high[1:])]
    first, last, rest = int(low[0]), int(high[0]), len(low) - 1
    found, after = list[str](), list[str]()
    if low[1:] != "0" * rest:
        found = [low[0] + tail for tail in _same_length(low[1:], "9" * rest)]
        first += 1
    if high[1:] != "9" * rest:
        after = [high[0] + tail for tail in _same_length("0" * rest, high[1:])]
        last -= 1
    if first <= last:
        digits = f"[{first}-{last}]" if first < last else str(first)
        found.append(f"{digits}[0-9]" + (f"{{{rest}}}" if rest > 1 else ""))
    return found + after
