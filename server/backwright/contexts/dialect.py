"""The JSON Schemas that users may register: draft 2020-12, closed, of one piece, and cheap to check against.

Whoever registers a schema decides how long every later write takes. So patterns run on an engine that is linear in the
text, references stay inside of the document, and a document cannot be led through the same part of a schema again and
again (branches that return to themselves take 2**n steps for n levels).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

import jsonschema_rs

from backwright.contexts import effort, steps
from backwright.contexts.canonical import canonical, shown, step
from backwright.contexts.keywords import KNOWN, REFERENCE, Place, definition, places, target
from backwright.contexts.schema import JsonObject
from backwright.errors import InvalidBodyError, TooLargeError

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"

MAX_BYTES: Final = 64 * 1024
"""Bytes of a schema in canonical JSON."""

MAX_LEVELS: Final = 32
"""Schemas inside of schemas."""

MAX_SCHEMAS: Final = 1_000
"""Schemas in a document, itself and those under `$defs` included."""

MAX_PATTERN: Final = 500
"""Characters of a regular expression."""

MAX_COMPILED: Final = 256 * 1024
"""Bytes of a compiled regular expression: `a{1000}` repeated a thousand times is a short text."""

_SHOWN: Final = 20

_OPTIONS: Final = jsonschema_rs.RegexOptions(size_limit=MAX_COMPILED)


def compiled(text: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema in JSON, which asks no network and no disk, and checks formats.

    Raises:
        jsonschema_rs.ValidationError: it is no JSON Schema, or a pattern is none or too large.
    """
    schema = json.loads(text)
    # Masked: a message must not carry what the document holds into logs.
    return jsonschema_rs.Draft202012Validator(
        schema, pattern_options=_OPTIONS, offline=True, validate_formats=True, mask="the value"
    )


@lru_cache(maxsize=64)
def _kept(text: str) -> jsonschema_rs.Draft202012Validator:
    return compiled(text)


def check(text: str, body: JsonObject) -> None:
    """Check a document against a registered schema.

    Args:
        text: the schema, as `checked` gave it.
        body: the document.

    Raises:
        InvalidBodyError: it does not validate; `details` has the JSON Pointer of each place, at most 20.
    """
    validator = _kept(text)
    if validator.is_valid(body):
        return
    found = islice(validator.iter_errors(body), _SHOWN)
    _refuse_any([(_pointer(error.instance_path), error.message[:200]) for error in found])


def _pointer(path: Sequence[str | int]) -> str:
    pointer = ""
    for part in path:
        pointer = step(pointer, part)
    return pointer


def checked(schema: JsonObject) -> str:
    """A user's schema in canonical JSON.

    Raises:
        TooLargeError: over `MAX_BYTES`.
        InvalidBodyError: it is no JSON Schema of draft 2020-12, or breaks a rule of `backwright.contexts.dialect`;
            `details` has the JSON Pointer of each place.
    """
    data = canonical(schema)
    if len(data) > MAX_BYTES:
        raise TooLargeError("the schema", size=len(data), limit=MAX_BYTES)
    found = tuple(place for place, _ in zip(places(schema), range(MAX_SCHEMAS + 1), strict=False))
    _refuse_any([("", f"more than {MAX_SCHEMAS} schemas")] if len(found) > MAX_SCHEMAS else [])
    definitions = schema.get("$defs")
    names = frozenset(definitions) if isinstance(definitions, dict) else frozenset()
    _refuse_any([problem for place in found for problem in _problems(place, names)])
    _refuse_any([*steps.problems(schema)])
    # Before anything follows references as far as they go.
    _refuse_any(effort.problems(schema))
    text = data.decode()
    try:
        compiled(text)
    except jsonschema_rs.ValidationError as error:
        _refuse_any([(_pointer(error.instance_path), f"no JSON Schema of draft 2020-12: {error.message[:200]}")])
    _refuse_any(_open(schema, found))
    return text


def _refuse_any(problems: list[tuple[str, str]]) -> None:
    if problems:
        raise InvalidBodyError([{"pointer": shown(at), "message": message} for at, message in problems[:_SHOWN]])


