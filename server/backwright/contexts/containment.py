"""Whether every document that one schema takes is taken by another, shown keyword by keyword, and where it is not.

`inner` is the schema whose documents there are, `outer` the one that has to take them. What is not shown is a gap; the
walk never calls contained what is not (a property test samples documents).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from backwright.contexts.canonical import step
from backwright.contexts.dialect import compiled
from backwright.contexts.parts import Part, apart, explicit, finite, flat, same, types
from backwright.contexts.schema import JsonObject

MAX_COMPARED: Final = 2_500
"""Pairs of schemas that are compared before the rest is called not shown."""

MAX_DEPTH: Final = 40
"""Levels of pairs."""

_NUMBERS: Final = frozenset({"integer", "fraction"})
_STRINGS: Final = frozenset({"string"})
_ARRAYS: Final = frozenset({"array"})
_OBJECTS: Final = frozenset({"object"})

_AT_LEAST: Final = {"minLength": _STRINGS, "minItems": _ARRAYS, "minProperties": _OBJECTS}
_AT_MOST: Final = {"maxLength": _STRINGS, "maxItems": _ARRAYS, "maxProperties": _OBJECTS}
_AS_IT_IS: Final = {
    "pattern": _STRINGS,
    "format": _STRINGS,
    "propertyNames": _OBJECTS,
    "dependentRequired": _OBJECTS,
    "dependentSchemas": _OBJECTS,
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Where it is not shown that documents of the one schema are documents of the other.

    Args:
        inner: a JSON Pointer into the schema whose documents there are.
        outer: one into the schema that has to take them.
        reason: what the one takes and the other does not.
    """

    inner: str
    outer: str
    reason: str


class _TooMuchError(Exception):
    """There are more pairs than are compared."""


