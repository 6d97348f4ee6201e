"""A job as one writes it by hand: `send-invoice invoice_id:uuid note:str?` and a few options."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from backwright.contexts.schema import JsonObject
from backwright.errors import InvalidInputError

ARGUMENT: Final = "NAME:TYPE[?][,key]"
_EXAMPLE: Final = "invoice_id:uuid"
_NUMBERS: Final = ("retries", "backoff", "backoff_max", "time_limit")
_LISTS: Final = ("retry_on", "drop_on")
_TEXTS: Final = ("queue", "schedule", "record", "library", "app")
OPTIONS: Final = (*_NUMBERS, *_LISTS, *_TEXTS)
"""The members that are no arguments."""
_INTEGER = re.compile(r"[0-9]{1,9}")


def parse_job(words: Sequence[str], options: Mapping[str, object]) -> JsonObject:
    """The members of a `JobContextV1`, unchecked but for their form.

    Args:
        words: the name, then the arguments: `order_id:int,key note:str?`; without a `,key` all of them are the key.
        options: the members that are no arguments; lists may be text with commas, and None is left out.

    Raises:
        InvalidInputError: a part has another form; the hint has the right one.
    """
    if not words:
        raise InvalidInputError("the job has no name", hint=f"write for example send-invoice {_EXAMPLE}")
    values: JsonObject = {"name": words[0]}
    arguments, key = [], []
    for word in words[1:]:
        head, *rest = word.split(",")
        name, colon, kind = head.partition(":")
        if not colon or not name or not kind or rest not in ([], ["key"]):
            raise InvalidInputError(
                f"{_shown(word)} is not {ARGUMENT}", hint=f"write for example {_EXAMPLE}; options stand apart"
            )
        arguments.append({"name": name, "type": kind.removesuffix("?"), "required": not kind.endswith("?")})
        key += [name] if rest else []
    values |= {"arguments": arguments, "key": key}
    for name, value in options.items():
        if value is not None:
            values[name] = _option(name, value)
    return values


def _option(name: str, value: object) -> object:
    if name not in OPTIONS:
        raise InvalidInputError(f"a job has no {_shown(name)}", hint=f"known are {', '.join(OPTIONS)}")
    if not isinstance(value, str):
        return value
    if name in _LISTS:
        return [each.strip() for each in value.split(",")]
    if name in _NUMBERS:
        if not _INTEGER.fullmatch(value):
            raise InvalidInputError(f"{name} is {_shown(value)}", hint="give a whole number")
        return int(value)
    return value


def _shown(text: str) -> str:
    return repr(text.encode("unicode_escape").decode("ascii")[:80])
