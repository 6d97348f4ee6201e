"""Where a resource goes in this project: the kind of project, the folders, the modules, the place of the mount."""

from __future__ import annotations

import hashlib
import keyword
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.async_tests import AsyncTests
from backwright.scaffold.conventions import AuthSource
from backwright.scaffold.database import Database
from backwright.scaffold.project import Application, Facts, Symbol, read_head, script_location, table
from backwright.scaffold.record import Layout, Record
from backwright.scaffold.relations import Parent, Relations
from backwright.scaffold.render import Style
from backwright.scaffold.resource import Resource

_PACKAGE = re.compile(r"[a-z_][a-z0-9_]*")
_FOLDER = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_MINIMUM_PYTHON = (3, 11)
# A package of one of these names would hide the library that the generated code imports.
_LIBRARIES = frozenset[str]().union(
    ["aiosqlite", "alembic", "fastapi", "httpx2", "pydantic", "pydantic_settings", "pytest", "sqlalchemy", "starlette"],
    ["tests", "test", "migrations", "uvicorn", "src", "django", "flask", "rest_framework", "werkzeug"],
)


@dataclass(frozen=True)
class Target:
    """What the templates know about the project under the name `p`, and how to write into it.

    Args:
        host: whether the project was there before the template.
        modules: the dotted names under the name `m`.
        mount: where the router is mounted; None where that has to be done by hand.
        notes: what the caller must know.
    """

    host: bool
    layout: Layout
    title: str
    distribution: str
    style: Style
    modules: Mapping[str, str]
    revision: str
    down_revision: str | None
    mount: Application | None
    notes: tuple[str, ...] = ()
    http_client: str = "httpx2"
    asyncio_marks: bool = False
    async_tests: AsyncTests = field(default_factory=AsyncTests)
    session_scope: bool = True
    session_commits: bool = True
    missing: bool = True
    test_ignores: tuple[str, ...] = ()
    router_prefix: str | None = None
    database: Database = field(default_factory=Database)
    auth: AuthSource | None = None
    envelope: str = "own"
    parents: tuple[Parent, ...] = ()
    model_modules: tuple[str, ...] = ()

    def related(self, relations: Relations) -> Self:
        """The same with what the relations of the resource come to."""
        notes = (*relations.notes, *self.notes)
        return replace(self, parents=relations.parents, model_modules=relations.modules, notes=notes)

    @property
    def package(self) -> str:
        """The application's package."""
        return self.layout.package

    @property
    def source_root(self) -> str:
        """The folder of the package, or an empty string for the root."""
        return self.layout.source_root

    @property
    def root(self) -> str:
        """The package's own folder."""
        return self.layout.root

    @property
    def tests(self) -> str:
        """The folder of the tests."""
        return self.layout.tests

    @property
    def migrations(self) -> str:
        """The folder of Alembic's `env.py`."""
        return self.layout.migrations

    @property
    def versions(self) -> str:
        """The folder of the migrations."""
        return f"{self.layout.migrations}/versions"

    def resource_tests(self, resource: Resource) -> str:
        """The folder of one resource's tests; its own where it has fixtures of its own."""
        return f"{self.tests}/{resource.plural}" if self.host or self.has_fixtures(resource) else self.tests

    @property
    def free(self) -> list[str]:
        """The classes that nothing but the resource is known to refer to."""
        return [parent.cls for parent in self.parents if parent.free]

    def has_fixtures(self, resource: Resource) -> bool:
        """Whether the resource's tests need fixtures beside those of the project."""
        return bool(resource.relations) or resource.auth is not None or not resource.stored


def locate(
    root: Path,
    facts: Facts,
    resource: Resource,
    overrides: Mapping[str, str],
    records: tuple[Record | None, Record | None],
) -> Target:
    """Where the resource goes.

    Args:
        root: the project.
        facts: what was read of it.
        resource: what is to be written.
        overrides: `package`, `source_root`, `tests`, `migrations`, where the caller decides.
        records: of the platform and of the resource, where there are such.

    Raises:
        UnsupportedProjectError: the template cannot write into this project; the message says why.
        InvalidInputError: an override is no usable name.
    """
    check_python(facts)
    check_overrides(overrides)
    platform, own = records
    if platform is not None and platform.layout is not None and not platform.host:
        return _own(root, facts, resource, platform.layout, own)
    foreign = [each for each in ("flask", "django", "litestar") if each in facts.frameworks]
    if platform is not None and platform.layout is not None:
        # What is there says where the next one goes; the first one was placed by looking.
        overrides = {**platform.layout.model_dump(include={"package"}), **overrides}
    if "fastapi" not in facts.frameworks:
        if foreign:
            raise UnsupportedProjectError(
                f"this is a project of {foreign[0].capitalize()} ({facts.frameworks[foreign[0]]})",
                hint="the template writes FastAPI with SQLAlchemy; give the root of such a service, or an empty folder",
            )
        if facts.unread:
            # A second application beside the one that could not be read would be worse than none.
            raise UnsupportedProjectError(
                f"{facts.unread[0]} may hold the application, and is no Python in UTF-8 that can be read",
                hint="mend it, or save it in UTF-8, and plan again",
            )
        return _own(root, facts, resource, fresh_layout(root, facts, overrides), own)
    from backwright.scaffold.host import locate_in_host

    return locate_in_host(root, facts, resource, overrides, own)