class Containment:
    """One comparison.

    Args:
        inner: the schema whose documents there are, as `dialect.checked` takes it.
        outer: the schema that has to take them.
        names: what a reason calls them.
    """

    def __init__(self, inner: JsonObject, outer: JsonObject, *, names: tuple[str, str]) -> None:
        self._inner = {key: value for key, value in inner.items() if key not in {"$id", "$schema"}}
        self._outer = {key: value for key, value in outer.items() if key not in {"$id", "$schema"}}
        self._names = names
        self._compared = 0
        # What is being shown; met once more further down in the document, it may be taken for granted.
        self._path: list[tuple[frozenset[str], str]] = []

    def gaps(self) -> list[Gap]:
        """The gaps; none only where all documents are shown to be taken."""
        try:
            return self._gaps((Part(self._inner, ""),), Part(self._outer, ""))
        except _TooMuchError:
            return [Gap("", "", "cannot be shown: the two are too large to compare")]

    def _gaps(self, inner: Sequence[Part], outer: Part, *, deeper: bool = True) -> list[Gap]:
        key = (frozenset(_text(part.schema) for part in inner), _text(outer.schema))
        # Only further down in the document: at the same value, it would be proved by itself.
        if deeper and key in self._path:
            return []
        self._compared += 1
        if self._compared > MAX_COMPARED or len(self._path) > MAX_DEPTH:
            raise _TooMuchError
        self._path.append(key)
        try:
            return self._compare([each for part in inner for each in flat(self._inner, part)], outer)
        finally:
            self._path.pop()

    def _compare(self, parts: list[Part], outer: Part) -> list[Gap]:
        kinds = types(self._inner, parts)
        if not kinds:
            return []
        values = self._values(parts, kinds)
        if values is not None:
            return self._refused(values, parts, outer)
        wanted = flat(self._outer, outer)
        direct = [gap for part in wanted for gap in self._unmet(parts, part, kinds)]
        if not direct:
            return []
        branched = any(self._branches(part) for part in wanted)
        for split in _splits(parts, kinds if branched else frozenset()):
            found = [gap for branch in split for gap in self._gaps(branch, outer, deeper=False)]
            if not found:
                return []
            if branched:
                return found
        return direct

    # Values

    def _values(self, parts: Sequence[Part], kinds: frozenset[str]) -> list[object] | None:
        """All values for which the parts hold, where there are few."""
        if kinds <= {"null", "boolean"}:
            return [None, True, False]
        return next((values for part in parts if (values := finite(part)) is not None), None)

    def _refused(self, values: list[object], parts: Sequence[Part], outer: Part) -> list[Gap]:
        takes = _validator(self._inner, [part.schema for part in parts])
        wanted = _validator(self._outer, [outer.schema])
        return [
            self._gap(parts, outer, "", f"{{1}} does not take the value {_shown(value)}")
            for value in values
            if takes(value) and not wanted(value)
        ]

    # Keywords

    def _unmet(self, parts: list[Part], outer: Part, kinds: frozenset[str]) -> list[Gap]:
        """What one part of the outer schema asks for, and the inner parts do not promise."""
        if not isinstance(outer.schema, dict):
            return [self._gap(parts, outer, "", "{1} takes nothing here")]
        if outer.opaque:
            alike = any(same((self._inner, part.schema), (self._outer, outer.schema)) for part in parts)
            return [] if alike else [self._gap(parts, outer, "", "cannot be shown: what is unevaluated changed")]
        checks: tuple[Callable[[list[Part], Part, frozenset[str]], Iterator[Gap]], ...] = (
            self._type,
            self._bounds,
            self._alike,
            self._combined,
            self._members,
            self._elements,
        )
        return [gap for check in checks for gap in check(parts, outer, kinds)]

    def _type(self, parts: list[Part], outer: Part, kinds: frozenset[str]) -> Iterator[Gap]:
        refused = kinds - types(self._outer, [Part({"type": outer.get("type")}, "")]) if outer.get("type") else None
        if refused:
            names = ", ".join(sorted({"fraction": "number"}.get(name, name) for name in refused))
            yield self._gap(parts, outer, "type", f"{{1}} does not take the type {names}")
        values = finite(outer)
        if values is not None:
            keyword = "const" if outer.get("const") is not None else "enum"
            yield self._gap(parts, outer, keyword, "{1} takes certain values only, and {0} others as well")

    def _bounds(self, parts: list[Part], outer: Part, kinds: frozenset[str]) -> Iterator[Gap]:
        for keywords, of in ((_AT_LEAST, 1), (_AT_MOST, -1)):
            for keyword, applies in keywords.items():
                least = _bound(outer, keyword, of)
                given = [bound for part in parts if (bound := _bound(part, keyword, of)) is not None]
                trivial = least is not None and of == 1 and least <= 0
                if applies & kinds and least is not None and not trivial and max(given, default=least - 1) < least:
                    yield self._differs(parts, outer, keyword)
        if not _NUMBERS & kinds:
            return
        for inclusive, exclusive, of in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
            wanted = _limits(outer, inclusive, exclusive, of)
            given_limits = [limit for part in parts for limit in _limits(part, inclusive, exclusive, of)]
            if wanted and (not given_limits or max(given_limits) < max(wanted)):
                yield self._differs(parts, outer, inclusive if outer.get(inclusive) is not None else exclusive)
        multiple = outer.get("multipleOf")
        if multiple is not None and not any(_divides(multiple, part.get("multipleOf")) for part in parts):
            yield self._differs(parts, outer, "multipleOf")

    def _alike(self, parts: list[Part], outer: Part, kinds: frozenset[str]) -> Iterator[Gap]:
        """What is compared as it stands."""
        for keyword, applies in _AS_IT_IS.items():
            if applies & kinds and outer.get(keyword) is not None and not self._has(parts, outer, (keyword,)):
                yield self._differs(parts, outer, keyword)
        if "array" not in kinds:
            return
        contains = ("contains", "minContains", "maxContains")
        if outer.get("contains") is not None and not self._has(parts, outer, contains):
            yield self._differs(parts, outer, "contains")
        if outer.get("uniqueItems") is True and not any(part.get("uniqueItems") is True for part in parts):
            yield self._differs(parts, outer, "uniqueItems")

    def _combined(self, parts: list[Part], outer: Part, _: frozenset[str]) -> Iterator[Gap]:
        if outer.get("not") is not None and not self._has(parts, outer, ("not",)):
            yield self._gap(parts, outer, "not", "cannot be shown: not is new or changed")
        if outer.get("if") is not None and not self._has(parts, outer, ("if", "then", "else")):
            yield self._gap(parts, outer, "if", "cannot be shown: if, then or else is new or changed")
        branches = self._branches(outer)
        keyword = "anyOf" if outer.get("anyOf") is not None else "oneOf"
        if branches and not self._has(parts, outer, (keyword,)):
            yield from self._branch(parts, outer, keyword, branches)
        done = branches and keyword == "oneOf"
        if outer.get("oneOf") is not None and not done and not self._has(parts, outer, ("oneOf",)):
            yield self._gap(parts, outer, "oneOf", "cannot be shown: oneOf is new or changed")

    def _branch(self, parts: list[Part], outer: Part, keyword: str, branches: list[Part]) -> Iterator[Gap]:
        kinds = types(self._inner, parts)
        nearest: list[Gap] | None = None
        for branch in branches:
            found = self._gaps(parts, branch, deeper=False)
            if not found:
                return
            if kinds <= types(self._outer, flat(self._outer, branch)):
                nearest = found if nearest is None else []
        reason = f"cannot be shown: no branch of {keyword} takes all that {{0}} takes here"
        yield from nearest or [self._gap(parts, outer, keyword, reason)]

    def _branches(self, outer: Part) -> list[Part]:
        """The branches of which one has to hold, and no matter how many; empty where there are none such."""
        if outer.get("anyOf") is not None:
            return outer.items("anyOf")
        branches = outer.items("oneOf")
        return branches if apart(self._outer, branches) else []

    # Objects and arrays

    def _members(self, parts: list[Part], outer: Part, kinds: frozenset[str]) -> Iterator[Gap]:
        if "object" not in kinds:
            return
        required = {name for part in parts for name in _names(part.get("required"))}
        for name in _names(outer.get("required")):
            if name not in required:
                yield self._gap(
                    parts, outer, "required", f"{{1}} requires the property {_shown(name)}, and {{0}} does not"
                )
        known, patterns = outer.members("properties"), outer.members("patternProperties")
        for name, member in known.items():
            yield from self._gaps(_at(parts, name), member)
        for pattern, member in patterns.items():
            for name in explicit(parts):
                if _matches(pattern, name):
                    yield from self._gaps(_at(parts, name), member)
            yield from self._others(parts, member, outer, pattern)
        rest = outer.single("additionalProperties")
        if rest is not None and rest.schema is not True:
            yield from self._gone(parts, outer, rest)
            yield from self._others(parts, rest, outer, None)

    def _gone(self, parts: list[Part], outer: Part, rest: Part) -> Iterator[Gap]:
        """Members that the inner parts name, and the outer one does not."""
        known, patterns = outer.names("properties"), outer.names("patternProperties")
        for name in explicit(parts):
            if name in known or any(_matches(pattern, name) for pattern in patterns):
                continue
            held = _at(parts, name)
            found = self._gaps(held, rest)
            where = Part(None, step(step(outer.pointer, "properties"), name))
            gone = f"{{1}} does not take the property {_shown(name)}, and {{0}} does"
            yield from [self._gap(held, where, "", gone)] if found and rest.schema is False else found

    def _others(self, parts: list[Part], member: Part, outer: Part, pattern: str | None) -> Iterator[Gap]:
        """Members that the inner parts do not name, and that a pattern, or nothing else, of the outer schema is for."""
        covered = set(outer.names("patternProperties")) if pattern is None else set()
        tries: list[list[Gap]] = []
        for part in parts:
            by_pattern = part.members("patternProperties")
            rest = part.single("additionalProperties")
            if pattern is not None and pattern in by_pattern:
                tries.append(self._gaps((by_pattern[pattern],), member))
            elif rest is not None:
                each = [rest, *(one for name, one in by_pattern.items() if name not in covered)]
                tries.append([gap for one in each for gap in self._gaps((one,), member)])
        if not tries and self._gaps((), member):
            yield self._gap(parts, outer, "additionalProperties", "{1} does not take members that {0} does not name")
        if tries:
            yield from min(tries, key=len)

    def _elements(self, parts: list[Part], outer: Part, kinds: frozenset[str]) -> Iterator[Gap]:
        prefix, rest = outer.items("prefixItems"), outer.single("items")
        if "array" not in kinds or not (prefix or rest):
            return
        most = min((-bound for part in parts if (bound := _bound(part, "maxItems", -1)) is not None), default=None)
        longest = max(len(prefix), *(len(part.items("prefixItems")) for part in parts), 0)
        for at in range(longest + 1):
            member = prefix[at] if at < len(prefix) else rest
            if member is not None and (most is None or at < most):
                yield from self._gaps(_item(parts, at), member)

    # Words

    def _has(self, parts: list[Part], outer: Part, keywords: tuple[str, ...]) -> bool:
        wanted = {key: outer.get(key) for key in keywords if outer.get(key) is not None}
        return any(
            same(
                (self._inner, {key: part.get(key) for key in keywords if part.get(key) is not None}),
                (self._outer, wanted),
            )
            for part in parts
        )

    def _differs(self, parts: list[Part], outer: Part, keyword: str) -> Gap:
        values = [part.get(keyword) for part in parts if part.get(keyword) is not None]
        there = _shown(values[0]) if values else "none"
        return self._gap(parts, outer, keyword, f"{keyword} is {_shown(outer.get(keyword))} in {{1}}, {there} in {{0}}")

    def _gap(self, parts: Sequence[Part], outer: Part, keyword: str, reason: str) -> Gap:
        # The names first: what is shown of a document may hold anything.
        for at, name in enumerate(self._names):
            reason = reason.replace(f"{{{at}}}", name)
        inner = parts[0].pointer if parts else ""
        return Gap(inner, step(outer.pointer, keyword) if keyword else outer.pointer, reason)


