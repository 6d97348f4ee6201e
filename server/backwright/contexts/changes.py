"""A migration as one writes it by hand: `add orders.priority:int,fill=0` is a change of a table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from backwright.contexts.schema import JsonObject
from backwright.errors import InvalidInputError

FORMS: Final[Mapping[str, tuple[str, str]]] = {
    "add": ("add TABLE.COLUMN:TYPE[?][,max=N][,default=V | ,fill=V | ,from=COLUMN]", "add orders.priority:int,fill=0"),
    "drop": ("drop TABLE.COLUMN:TYPE[?][,max=N]", "drop orders.note:str?,max=200"),
    "rename": ("rename TABLE.COLUMN:TYPE[?][,max=N] NEW", "rename orders.note:str?,max=200 comment"),
    "index": ("index TABLE.COLUMN[+COLUMN][,unique]", "index orders.customer_id+status"),
    "link": ("link TABLE.COLUMN TABLE[.KEY][,cascade | ,set_null]", "link orders.customer_id customers.id,cascade"),
    "check": ("check TABLE.COLUMN[,ge=N][,le=N]", "check orders.total,ge=0"),
    "choices": ("choices TABLE.COLUMN A/B/C", "choices orders.status draft/paid/returned"),
    "enum": ("enum TYPE VALUE[/VALUE]", "enum order_status returned"),
}
"""The form of each change and an example, by its first word."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_ON_DELETE = ("restrict", "cascade", "set_null")


def parse_change(text: str) -> JsonObject:
    """The members of a `MigrationContextV1`, unchecked but for their form.

    Raises:
        InvalidInputError: it has another form; the hint has the right one.
    """
    words = text.split()
    parsers: Mapping[str, Callable[[list[str]], JsonObject]] = {
        **dict.fromkeys(("add", "drop", "rename"), _column),
        "index": _index,
        "link": _link,
        "check": _check,
        "choices": _choices,
        "enum": _enum,
    }
    verb = words[0] if words else ""
    if verb not in parsers:
        raise InvalidInputError(
            f"{_shown(verb)} is no change", hint=f"begin with {', '.join(FORMS)}: {FORMS['add'][1]}"
        )
    return parsers[verb](words)


def _column(words: list[str]) -> JsonObject:
    verb = words[0]
    _count(words, 3 if verb == "rename" else 2)
    head, *rest = words[1].split(",")
    place, colon, kind = head.partition(":")
    if not colon:
        raise _other(words)
    values: JsonObject = {"change": f"{verb}_column", **_place(words, place), "type": kind.removesuffix("?")}
    values["nullable"] = kind.endswith("?")
    members = {"max": "max_length", "default": "default", "fill": "fill", "from": "fill_from", "key": "key"}
    for each in rest:
        key, equals, value = each.partition("=")
        if key == "choices" and value:
            values["values"] = value.split("/")
        elif key in members and equals and value:
            values[members[key]] = _number(words, value) if key == "max" else value
        else:
            raise _other(words, each)
    return values | ({"to": words[2]} if verb == "rename" else {})


def _index(words: list[str]) -> JsonObject:
    _count(words, 2)
    place, *rest = words[1].split(",")
    if rest not in ([], ["unique"]):
        raise _other(words, rest[0])
    table, _, columns = place.partition(".")
    return {"change": "add_index", "table": table, "columns": columns.split("+"), "unique": bool(rest)}


def _link(words: list[str]) -> JsonObject:
    _count(words, 3)
    target, *rest = words[2].split(",")
    table, dot, key = target.partition(".")
    values: JsonObject = {"change": "add_foreign_key", **_place(words, words[1]), "to": table}
    values |= {"key": key} if dot else {}
    for each in rest:
        if each not in _ON_DELETE:
            raise _other(words, each)
        values["on_delete"] = each
    return values


def _check(words: list[str]) -> JsonObject:
    _count(words, 2)
    place, *rest = words[1].split(",")
    values: JsonObject = {"change": "add_check", **_place(words, place)}
    for each in rest:
        key, _, value = each.partition("=")
        if key not in {"ge", "le"}:
            raise _other(words, each)
        values[key] = _number(words, value)
    return values


def _choices(words: list[str]) -> JsonObject:
    _count(words, 3)
    return {"change": "set_choices", **_place(words, words[1]), "values": words[2].split("/")}


def _enum(words: list[str]) -> JsonObject:
    _count(words, 3)
    return {"change": "add_enum_value", "enum": words[1], "values": words[2].split("/")}


def _place(words: list[str], text: str) -> JsonObject:
    table, dot, column = text.partition(".")
    if not dot or not table or not column:
        raise _other(words)
    return {"table": table, "columns": [column]}


def _number(words: list[str], text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise _other(words, text)
    return int(text)


def _count(words: list[str], wanted: int) -> None:
    if len(words) != wanted:
        raise _other(words)


def _other(words: list[str], part: str = "") -> InvalidInputError:
    form, example = FORMS[words[0]]
    where = f"{_shown(part)} in {_shown(' '.join(words))}" if part else _shown(" ".join(words))
    return InvalidInputError(f"{where} is not {form}", hint=f"write for example {example}")


def _shown(text: str) -> str:
    return repr(text.encode("unicode_escape").decode("ascii")[:80])
