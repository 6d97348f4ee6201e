"""BW607: a failure is only logged, and the code goes on with what the failed statement should have made."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import walk_own
from backwright.review.rules._calls import method, receiver
from backwright.review.source import FunctionNode, Source, last_name, lines_of

_LOGS = frozenset({"critical", "debug", "error", "exception", "info", "print", "print_exc", "warn", "warning"})


def _only_tells(body: Iterable[ast.stmt]) -> bool:
    """Whether statements do nothing but log, so that the code behind the `try` runs."""
    return all(isinstance(statement, ast.Pass) or _is_telling(statement) for statement in body)


def _is_telling(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    if isinstance(value, ast.Constant):
        return True
    if not isinstance(value, ast.Call):
        return False
    owner = receiver(value)
    return (method(value) or last_name(value.func)) in _LOGS and (owner is None or "parser" not in ast.unparse(owner))


def _names(function: FunctionNode) -> list[ast.Name]:
    """The names of the function's own body in the order of the text."""
    found = [node for node in walk_own(function.body) if isinstance(node, ast.Name)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _known_before(function: FunctionNode, names: Iterable[ast.Name], line: int) -> set[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    known = {argument.arg for argument in every if argument is not None}
    known |= {node.id for node in names if isinstance(node.ctx, ast.Store) and node.lineno < line}
    shared = (node for node in walk_own(function.body) if isinstance(node, (ast.Global, ast.Nonlocal)))
    return known | {name for node in shared for name in node.names}


def _used_behind(function: FunctionNode, statement: ast.Try) -> Iterator[tuple[str, int]]:
    """The names that only the `try` binds and that are read behind it, each with the line that reads it."""
    names = _names(function)
    end = statement.end_lineno or statement.lineno
    inside = (node for node in walk_own(statement.body) if isinstance(node, ast.Name))
    made = {node.id for node in inside if _is_store(node)} - _known_before(function, names, statement.lineno)
    own = _of_comprehensions(function)
    seen: set[str] = set()
    # An assignment comes before its targets in what runs, and behind them in the text: lines are near enough.
    for node in sorted((node for node in names if node.lineno > end), key=lambda one: (one.lineno, _is_store(one))):
        if node.id in made and node.id not in seen and node not in own:
            seen.add(node.id)
            if isinstance(node.ctx, ast.Load):
                yield node.id, node.lineno


def _of_comprehensions(function: FunctionNode) -> set[ast.Name]:
    """The names inside comprehensions that the comprehension itself binds: they mean nothing of what is outside."""
    found: set[ast.Name] = set()
    kinds = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
    for inner in (node for node in walk_own(function.body) if isinstance(node, kinds)):
        names = [node for node in ast.walk(inner) if isinstance(node, ast.Name)]
        bound = {node.id for node in names if _is_store(node)}
        found.update(node for node in names if node.id in bound)
    return found


def _is_store(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if is_test(source.path):
        return
    for statement in source.nodes(ast.Try):
        function = source.function_of(statement)
        handler = next((one for one in statement.handlers if _only_tells(one.body)), None)
        if handler is None or function is None or isinstance(function, ast.Lambda):
            continue
        used = next(_used_behind(function, statement), None)
        if used is not None:
            name, line = used
            yield Finding(
                (handler.lineno, *lines_of(handler)),
                f"a failure is passed over here, and line {line} uses `{name}`, which then was never made; raise,"
                " return, or give it a value for this case",
            )


RULE = Rule(
    code="BW607",
    name="swallowed-failure",
    kind="except-pass",
    severity=Severity.WARNING,
    summary="A failure is only logged and the code goes on with a value that was never made: the real error is lost.",
    check_source=_check,
    confidence=Confidence.MEDIUM,
)
