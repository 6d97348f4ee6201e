"""Where a resource goes in a FastAPI application that the template did not make."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatch
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import NamedTuple, TypedDict

from backwright._files import read_bounded
from backwright.errors import TooLargeError, UnsupportedProjectError
from backwright.scaffold.async_tests import AsyncTests, read_async_tests
from backwright.scaffold.conventions import AuthSource, Candidate, Conventions, candidate_of, read_conventions
from backwright.scaffold.database import Database, Models, SessionSource, session_named
from backwright.scaffold.layout import Target, only, revisions_of
from backwright.scaffold.places import find_place
from backwright.scaffold.project import (
    MAX_SOURCE_BYTES,
    Facts,
    Symbol,
    script_location,
    source_root_of,
    table,
)
from backwright.scaffold.record import Layout, Record, records
from backwright.scaffold.render import Style
from backwright.scaffold.resource import Resource
from backwright.scaffold.symbols import named

# Below these the generated code does not work: SkipJsonSchema of Pydantic, `Mapped`, a model of the query.
_NEEDS = {"pydantic": (2, 5), "sqlalchemy": (2, 0), "fastapi": (0, 115)}
_MISSING_SINCE = (2, 14)
# Between these, what follows the `yield` of a dependency runs after the response was sent: a commit there comes too
# late. From the second one on, a dependency can ask for the earlier time.
_LATE_EXIT, _SCOPED_EXIT = (0, 118), (0, 121)

_NEWEST = (9999,)
_ENVELOPES = {"detail": "detail", "text": "own"}
# Statuses and asserts.
_TEST_CODES = ("PLR2004", "S101")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*==\s*([0-9][0-9.]*)", re.MULTILINE)
_BASE_HINT = "the resource needs exactly one DeclarativeBase to join; with persistence none it needs no database"


def locate_in_host(
    root: Path, facts: Facts, resource: Resource, overrides: Mapping[str, str], own: Record | None
) -> Target:
    """See `layout.locate`.

    Raises:
        UnsupportedProjectError: a piece that the resource stands on is missing, or there is more than one of it.
    """
    versions = installed_versions(root)
    _check(versions)
    conventions = read_conventions(root)
    pieces = _pieces(root, facts, resource, overrides, conventions)
    session = pieces.session
    revision, down = revisions_of(root, pieces.migrations, resource, own) if resource.stored else ("", None)
    layout = Layout(
        source_root=source_root_of(pieces.home, facts),
        package=overrides.get("package") or package_of(pieces.home, facts),
        tests=overrides.get("tests", facts.tests or "tests"),
        migrations=pieces.migrations,
    )
    _check_one_name(root, layout)
    place = find_place(
        root, facts, resource, f"{layout.package}.{resource.plural}.router", own, overrides.get("router")
    )
    auth = conventions.auth(resource.auth, facts, _chosen_auth(root, facts, overrides)) if resource.auth else None
    async_tests = read_async_tests(root, layout.tests)
    needed = _missing(versions, pieces.database, async_tests)
    handler = None if "errors" in overrides else conventions.handler
    return Target(
        host=True,
        layout=layout,
        title=layout.package,
        distribution=layout.package,
        style=style_of(facts, layout.package, root),
        modules=_modules(layout, resource, pieces.base, session),
        revision=revision,
        down_revision=down,
        mount=place.mount,
        router_prefix=place.prefix,
        notes=(*place.notes, *pieces.notes, *needed, *_doubts(resource, auth, handler)),
        auth=auth,
        envelope=_ENVELOPES.get(overrides.get("errors", ""), "own" if handler else "detail"),
        asyncio_marks=not pieces.database.sync,
        async_tests=async_tests,
        database=pieces.database,
        test_ignores=test_ignores(root, facts, layout.tests),
        **_of_versions(versions, commits=session is None or session.commits),
    )


def _check_one_name(root: Path, layout: Layout) -> None:
    """Refuse a package that the tests import under another name than the code: it would be there twice."""
    source_root = layout.source_root
    if not source_root or not (root / source_root / "__init__.py").is_file():
        return
    other = re.compile(rf"^\s*(?:from|import) {re.escape(f'{source_root}.{layout.package}')}\b".encode(), re.MULTILINE)
    for path in sorted((root / layout.tests).rglob("*.py")):
        with suppress(OSError, TooLargeError):
            found = other.search(read_bounded(path, MAX_SOURCE_BYTES))
            if found is not None:
                raise UnsupportedProjectError(
                    f"the code is {layout.package}, and to the tests {source_root}.{layout.package} "
                    f"({path.relative_to(root).as_posix()})",
                    hint=f"import it under one name: delete {source_root}/__init__.py and put {source_root} on the "
                    "tests' pythonpath",
                )


class _OfVersions(TypedDict):
    http_client: str
    session_commits: bool
    session_scope: bool
    missing: bool


def _of_versions(versions: Mapping[str, tuple[int, ...]], *, commits: bool) -> _OfVersions:
    """What the libraries that the project has can do, and so what the code has to."""
    fastapi = versions.get("fastapi", _NEWEST)
    return _OfVersions(
        http_client="httpx2" if "httpx2" in versions or "httpx" not in versions else "httpx",
        session_commits=commits and not _LATE_EXIT <= fastapi < _SCOPED_EXIT,
        session_scope=fastapi >= _SCOPED_EXIT,
        missing=versions.get("pydantic", _NEWEST) >= _MISSING_SINCE,
    )


class _Pieces(NamedTuple):
    """What a resource stands on: nothing but a package where it is kept in memory."""

    home: str
    base: Symbol | None = None
    session: SessionSource | None = None
    migrations: str = "migrations"
    notes: tuple[str, ...] = ()
    database: Database = Database()


def _pieces(
    root: Path, facts: Facts, resource: Resource, overrides: Mapping[str, str], conventions: Conventions
) -> _Pieces:
    script = overrides.get("migrations") or script_location(root, facts)
    if not resource.stored:
        home = next(
            iter([*(each.path for each in facts.applications), *(each.path for each in facts.aggregates)]), None
        )
        if home is None:
            raise UnsupportedProjectError(
                "no application was found to add the router to", hint="make a FastAPI() or give another root"
            )
        blocks = bool(facts.sessions) and all(each.sync for each in facts.sessions)
        return _Pieces(home, migrations=script or "migrations", database=Database(sync=blocks))
    base = _base(facts)
    session, notes = _chosen_session(root, facts, overrides) or conventions.session(facts)
    if script is None:
        raise UnsupportedProjectError("there is no alembic.ini", hint="run `alembic init -t async migrations` first")
    database = _database(root, facts, base, session)
    return _Pieces(base.path or session.path, base, session, script, notes, database)


def _base(facts: Facts) -> Symbol:
    """What the classes of tables inherit from; that of SQLModel has no place in the project.

    Raises:
        UnsupportedProjectError: there is none, or more than one.
    """
    with_session = any(each.module.startswith("sqlmodel") for each in facts.sessions)
    if not facts.bases and (facts.tables["sqlmodel"] or with_session):
        return Symbol("", 0, "SQLModel")
    if facts.bases and facts.tables["sqlmodel"]:
        raise UnsupportedProjectError(
            f"the project has tables of SQLModel and a declarative base ({facts.bases[0].path}:{facts.bases[0].line})",
            hint="keep one of them: a foreign key from one to the other is not found",
        )
    return only(facts.bases, "declarative bases", _BASE_HINT)


def _database(root: Path, facts: Facts, base: Symbol, session: SessionSource) -> Database:
    style: Models = "column" if facts.tables["column"] and not facts.tables["mapped"] else "mapped"
    ours = {path for record in records(root).values() for path in record.files}
    last = session.name.rpartition(".")[2]
    aliases = [each for each, name in facts.session_aliases if name == last and each.path not in ours]
    # One that commits does so before the answer only where its scope is the function, which the alias does not say.
    symbol = aliases[0] if len(aliases) == 1 and not session.commits else None
    module = module_of(symbol.path, source_root_of(symbol.path, facts)) if symbol else ""
    return Database(
        sync=session.sync,
        module=session.module,
        models=style if base.path else "sqlmodel",
        untyped=base.called,
        alias=(symbol.name, module) if symbol else None,
    )


def _chosen_session(
    root: Path, facts: Facts, overrides: Mapping[str, str]
) -> tuple[SessionSource, tuple[str, ...]] | None:
    if "session" not in overrides:
        return None
    module, _, name = overrides["session"].partition(":")
    found = named(root, facts, "scaffold.session", f"{module}:{name.partition('.')[0]}")
    read = [*facts.sessions, *facts.held.every()]
    known = [each for each in read if (each.path, each.name) == (found.module.path, name)]
    return (known or [session_named(found.node, found.module.path, name)])[0], ()


def _chosen_auth(root: Path, facts: Facts, overrides: Mapping[str, str]) -> Candidate | None:
    if "auth" not in overrides:
        return None
    found = named(root, facts, "scaffold.auth", overrides["auth"])
    return candidate_of(found.node, found.module.path, overrides["auth"].partition(":")[2])


def _check(versions: Mapping[str, tuple[int, ...]]) -> None:
    for name, least in _NEEDS.items():
        found = versions.get(name)
        if found is not None and found < least:
            raise UnsupportedProjectError(
                f"the project has {name} {'.'.join(map(str, found))}",
                hint=f"the generated code needs {name} >= {'.'.join(map(str, least))}",
            )


def _missing(versions: Mapping[str, tuple[int, ...]], database: Database, async_tests: AsyncTests) -> tuple[str, ...]:
    if database.sync:
        return ()
    needed = ("aiosqlite",) if async_tests.mark == "anyio" else ("aiosqlite", "pytest-asyncio")
    names = [name for name in needed if versions and name not in versions]
    return (f"the generated tests need: uv add --dev {' '.join(names)}",) if names else ()


def _doubts(resource: Resource, auth: AuthSource | None, handler: Symbol | None) -> tuple[str, ...]:
    notes = list(auth.notes) if auth else []
    if handler is not None:
        where = f"{handler.path}:{handler.line}"
        notes.append(f"errors are an HTTPException with a text, because the application handles that ({where})")
    if resource.idempotency and auth is not None and auth.subject == "none":
        notes.append(f"do callers share their keys? What {auth.name} gives has no id: see read_key in the router")
    return tuple(notes)


def installed_versions(root: Path) -> dict[str, tuple[int, ...]]:
    """Major and minor versions from a lock file, or else from the environment in `.venv`, or else from pins.

    A member of a workspace is locked further up, in the same repository.
    """
    for folder in _up_to_repository(root):
        for name in ("uv.lock", "poetry.lock", "pdm.lock"):
            try:
                packages = tomllib.loads((folder / name).read_text(encoding="utf-8")).get("package", [])
            except (OSError, ValueError):
                continue
            return {str(p["name"]).lower(): _numbers(str(p["version"])) for p in packages if "version" in p}
    found: list[Distribution] = []
    for folder in sorted((root / ".venv").glob("lib/python3.*/site-packages")):
        found += distributions(path=[str(folder)])
    if found:
        return {str(each.metadata["Name"]).lower(): _numbers(each.version) for each in found}
    try:
        pinned = (root / "requirements.txt").read_text(encoding="utf-8")
    except (OSError, ValueError):
        return {}
    return {name.lower(): _numbers(version) for name, version in _PIN.findall(pinned)}


def _up_to_repository(root: Path) -> Iterator[Path]:
    """The folder and those above it, up to the one that git keeps; only the folder itself where there is none."""
    above = [root, *root.resolve().parents]
    depth = next((number for number, folder in enumerate(above) if (folder / ".git").exists()), 0)
    yield from above[: depth + 1]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def package_of(path: str, facts: Facts) -> str:
    """The package that the module at this path stands in.

    Raises:
        UnsupportedProjectError: it stands in none.
    """
    for package in sorted(facts.packages, key=len, reverse=True):
        if path.startswith(f"{package}/"):
            return package.rpartition("/")[2]
    head = path.removeprefix("src/").partition("/")[0]
    if head.endswith(".py"):
        raise UnsupportedProjectError(
            f"{path} stands in no package", hint="move the application into a package, such as app/"
        )
    return head


def module_of(path: str, source_root: str) -> str:
    """The dotted name of the module at this path."""
    relative = path.removeprefix(f"{source_root}/") if source_root else path
    return relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _modules(layout: Layout, resource: Resource, base: Symbol | None, session: SessionSource | None) -> dict[str, str]:
    kit, own = f"{layout.package}.resource_kit", f"{layout.package}.{resource.plural}"
    found = {
        **{name: f"{kit}.{name}" for name in ("errors", "ids", "columns", "http", "idempotency")},
        "responses": f"{kit}.http",
        "schema_types": f"{kit}.schemas",
        **{name: f"{own}.{name}" for name in ("domain", "model", "schemas", "repository", "service", "router")},
    }
    if base is not None:
        module = module_of(base.path, layout.source_root) if base.path else "sqlmodel"
        found |= {"base": module, "base_name": base.name}
    if session is not None:
        found |= {"session": module_of(session.path, layout.source_root), "get_session": session.name}
        found["session_import"] = session.name.partition(".")[0]
    return found


def test_ignores(root: Path, facts: Facts, tests: str) -> tuple[str, ...]:
    """What the project's ruff would find in every test, because it means other code and does not leave tests out."""
    settings = table(facts.pyproject, "tool", "ruff")
    for name in (".ruff.toml", "ruff.toml"):
        with suppress(OSError, ValueError):
            settings = tomllib.loads((root / name).read_text(encoding="utf-8"))
            break
    lint = {**settings, **table(settings, "lint")}
    chosen, left = _codes(lint, "select"), _codes(lint, "ignore")
    for pattern, codes in table(lint, "per-file-ignores").items():
        if fnmatch(f"{tests}/test_x.py", pattern) or fnmatch("test_x.py", pattern):
            left += tuple(str(code) for code in codes) if isinstance(codes, list) else ()
    return tuple(code for code in _TEST_CODES if _meant(code, chosen) and not _meant(code, left))


