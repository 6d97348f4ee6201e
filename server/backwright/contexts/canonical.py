"""One form of a JSON document, so that equal documents have equal digests (RFC 8785), and what no store may be given.

What databases or parsers disagree about is refused up front, so that every store answers alike: PostgreSQL takes no
NUL in a text, SQLite takes no lone surrogate, and few parsers agree on NaN, on duplicate keys, or on integers that a
double cannot hold.
"""

from __future__ import annotations

import json
import math
from typing import Final, NoReturn

import rfc8785

from backwright.contexts.schema import JsonObject
from backwright.errors import InvalidBodyError, TooLargeError

MAX_BYTES: Final = 1024 * 1024
"""Bytes of a document, as it arrives and in its canonical form."""

MAX_DEPTH: Final = 64
"""Levels of arrays and objects."""

MAX_INTEGER: Final = 2**53 - 1
"""The largest integer that every JSON parser reads back as it was written (RFC 8259, section 6)."""


def parse(text: str | bytes) -> JsonObject:
    """The object that a JSON text holds, checked as `canonical` checks it.

    Raises:
        TooLargeError: over `MAX_BYTES`.
        InvalidBodyError: no JSON in UTF-8, no object, or something that `canonical` refuses; `details` says where.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if len(data) > MAX_BYTES:
        raise TooLargeError("the document", size=len(data), limit=MAX_BYTES)
    try:
        decoded = data.decode("utf-8")
        _bound_depth(decoded)
        value = json.loads(decoded, object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise invalid("", f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise invalid("", f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except ValueError:  # an integer of more digits than Python converts
        raise invalid("", f"an integer is beyond {MAX_INTEGER}") from None
    if not isinstance(value, dict):
        raise invalid("", "a context is a JSON object")
    canonical(value)
    return value


def canonical(body: JsonObject) -> bytes:
    """The canonical form of a document, in UTF-8.

    Raises:
        TooLargeError: it is over `MAX_BYTES`.
        InvalidBodyError: a NUL, a lone surrogate, NaN or infinity, an integer beyond `MAX_INTEGER`, more than
            `MAX_DEPTH` levels, or something that is no JSON; `details` has the JSON Pointer of each.
    """
    problems = _problems(body)
    if problems:
        raise InvalidBodyError(problems)
    data = rfc8785.dumps(body)  # type: ignore[arg-type]  # `_problems` has seen that it is JSON
    if len(data) > MAX_BYTES:
        raise TooLargeError("the document", size=len(data), limit=MAX_BYTES)
    return data


def invalid(pointer: str, message: str) -> InvalidBodyError:
    """The error of a document with one problem."""
    return InvalidBodyError([{"pointer": pointer, "message": message}])


def step(pointer: str, part: str | int) -> str:
    """The JSON Pointer (RFC 6901) one level further down."""
    return f"{pointer}/{str(part).replace('~', '~0').replace('/', '~1')}"


_SHOWN: Final = 20


def _problems(body: object) -> list[dict[str, str]]:
    """What must not be stored, in the order of the document; without recursion, since it may be deep."""
    found: list[dict[str, str]] = []
    waiting: list[tuple[str, object, int]] = [("", body, 1)]
    while waiting and len(found) < _SHOWN:
        pointer, value, depth = waiting.pop()
        message = _problem(value)
        if message is None and depth > MAX_DEPTH and isinstance(value, dict | list | tuple):
            message = f"more than {MAX_DEPTH} levels"
        if message is not None:
            found.append({"pointer": shown(pointer), "message": message})
        elif isinstance(value, dict):
            for key in value:
                wrong = _problem(key) if isinstance(key, str) else "a key is a string"
                if wrong is not None:
                    found.append({"pointer": shown(pointer), "message": f"in a key: {wrong}"})
            waiting += [(step(pointer, key), value[key], depth + 1) for key in reversed(value)]
        elif isinstance(value, list | tuple):
            waiting += [(step(pointer, at), value[at], depth + 1) for at in range(len(value) - 1, -1, -1)]
    return found


def _problem(value: object) -> str | None:
    match value:
        case None | bool() | dict() | list() | tuple():
            return None
        case str():
            if "\0" in value:
                return "a NUL"
            return "a lone surrogate" if any("\ud800" <= letter <= "\udfff" for letter in value) else None
        case int():
            return None if -MAX_INTEGER <= value <= MAX_INTEGER else f"an integer beyond {MAX_INTEGER}"
        case float():
            return None if math.isfinite(value) else "NaN and infinity are no JSON"
        case _:
            return f"{type(value).__name__} is no JSON"


def shown(pointer: str) -> str:
    """A JSON Pointer as it may be repeated: its keys are the caller's text."""
    return pointer.encode("unicode_escape").decode("ascii")[:200]


def _bound_depth(text: str) -> None:
    """Refuse deep nesting before a recursive parser meets it."""
    depth, quoted, escaped = 0, False, False
    for letter in text:
        if quoted:
            quoted, escaped = (letter != '"' or escaped), letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise invalid("", f"more than {MAX_DEPTH} levels")
        elif letter in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, object]]) -> JsonObject:
    """Duplicate keys slip past checks, because parsers differ on which one counts (CVE-2026-27896)."""
    whole = dict(pairs)
    if len(whole) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise invalid("", f"the key {shown(twice)!r} is there twice")
    return whole


def _no_constant(name: str) -> NoReturn:
    raise invalid("", f"{name} is no JSON")
