"""The client that the tests of a project use, read from its `conftest.py` files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import InvalidInputError, TooLargeError, UnsupportedProjectError
from backwright.scaffold.host import module_of
from backwright.scaffold.parsing import parse
from backwright.scaffold.project import MAX_SOURCE_BYTES, Facts, source_root_of

_KINDS = ("TestClient", "AsyncClient")
_NAMES = ("client", "api_client", "test_client", "async_client", "http_client", "anonymous_client")
_AUTO = re.compile(r"""asyncio_mode\s*=\s*["']?auto""")
_SETTINGS = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini")


@dataclass(frozen=True, slots=True)
class Client:
    """A client of the tests.

    Args:
        name: the fixture.
        kind: `TestClient` or `AsyncClient`.
        module: where that class comes from.
        place: where the fixture is; empty where it has to be written.
        mark: of the async tests, such as `pytest.mark.anyio`; empty where none is needed.
        application: the import of the application and the expression for it, where the fixture has to be written.
    """

    name: str
    kind: str
    module: str
    place: str
    mark: str = ""
    application: tuple[str, str] | None = None

    @property
    def is_async(self) -> bool:
        """Whether its calls are awaited."""
        return self.kind == "AsyncClient"


@dataclass(frozen=True, slots=True)
class Fixtures:
    """What the tests of a project bring along."""

    clients: tuple[Client, ...]
    text: str

    def overrides(self, guard: str) -> bool:
        """Whether the tests replace this dependency, so that nobody is refused by it."""
        name = re.escape(guard.rpartition(".")[2])
        return re.search(rf"dependency_overrides\[[^\]]*\b{name}\]", self.text) is not None


def read_fixtures(root: Path, tests: str) -> Fixtures:
    """The client fixtures in the `conftest.py` files of a project."""
    clients: list[Client] = []
    texts: list[str] = []
    settings = "\n".join(_read(root / name) for name in _SETTINGS)
    for path in [root / "conftest.py", root / tests / "conftest.py", *sorted((root / tests).glob("*/conftest.py"))]:
        text = _read(path)
        texts.append(text)
        try:
            tree = parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        relative = path.relative_to(root).as_posix()
        # Those of a deeper folder are not there for a test beside it.
        if path.parent.parent != root / tests:
            clients += _clients(tree, relative, text, settings)
    return Fixtures(tuple(clients), "\n".join(texts))


def choose(fixtures: Fixtures, wanted: str | None, facts: Facts) -> Client:
    """The client that the tests use: the one that is asked for, the usual one, or one of our own.

    Raises:
        InvalidInputError: there is no fixture of the name that is asked for.
        UnsupportedProjectError: there is no fixture, and no application that one could be written for.
    """
    known = {client.name: client for client in fixtures.clients}
    if wanted is not None:
        if wanted not in known:
            raise InvalidInputError(
                f"no fixture {wanted!r} gives a TestClient or an AsyncClient",
                hint=f"there are: {', '.join(known) or 'none'}",
            )
        return known[wanted]
    usual = next((known[name] for name in _NAMES if name in known), None)
    if usual is not None:
        return usual
    if len(known) == 1:
        return next(iter(known.values()))
    if known:
        raise UnsupportedProjectError(
            f"which client the tests use cannot be told: {', '.join(known)}", hint="name one as client"
        )
    return Client("client", "TestClient", "fastapi.testclient", "", application=_application(facts))


def _application(facts: Facts) -> tuple[str, str]:
    names = []
    for each in facts.applications:
        module = module_of(each.path, source_root_of(each.path, facts))
        name = each.site.function or each.site.receiver
        names.append((f"from {module} import {name}", f"{name}()" if each.site.function else name))
    found = list(dict.fromkeys(names))
    if len(found) != 1:
        raise UnsupportedProjectError(
            f"the tests have no client fixture, and there are {len(found) or 'no'} applications to write one for",
            hint="add a fixture `client` to tests/conftest.py first",
        )
    return found[0]


def _clients(tree: ast.Module, path: str, text: str, settings: str) -> Iterator[Client]:
    modules = {
        alias.asname or alias.name: node.module or ""
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        decorators = [ast.unparse(each) for each in node.decorator_list]
        if not any("fixture" in each for each in decorators):
            continue
        said = ast.unparse(node.returns) if node.returns is not None else ast.unparse(node)
        kind = next((kind for kind in _KINDS if re.search(rf"\b{kind}\b", said) and kind in modules), None)
        named = re.search(r"""\bname=["'](\w+)["']""", " ".join(decorators))
        if kind is not None:
            mark = "" if kind == "TestClient" else _mark(text, decorators, settings)
            yield Client(named[1] if named else node.name, kind, modules[kind], f"{path}:{node.lineno}", mark)


def _mark(text: str, decorators: list[str], settings: str) -> str:
    if "anyio_backend" in text and not any("pytest_asyncio" in each for each in decorators):
        return "pytest.mark.anyio"
    return "" if _AUTO.search(settings) else "pytest.mark.asyncio"


def _read(path: Path) -> str:
    try:
        return read_bounded(path, MAX_SOURCE_BYTES, follow_links=False).decode("utf-8", "replace")
    except (OSError, TooLargeError):
        return ""
