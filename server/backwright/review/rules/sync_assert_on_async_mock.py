"""BW703: an `AsyncMock` is asked whether it was called, which is true without an `await`."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import bindings, dotted, method, receiver
from backwright.review.source import FunctionNode, Source, keyword, last_name

_AWAITED = {
    "assert_called": "assert_awaited",
    "assert_called_once": "assert_awaited_once",
    "assert_called_with": "assert_awaited_with",
    "assert_called_once_with": "assert_awaited_once_with",
    "assert_any_call": "assert_any_await",
    "assert_has_calls": "assert_has_awaits",
}
_SPECS = ("spec", "spec_set", "wraps")
_Scope = FunctionNode | ast.Lambda | None


def _is_async_mock(value: ast.expr) -> bool:
    """Whether the value is made by `AsyncMock(...)` or by `patch(..., new_callable=AsyncMock)`."""
    if not isinstance(value, ast.Call):
        return False
    made = keyword(value, "new_callable")
    return last_name(value.func) == "AsyncMock" or (made is not None and last_name(made) == "AsyncMock")


def _values(source: Source) -> Mapping[tuple[_Scope, str], list[ast.expr]]:
    """What each name is bound to, by function: another test's mock of the same name is another mock."""
    found: dict[tuple[_Scope, str], list[ast.expr]] = {}
    for name, value, statement in bindings(source):
        found.setdefault((source.function_of(statement), name), []).append(value)
    return found


def _is_async(values: Mapping[tuple[_Scope, str], list[ast.expr]], scope: _Scope, name: str) -> bool:
    """Whether the name, or else the nearest object it is an attribute of, was made an `AsyncMock` and nothing else.

    What hangs on a specified mock is as asynchronous as the specification says; nothing is known of it here.
    """
    bound = values.get((scope, name))
    if bound is not None:
        return all(map(_is_async_mock, bound))
    owner, dot, attribute = name.rpartition(".")
    if not dot or attribute in {"return_value", "side_effect"}:
        return False
    specified = any(
        isinstance(value, ast.Call) and any(keyword(value, spec) is not None for spec in _SPECS)
        for value in values.get((scope, owner), ())
    )
    return not specified and _is_async(values, scope, owner)


def _asserts(source: Source) -> Iterator[tuple[ast.Call, ast.Attribute, str]]:
    for call in source.calls():
        name = dotted(receiver(call) or call)
        if isinstance(call.func, ast.Attribute) and name is not None and call.func.attr.startswith("assert_"):
            yield call, call.func, name


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if not any(last_name(node) == "AsyncMock" for node in (*source.nodes(ast.Name), *source.nodes(ast.Attribute))):
        return
    values = _values(source)
    asserts = list(_asserts(source))
    awaited = {(source.function_of(call), name) for call, _, name in asserts if "await" in (method(call) or "")}
    for call, function, name in asserts:
        scope = source.function_of(call)
        remedy = _AWAITED.get(function.attr)
        if remedy is None or (scope, name) in awaited or not _is_async(values, scope, name):
            continue
        line = function.end_lineno or function.lineno
        text = source.lines.get(line, "")
        once = text.count(f".{function.attr}(") == 1
        yield Finding(
            (line,),
            f"`{name}` is an AsyncMock: `{function.attr}` passes even when the call was never awaited; use `{remedy}`",
            replacement=text.replace(f".{function.attr}(", f".{remedy}(") if once else None,
        )


RULE = Rule(
    code="BW703",
    name="sync-assert-on-async-mock",
    kind="test-async-assert",
    aggregate="always",
    severity=Severity.INFO,
    summary="`assert_called…` on an AsyncMock passes for a coroutine that was made and never awaited.",
    check_source=_check,
)
