"""What a project of django-ninja is, read from its syntax trees: its APIs, its routers, and how they ask who calls."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError
from backwright.scaffold.models import target_of
from backwright.scaffold.project import MAX_SOURCE_BYTES, Symbol, sources

_SIGNS = re.compile(rb"\bninja")
_MADE = ("NinjaAPI", "Router")
_OPERATIONS = frozenset(["get", "post", "put", "patch", "delete", "api_operation"])


@dataclass(frozen=True, slots=True)
class RouterPlace:
    """An API or a router at module level.

    Args:
        symbol: its name, with the line to add a router after.
        kind: `NinjaAPI` or `Router`.
        prefixes: where it adds other routers.
        by_name: whether it names them by text, `"shop.api.router"`.
        version: of the API, where it is a literal.
        auth: whether it asks who calls.
    """

    symbol: Symbol
    kind: str
    prefixes: tuple[str, ...]
    by_name: bool
    version: str | None
    auth: bool


@dataclass(frozen=True, slots=True)
class Authenticator:
    """What says who calls.

    Args:
        name: as it is imported.
        module: from where; the module that uses it where it is made there.
        call: whether it is a class that is called, `TokenAuth()`.
        function: whether it is a function of the project.
    """

    name: str
    module: str
    call: bool
    function: bool = False

    @property
    def expression(self) -> str:
        """As the argument `auth`."""
        return f"{self.name}()" if self.call else self.name

    @property
    def session(self) -> bool:
        """Whether it knows callers by Django's session."""
        return self.name in {"django_auth", "SessionAuth"}

    @property
    def users(self) -> bool:
        """Whether `request.user` is a user of Django afterwards."""
        return self.session or self.name == "JWTAuth"


@dataclass(slots=True)
class NinjaFacts:
    """What reading found."""

    places: list[RouterPlace] = field(default_factory=list)
    authenticators: Counter[Authenticator] = field(default_factory=Counter)
    extra: Symbol | None = None


def read_ninja(root: Path) -> NinjaFacts:
    """What the modules of the project say; what does not parse is passed over.

    Raises:
        UnsupportedProjectError: there are more files than can be read.
    """
    facts = NinjaFacts()
    for path in sources(root):
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
            if _SIGNS.search(data):
                text = data.decode("utf-8")
                _read_module(facts, ast.parse(text), path.relative_to(root).as_posix())
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue
    return facts


def router_line(text: str, name: str) -> tuple[int, int] | None:
    """The line to add a router after and how many were added; None where there is no such API or router.

    Raises:
        SyntaxError: the text does not parse.
    """
    found = [each for each in _places(ast.parse(text), "") if each.symbol.name == name]
    return (found[0].symbol.line, len(found[0].prefixes)) if found else None


def _read_module(facts: NinjaFacts, tree: ast.Module, path: str) -> None:
    facts.places += _places(tree, path)
    imports = {
        each.asname or each.name: (node.module or "", each.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.level == 0
        for each in node.names
    }
    functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = _last(node.func)
        if called == "NinjaExtraAPI" and facts.extra is None:
            facts.extra = Symbol(path, node.lineno, called)
        if called in {*_MADE, *_OPERATIONS}:
            for value in _auth_of(node):
                name = _last(value.func if isinstance(value, ast.Call) else value)
                source, _ = imports.get(name, (module, name))
                made = Authenticator(name, source, isinstance(value, ast.Call), function=name in functions)
                facts.authenticators[made] += 1


def _places(tree: ast.Module, path: str) -> Iterator[RouterPlace]:
    for statement in tree.body:
        value, name = getattr(statement, "value", None), target_of(statement)
        if name is None or not isinstance(value, ast.Call) or _last(value.func) not in _MADE:
            continue
        adds = [call for each in tree.body if (call := _adds(each, name)) is not None]
        last = adds[-1] if adds else statement
        given = {each.arg: each.value for each in value.keywords}
        texts = [text.value for each in adds if isinstance(text := _given(each, 0, "prefix"), ast.Constant)]
        routers = [router for each in adds if (router := _given(each, 1, "router")) is not None]
        yield RouterPlace(
            symbol=Symbol(path, last.end_lineno or last.lineno, name),
            kind=_last(value.func),
            prefixes=tuple(str(text) for text in texts) + ("",) * (len(adds) - len(texts)),
            by_name=sum(isinstance(each, ast.Constant) for each in routers) * 2 > len(routers),
            version=str(getattr(given["version"], "value", "")) if "version" in given else None,
            auth=bool(list(_auth_of(value))),
        )


def _adds(statement: ast.stmt, name: str) -> ast.Call | None:
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or call.func.attr != "add_router":
        return None
    return call if isinstance(call.func.value, ast.Name) and call.func.value.id == name else None


def _given(call: ast.Call, position: int, name: str) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((each.value for each in call.keywords if each.arg == name), None)


def _auth_of(call: ast.Call) -> Iterator[ast.expr]:
    for each in call.keywords:
        if each.arg == "auth":
            values = each.value.elts if isinstance(each.value, ast.List | ast.Tuple) else [each.value]
            yield from (value for value in values if not isinstance(value, ast.Constant))


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]