def _problems(place: Place, definitions: frozenset[str]) -> Iterator[tuple[str, str]]:
    schema, pointer = place.schema, place.pointer
    if place.level > MAX_LEVELS:
        yield pointer, f"more than {MAX_LEVELS} schemas inside of each other"
    if not isinstance(schema, dict):
        if not isinstance(schema, bool):
            yield pointer, "a schema is an object, true or false"
        return
    for keyword in schema:
        reason = _unwanted(keyword, inside=bool(pointer))
        if reason is not None:
            yield step(pointer, keyword), reason
    if schema.get("$schema", DRAFT) != DRAFT:
        yield step(pointer, "$schema"), f"another dialect; write {DRAFT}, or leave it out"
    if "$ref" in schema and target(schema) not in definitions:
        yield step(pointer, "$ref"), f"refers to no schema of this document; write {REFERENCE}NAME"
    for at, pattern in _patterns(pointer, schema):
        if len(pattern) > MAX_PATTERN:
            yield at, f"a pattern of more than {MAX_PATTERN} characters"


def _unwanted(keyword: str, *, inside: bool) -> str | None:
    if keyword in {"$id", "$schema", "$defs"} and inside:
        return f"{keyword} belongs into the document, and not into a schema inside of it"
    if keyword in {"$anchor", "$dynamicAnchor", "$dynamicRef", "$vocabulary"}:
        return f"{keyword} is not taken; refer with {REFERENCE}NAME"
    if keyword not in KNOWN and not keyword.startswith("x-"):
        return "no keyword of draft 2020-12; correct its spelling, or begin its name with x-"
    return None


def _patterns(pointer: str, schema: JsonObject) -> Iterator[tuple[str, str]]:
    pattern, members = schema.get("pattern"), schema.get("patternProperties")
    if isinstance(pattern, str):
        yield step(pointer, "pattern"), pattern
    if isinstance(members, dict):
        yield from ((step(step(pointer, "patternProperties"), name), name) for name in members)


# Closed


def _open(root: JsonObject, found: tuple[Place, ...]) -> list[tuple[str, str]]:
    """Where an object may have members, or an array items, of which the schema says nothing."""
    values = {"", "properties", "patternProperties", "additionalProperties", "unevaluatedProperties"}
    values |= {"items", "prefixItems", "unevaluatedItems"}
    problems: list[tuple[str, str]] = []
    for place in found:
        if place.negated or place.edge[0] not in values:
            continue
        if not _closed(root, place.schema, "object", frozenset()):
            problems.append((place.pointer, _ADVICE_OBJECT))
        elif place.pointer and not _closed(root, place.schema, "array", frozenset()):
            problems.append((place.pointer, "an array here may hold anything; say what, with items"))
    return problems


_ADVICE_OBJECT: Final = (
    "an object here may have members that nobody knows of; give it a type and additionalProperties: false "
    "(for names that are not known, patternProperties beside it; with allOf, unevaluatedProperties: false)"
)


def _closed(root: JsonObject, schema: object, kind: str, seen: frozenset[str]) -> bool:
    """Whether a schema admits no object, or array, but such as it describes wholly."""
    if not isinstance(schema, dict):
        return schema is False
    types = schema.get("type", kind)
    if kind not in ([types] if isinstance(types, str) else types) or "enum" in schema or "const" in schema:
        return True
    if kind == "array" and ("items" in schema or "unevaluatedItems" in schema):
        return True
    if kind == "object" and False in (schema.get("additionalProperties"), schema.get("unevaluatedProperties")):
        return True
    name = target(schema)
    if name is not None and name not in seen and _closed(root, definition(root, schema), kind, seen | {name}):
        return True
    branches = [schema[keyword] for keyword in ("anyOf", "oneOf") if keyword in schema]
    branches += [[each] for each in schema.get("allOf", ())]
    branches += [[schema["then"], schema["else"]]] if {"if", "then", "else"} <= schema.keys() else []
    return any(all(_closed(root, one, kind, seen) for one in each) for each in branches)