def _codes(lint: Mapping[str, object], key: str) -> tuple[str, ...]:
    given = [lint.get(name) for name in (key, f"extend-{key}")]
    return tuple(str(code) for codes in given if isinstance(codes, list) for code in codes)


def _meant(code: str, prefixes: Iterable[str]) -> bool:
    return any(prefix == "ALL" or code.startswith(prefix) for prefix in prefixes)


def style_of(facts: Facts, package: str, root: Path | None = None) -> Style:
    """How the project formats its code, from the settings of its formatter and, at `root`, from its folders."""
    ruff = table(facts.pyproject, "tool", "ruff")
    length = ruff.get("line-length", table(facts.pyproject, "tool", "black").get("line-length", 88))
    quotes = table(ruff, "format").get("quote-style", "double")
    third = table(ruff, "lint", "isort").get("known-third-party")
    settled = isinstance(third, list) and "alembic" in third
    # Ruff takes a library for the project's own where a folder of its name lies in the root.
    hidden = root is not None and not settled and any((root / place / "alembic").is_dir() for place in (".", "src"))
    return Style(
        first_party=(package, "alembic") if hidden else (package,),
        line_length=length if isinstance(length, int) and 60 <= length <= 320 else 88,  # noqa: PLR2004  ruff's own limits
        quotes="single" if quotes == "single" else "double",
    )
