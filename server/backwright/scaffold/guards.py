"""Objects that refuse who may not: `Depends(AuthBearer())`, where the class says in `__call__` whom it lets through."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from backwright.scaffold.statements import last_name

_SECURITY = frozenset({"APIKeyCookie", "APIKeyHeader", "APIKeyQuery", "HTTPBasic", "HTTPBearer", "HTTPDigest"}) | {
    "HTTPBase",
    "OAuth2",
    "OAuth2AuthorizationCodeBearer",
    "OAuth2PasswordBearer",
    "OpenIdConnect",
    "SecurityBase",
}
_NAMES = re.compile(r"Auth|Bearer|JWT|Jwt|Login|SignedIn|Principal|CurrentUser|Permission")
_DEPTH = 5

Classes = Mapping[str, tuple[str, ast.ClassDef]]
"""The path and the statement of each class of a project."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What may refuse a caller: the statement that defines it, its path, its name, the method that decides.

    Args:
        made: whether it has to be made of its class by a call, or is there by its name.
    """

    path: str
    line: int
    name: str
    call: ast.FunctionDef | ast.AsyncFunctionDef
    made: bool


@dataclass(slots=True)
class Guards:
    """What the modules of a project put in front of their routes."""

    uses: Counter[str] = field(default_factory=Counter)
    """How often something stands in a list of `dependencies`: what it answers is not used, so it is there to refuse."""
    objects: list[tuple[str, int, str, str]] = field(default_factory=list)

    def read(self, tree: ast.Module, path: str) -> None:
        """Take a module in."""
        for statement in tree.body:
            value, target = getattr(statement, "value", None), getattr(statement, "target", None)
            target = statement.targets[0] if isinstance(statement, ast.Assign) else target
            if isinstance(target, ast.Name) and isinstance(value, ast.Call) and (cls := last_name(value.func)):
                self.objects.append((path, statement.lineno, target.id, cls))
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "dependencies" and isinstance(node.value, ast.List):
                self.uses.update(_depended(node.value))

    def found(self, classes: Classes) -> list[Guard]:
        """Every object of the project that may refuse a caller, used or not."""
        known = {name: guard for name in classes if (guard := guard_of(name, classes)) is not None}
        objects = [
            Guard(path, line, name, known[cls].call, made=False)
            for path, line, name, cls in self.objects
            if cls in known
        ]
        return [*known.values(), *objects]

    def used(self, guard: Guard) -> int:
        """How many lists of `dependencies` it stands in."""
        return self.uses[f"{guard.name}()" if guard.made else guard.name]


def guard_of(name: str, classes: Classes, *, named: bool = False) -> Guard | None:
    """A class of the project as a guard; None where it refuses nobody, or cannot be made without arguments.

    Args:
        name: of the class.
        classes: those of the project.
        named: whether someone says that it is one; otherwise its name or its bases have to.
    """
    path, statement = classes[name]
    call = next((each for each in _methods(statement) if each.name == "__call__"), None)
    if call is None or not (named or _NAMES.search(name) or _is_security(statement, classes)):
        return None
    start = next((each for each in _methods(statement) if each.name == "__init__"), None)
    made = start is None or _takes_nothing(start)
    return Guard(path, statement.lineno, name, call, made=True) if made else None


def _is_security(statement: ast.ClassDef, classes: Classes, depth: int = 0) -> bool:
    names = [ast.unparse(base).rpartition(".")[2] for base in statement.bases]
    above = [classes[name][1] for name in names if name in classes]
    return not _SECURITY.isdisjoint(names) or (
        depth < _DEPTH and any(_is_security(e, classes, depth + 1) for e in above)
    )


def _takes_nothing(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    plain = [*function.args.posonlyargs, *function.args.args]
    return len(plain) - len(function.args.defaults) <= 1 and None not in function.args.kw_defaults


def _methods(statement: ast.ClassDef) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (each for each in statement.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def _depended(listed: ast.List) -> Iterator[str]:
    """`AuthBearer()` and `signed_in` of `[Depends(AuthBearer()), Depends(signed_in)]`, without the modules."""
    for each in listed.elts:
        if isinstance(each, ast.Call) and last_name(each.func) in {"Depends", "Security"} and each.args:
            yield ast.unparse(each.args[0]).rpartition(".")[2]