def _splits(parts: list[Part], kinds: frozenset[str]) -> Iterator[list[list[Part]]]:
    """The ways to take documents apart into cases that are compared one by one."""
    for at, part in enumerate(parts):
        for keyword in ("anyOf", "oneOf"):
            branches = part.items(keyword)
            # What is unevaluated would mean something else without them.
            if branches and not part.opaque:
                others = [*parts[:at], part.without(keyword), *parts[at + 1 :]]
                yield [[*others, branch] for branch in branches]
    names = sorted({"number" if kind in _NUMBERS else kind for kind in kinds})
    if len(names) > 1:
        pointer = parts[0].pointer if parts else ""
        yield [[*parts, Part({"type": name}, pointer)] for name in names]


def _at(parts: Sequence[Part], name: str) -> list[Part]:
    """What holds for a property."""
    found: list[Part] = []
    for part in parts:
        patterns = [one for one in part.names("patternProperties") if _matches(one, name)]
        mine = [part.member("properties", name), *(part.member("patternProperties", one) for one in patterns)]
        given = [each for each in mine if each is not None]
        rest = part.single("additionalProperties")
        found += given or ([] if rest is None else [rest])
    return found


def _item(parts: Sequence[Part], at: int) -> list[Part]:
    """What holds for an item."""
    found: list[Part] = []
    for part in parts:
        prefix, rest = part.items("prefixItems"), part.single("items")
        found += [prefix[at]] if at < len(prefix) else [] if rest is None else [rest]
    return found


