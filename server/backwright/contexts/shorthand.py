"""The parts of an endpoint as one writes them by hand: `total:decimal,ge=0` is a field. What the command line and
models write, because it is a quarter of the JSON, and less to get wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from backwright.contexts.schema import JsonObject
from backwright.errors import InvalidInputError

FIELD = "NAME:TYPE[?][,unique][,index][,min=N][,max=N][,ge=N][,le=N][,choices=A/B]"
RELATION = "NAME:MODEL[?][,restrict][,cascade][,set_null]"
ACTION = "NAME:FIELD=VALUE[,FIELD=VALUE][ when FIELD=VALUE/VALUE]"

_FLAGS = ("unique", "index")
_NUMBERS = {"min": "min_length", "max": "max_length", "ge": "ge", "le": "le"}
_ON_DELETE = ("restrict", "cascade", "set_null")
_INTEGER = re.compile(r"-?[0-9]{1,19}")


def parse_field(text: str) -> JsonObject:
    """A field: `number:str,unique,max=32`, with `?` after the type of one that may be null.

    Raises:
        InvalidInputError: it has another form.
    """
    name, kind, constraints = _head(text, FIELD, "number:str,unique,max=32")
    field: JsonObject = {"name": name, "type": kind.removesuffix("?"), "required": not kind.endswith("?")}
    for constraint in constraints:
        key, equals, value = constraint.partition("=")
        if key in _FLAGS and not equals:
            field[key] = True
        elif key in _NUMBERS and _INTEGER.fullmatch(value):
            field[_NUMBERS[key]] = int(value)
        elif key == "choices" and value:
            field[key] = value.split("/")
        else:
            raise InvalidInputError(
                f"{_shown(constraint)} in {_shown(text)} is no constraint",
                hint="use unique, index, min=N, max=N, ge=N, le=N or choices=A/B/C",
            )
    return field


def parse_relation(text: str) -> JsonObject:
    """A relation: `customer:Customer`, `parent:app.models.Folder?,set_null`.

    Raises:
        InvalidInputError: it has another form.
    """
    name, to, rest = _head(text, RELATION, "customer:Customer")
    relation: JsonObject = {"name": name, "to": to.removesuffix("?"), "required": not to.endswith("?")}
    for each in rest:
        if each not in _ON_DELETE:
            raise InvalidInputError(
                f"{_shown(each)} in {_shown(text)} says nothing about deleting",
                hint=f"use one of {', '.join(_ON_DELETE)}",
            )
        relation["on_delete"] = each
    return relation


def parse_action(text: str) -> JsonObject:
    """An action: `cancel:status=cancelled when status=draft/sent`.

    Raises:
        InvalidInputError: it has another form.
    """
    what, _, when = text.partition(" when ")
    name, colon, sets = what.partition(":")
    if not colon or not name.strip() or not sets.strip():
        raise _other(text, ACTION, "cancel:status=cancelled when status=draft/sent")
    action: JsonObject = {"name": name.strip(), "set": {}}
    action["set"] = {field: values[0] for field, values in _assignments(text, sets, several=False).items()}
    if when.strip():
        action["when"] = _assignments(text, when, several=True)
    return action


def written_out(values: Mapping[str, object]) -> JsonObject:
    """An endpoint whose parts may be written short, as its context takes it; what is no text stays as it is.

    Raises:
        InvalidInputError: a part has another form; the message names it.
    """
    parsers: Mapping[str, Callable[[str], JsonObject]] = {
        "fields": parse_field,
        "relations": parse_relation,
        "actions": parse_action,
    }
    out: JsonObject = dict(values)
    for member, parse in parsers.items():
        given = out.get(member)
        if isinstance(given, (list, tuple)):
            out[member] = [parse(each) if isinstance(each, str) else each for each in given]
    return out


def _head(text: str, form: str, example: str) -> tuple[str, str, list[str]]:
    head, *rest = text.split(",")
    name, colon, kind = head.partition(":")
    if not colon or not name.strip() or not kind.strip():
        raise _other(text, form, example)
    return name.strip(), kind.strip(), [each.strip() for each in rest]


def _assignments(text: str, part: str, *, several: bool) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for assignment in part.split(","):
        field, equals, value = assignment.partition("=")
        values = value.split("/") if several else [value]
        if not equals or not field.strip() or not all(each.strip() for each in values) or field.strip() in found:
            raise _other(text, ACTION, "cancel:status=cancelled when status=draft/sent")
        found[field.strip()] = [_value(each.strip()) for each in values]
    return found


def _value(text: str) -> object:
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if _INTEGER.fullmatch(text) else text


def _other(text: str, form: str, example: str) -> InvalidInputError:
    return InvalidInputError(f"{_shown(text)} is not {form}", hint=f"write for example {example}")


def _shown(text: str) -> str:
    return repr(text.encode("unicode_escape").decode("ascii")[:80])


_OFF = {"database": "none", "auth": "none", "cache": "none", "jobs": "none", "ci": "none"}


def without_parts(given: JsonObject, parts: Sequence[str]) -> JsonObject:
    """A service in which these parts are off: `none` where there is a choice, false where there is not.

    Raises:
        InvalidInputError: a part is chosen and left out.
    """
    both = [part for part in parts if part in given]
    if both:
        raise InvalidInputError(f"{both[0]} is given and left out", hint="do one of the two")
    return given | {part: _OFF.get(part, False) for part in parts}
