"""How a document of one version of a user's schema is read as one of the next: said with the schema, and never code.

    "x-upgrade": [
      {"rename": "/region", "to": "/placement/region"},
      {"default": "/replicas", "value": 1},
      {"remove": "/note"}
    ]

The steps of a version lead there from the version before. They are part of the schema, so a version's steps never
change, and they go where it goes. What is stored stays as it was written: steps are taken when somebody reads it as a
later version, and the outcome must validate against that one.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Final

from backwright.contexts.canonical import step
from backwright.contexts.schema import JsonObject

KEYWORD: Final = "x-upgrade"
MAX_STEPS: Final = 50
MAX_PARTS: Final = 16

_FORMS: Final = (frozenset({"rename", "to"}), frozenset({"default", "value"}), frozenset({"remove"}))
_ADVICE: Final = 'write {"rename": POINTER, "to": POINTER}, {"default": POINTER, "value": ...} or {"remove": POINTER}'


def problems(schema: JsonObject) -> Iterator[tuple[str, str]]:
    """What is wrong with the steps of a schema: JSON Pointers and reasons; nothing where it has none."""
    given = schema.get(KEYWORD, [])
    at = step("", KEYWORD)
    if not isinstance(given, list) or len(given) > MAX_STEPS:
        yield at, f"it is a list of at most {MAX_STEPS} steps"
        return
    for number, each in enumerate(given):
        here = step(at, number)
        if not isinstance(each, dict) or frozenset(each) not in _FORMS:
            yield here, _ADVICE
            continue
        for name in each.keys() - {"value"}:
            if _parts(each[name]) is None:
                yield step(here, name), f"no JSON Pointer to a member, of at most {MAX_PARTS} parts: /placement/region"


def without(schema: JsonObject) -> JsonObject:
    """A schema without its steps, which say nothing about what is valid."""
    return {name: value for name, value in schema.items() if name != KEYWORD}


def taken(schema: Mapping[str, object], body: JsonObject) -> JsonObject:
    """A document of the version before as one of this version; what a step does not find, it leaves alone.

    Args:
        schema: this version, whose steps have no `problems`.
        body: the document, which stays as it is.
    """
    given = schema.get(KEYWORD)
    if not isinstance(given, list) or not given:
        return body
    changed = copy.deepcopy(body)
    for each in given:
        if "rename" in each:
            _rename(changed, _parts(each["rename"]) or (), _parts(each["to"]) or ())
        elif "default" in each:
            place, name = _place(changed, _parts(each["default"]) or ())
            if place is not None and name not in place:
                place[name] = copy.deepcopy(each["value"])
        else:
            place, name = _place(changed, _parts(each["remove"]) or ())
            if place is not None:
                place.pop(name, None)
    return changed


def _rename(body: JsonObject, source: tuple[str, ...], target: tuple[str, ...]) -> None:
    """Move a member, into objects that are made where there are none; never over what is there, or into itself."""
    place, name = _place(body, source)
    if place is None or name not in place or target[: len(source)] == source:
        return
    into: object = body
    for part in target[:-1]:
        into = into.setdefault(part, {}) if isinstance(into, dict) else None
    if isinstance(into, dict) and target[-1] not in into:
        into[target[-1]] = place.pop(name)


def _place(body: JsonObject, parts: tuple[str, ...]) -> tuple[JsonObject | None, str]:
    """The object that holds, or would hold, a member; None where there is none."""
    place: object = body
    for part in parts[:-1]:
        place = place.get(part) if isinstance(place, dict) else None
    return (place if isinstance(place, dict) else None), parts[-1]


def _parts(pointer: object) -> tuple[str, ...] | None:
    """The names of a JSON Pointer (RFC 6901); None where it is none, or of the whole document."""
    if not isinstance(pointer, str) or not pointer.startswith("/"):
        return None
    parts = pointer.split("/")[1:]
    if len(parts) > MAX_PARTS or any("~" in part.replace("~0", "").replace("~1", "") for part in parts):
        return None
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)
