"""BW801: a container at the level of the module is filled while requests are served."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from backwright.review.diagnostic import Basis, Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.paths import is_example, is_migration, is_script, is_test
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import dotted, method
from backwright.review.source import FunctionNode, Source, last_name

_MAKERS = frozenset({"dict", "list", "set", "defaultdict", "deque", "OrderedDict", "Counter"})
_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
_MUTATORS = frozenset(
    "add append appendleft clear discard extend insert pop popitem popleft remove setdefault update".split()  # noqa: SIM905  # a list of words
)
# What is filled while modules are imported or the application starts is complete before the first request.
_AT_START = re.compile(r"regist|subscribe|install|set_?up|init|configur|startup|shutdown|lifespan|decorat|^on_|^add_")
_IS_REGISTRY = re.compile(r"regist|handler|plugin|hook|listener|callback|command|migration")
_DELIBERATE = re.compile(r"#.*\b(cache|memo|process|worker|thread)", re.IGNORECASE)


def _at_import(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, also those in a block such as `try` or `if`."""
    for statement in body:
        yield statement
        if isinstance(statement, (ast.If, ast.Try, ast.With)):
            yield from _at_import([*statement.body, *getattr(statement, "orelse", ())])


def _is_outside(source: Source, statement: ast.stmt) -> bool:
    """Whether the statement is one of the module; a hunk shows that only by its indentation."""
    return source.basis is Basis.FULL or statement.col_offset == 0


def _containers(source: Source) -> Mapping[str, ast.stmt]:
    """The statements at the level of the module that make a mutable container, by its name."""
    found: dict[str, ast.stmt] = {}
    for statement in _at_import(source.tree.body):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
        made = isinstance(value, ast.Call) and source.last(value.func) in _MAKERS
        fits = made or isinstance(value, _DISPLAYS)
        if fits and isinstance(target, ast.Name) and _is_outside(source, statement) and not target.id.startswith("__"):
            found[target.id] = statement
    return found


def _is_deliberate(source: Source, name: str, statement: ast.stmt) -> bool:
    """Whether the container is a registry by its name, keeps background tasks alive, or a comment calls it a cache.

    A task that nobody refers to may be collected while it runs; `task.add_done_callback(tasks.discard)` is the remedy.
    """
    near = (source.lines.get(statement.lineno - 1, ""), source.lines.get(statement.lineno, ""))
    if _IS_REGISTRY.search(name.lower()) or any(map(_DELIBERATE.search, near)):
        return True
    callbacks = (argument for call in source.calls() if method(call) == "add_done_callback" for argument in call.args)
    return any((dotted(callback) or "").startswith(f"{name}.") for callback in callbacks)


def _changed(source: Source) -> Iterator[tuple[str, ast.AST]]:
    """Every name whose object a method or a subscript changes, and where."""
    for call in source.calls():
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr in _MUTATORS and isinstance(function.value, ast.Name):
            yield function.value.id, call
    for subscript in source.nodes(ast.Subscript):
        if isinstance(subscript.ctx, (ast.Store, ast.Del)) and isinstance(subscript.value, ast.Name):
            yield subscript.value.id, subscript


def _binds(function: FunctionNode | ast.Lambda, name: str) -> bool:
    """Whether the name is the function's own: a parameter, or assigned without `global`."""
    arguments = function.args
    named = {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    starred = {argument.arg for argument in (arguments.vararg, arguments.kwarg) if argument is not None}
    inside = list(ast.walk(function))
    stored = any(isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store) for node in inside)
    shared = any(isinstance(node, ast.Global) and name in node.names for node in inside)
    return name in named | starred or (stored and not shared)


def _runs_at_start(source: Source, function: FunctionNode) -> bool:
    """Whether the function runs at import: called or used as a decorator in this file, or a decorator by its form."""
    if _AT_START.search(function.name.lower()) or function.name in {"__set_name__", "__new__"}:
        return True
    inner = {node.name for node in function.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    own = {argument.arg for argument in function.args.args} | inner
    if any(isinstance(node, ast.Return) and last_name(node.value or node) in own for node in ast.walk(function)):
        return True
    calls = (call for call in source.calls() if last_name(call.func) == function.name)
    return any(source.function_of(call) is None for call in calls)


def _is_locked(source: Source, node: ast.AST) -> bool:
    blocks = (outer for outer in source.parents(node) if isinstance(outer, (ast.With, ast.AsyncWith)))
    nodes = (inner for block in blocks for item in block.items for inner in ast.walk(item.context_expr))
    return any("lock" in (last_name(inner) or "").lower() for inner in nodes)


def _is_shared(source: Source, name: str, node: ast.AST) -> bool:
    """Whether the change happens while the application runs and is seen by every other call."""
    functions = [
        outer
        for outer in source.parents(node)
        if isinstance(outer, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    ]
    named = [outer for outer in functions if not isinstance(outer, ast.Lambda)]
    return (
        bool(functions)
        and not any(_binds(function, name) for function in functions)
        and not any(_runs_at_start(source, function) for function in named)
        and not _is_locked(source, node)
    )


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    if any(belongs(source.path) for belongs in (is_test, is_example, is_script, is_migration)):
        return
    containers = _containers(source)
    changes: dict[str, list[int]] = {}
    for name, node in _changed(source):
        if name in containers and _is_shared(source, name, node):
            changes.setdefault(name, []).append(getattr(node, "lineno", 0))
    for name, lines in changes.items():
        made = containers[name]
        new = made.lineno in source.added or source.added.issuperset(lines)
        if new and not _is_deliberate(source, name, made):
            yield Finding(
                (made.lineno, *lines),
                f"`{name}` is changed by calls (line {lines[0]}): every worker process has its own, it grows for ever, "
                "and tests leak into each other; keep it in an object that is injected, or in a store",
            )


RULE = Rule(
    code="BW801",
    name="module-mutable-state",
    kind="module-mutable-state",
    severity=Severity.WARNING,
    summary="A module-level container that functions change: state that workers do not share and tests cannot reset.",
    check_source=_check,
    confidence=Confidence.MEDIUM,
)
