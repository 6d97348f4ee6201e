"""BW701: `datetime.utcnow` or `datetime.now` handed over uncalled, to be called later without a time zone."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.source import Source, last_name

_CLASS_NAMES = frozenset({"datetime", "dt"})
_METHODS = frozenset({"utcnow", "now"})


def _is_reference(source: Source, node: ast.Attribute) -> bool:
    """Whether the node is `datetime.utcnow` or `datetime.now` of the standard library, as far as can be seen."""
    if node.attr not in _METHODS:
        return False
    known = source.qualified(node)
    if known is not None:
        return known in {f"datetime.datetime.{node.attr}", f"datetime.{node.attr}"}
    base = node.value
    return isinstance(base, ast.Attribute) and base.attr == "datetime" and last_name(base.value) in _CLASS_NAMES


def _is_handed_over(source: Source, node: ast.Attribute) -> bool:
    """Whether the reference is an argument that will be called with none of its own.

    `partial(datetime.now, UTC)` brings the zone along, and `patch.object(datetime, ...)` never calls it.
    """
    outer = source.parent(node)
    call = source.parent(outer) if isinstance(outer, ast.keyword) else outer
    if not isinstance(call, ast.Call) or node is call.func:
        return False
    return last_name(call.func) not in {"partial", "object", "isinstance", "setattr"}


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    for node in source.nodes(ast.Attribute):
        if _is_reference(source, node) and _is_handed_over(source, node):
            yield Finding(
                (node.lineno,),
                f"`datetime.{node.attr}` is called here later without a time zone, so every value is naive; "
                "pass `lambda: datetime.now(UTC)`",
            )


RULE = Rule(
    code="BW701",
    name="naive-datetime-reference",
    kind="datetime-naive",
    severity=Severity.WARNING,
    summary="`datetime.utcnow` or `datetime.now` passed as a default: each value it makes has no time zone.",
    check_source=_check,
)
