"""A schema as a list of parts that all have to hold, with references followed and `allOf` taken apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from backwright.contexts.canonical import step
from backwright.contexts.keywords import ANNOTATIONS, MAPS, definition, target
from backwright.contexts.schema import JsonObject

TYPES: Final = frozenset({"null", "boolean", "integer", "fraction", "string", "array", "object"})
"""The types of JSON, with numbers in two: `integer`, and `fraction` for all others."""

_BRANCHES: Final = frozenset({"anyOf", "oneOf", "if", "dependentSchemas"})


@dataclass(frozen=True, slots=True)
class Part:
    """A schema and its JSON Pointer in the document.

    Args:
        schema: what stands there.
        pointer: where.
        opaque: whether it is not taken apart, because what `unevaluated...` means hangs on all of it.
    """

    schema: object
    pointer: str
    opaque: bool = False

    def get(self, keyword: str) -> object:
        """The value of a keyword; None where there is none."""
        return self.schema.get(keyword) if isinstance(self.schema, dict) else None

    def members(self, keyword: str) -> dict[str, Part]:
        """The schemas of a keyword that holds them by name."""
        value, pointer = self.get(keyword), step(self.pointer, keyword)
        if not isinstance(value, dict):
            return {}
        return {name: Part(each, step(pointer, name)) for name, each in value.items()}

    def member(self, keyword: str, name: str) -> Part | None:
        """One of `members`; None where it is not there."""
        value = self.get(keyword)
        if not isinstance(value, dict) or name not in value:
            return None
        return Part(value[name], step(step(self.pointer, keyword), name))

    def names(self, keyword: str) -> Collection[str]:
        """The names of `members`."""
        value = self.get(keyword)
        return value.keys() if isinstance(value, dict) else ()

    def items(self, keyword: str) -> list[Part]:
        """The schemas of a keyword that holds a list of them."""
        value, pointer = self.get(keyword), step(self.pointer, keyword)
        return [Part(each, step(pointer, at)) for at, each in enumerate(value)] if isinstance(value, list) else []

    def single(self, keyword: str) -> Part | None:
        """The schema of a keyword that holds one."""
        value = self.get(keyword)
        return None if value is None else Part(value, step(self.pointer, keyword))

    def without(self, *keywords: str) -> Part:
        """The same with some keywords left out."""
        if not isinstance(self.schema, dict):
            return self
        return Part({key: value for key, value in self.schema.items() if key not in keywords}, self.pointer)


def flat(root: JsonObject, part: Part) -> list[Part]:
    """What has to hold for a part to hold; empty where everything does.

    A part with `unevaluatedProperties` or `unevaluatedItems` beside branches stays in the list as a whole as well.
    """
    if part.opaque:
        return [part]
    if not isinstance(part.schema, dict):
        return [part] if part.schema is False else []
    found: list[Part] = []
    name = target(part.schema)
    if name is not None:
        found += flat(root, Part(definition(root, part.schema), step("/$defs", name)))
    for each in part.items("allOf"):
        found += flat(root, each)
    own = part.without("$ref", "allOf", "$defs", "unevaluatedProperties", "unevaluatedItems", *ANNOTATIONS)
    found += [own] if own.schema else []
    for closing in (_properties(part, found), _items(part, found)):
        found += [] if closing is None else [closing]
    return found


def _properties(part: Part, found: Sequence[Part]) -> Part | None:
    value = part.get("unevaluatedProperties")
    if value is None or any(each.get("additionalProperties") is not None for each in found):
        # Nothing is left unevaluated beside additionalProperties.
        return None
    if _branching(found):
        return replace(part, opaque=True)
    names = {name: True for each in found for name in each.members("properties")}
    patterns = {name: True for each in found for name in each.members("patternProperties")}
    closing = {"properties": names, "patternProperties": patterns, "additionalProperties": value}
    return Part(closing, part.pointer)


def _items(part: Part, found: Sequence[Part]) -> Part | None:
    value = part.get("unevaluatedItems")
    if value is None or any(each.get("items") is not None for each in found):
        return None
    if _branching(found) or any(each.get("contains") is not None for each in found):
        return replace(part, opaque=True)
    longest = max((len(each.items("prefixItems")) for each in found), default=0)
    return Part({"prefixItems": [True] * longest, "items": value}, part.pointer)


def _branching(found: Sequence[Part]) -> bool:
    return any(isinstance(each.schema, dict) and _BRANCHES & each.schema.keys() for each in found)


def types(root: JsonObject, parts: Sequence[Part]) -> frozenset[str]:
    """The types that documents may have for which all the parts hold; never too few."""
    left = TYPES
    for part in parts:
        if part.schema is False:
            return frozenset()
        named = part.get("type")
        if named is not None:
            left &= frozenset(
                each for one in ([named] if isinstance(named, str) else _list(named)) for each in _of(one)
            )
        for keyword in ("anyOf", "oneOf"):
            branches = part.items(keyword)
            if branches:
                left &= frozenset().union(*(types(root, flat(root, each)) for each in branches))
        values = finite(part)
        if values is not None:
            left &= frozenset(type_of(value) for value in values)
    return left


def _of(named: object) -> tuple[str, ...]:
    return ("integer", "fraction") if named == "number" else (str(named),)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def finite(part: Part) -> list[object] | None:
    """The values that a part names one by one; None if it does not."""
    if not isinstance(part.schema, dict):
        return None
    if "const" in part.schema:
        return [part.schema["const"]]
    return _list(part.schema["enum"]) if "enum" in part.schema else None


def type_of(value: object) -> str:
    """The type of a value, as `TYPES` names it."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "fraction"
    names = {type(None): "null", bool: "boolean", int: "integer", str: "string", list: "array"}
    return names.get(type(value), "object")


