"""A parsed Python file, or the part of one that a hunk shows, with the questions that rules ask of it.

Line numbers are always those of the file after the change, in both bases, so that a rule need not know which it reads.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar, cast

from backwright.review.diagnostic import Basis

Node = TypeVar("Node", bound=ast.AST)
Made = TypeVar("Made")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

# A hunk seldom shows the imports of its file. These names are read as the module of the same name while nothing in
# view binds them otherwise.
WELL_KNOWN: Mapping[str, str] = {
    "aiohttp": "aiohttp",
    "anyio": "anyio",
    "asyncio": "asyncio",
    "boto3": "boto3",
    "celery": "celery",
    "contextlib": "contextlib",
    "datetime": "datetime",
    "fastapi": "fastapi",
    "functools": "functools",
    "httpx": "httpx",
    "jwt": "jwt",
    "logging": "logging",
    "os": "os",
    "psycopg2": "psycopg2",
    "pydantic": "pydantic",
    "pymongo": "pymongo",
    "pymysql": "pymysql",
    "redis": "redis",
    "requests": "requests",
    "smtplib": "smtplib",
    "sqlalchemy": "sqlalchemy",
    "subprocess": "subprocess",
    "tenacity": "tenacity",
    "threading": "threading",
    "time": "time",
    "typing": "typing",
    "urllib": "urllib",
    "sa": "sqlalchemy",
    "op": "alembic.op",
}


# Fields of nodes that hold no nodes, or only operators and the marks `Load` and `Store`, which the parser shares.
_NO_NODES = frozenset(
    {
        *("arg", "asname", "attr", "conversion", "ctx", "id", "is_async", "kind", "level", "module", "op", "ops"),
        *("rest", "simple", "type_comment", "type_ignores"),
    }
)
# Of Python 3.12; the only kind whose `name` is a node.
_TYPE_ALIAS = getattr(ast, "TypeAlias", None)


@dataclass(frozen=True, slots=True)
class Source:
    """One parse: a whole file (`Basis.FULL`) or one repaired hunk (`Basis.FRAGMENT`).

    Args:
        path: POSIX path on the new side.
        basis: whole file or hunk.
        tree: the syntax tree; its line numbers are those of the file after the change.
        lines: the text of each line that was parsed, by number.
        added: the numbers of the lines that the diff adds and that this parse covers.
        enclosing_async: for the top level of a fragment: whether it stands inside an `async def`, where that is known.
    """

    path: str
    basis: Basis
    tree: ast.Module
    lines: Mapping[int, str]
    added: frozenset[int]
    enclosing_async: bool | None = None
    _parents: dict[ast.AST, ast.AST] = field(init=False, repr=False, compare=False, default_factory=dict)
    _derived: dict[object, object] = field(init=False, repr=False, compare=False, default_factory=dict)
    _index: dict[type[ast.AST], list[ast.AST]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _bindings: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)
    _locals: set[str] = field(init=False, repr=False, compare=False, default_factory=set)
    _functions: dict[ast.AST, FunctionNode | ast.Lambda | None] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        parents, index = self._parents, self._index
        stack: list[ast.AST] = [self.tree]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind in index:
                index[kind].append(node)
            else:
                index[kind] = [node]
            children = child_nodes(node)
            for child in children:
                parents[child] = node
            children.reverse()
            stack += children
        self._locals.update(name.id for name in self.nodes(ast.Name) if isinstance(name.ctx, ast.Store))
        self._locals.update(argument.arg for argument in self.nodes(ast.arg))
        for node in self.nodes(ast.Import):
            for alias in node.names:
                self._bindings[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        for statement in self.nodes(ast.ImportFrom):
            module = "." * statement.level + (statement.module or "")
            for alias in statement.names:
                self._bindings[alias.asname or alias.name] = f"{module}.{alias.name}"

    def derived(self, make: Callable[[Source], Made]) -> Made:
        """What `make` says of this source, made once for all rules that ask."""
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("Made", self._derived[make])

    def nodes(self, kind: type[Node]) -> Iterator[Node]:
        """Every node of exactly this type, in the order of the text."""
        return iter(cast("list[Node]", self._index.get(kind, ())))

    def functions(self) -> Iterator[FunctionNode]:
        """Every function, synchronous ones first."""
        yield from self.nodes(ast.FunctionDef)
        yield from self.nodes(ast.AsyncFunctionDef)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """The node that holds this one, or None for the module."""
        return self._parents.get(node)

    def parents(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes around this one, the nearest first."""
        current = self._parents.get(node)
        while current is not None:
            yield current
            current = self._parents.get(current)

    def function_of(self, node: ast.AST) -> FunctionNode | ast.Lambda | None:
        """The nearest function or lambda whose *body* holds the node; decorators and defaults stand outside it."""
        if node not in self._functions:
            self._functions[node] = self._find_function(node)
        return self._functions[node]

    def _find_function(self, node: ast.AST) -> FunctionNode | ast.Lambda | None:
        parent = self._parents.get(node)
        while parent is not None:
            # Of a function's parts, only its body consists of statements.
            if isinstance(parent, ast.Lambda):
                if node is parent.body:
                    return parent
            elif isinstance(node, ast.stmt) and isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef)):
                return parent
            node, parent = parent, self._parents.get(parent)
        return None

    def class_of(self, node: ast.AST) -> ast.ClassDef | None:
        """The class whose body directly holds the node."""
        outer = self.parent(node)
        return outer if isinstance(outer, ast.ClassDef) and node in outer.body else None

    def in_async(self, node: ast.AST) -> bool | None:
        """Whether the node runs on the event loop: its nearest function is `async def`.

        None where a fragment does not show the function. A plain `def` or a lambda inside an `async def` is not on
        the loop by itself (it may be handed to a thread).
        """
        function = self.function_of(node)
        if function is not None:
            return isinstance(function, ast.AsyncFunctionDef)
        return False if self.basis is Basis.FULL else self.enclosing_async

    def qualified(self, node: ast.AST) -> str | None:
        """The dotted name of a name or attribute through the imports in view, or None where it is not known.

        `Session()` after `from requests import Session` and `requests.Session()` are both `requests.Session`.
        A local name that nothing in view imports gives None, except a well-known module's in a fragment.
        """
        if isinstance(node, ast.Attribute):
            base = self.qualified(node.value)
            return None if base is None else f"{base}.{node.attr}"
        if not isinstance(node, ast.Name):
            return None
        if node.id in self._bindings:
            return self._bindings[node.id]
        if self.basis is Basis.FULL or node.id in self._locals:
            return None
        return WELL_KNOWN.get(node.id)

    def last(self, node: ast.AST) -> str | None:
        """The last part of what a name means: `Celery` of `Queue` after `from celery import Celery as Queue`."""
        known = self._bindings.get(node.id) if isinstance(node, ast.Name) else None
        return known.rpartition(".")[2] if known else last_name(node)

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Every call of one of these qualified names; with no names, every call."""
        if not names:
            yield from self.nodes(ast.Call)
            return
        for name, call in self.derived(_named_calls):
            if name in names:
                yield call


def _named_calls(source: Source) -> list[tuple[str, ast.Call]]:
    """The calls whose qualified name is known, with it: nearly every rule asks for some of them."""
    return [(name, call) for call in source.nodes(ast.Call) if (name := source.qualified(call.func)) is not None]


def _child_fields(kind: type[ast.AST]) -> tuple[str, ...]:
    return tuple(name for name in kind._fields if name not in _NO_NODES and (name != "name" or kind is _TYPE_ALIAS))


_CHILD_FIELDS: Final = {
    kind: _child_fields(kind) for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)
}
"""The fields of a kind of node that can hold nodes. `ast.iter_child_nodes` looks at all, in three times the time."""


def child_nodes(node: ast.AST) -> list[ast.AST]:
    """The child nodes in the order of the text, without operators and marks."""
    children: list[ast.AST] = []
    for name in _CHILD_FIELDS[type(node)]:
        value = getattr(node, name, None)
        if value.__class__ is list:
            if value:
                children += [item for item in value if isinstance(item, ast.AST)]
        elif value is not None and isinstance(value, ast.AST):
            children.append(value)
    return children


def every_node(tree: ast.AST) -> Iterator[ast.AST]:
    """What `ast.walk` gives, in another order and without operators and marks."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        stack += child_nodes(node)


def last_name(node: ast.AST) -> str | None:
    """The last part of a dotted name: `get` of `client.get` and of `get`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument, or None."""
    return next((argument.value for argument in call.keywords if argument.arg == name), None)


def spread(call: ast.Call) -> bool:
    """Whether the call has `**arguments`, so that a missing keyword proves nothing."""
    return any(argument.arg is None for argument in call.keywords)


def lines_of(node: ast.expr | ast.stmt | ast.ExceptHandler) -> tuple[int, ...]:
    """The lines of a node, its first one first: what a `Finding` points at when any line of it may be the added one."""
    return tuple(range(node.lineno, (node.end_lineno or node.lineno) + 1))
