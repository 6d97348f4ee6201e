"""The operations of a FastAPI application with their whole paths, read from its syntax trees."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.symbols import Found, Module, Symbols

METHODS = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::[a-z]+)?\}")
_DEPTH = 12

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = tuple[str, str]
"""A router: its module and its name there."""


@dataclass(frozen=True, slots=True)
class Route:
    """One operation.

    Args:
        method: in lower case.
        path: the whole of it.
        module: where the function is.
        function: the function.
        decorator: the call that registers it.
        around: the calls that make and include the routers above it; their dependencies hold for it.
    """

    method: str
    path: str
    module: Module
    function: Function
    decorator: ast.Call
    around: tuple[tuple[Module, ast.Call], ...]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in the path, in order."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def place(self) -> str:
        """`app/orders.py:12`."""
        return f"{self.module.path}:{self.function.lineno}"


@dataclass(frozen=True, slots=True)
class _Mount:
    parent: Node
    module: Module
    call: ast.Call


@dataclass(frozen=True, slots=True)
class _Made:
    module: Module
    call: ast.Call
    kind: str


class Router:
    """All routers of a project and how they hang together."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._made: dict[Node, _Made] = {}
        self._mounts: dict[Node, list[_Mount]] = {}
        for module in symbols.modules.values():
            for node in ast.walk(module.tree):
                self._read(module, node)

    def find(self, method: str, path: str) -> Route:
        """The operation at this path.

        Raises:
            InvalidInputError: there is none; the hint has those that are like it.
            UnsupportedProjectError: there are several.
        """
        routes = list(self._routes())
        wanted = _plain(path)
        found = [each for each in routes if each.method == method and _plain(each.path) == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise UnsupportedProjectError(
                f"{method.upper()} {path} is there {len(found)} times: {', '.join(each.place for each in found)}",
                hint="the first one answers; take the others away",
            )
        known = sorted({f"{each.method.upper()} {each.path}" for each in routes})
        near = difflib.get_close_matches(f"{method.upper()} {path}", known, n=5, cutoff=0.4) or known[:5]
        raise InvalidInputError(
            f"no operation {method.upper()} {path[:120]} was found",
            hint=f"give one of {'; '.join(near) or 'none here'}",
        )

    def prefix(self, module: str, name: str) -> tuple[str, bool]:
        """What stands before the paths of what is mounted on this router, as far as it can be told.

        Returns:
            The prefix, and whether it is the whole of it, up to an application.
        """
        return self._whole((module, name), 0)

    def _whole(self, node: Node, depth: int) -> tuple[str, bool]:
        made = self._made.get(node)
        if made is None or depth > _DEPTH:
            return "", False
        if made.kind == "FastAPI":
            return "", True
        own = self._prefix(made.module, made.call)
        ways = []
        for mount in self._mounts.get(node, ()):
            given = self._prefix(mount.module, mount.call)
            above, whole = self._whole(mount.parent, depth + 1)
            ways.append((f"{above}{given or ''}{own or ''}", whole and None not in {own, given}))
        # Of several ways up the surest, and of two alike the first.
        return max(ways, key=lambda way: way[1], default=(own or "", False))

    def _read(self, module: Module, node: ast.AST) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            kind = self._symbols.qualified(module, ast.unparse(node.value.func)).rpartition(".")[2]
            if isinstance(target, ast.Name) and kind in {"FastAPI", "APIRouter"}:
                self._made[module.name, target.id] = _Made(module, node.value, kind)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for each in node.args.args:
                if each.annotation is not None and ast.unparse(each.annotation).endswith("FastAPI"):
                    empty = ast.Call(func=ast.Name("FastAPI"), args=[], keywords=[])
                    self._made.setdefault((module.name, each.arg), _Made(module, empty, "FastAPI"))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "include_router":
            given = node.args[0] if node.args else argument(node, "router")
            child = self._node(module, given) if given is not None else None
            parent = self._node(module, node.func.value)
            if child is not None and parent is not None:
                self._mounts.setdefault(child, []).append(_Mount(parent, module, node))

    def _node(self, module: Module, expression: ast.expr) -> Node | None:
        """The router that an expression names."""
        name = ast.unparse(expression)
        if not re.fullmatch(r"[A-Za-z0-9_.]+", name):
            return None
        if (found := self._symbols.find(module, name)) is not None:
            return found.module.name, _target(found)
        return (module.name, name) if "." not in name else None

    def _routes(self) -> Iterator[Route]:
        for module in self._symbols.modules.values():
            for function in ast.walk(module.tree):
                if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                for decorator in function.decorator_list:
                    if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute):
                        yield from self._of(module, function, decorator, decorator.func)

    def _of(self, module: Module, function: Function, decorator: ast.Call, func: ast.Attribute) -> Iterator[Route]:
        methods = [func.attr] if func.attr in METHODS else _methods(decorator) if func.attr == "api_route" else []
        node = self._node(module, func.value) if methods else None
        path = self._text(module, decorator.args[0] if decorator.args else argument(decorator, "path"))
        if node is None or path is None:
            return
        for prefix, around in self._above(node, 0):
            for method in methods:
                yield Route(method, f"{prefix}{path}" or "/", module, function, decorator, around)

    def _above(self, node: Node, depth: int) -> Iterator[tuple[str, tuple[tuple[Module, ast.Call], ...]]]:
        """What stands before the paths of a router, for each way up to an application."""
        made = self._made.get(node)
        if made is None or depth > _DEPTH:
            return
        if made.kind == "FastAPI":
            yield "", ((made.module, made.call),)
            return
        own = self._prefix(made.module, made.call)
        for mount in self._mounts.get(node, ()):
            given = self._prefix(mount.module, mount.call)
            if own is None or given is None:
                continue
            for prefix, around in self._above(mount.parent, depth + 1):
                yield f"{prefix}{given}{own}", (*around, (mount.module, mount.call), (made.module, made.call))

    def _prefix(self, module: Module, call: ast.Call) -> str | None:
        given = argument(call, "prefix")
        return "" if given is None else self._text(module, given)

    def _text(self, module: Module, node: ast.expr | None) -> str | None:
        """A text: a literal, a constant of the project, or an attribute of a settings class with a literal default."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.JoinedStr):
            parts = [self._text(module, p.value if isinstance(p, ast.FormattedValue) else p) for p in node.values]
            return None if None in parts else "".join(part for part in parts if part is not None)
        if isinstance(node, ast.Name | ast.Attribute):
            found = self._symbols.find(module, ast.unparse(node))
            value = getattr(found.node, "value", None) if found else None
            if found is not None and isinstance(value, ast.Constant):
                return self._text(found.module, value)
            return self._setting(module, node) if isinstance(node, ast.Attribute) else None
        return None

    def _setting(self, module: Module, node: ast.Attribute) -> str | None:
        """`settings.api_prefix`, where `settings = Settings()` and the class gives it a literal default."""
        made = self._symbols.find(module, ast.unparse(node.value))
        call = getattr(made.node, "value", None) if made else None
        if made is None or not isinstance(call, ast.Call):
            return None
        cls = self._symbols.find(made.module, ast.unparse(call.func))
        for statement in cls.node.body if cls and isinstance(cls.node, ast.ClassDef) else ():
            target = getattr(statement, "target", None)
            if isinstance(statement, ast.AnnAssign) and isinstance(target, ast.Name) and target.id == node.attr:
                return self._text(made.module, statement.value)
        return None


def argument(call: ast.Call, name: str) -> ast.expr | None:
    """The keyword argument of a call."""
    return next((each.value for each in call.keywords if each.arg == name), None)


def _methods(call: ast.Call) -> list[str]:
    given = argument(call, "methods")
    values = given.elts if isinstance(given, ast.List | ast.Tuple | ast.Set) else []
    names = [str(each.value).lower() for each in values if isinstance(each, ast.Constant)]
    return [name for name in names if name in METHODS]


def _target(found: Found) -> str:
    node = found.node
    target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def _plain(path: str) -> str:
    return _PARAMETER.sub("{}", path)
