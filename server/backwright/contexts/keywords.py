"""The keywords of JSON Schema (draft 2020-12) that users' schemas may use, and the way through a schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from backwright.contexts.canonical import step
from backwright.contexts.schema import JsonObject

MAPS: Final = frozenset({"$defs", "properties", "patternProperties", "dependentSchemas"})
"""Keywords whose members are schemas under names of the author's choice."""
LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
"""Keywords that hold a list of schemas."""
SINGLES: Final = frozenset(
    {"not", "if", "then", "else", "items", "contains", "propertyNames", "additionalProperties"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)
"""Keywords that hold one schema."""
ANNOTATIONS: Final = frozenset(
    {"$comment", "$schema", "$id", "title", "description", "default", "examples", "deprecated", "readOnly"}
    | {"writeOnly", "contentEncoding", "contentMediaType", "discriminator"}
)
"""Keywords that say nothing about what is valid."""
ASSERTIONS: Final = frozenset(
    {"type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"}
    | {"maxLength", "minLength", "pattern", "format", "maxItems", "minItems", "uniqueItems", "maxContains"}
    | {"minContains", "maxProperties", "minProperties", "required", "dependentRequired", "$ref"}
)
"""Keywords that say what is valid, and hold no schema."""
KNOWN: Final = MAPS | LISTS | SINGLES | ANNOTATIONS | ASSERTIONS
"""Every keyword that may be used."""
REFERENCE: Final = "#/$defs/"
"""What every reference begins with: what is shared lies under `$defs` of the document."""


@dataclass(frozen=True, slots=True)
class Place:
    """A schema inside of a schema.

    Args:
        pointer: its JSON Pointer.
        schema: what stands there.
        edge: the keyword that leads there, and the member for a property; empty for the document.
        level: how many schemas it lies in.
        negated: whether it lies under `not` or `if`, where it admits nothing by itself.
    """

    pointer: str
    schema: object
    edge: tuple[str, str]
    level: int
    negated: bool


def places(schema: object) -> Iterator[Place]:
    """Every schema in a document, the document first."""
    waiting = [Place("", schema, ("", ""), 0, negated=False)]
    while waiting:
        place = waiting.pop()
        yield place
        waiting += reversed(tuple(below(place)))


def below(place: Place) -> Iterator[Place]:
    """The schemas right inside of a schema."""
    schema = place.schema
    if not isinstance(schema, dict):
        return
    for keyword, value in schema.items():
        pointer = step(place.pointer, keyword)
        negated = place.negated or keyword in {"not", "if"}
        members: list[tuple[str, str, object]] = []
        if keyword in MAPS and isinstance(value, dict):
            members = [(step(pointer, name), str(name), each) for name, each in value.items()]
        elif keyword in LISTS and isinstance(value, list):
            members = [(step(pointer, at), str(at), each) for at, each in enumerate(value)]
        elif keyword in SINGLES:
            members = [(pointer, "", value)]
        for where, name, each in members:
            yield Place(where, each, (keyword, name), place.level + 1, negated)


def target(schema: JsonObject) -> str | None:
    """The name under `$defs` that a schema refers to; None if it refers to something else, or to nothing."""
    reference = schema.get("$ref")
    if not isinstance(reference, str) or not reference.startswith(REFERENCE):
        return None
    name = reference.removeprefix(REFERENCE)
    # A name is written as RFC 6901 escapes it; one that would need an escape of URIs is not referred to.
    return None if "/" in name or "%" in name else name.replace("~1", "/").replace("~0", "~")


def definition(root: JsonObject, schema: JsonObject) -> object:
    """What a schema refers to; `True` where it refers to nothing."""
    definitions, name = root.get("$defs"), target(schema)
    return definitions.get(name, True) if isinstance(definitions, dict) and name is not None else True
