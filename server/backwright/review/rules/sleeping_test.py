"""BW702: a test that waits for the clock."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.source import FunctionNode, Source, last_name

_SLEEPS = ("time.sleep", "asyncio.sleep", "anyio.sleep", "trio.sleep")
_SET_UP = frozenset({"setUp", "tearDown", "asyncSetUp", "asyncTearDown", "setup_method", "teardown_method"})


def _is_test_code(function: FunctionNode) -> bool:
    """Whether pytest or unittest runs the function itself; a stub inside a test may well be slow on purpose."""
    decorators = (node.func if isinstance(node, ast.Call) else node for node in function.decorator_list)
    fixture = any((last_name(node) or "").endswith("fixture") for node in decorators)
    return fixture or function.name.startswith("test") or function.name in _SET_UP


def _polls(source: Source, node: ast.AST) -> bool:
    """Whether the sleep is a step of a loop inside its function, which ends as soon as the thing is there."""
    for outer in source.parents(node):
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return False
        if isinstance(outer, (ast.While, ast.For, ast.AsyncFor)):
            return True
    return False


def _is_zero(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and not call.args[0].value


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if not is_test(source.path):
        return
    for call in source.calls(*_SLEEPS):
        function = source.function_of(call)
        runs = function is None or (not isinstance(function, ast.Lambda) and _is_test_code(function))
        if runs and not _is_zero(call) and not _polls(source, call):
            yield Finding(
                (call.lineno,),
                "the test waits for the clock: too short on a busy machine, wasted on every other run; "
                "wait for the event itself, or move the clock by hand",
                confidence=Confidence.MEDIUM if function is None else None,
            )


RULE = Rule(
    code="BW702",
    name="sleeping-test",
    kind="test-sleep",
    aggregate="always",
    severity=Severity.INFO,
    summary="A test that sleeps: it fails on a busy machine and wastes the time everywhere else.",
    check_source=_check,
)
