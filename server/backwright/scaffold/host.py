"""Where a resource goes in a FastAPI application that the template did not make."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path

from backwright.errors import UnsupportedProjectError
from backwright.scaffold.conventions import AuthSource, read_conventions
from backwright.scaffold.layout import Target, only, revisions_of
from backwright.scaffold.project import (
    Application,
    Facts,
    Session,
    Symbol,
    script_location,
    source_root_of,
    table,
)
from backwright.scaffold.record import Layout, Record
from backwright.scaffold.render import Style
from backwright.scaffold.resource import Resource

# Below these the generated code does not work: MISSING of Pydantic, the scope of a dependency.
_NEEDS = {"pydantic": (2, 14), "sqlalchemy": (2, 0), "fastapi": (0, 121)}


def locate_in_host(
    root: Path, facts: Facts, resource: Resource, overrides: Mapping[str, str], own: Record | None
) -> Target:
    """See `layout.locate`.

    Raises:
        UnsupportedProjectError: a piece that the resource stands on is missing, or there is more than one of it.
    """
    versions = installed_versions(root)
    _check(facts, versions)
    base = only(facts.bases, "declarative bases", "the resource needs exactly one DeclarativeBase to join")
    session = only(
        facts.sessions,
        "dependencies that yield an AsyncSession",
        "write `async def get_session() -> AsyncGenerator[AsyncSession]` and use it in every router",
    )
    assert isinstance(base, Symbol)  # noqa: S101  `only` gives back what it was given
    assert isinstance(session, Session)  # noqa: S101  as above
    script = overrides.get("migrations") or script_location(root, facts)
    if script is None:
        raise UnsupportedProjectError("there is no alembic.ini", hint="run `alembic init -t async migrations` first")
    revision, down = revisions_of(root, script, resource, own)
    layout = Layout(
        source_root=source_root_of(base.path, facts),
        package=overrides.get("package") or package_of(base.path, facts),
        tests=overrides.get("tests", facts.tests or "tests"),
        migrations=script,
    )
    mount, notes = _mount(facts, layout, resource)
    conventions = read_conventions(root)
    auth = conventions.auth(resource.auth, facts) if resource.auth else None
    handler = conventions.handler
    return Target(
        host=True,
        layout=layout,
        title=layout.package,
        distribution=layout.package,
        style=style_of(facts, layout.package, root),
        modules=_modules(layout, resource, base, session.symbol),
        revision=revision,
        down_revision=down,
        mount=mount,
        notes=(*notes, *_missing(versions), *_doubts(resource, auth, handler)),
        auth=auth,
        envelope="own" if handler else "detail",
        http_client="httpx2" if "httpx2" in versions or "httpx" not in versions else "httpx",
        asyncio_marks=True,
        session_commits=session.commits,
    )


def _check(facts: Facts, versions: Mapping[str, tuple[int, ...]]) -> None:
    if "sqlmodel" in facts.frameworks:
        raise UnsupportedProjectError(
            f"the project uses SQLModel ({facts.frameworks['sqlmodel']})", hint="the template writes SQLAlchemy models"
        )
    for name, least in _NEEDS.items():
        found = versions.get(name)
        if found is not None and found < least:
            raise UnsupportedProjectError(
                f"the project has {name} {'.'.join(map(str, found))}",
                hint=f"the generated code needs {name} >= {'.'.join(map(str, least))}",
            )


def _missing(versions: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    names = [name for name in ("aiosqlite", "pytest-asyncio") if versions and name not in versions]
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
    """Major and minor versions from `uv.lock` or `poetry.lock`, or else from the environment in `.venv`."""
    for name in ("uv.lock", "poetry.lock"):
        try:
            packages = tomllib.loads((root / name).read_text(encoding="utf-8")).get("package", [])
        except (OSError, ValueError):
            continue
        return {str(p["name"]).lower(): _numbers(str(p["version"])) for p in packages if "version" in p}
    found: list[Distribution] = []
    for folder in sorted((root / ".venv").glob("lib/python3.*/site-packages")):
        found += distributions(path=[str(folder)])
    return {str(each.metadata["Name"]).lower(): _numbers(each.version) for each in found}


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


def _modules(layout: Layout, resource: Resource, base: Symbol, session: Symbol) -> dict[str, str]:
    kit, own = f"{layout.package}.resource_kit", f"{layout.package}.{resource.plural}"
    return {
        **{name: f"{kit}.{name}" for name in ("errors", "ids", "columns", "http", "idempotency")},
        "responses": f"{kit}.http",
        "schema_types": f"{kit}.schemas",
        "base": module_of(base.path, layout.source_root),
        "base_name": base.name,
        "session": module_of(session.path, layout.source_root),
        "get_session": session.name,
        **{name: f"{own}.{name}" for name in ("domain", "model", "schemas", "repository", "service", "router")},
    }


def _mount(facts: Facts, layout: Layout, resource: Resource) -> tuple[Application | None, tuple[str, ...]]:
    alias = f"{resource.plural}_router"
    lines = f"from {layout.package}.{resource.plural}.router import router as {alias}"
    most = max((each.site.mounts for each in facts.applications), default=0)
    places = [each for each in facts.applications if each.site.mounts == most]
    aggregates = [f"{each.name} in {each.path}" for each in facts.aggregates]
    if len(places) == 1 and not aggregates:
        return places[0], ()
    choices = [*aggregates, *(f"{each.site.receiver} in {each.path}:{each.site.line}" for each in places)]
    places_found = "; ".join(choices) or "no application was found"
    note = f"mount the router yourself ({places_found}): `{lines}` and `NAME.include_router({alias})`"
    return None, (note,)


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