def apart(root: JsonObject, branches: Sequence[Part]) -> bool:
    """Whether no value can be one of two branches: by their types, or by a member that tells one from another."""
    all_parts = [flat(root, each) for each in branches]
    return all(_apart(root, one, other) for at, one in enumerate(all_parts) for other in all_parts[:at])


def _apart(root: JsonObject, one: Sequence[Part], other: Sequence[Part]) -> bool:
    kinds = types(root, one) & types(root, other)
    if not kinds:
        return True
    left, right = _tags(root, one), _tags(root, other)
    # Python takes True for 1, as JSON does not: what may be equal is not told apart.
    told = any(all(value not in right[name] for value in values) for name, values in left.items() if name in right)
    return kinds == {"object"} and told


def _tags(root: JsonObject, parts: Sequence[Part]) -> dict[str, list[object]]:
    """The required members that have one of certain values."""
    required = {name for part in parts for name in _list(part.get("required"))}
    found: dict[str, list[object]] = {}
    for name, member in (pair for part in parts for pair in part.members("properties").items() if pair[0] in required):
        values = next((values for each in flat(root, member) if (values := finite(each)) is not None), None)
        if values is not None:
            found[name] = values
    return found


def same(one: tuple[JsonObject, object], other: tuple[JsonObject, object]) -> bool:
    """Whether two schemas, each in its document, are the same but for annotations and for where references lead."""
    return _same(one, other, set())


def _same(one: tuple[JsonObject, object], other: tuple[JsonObject, object], seen: set[tuple[str, str]]) -> bool:
    (root, left), (other_root, right) = one, other
    if not isinstance(left, dict) or not isinstance(right, dict):
        if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
            return all(_same((root, a), (other_root, b), seen) for a, b in zip(left, right, strict=True))
        return type(left) is type(right) and left == right
    keys = [key for key in left if key not in ANNOTATIONS | {"$defs"}]
    if set(keys) != {key for key in right if key not in ANNOTATIONS | {"$defs"}}:
        return False
    return all(_same_keyword(key, one, other, seen) for key in keys)


def _same_keyword(
    key: str, one: tuple[JsonObject, object], other: tuple[JsonObject, object], seen: set[tuple[str, str]]
) -> bool:
    (root, left), (other_root, right) = one, other
    if not isinstance(left, dict) or not isinstance(right, dict):
        return False
    if key in {"enum", "const", "required", "dependentRequired", "type"}:
        return bool(left[key] == right[key] and repr(left[key]) == repr(right[key]))
    if key == "$ref":
        pair = (str(left[key]), str(right[key]))
        if pair in seen:
            return True
        targets = ((root, definition(root, left)), (other_root, definition(other_root, right)))
        return _same(*targets, seen | {pair})
    if key in MAPS:
        return left[key].keys() == right[key].keys() and all(
            _same((root, each), (other_root, right[key][name]), seen) for name, each in left[key].items()
        )
    return _same((root, left[key]), (other_root, right[key]), seen)


def explicit(parts: Sequence[Part]) -> Iterator[str]:
    """The names of all properties that the parts name, each once."""
    yield from dict.fromkeys(name for part in parts for name in part.names("properties"))