def _bound(part: Part, keyword: str, of: int) -> float | None:
    value = part.get(keyword)
    return value * of if isinstance(value, int | float) else None


def _limits(part: Part, inclusive: str, exclusive: str, of: int) -> list[tuple[float, int]]:
    """The bounds of numbers, so that the greatest is the strictest."""
    found = [(_bound(part, inclusive, of), 0), (_bound(part, exclusive, of), 1)]
    return [(value, strict) for value, strict in found if value is not None]


def _divides(wanted: object, given: object) -> bool:
    if isinstance(wanted, int) and isinstance(given, int):
        return given % wanted == 0
    return given is not None and wanted == given


def _names(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def _matches(pattern: str, name: str) -> bool:
    return _pattern(pattern)(name)


@lru_cache(maxsize=1_000)
def _pattern(pattern: str) -> Callable[[object], bool]:
    return compiled(_text({"pattern": pattern})).is_valid


def _validator(root: Mapping[str, object], schemas: Sequence[object]) -> Callable[[object], bool]:
    return compiled(_text({"$defs": root.get("$defs", {}), "allOf": list(schemas)})).is_valid


def _text(schema: object) -> str:
    return json.dumps(schema, sort_keys=True)


def _shown(value: object) -> str:
    return json.dumps(value)[:60]
