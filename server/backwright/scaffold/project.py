"""What a project is, read from its files and syntax trees; the project itself is never imported."""

from __future__ import annotations

import ast
import configparser
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError, UnsupportedProjectError
from backwright.scaffold.containers import Held
from backwright.scaffold.database import Models, SessionSource, alias_of, session_makers, session_of, table_style
from backwright.scaffold.mount import Site, aggregate_sites, application_sites
from backwright.scaffold.parsing import parse
from backwright.scaffold.statements import last_name, unaliased

MAX_FILES = 20_000
MAX_SOURCE_BYTES = 1024 * 1024

_SKIP = frozenset(["__pycache__", "build", "dist", "docs", "examples", "node_modules", "site-packages", "venv"])
_SIGNS = re.compile(
    rb"FastAPI|Flask\(|DeclarativeBase|declarative_base|[Ss]ession|include_router|SQLModel|Column\(|Mapped\b"
)
_SRC = re.compile(rb"^\s*(from|import) src\b", re.MULTILINE)
_TESTS = ("tests", "test")
_FOREIGN = {"flask": "Flask", "django": "Django", "litestar": "Litestar"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One conclusion and what it was drawn from, `path:line` where there is a line."""

    fact: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Symbol:
    """Something that a module defines."""

    path: str
    line: int
    name: str
    called: bool = False
    """Whether a call made it: to type checkers, a base of `declarative_base()` is no class."""


@dataclass(frozen=True, slots=True)
class Application:
    """A file with an application in it, and the places in it where routers are mounted."""

    path: str
    site: Site


@dataclass(slots=True)
class Facts:
    """What reading found; lists, so that the caller sees whether a thing is there once."""

    pyproject: Mapping[str, object] = field(default_factory=dict)
    frameworks: dict[str, str] = field(default_factory=dict)
    applications: list[Application] = field(default_factory=list)
    aggregates: list[Application] = field(default_factory=list)
    bases: list[Symbol] = field(default_factory=list)
    sessions: list[SessionSource] = field(default_factory=list)
    session_aliases: list[tuple[Symbol, str]] = field(default_factory=list)
    held: Held = field(default_factory=Held)
    tables: Counter[Models] = field(default_factory=Counter)
    packages: list[str] = field(default_factory=list)
    tests: str | None = None
    unread: list[str] = field(default_factory=list)

    def evidence(self) -> tuple[Evidence, ...]:
        """Each conclusion with its place."""
        found = [Evidence("framework", name, source) for name, source in self.frameworks.items()]
        found += [Evidence("application", a.site.receiver, f"{a.path}:{a.site.line}") for a in self.applications]
        found += [Evidence("declarative base", b.name, f"{b.path}:{b.line}") for b in self.bases]
        found += [Evidence("session dependency", s.name, f"{s.path}:{s.line}") for s in self.sessions]
        found += [Evidence("tables", style, f"{count} classes") for style, count in sorted(self.tables.items())]
        return tuple(found)


def read_facts(root: Path) -> Facts:
    """What the files under `root` say about the project.

    Raises:
        UnsupportedProjectError: `pyproject.toml` is no TOML, or there are more files than can be read.
    """
    facts = Facts(pyproject=_pyproject(root))
    src_imports = False
    for path in sources(root):
        relative = path.relative_to(root).as_posix()
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
            # Where the code itself imports it, `src` is the package, and not the folder around it.
            src_imports = src_imports or _SRC.search(data) is not None
            if not _SIGNS.search(data):
                continue
            _read_module(facts, relative, data.decode("utf-8"))
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            facts.unread.append(relative)
    facts.sessions += facts.held.sessions()
    facts.frameworks.update(_declared(facts.pyproject))
    facts.packages = ["src"] if src_imports else _packages(root)
    facts.tests = _tests(root, facts.packages)
    if (root / "manage.py").is_file():
        facts.frameworks.setdefault("django", "manage.py")
    return facts


def _pyproject(root: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(read_bounded(root / "pyproject.toml", MAX_SOURCE_BYTES).decode("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, TooLargeError) as error:
        raise UnsupportedProjectError(f"pyproject.toml cannot be read: {error}", hint="correct it first") from error


def table(document: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    """The table under these keys, empty where there is none."""
    current: object = document
    for key in keys:
        current = current.get(key) if isinstance(current, Mapping) else None
    return current if isinstance(current, Mapping) else {}


def _declared(pyproject: Mapping[str, object]) -> dict[str, str]:
    declared = table(pyproject, "project").get("dependencies")
    names = [re.split(r"[^A-Za-z0-9_.-]", str(each), maxsplit=1)[0].lower() for each in _list(declared)]
    return {name: "pyproject.toml" for name in names if name in _FOREIGN}


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _packages(root: Path) -> list[str]:
    places = [root / "src", root]
    return [
        path.relative_to(root).as_posix()
        for place in places
        if place.is_dir()
        for path in sorted(place.iterdir())
        if (path / "__init__.py").is_file() and path.name not in {*_TESTS, *_SKIP}
    ]


def sources(root: Path) -> Iterator[Path]:
    """Every Python file of the project that is no test, in order; hidden folders and environments are left out.

    Raises:
        UnsupportedProjectError: there are more of them than can be read.
    """
    seen = 0
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if not n.startswith(".") and n not in _SKIP and not _is_venv(folder, n))
        names[:] = [
            name for name in names if name not in _TESTS or not (folder == str(root) or _is_tests(folder, name))
        ]
        for name in sorted(files):
            if name.endswith(".py") and not name.startswith("test_") and name != "conftest.py":
                seen += 1
                if seen > MAX_FILES:
                    raise UnsupportedProjectError(
                        f"there are more than {MAX_FILES} Python files here", hint="give the service's folder as root"
                    )
                yield Path(folder, name)


def source_root_of(path: str, facts: Facts) -> str:
    """The folder that the module at this path is imported from, `src` of `src/app/db.py`; empty for the root."""
    for package in sorted(facts.packages, key=len, reverse=True):
        if path.startswith(f"{package}/"):
            return package.rpartition("/")[0]
    return "src" if path.startswith("src/") else ""


def _is_tests(folder: str, name: str) -> bool:
    """Whether a folder holds tests: an application may have a part that is only called so."""
    path = Path(folder, name)
    return (path / "conftest.py").is_file() or next(path.glob("test_*.py"), None) is not None


def _tests(root: Path, packages: Sequence[str]) -> str | None:
    """The folder of the tests: in the root, or else in a package."""
    places = [*_TESTS, *(f"{package}/{name}" for package in packages for name in _TESTS)]
    return next(
        (place for place in places if (root / place).is_dir() and ("/" not in place or _is_tests(str(root), place))),
        None,
    )


def _is_venv(folder: str, name: str) -> bool:
    return Path(folder, name, "pyvenv.cfg").is_file()


def _read_module(facts: Facts, path: str, text: str) -> None:
    tree = unaliased(parse(text))
    imports: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            _note_framework(facts, node, path)
        if isinstance(node, ast.ImportFrom):
            imports |= {alias.name: node.module or "" for alias in node.names}
    if _calls(tree, "FastAPI"):
        facts.frameworks.setdefault("fastapi", path)
    facts.applications += [Application(path, site) for site in application_sites(text)]
    facts.aggregates += [Application(path, site) for site in aggregate_sites(text)]
    makers = session_makers(tree)
    facts.held.read(tree, path, imports, makers)
    for statement in tree.body:
        facts.bases += _bases(statement, path)
        session = session_of(statement, path, imports, makers)
        alias, style = alias_of(statement), table_style(statement)
        if session is not None:
            facts.sessions.append(session)
        if alias is not None:
            facts.session_aliases.append((Symbol(path, statement.lineno, alias[0]), alias[1]))
        if style is not None:
            facts.tables[style] += 1


def _note_framework(facts: Facts, node: ast.Import | ast.ImportFrom, path: str) -> None:
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
    top = module.partition(".")[0]
    if top in _FOREIGN or top == "sqlmodel":
        facts.frameworks.setdefault(top, f"{path}:{node.lineno}")


def _calls(tree: ast.Module, name: str) -> bool:
    return any(isinstance(node, ast.Call) and last_name(node.func) == name for node in ast.walk(tree))


def _bases(statement: ast.stmt, path: str) -> list[Symbol]:
    if isinstance(statement, ast.ClassDef):
        names = [ast.unparse(base).rpartition(".")[2] for base in statement.bases]
        return [Symbol(path, statement.lineno, statement.name)] if "DeclarativeBase" in names else []
    if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
        maker = ast.unparse(statement.value.func).rpartition(".")[2]
        target = statement.targets[0]
        if maker == "declarative_base" and isinstance(target, ast.Name):
            return [Symbol(path, statement.lineno, target.id, called=True)]
    return []


def script_location(root: Path, facts: Facts) -> str | None:
    """The folder of Alembic's `env.py`, from `[tool.alembic]` or `alembic.ini`.

    Raises:
        UnsupportedProjectError: it is configured in a way that cannot be read from the file.
    """
    folder = "."
    declared = table(facts.pyproject, "tool", "alembic").get("script_location")
    configured = declared if isinstance(declared, str) else None
    if configured is None:
        parser = configparser.RawConfigParser()
        folder = _alembic_folder(root)
        try:
            parser.read(root / folder / "alembic.ini", encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError) as error:
            raise UnsupportedProjectError(f"alembic.ini cannot be read: {error}", hint="correct it first") from error
        if parser.get("alembic", "version_locations", fallback="").strip():
            raise UnsupportedProjectError(
                "alembic.ini sets version_locations", hint="add the migration by hand, or keep one folder of versions"
            )
        configured = parser.get("alembic", "script_location", fallback=None)
    if configured is None:
        return None
    location = configured.replace("%(here)s", ".").strip()
    normal = os.path.normpath(location if location.startswith("/") else f"{folder}/{location}").replace(os.sep, "/")
    if ":" in normal or "%" in normal or normal.startswith(("/", "..")):
        raise UnsupportedProjectError(
            f"Alembic's script_location is {configured!r}", hint="use a folder relative to the project"
        )
    return normal


def _alembic_folder(root: Path) -> str:
    """The folder of `alembic.ini`: the root, or the only one of those below it that has one."""
    if (root / "alembic.ini").is_file():
        return "."
    found = [
        path.parent.relative_to(root).as_posix()
        for path in (*root.glob("*/alembic.ini"), *root.glob("*/*/alembic.ini"))
    ]
    plain = [folder for folder in found if not any(part.startswith(".") or part in _SKIP for part in folder.split("/"))]
    return plain[0] if len(plain) == 1 else "."


def read_head(root: Path, script: str) -> str | None:
    """The head of the migrations in `<script>/versions`, None before the first one.

    Raises:
        UnsupportedProjectError: there are several heads, or a migration cannot be read.
    """
    parents = read_module_revisions(root / script / "versions")
    followed = {parent for down in parents.values() for parent in down}
    heads = sorted(set(parents) - followed)
    if len(heads) > 1:
        raise UnsupportedProjectError(
            f"the migrations have {len(heads)} heads: {', '.join(heads)}", hint="run `alembic merge heads` first"
        )
    if parents and not heads:
        raise UnsupportedProjectError("the migrations form a circle", hint="mend down_revision first")
    return heads[0] if heads else None


def read_module_revisions(folder: Path) -> dict[str, tuple[str, ...]]:
    """The revisions in a folder of migrations, each with the revisions that it follows.

    Raises:
        UnsupportedProjectError: a migration cannot be read.
    """
    found = [_revision(path) for path in sorted(folder.glob("*.py"))]
    return {revision: down for revision, down in found if revision is not None}


def _revision(path: Path) -> tuple[str | None, tuple[str, ...]]:
    try:
        tree = parse(read_bounded(path, MAX_SOURCE_BYTES).decode("utf-8"))
    except (OSError, SyntaxError, ValueError, TooLargeError) as error:
        raise UnsupportedProjectError(f"the migration {path.name} cannot be read", hint="mend it first") from error
    values: dict[str, object] = {}
    for statement in tree.body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if isinstance(target, ast.Name) and target.id in {"revision", "down_revision"} and isinstance(value, ast.expr):
            try:
                values[target.id] = ast.literal_eval(value)
            except ValueError:
                continue
    revision, down = values.get("revision"), values.get("down_revision")
    parents = down if isinstance(down, tuple | list) else (down,)
    return (revision if isinstance(revision, str) else None), tuple(str(each) for each in parents if each)
