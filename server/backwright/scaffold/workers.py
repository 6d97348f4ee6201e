"""Which library runs the jobs of a project, and what they hang on: read from the syntax trees, nothing is imported."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import InvalidInputError, TooLargeError, UnsupportedProjectError
from backwright.scaffold.project import MAX_SOURCE_BYTES
from backwright.scaffold.statements import last_name
from backwright.scaffold.symbols import Module, Symbols

LIBRARIES = ("celery", "dramatiq", "rq", "arq")

_DECLARED = re.compile(r"""(?:^|["'])[ \t]*(celery|dramatiq|rq|arq)(?![\w-])""", re.IGNORECASE | re.MULTILINE)
_REDIS = re.compile(
    r"""(?:^|["'])[ \t]*(?:redis(?![\w-])|(?:celery|dramatiq)\[[^\]]*redis)""", re.IGNORECASE | re.MULTILINE
)
_PLACES = ("pyproject.toml", "setup.cfg", "Pipfile", "requirements*.txt", "requirements*.in", "requirements/*.txt")
_MAKERS: Mapping[str, frozenset[str]] = {
    "celery": frozenset({"Celery"}),
    "dramatiq": frozenset({"RedisBroker", "RabbitmqBroker", "StubBroker", "URLRabbitmqBroker"}),
    "rq": frozenset({"Queue"}),
    "arq": frozenset(),
}
_TASKS: Mapping[str, frozenset[str]] = {
    "celery": frozenset({"task", "shared_task"}),
    "dramatiq": frozenset({"actor"}),
    "rq": frozenset({"job"}),
    "arq": frozenset(),
}
_WHAT = {"celery": "Celery apps", "dramatiq": "brokers", "rq": "queues", "arq": "settings of workers"}
_HOPS = 4


@dataclass(frozen=True, slots=True)
class App:
    """What jobs hang on: a Celery app, a broker, a queue, or the settings of an arq worker.

    Args:
        module: dotted, as it is imported.
        name: in the module.
        path: of the module's file.
        line: where it is made.
        maker: what makes it: `Celery`, `RedisBroker`; empty where that is a function of the project.
    """

    module: str
    name: str
    path: str
    line: int
    maker: str = ""

    @property
    def place(self) -> str:
        """How a caller names it."""
        return f"{self.module}:{self.name}"


@dataclass(frozen=True, slots=True)
class Background:
    """How a project does work in the background.

    Args:
        library: one of `LIBRARIES`.
        app: what jobs hang on; None where there is none that a module can import.
        siblings: the modules that have jobs already.
        redis: whether the project has Redis.
        makers: the classes that the project makes such a thing of, at whatever depth, with the first place.
    """

    library: str
    app: App | None
    siblings: tuple[Module, ...]
    redis: bool
    makers: Mapping[str, str]


def read_background(root: Path, symbols: Symbols, library: str | None, app: str | None) -> Background:
    """What the project has.

    Args:
        root: the project.
        symbols: its modules.
        library: the one that was asked for.
        app: what was asked for, as `module:name`.

    Raises:
        UnsupportedProjectError: it has none of the libraries, or several.
        InvalidInputError: what was asked for is not there, or it cannot be told which is meant; the hint has the names.
    """
    texts = list(_texts(root))
    chosen = _library(symbols, texts, library)
    users = [module for module in symbols.modules.values() if _uses(module, chosen)]
    apps = {each.place: each for module in users for each in _apps(symbols, module, chosen)}
    tasks = {module.name: found for module in symbols.modules.values() if (found := _tasks(symbols, module, chosen))}
    counted = Counter(place for found in tasks.values() for place in found if place in apps)
    return Background(
        library=chosen,
        app=_chosen(chosen, apps, counted, app),
        siblings=tuple(symbols.modules[name] for name in sorted(tasks)),
        redis=chosen in {"rq", "arq"} or any(_REDIS.search(text) for text in texts),
        makers=_makers(symbols, users, chosen),
    )


def _texts(root: Path) -> Iterator[str]:
    for pattern in _PLACES:
        for path in sorted(root.glob(pattern)):
            try:
                yield read_bounded(path, MAX_SOURCE_BYTES, follow_links=False).decode("utf-8", "replace")
            except (OSError, TooLargeError):
                continue


def _library(symbols: Symbols, texts: Sequence[str], given: str | None) -> str:
    declared = {found[1].lower() for text in texts for found in _DECLARED.finditer(text)}
    used = {name for name in LIBRARIES if any(_uses(module, name) for module in symbols.modules.values())}
    if given is not None:
        if given not in declared | used:
            raise UnsupportedProjectError(f"the project does not declare {given}", hint=f"run `uv add {given}` first")
        return given
    known = sorted(used or declared)
    if not known:
        raise UnsupportedProjectError(
            "the project declares no library for jobs", hint="run `uv add 'dramatiq[redis]'` or `uv add celery` first"
        )
    if len(known) > 1:
        raise InvalidInputError(
            f"the project has several libraries for jobs: {', '.join(known)}", hint="give one of them as library"
        )
    return known[0]


def _uses(module: Module, library: str) -> bool:
    return any(target.partition(".")[0] == library for target in module.imports.values())


def _apps(symbols: Symbols, module: Module, library: str) -> Iterator[App]:
    for statement in _top(module.tree.body):
        if library == "arq":
            if isinstance(statement, ast.ClassDef) and _is_worker(statement):
                yield App(module.name, statement.name, module.path, statement.lineno)
            continue
        target = _target(statement)
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if target is None or not isinstance(value, ast.Call):
            continue
        maker = symbols.qualified(module, ast.unparse(value.func))
        if maker.partition(".")[0] == library and last_name(value.func) in _MAKERS[library]:
            yield App(module.name, target, module.path, statement.lineno, maker.rpartition(".")[2])
        elif _returns(symbols, module, statement, value) in _MAKERS[library]:
            yield App(module.name, target, module.path, statement.lineno)


def _top(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, with those that stand in a condition."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try):
            yield from _top([*statement.body, *statement.orelse])


def _target(statement: ast.stmt) -> str | None:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
    return target.id if isinstance(target, ast.Name) else None


def _is_worker(statement: ast.ClassDef) -> bool:
    return any(_target(each) == "functions" for each in statement.body)


def _returns(symbols: Symbols, module: Module, statement: ast.stmt, call: ast.Call) -> str | None:
    """The class that the statement, or the function that it calls, says it gives."""
    if isinstance(statement, ast.AnnAssign):
        return last_name(statement.annotation)
    found = symbols.find(module, ast.unparse(call.func)) if isinstance(call.func, ast.Name | ast.Attribute) else None
    if found is None or not isinstance(found.node, ast.FunctionDef) or found.node.returns is None:
        return None
    return last_name(found.node.returns)


def _tasks(symbols: Symbols, module: Module, library: str) -> list[str]:
    """What the jobs of a module hang on, as `module:name`, once for each; empty text where it is not said."""
    found = []
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            call = decorator.func if isinstance(decorator, ast.Call) else decorator
            if last_name(call) not in _TASKS[library]:
                continue
            if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name):
                found.append(_place(symbols, module, call.value.id))
            elif _is_of(symbols, module, call, library):
                found.append("")
    return found


def _is_of(symbols: Symbols, module: Module, name: ast.expr, library: str) -> bool:
    return symbols.qualified(module, ast.unparse(name)).partition(".")[0] == library


def _place(symbols: Symbols, module: Module, name: str) -> str:
    """Where a name comes from, through the modules that pass it on."""
    for _ in range(_HOPS):
        target = module.imports.get(name)
        if target is None:
            return f"{module.name}:{name}"
        owner, _, name = target.rpartition(".")
        if owner not in symbols.modules:
            return f"{owner}:{name}"
        module = symbols.modules[owner]
    return ""


def _chosen(library: str, apps: Mapping[str, App], counted: Mapping[str, int], given: str | None) -> App | None:
    known = ", ".join(apps) or "none"
    if given is not None:
        if given not in apps:
            raise InvalidInputError(f"app {given!r} was not found", hint=f"known {_WHAT[library]} are: {known}")
        return apps[given]
    most = max((counted.get(place, 0) for place in apps), default=0)
    best = [app for place, app in apps.items() if counted.get(place, 0) == most]
    if len(best) > 1:
        names = ", ".join(app.place for app in best)
        raise InvalidInputError(f"there are several {_WHAT[library]}: {names}", hint="give one of them as app")
    return best[0] if best else None


def _makers(symbols: Symbols, users: Sequence[Module], library: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for module in users:
        for node in ast.walk(module.tree):
            name = last_name(node.func) if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and name in _MAKERS[library] and _is_of(symbols, module, node.func, library):
                found.setdefault(str(name), f"{module.path}:{node.lineno}")
    return found