def check_overrides(overrides: Mapping[str, str]) -> None:
    """Refuse an override that leads out of the project.

    Raises:
        InvalidInputError: it is no plain relative path.
    """
    for name, value in overrides.items():
        if name in {"session", "auth", "router", "errors"}:
            continue  # looked up, and refused where it is not there
        if not _FOLDER.fullmatch(value.replace(".", "/") if name == "package" else value) and value != "":
            raise InvalidInputError(f"{name} {value!r} is not a plain relative path", hint="use letters and slashes")


def check_python(facts: Facts) -> None:
    """Refuse a project that allows an older Python than the generated code needs.

    Raises:
        UnsupportedProjectError: it does.
    """
    wanted = table(facts.pyproject, "project").get("requires-python")
    lowest = re.search(r"(?:>=|~=|==)\s*3\.(\d+)", str(wanted)) if wanted else None
    if lowest and (3, int(lowest[1])) < _MINIMUM_PYTHON:
        raise UnsupportedProjectError(
            f"pyproject.toml allows Python 3.{lowest[1]}", hint="the generated code needs requires-python >= 3.11"
        )


def _own(root: Path, facts: Facts, resource: Resource, layout: Layout, own: Record | None) -> Target:
    revision, down = revisions_of(root, layout.migrations, resource, own)
    main = f"{layout.root}/main.py"
    mounts = [each for each in facts.applications if each.path == main]
    name = table(facts.pyproject, "project").get("name")
    return Target(
        host=False,
        layout=layout,
        title=layout.package.replace("_", " ").capitalize(),
        distribution=name if isinstance(name, str) else layout.package.replace("_", "-"),
        style=Style(first_party=(layout.package,)),
        modules=_own_modules(layout.package, resource),
        auth=_own_auth(f"{layout.package}.api.auth"),
        notes=own_notes(root, layout, resource),
        revision=revision,
        down_revision=down,
        mount=mounts[0] if len(mounts) == 1 else None,
    )


def own_notes(root: Path, layout: Layout, resource: Resource) -> tuple[str, ...]:
    """What a project that the template made needs for authorization."""
    if resource.auth is None or (root / layout.root / "api" / "auth.py").exists():
        return ()
    needed = "set AUTH_KEY, AUTH_ISSUER and AUTH_AUDIENCE, or every request that needs a token fails"
    return (needed, *(("add: uv add 'pyjwt[crypto]>=2.10,<3'",) if (root / "pyproject.toml").exists() else ()))


def _own_auth(module: str) -> AuthSource:
    return AuthSource("get_principal", module, "Principal", module, "caller.subject")


def revisions_of(root: Path, script: str, resource: Resource, own: Record | None) -> tuple[str, str | None]:
    """The revision of the resource's migration and the one before it: as recorded, or else after the head.

    A new revision is twelve hex digits that depend only on the table and on the head, so that a plan can be made
    again.

    Raises:
        UnsupportedProjectError: there are several heads, or a migration cannot be read.
    """
    if own is not None and own.revision is not None:
        return own.revision, own.down_revision
    head = read_head(root, script)
    return hashlib.sha256(f"{resource.table} after {head}".encode()).hexdigest()[:12], head


def _own_modules(package: str, resource: Resource) -> dict[str, str]:
    return {
        "errors": f"{package}.core.errors",
        "ids": f"{package}.core.ids",
        "columns": f"{package}.db.columns",
        "schema_types": f"{package}.schemas.base",
        "base": f"{package}.db.base",
        "base_name": "Base",
        "session": f"{package}.api.dependencies",
        "get_session": "get_session",
        "domain": f"{package}.domain.{resource.name}",
        "model": f"{package}.models.{resource.name}",
        "schemas": f"{package}.schemas.{resource.name}",
        "repository": f"{package}.repositories.{resource.name}",
        "service": f"{package}.services.{resource.name}",
        "router": f"{package}.api.v{resource.version}.{resource.plural}",
        "responses": f"{package}.api.errors",
        "idempotency": f"{package}.core.idempotency",
    }


def fresh_layout(root: Path, facts: Facts, overrides: Mapping[str, str]) -> Layout:
    """The layout of a project that is made now: in the one package that is there, or in one named for the folder.

    Raises:
        InvalidInputError: the package that was asked for has no usable name.
    """
    found = facts.packages[0] if len(facts.packages) == 1 else None
    source_root, _, name = found.rpartition("/") if found else ("src", "", None)
    declared = table(facts.pyproject, "project").get("name")
    for candidate in (overrides.get("package"), name, declared, root.resolve().name, "app"):
        package = re.sub(r"[^a-z0-9_]+", "_", str(candidate or "").lower()).strip("_")
        if _usable(package):
            break
        if candidate is not None and candidate == overrides.get("package"):
            raise InvalidInputError(f"package {candidate!r} cannot be used", hint="choose another identifier")
    else:
        package = "app"
    # `_usable` accepts "app", so the loop always ends with a usable package.
    return Layout(
        source_root=overrides.get("source_root", source_root),
        package=package,
        tests=overrides.get("tests", facts.tests or "tests"),
        migrations=overrides.get("migrations", script_location(root, facts) or "migrations"),
    )


def _usable(package: str) -> bool:
    taken = package in _LIBRARIES or package in sys.stdlib_module_names or keyword.iskeyword(package)
    return bool(_PACKAGE.fullmatch(package)) and not taken


def only(found: Sequence[Symbol], what: str, hint: str) -> Symbol:
    """The one thing that was found.

    Raises:
        UnsupportedProjectError: there is none, or more than one.
    """
    if len(found) == 1:
        return found[0]
    places = ", ".join(f"{each.path}:{each.line}" for each in found)
    raise UnsupportedProjectError(
        f"the project has {len(found) or 'no'} {what}" + (f": {places}" if found else ""), hint=hint
    )
