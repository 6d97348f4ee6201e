"""BW105: an HTTP client that is built, used once and thrown away with its connections."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import head_of, walk_own
from backwright.review.rules._fastapi import routes
from backwright.review.source import FunctionNode, Source, keyword

_CLIENTS = ("aiohttp.ClientSession", "httpx.AsyncClient")
# Functions that run once in a process, and folders of programs that do.
_ONCE = re.compile(r"_*(main|run|lifespan|startup|shutdown|setup|connect|start|on_startup|on_shutdown)")
_PROGRAMS = frozenset({"alembic", "bin", "cli", "commands", "examples", "migrations", "scripts", "tools"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    if is_test(source.path) or not _PROGRAMS.isdisjoint(PurePosixPath(source.path).parts[:-1]):
        return
    handlers = {route.function for route in routes(source, facts)}
    for call, function in (*_blocks(source), *_closed_here(source)):
        name = source.qualified(call.func)
        if name in _CLIENTS and keyword(call, "transport") is None and not _lives_on(function):
            often = function in handlers or _in_loop(source, call, function)
            yield Finding(
                head_of(call),
                f"`{name}` is built and closed for each call, so each call opens new connections; share one client"
                " that lives as long as the app",
                confidence=Confidence.HIGH if often else Confidence.LOW,
            )


def _blocks(source: Source) -> Iterator[tuple[ast.Call, ast.AsyncFunctionDef]]:
    """What an async function enters by `async with`."""
    for statement in source.nodes(ast.AsyncWith):
        function = source.function_of(statement)
        for item in statement.items if isinstance(function, ast.AsyncFunctionDef) else ():
            if isinstance(item.context_expr, ast.Call) and isinstance(function, ast.AsyncFunctionDef):
                yield item.context_expr, function


def _closed_here(source: Source) -> Iterator[tuple[ast.Call, ast.AsyncFunctionDef]]:
    """Clients that an async function binds to a name and closes itself, without a block."""
    for assign in source.nodes(ast.Assign):
        function, target = source.function_of(assign), assign.targets[0]
        if not (isinstance(function, ast.AsyncFunctionDef) and isinstance(target, ast.Name)):
            continue
        if isinstance(assign.value, ast.Call) and any(
            isinstance(node, ast.Attribute)
            and node.attr in {"aclose", "close"}
            and isinstance(node.value, ast.Name)
            and node.value.id == target.id
            for node in walk_own(function.body)
        ):
            yield assign.value, function


def _lives_on(function: ast.AsyncFunctionDef) -> bool:
    """A lifespan, a fixture or a `yield` dependency, and what runs once."""
    if _ONCE.fullmatch(function.name):
        return True
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in walk_own(function.body))


def _in_loop(source: Source, statement: ast.AST, function: FunctionNode) -> bool:
    for outer in source.parents(statement):
        if outer is function:
            return False
        if isinstance(outer, (ast.For, ast.AsyncFor, ast.While)):
            return True
    return False


RULE = Rule(
    code="BW105",
    name="client-per-call",
    kind="async-client-per-call",
    severity=Severity.INFO,
    summary="An async HTTP client is built inside the function that uses it, so no connection is ever reused.",
    check_source=_check,
)
