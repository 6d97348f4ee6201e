"""How many steps a document may take through a schema: bounded when the schema is registered, not when it is used.

A schema is a graph. Some edges stay at the same value (`allOf`, `$ref`), the others go down to a member or an item.
Two edges that go down to the same member, back to where they came from, take twice as long for each level.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from backwright.contexts.canonical import step
from backwright.contexts.keywords import Place, below, places, target
from backwright.contexts.schema import JsonObject

MAX_STEPS: Final = 10_000
"""Schemas that a document is led through, each counted as often as there are ways to it."""

MAX_AT_ONCE: Final = 100
"""Schemas that lead to each other and are applied to one value."""

_IN_PLACE: Final = frozenset({"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"})
_TWICE: Final = frozenset({"unevaluatedItems", "unevaluatedProperties"})
_ITEMS: Final = frozenset({"items", "contains", "unevaluatedItems"})

_Edges = dict[str, Counter[str]]
# Which member (or any), and the schema that it is led to.
_Way = tuple[str, str]
_ANY_MEMBER: Final = "*"
_ANY_ITEM: Final = "[*]"


def problems(schema: JsonObject) -> list[tuple[str, str]]:
    """Where documents would be led in circles, or through too much: JSON Pointers and reasons; empty if nowhere."""
    here: _Edges = {}
    down: dict[str, Counter[_Way]] = {}
    for place in places(schema):
        here.setdefault(place.pointer, Counter())
        down.setdefault(place.pointer, Counter())
        if isinstance(place.schema, dict):
            _add(place, here[place.pointer], down[place.pointer])
    circles = [part for part in _components(here) if len(part) > 1 or part[0] in here[part[0]]]
    if circles:
        return [
            (min(circle), "refers to itself at the same value; a document would be led in circles")
            for circle in circles
        ]
    closures, depths = _closures(here, down)
    deepest = max(depths, key=lambda pointer: depths[pointer])
    if depths[deepest] > MAX_AT_ONCE:
        return [(deepest, f"leads through more than {MAX_AT_ONCE} schemas at the same value")]
    return _returning(here, down, closures) or _many(here, down)


def _add(place: Place, here: Counter[str], down: Counter[_Way]) -> None:
    schema = place.schema if isinstance(place.schema, dict) else {}
    # What is unevaluated is found by evaluating the branches once more.
    times = 2 if _TWICE & schema.keys() else 1
    name = target(schema)
    if name is not None:
        here[step("/$defs", name)] += times
    for child in below(place):
        keyword, member = child.edge
        pointer = child.pointer
        if keyword in _IN_PLACE:
            here[pointer] += times
        elif keyword == "properties":
            down[f".{member}", pointer] += 1
        elif keyword == "prefixItems":
            down[f"[{member}]", pointer] += 1
        elif keyword != "$defs":
            down[_ANY_ITEM if keyword in _ITEMS else _ANY_MEMBER, pointer] += 1


def _closures(
    here: Mapping[str, Counter[str]], down: Mapping[str, Counter[_Way]]
) -> tuple[dict[str, Counter[_Way]], dict[str, int]]:
    """The ways down from each schema with all that it leads to at the same value, and how far that is."""
    closures: dict[str, Counter[_Way]] = {}
    depths: dict[str, int] = {}
    for (pointer,) in _components(here):
        whole = Counter(down.get(pointer, Counter()))
        for other, times in here.get(pointer, Counter()).items():
            for way, ways in closures[other].items():
                whole[way] += times * ways
        closures[pointer] = whole
        depths[pointer] = 1 + max((depths[other] for other in here.get(pointer, ())), default=0)
    return closures, depths


def _returning(
    here: Mapping[str, Counter[str]], down: Mapping[str, Counter[_Way]], closures: Mapping[str, Counter[_Way]]
) -> list[tuple[str, str]]:
    """Where a document could be led back to the same schema in more than one way at once."""
    every = _joined(here, down)
    recursive: set[str] = set()
    deep: set[str] = set()
    for part in _components(every):
        if len(part) > 1 or part[0] in every[part[0]]:
            recursive |= set(part)
        if recursive & set(part) or any(other in deep for one in part for other in every.get(one, ())):
            deep |= set(part)
    found: list[tuple[str, str]] = []
    for pointer in sorted(recursive):
        ways: Counter[str] = Counter()
        for (member, other), times in closures[pointer].items():
            ways[member] += times if other in deep else 0
        worst = max(ways, key=lambda member: _overlapping(ways, member), default=None)
        if worst is not None and _overlapping(ways, worst) > 1:
            reason = f"branches lead back here through {worst.removeprefix('.')} more than once, which takes 2**n steps"
            found.append((pointer, f"{reason} for n levels; describe that member once, outside of the branches"))
    return found


def _overlapping(ways: Mapping[str, int], member: str) -> int:
    wide = _ANY_ITEM if member.startswith("[") else _ANY_MEMBER
    return ways.get(member, 0) + (ways.get(wide, 0) if member != wide else 0)


def _many(here: Mapping[str, Counter[str]], down: Mapping[str, Counter[_Way]]) -> list[tuple[str, str]]:
    """Whether there are too many ways through the schema."""
    every = _joined(here, down)
    steps: dict[str, int] = {}
    for part in _components(every):
        inside = set(part)
        total = sum(
            1 + sum(times * steps[other] for other, times in every.get(one, Counter()).items() if other not in inside)
            for one in part
        )
        steps |= dict.fromkeys(part, total)
        if "" in inside and total > MAX_STEPS:
            return [("", f"more than {MAX_STEPS} ways through it; refer to the same schemas less often")]
    return []


def _joined(here: Mapping[str, Counter[str]], down: Mapping[str, Counter[_Way]]) -> _Edges:
    joined: _Edges = {pointer: Counter(others) for pointer, others in here.items()}
    for pointer, ways in down.items():
        for (_, other), times in ways.items():
            joined.setdefault(pointer, Counter())[other] += times
    return joined


def _components(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The strongly connected components, each behind those that it leads to (Tarjan's algorithm, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    done: list[list[str]] = []
    for start in edges:
        if start in index:
            continue
        work = [(start, iter(tuple(edges.get(start, ()))))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, following = work[-1]
            other = next(following, None)
            if other is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    done.append(stack[at:])
                    on_stack -= set(stack[at:])
                    del stack[at:]
            elif other not in index:
                index[other] = low[other] = len(index)
                stack.append(other)
                on_stack.add(other)
                work.append((other, iter(tuple(edges.get(other, ())))))
            elif other in on_stack:
                low[node] = min(low[node], index[other])
    return done
