"""Where a resource goes in a Flask project, one that the template made or one that it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import UnsupportedProjectError
from backwright.scaffold.edits import Edit, mounting
from backwright.scaffold.flask_auth import FlaskGuard, find_guard, own_guard
from backwright.scaffold.flask_data import Data, read_data
from backwright.scaffold.flask_project import FlaskFacts, flask_sites, read_flask
from backwright.scaffold.host import installed_versions, package_of, style_of
from backwright.scaffold.layout import check_overrides, check_python, fresh_layout, revisions_of
from backwright.scaffold.mount import insert_import
from backwright.scaffold.project import Application, Facts, source_root_of, table
from backwright.scaffold.record import Layout, Record
from backwright.scaffold.render import Style
from backwright.scaffold.resource import Resource
from backwright.scaffold.stack import StackTarget, check_names

# Below these the generated code does not work: MISSING of Pydantic, `Mapped` of SQLAlchemy, `Blueprint.get` of Flask.
_NEEDS = {"pydantic": (2, 14), "sqlalchemy": (2, 0), "flask": (2, 2)}
# These answer every HTTPException in JSON.
_JSON_ERRORS = frozenset(["apiflask", "flask_smorest"])
_CLASSES = frozenset(["blueprint", "flask", "schema"])
# The package that is made beside an application that is a module, or one whose folder has no package.
_BESIDE = "resources"
_LAYERS = ("domain", "model", "schemas", "repository", "service", "routes")


@dataclass(frozen=True)
class FlaskTarget(StackTarget):
    """What the templates know about a Flask project under the name `p`.

    Args:
        url_prefix: what stands before `/v1` in the paths of the project's other blueprints.
        host_errors: whether the application answers errors of HTTP itself, in a form that has to be followed.
        sessions: what gives them: `flask-sqlalchemy`, or `plain`, any other.
        flask_migrate: whether the migrations see every model that the application imports.
        migrates: whether there are migrations at all, or tables made by `create_all()`.
        many: whether a migration is run for each of several databases, and told for which.
        session_import: the name that gives sessions; `session_call` is the expression that gives one.
        session_closes: whether whoever took a session has to close it.
        guard: the decorator that says who calls, where the resource asks for one.
    """

    url_prefix: str = ""
    host_errors: bool = False
    sessions: str = "plain"
    flask_migrate: bool = False
    migrates: bool = True
    many: bool = False
    session_import: str = ""
    session_call: str = ""
    session_closes: bool = False
    guard: FlaskGuard | None = None

    @property
    def beside(self) -> bool:
        """Whether the package is one that is made beside the application."""
        return self.host and self.package == _BESIDE

    def prefix(self, resource: Resource) -> str:
        """The path of the collection."""
        return f"{self.url_prefix}{resource.prefix}"

    @property
    def router_module(self) -> str:
        """The last part of the name of the blueprint's module."""
        return self.modules["router"].rpartition(".")[2]

    def edits(self, resource: Resource) -> list[Edit]:
        """The blueprint on the application, and the table where the migrations look for it."""
        found = [] if self.host and self.mount is None else [self._registration(resource)]
        seen = self.flask_migrate or not self.migrates or not resource.stored
        return found if seen else [*found, self._metadata(resource)]

    def _registration(self, resource: Resource) -> Edit:
        alias = f"{resource.plural}_blueprint"
        imported = f"from {self.modules['router']} import blueprint as {alias}"
        receiver = self.mount.site.receiver if self.mount is not None else "app"
        path = self.mount.path if self.mount is not None else f"{self.root}/app.py"
        registered = f"{receiver}.register_blueprint({alias})"

        by_hand = f"register the blueprint yourself in {path}: `{imported}` and `{registered}`"
        return mounting(path, flask_sites, receiver, (imported, registered), by_hand)

    def _metadata(self, resource: Resource) -> Edit:
        model, row = self.modules["model"], f"{resource.cls}Row"
        path = f"{self.migrations}/env.py" if self.host else f"{self.root}/models/__init__.py"
        own, host = f"from {model} import {row} as {row}", f"import {model}  # noqa: F401  registers the table"
        statement = host if self.host else own

        def apply(text: str) -> str | None:
            try:
                return insert_import(text, statement)
            except SyntaxError:
                return None

        return Edit(path, (statement,), apply, f"register the table yourself in {path}: `{statement}`")


def locate_in_flask(
    root: Path,
    facts: Facts,
    resource: Resource,
    overrides: Mapping[str, str],
    records: tuple[Record | None, Record | None],
) -> FlaskTarget:
    """See `layout.locate`.

    Raises:
        UnsupportedProjectError: the template cannot write into this project; the message says why.
        InvalidInputError: an override or a name cannot be used.
    """
    check_python(facts)
    check_overrides(overrides)
    check_names(resource, "Flask", _CLASSES, frozenset())
    platform, own = records
    if platform is not None and platform.layout is not None and not platform.host:
        return _own(root, facts, resource, platform.layout, own)
    found = read_flask(root)
    if not found.applications and not found.blueprints:
        return _own(root, facts, resource, fresh_layout(root, facts, overrides), own)
    return _host(root, facts, found, resource, overrides, own)


def _own(root: Path, facts: Facts, resource: Resource, layout: Layout, own: Record | None) -> FlaskTarget:
    package = layout.package
    app = f"{layout.root}/app.py"
    mounts = [each for each in read_flask(root).applications if each.path == app]
    revision, down = revisions_of(root, layout.migrations, resource, own)
    name = table(facts.pyproject, "project").get("name")
    layers = {
        "domain": f"domain.{resource.name}",
        "model": f"models.{resource.name}",
        "schemas": f"schemas.{resource.name}",
        "repository": f"repositories.{resource.name}",
        "service": f"services.{resource.name}",
        "router": f"api.v{resource.version}.{resource.plural}",
        "errors": "core.errors",
        "ids": "core.ids",
        "columns": "db.columns",
        "schema_types": "schemas.base",
        "base": "db.base",
        "session": "db.session",
        "http": "api.http",
        "responses": "api.errors",
        "idempotency": "core.idempotency",
        "retries": "api.idempotency",
        "auth": "api.auth",
    }
    return FlaskTarget(
        host=False,
        layout=layout,
        title=package.replace("_", " ").capitalize(),
        distribution=name if isinstance(name, str) else package.replace("_", "-"),
        style=Style(first_party=(package,)),
        modules={
            **{key: f"{package}.{module}" for key, module in layers.items()},
            "base_import": "Base",
            "base_name": "Base",
        },
        revision=revision,
        down_revision=down,
        mount=mounts[0] if len(mounts) == 1 else None,
        notes=_own_notes(root, layout, resource),
        guard=own_guard(f"{package}.api.auth"),
    )


def _own_notes(root: Path, layout: Layout, resource: Resource) -> tuple[str, ...]:
    if resource.auth is None or (root / layout.root / "api" / "auth.py").exists():
        return ()
    needed = "set AUTH_KEY, AUTH_ISSUER and AUTH_AUDIENCE, or every request that needs a token fails"
    there = root / "pyproject.toml"
    has = not there.exists() or "pyjwt" in there.read_text(encoding="utf-8", errors="replace").lower()
    return (needed,) if has else (needed, "add: uv add 'pyjwt[crypto]>=2.10,<3'")


def _host(
    root: Path, facts: Facts, found: FlaskFacts, resource: Resource, overrides: Mapping[str, str], own: Record | None
) -> FlaskTarget:
    versions = installed_versions(root)
    _check(resource, found, versions)
    mount, notes = _mount(found, resource)
    place = (mount.path if mount is not None else None) or next(iter(found.blueprints.values())).partition(":")[0]
    package = overrides.get("package") or _package(place, facts)
    source_root = source_root_of(place, facts)
    data = read_data(root, facts, found, overrides, source_root) if resource.stored else Data()
    revision, down = revisions_of(root, data.script, resource, own) if data.migrates and resource.stored else ("", None)
    layout = Layout(
        source_root=source_root,
        package=package,
        # A folder beside a module of the same name would hide it.
        tests=overrides.get("tests") or facts.tests or ("test" if (root / "tests.py").exists() else "tests"),
        migrations=data.script,
    )
    guard = find_guard(root, resource.auth, facts) if resource.auth is not None else None
    modules = _host_modules(f"{package}.resource_kit", f"{package}.{resource.plural}")
    return FlaskTarget(
        host=True,
        layout=layout,
        title=package,
        distribution=package,
        style=style_of(facts, package, root),
        modules={**modules, **data.modules},
        revision=revision,
        down_revision=down,
        mount=mount,
        notes=(*notes, *_guard_notes(resource, guard), *_notes(found, versions, resource, package, data)),
        url_prefix=_prefix(found),
        host_errors=bool(found.handlers) or not _JSON_ERRORS.isdisjoint(found.styles),
        sessions=data.sessions,
        flask_migrate=data.flask_migrate,
        migrates=data.migrates,
        many=data.many,
        session_import=data.session_import,
        session_call=data.session_call,
        session_closes=data.closes,
        guard=guard,
    )


def _package(place: str, facts: Facts) -> str:
    """The package of the module at this path; one beside it where it stands in none."""
    head, _, rest = place.removeprefix("src/").partition("/")
    return _BESIDE if not rest and head.endswith(".py") else package_of(place, facts)


def _host_modules(kit: str, own: str) -> dict[str, str]:
    return {
        **{name: f"{kit}.{name}" for name in ("errors", "ids", "columns", "http", "idempotency", "retries")},
        **{name: f"{own}.{name}" for name in _LAYERS},
        "schema_types": f"{kit}.schemas",
        "responses": f"{kit}.http_errors",
        "session": f"{kit}.database",
        "router": f"{own}.routes",
        "package": own,
    }


def _check(resource: Resource, found: FlaskFacts, versions: Mapping[str, tuple[int, ...]]) -> None:
    for name, least in _NEEDS.items():
        has = versions.get(name) if resource.stored or name != "sqlalchemy" else None
        if has is not None and has < least:
            raise UnsupportedProjectError(
                f"the project has {name} {'.'.join(map(str, has))}",
                hint=f"the generated code needs {name} >= {'.'.join(map(str, least))}",
            )
    taken = found.blueprints.get(resource.plural)
    if taken is not None and not taken.partition(":")[0].endswith(f"/{resource.plural}/routes.py"):
        raise UnsupportedProjectError(
            f"there is a blueprint {resource.plural!r} already ({taken})", hint="give the resource another plural"
        )


def _mount(found: FlaskFacts, resource: Resource) -> tuple[Application | None, tuple[str, ...]]:
    most = max((each.site.mounts for each in found.applications), default=0)
    places = [each for each in found.applications if each.site.mounts == most]
    if len(places) == 1:
        return places[0], ()
    choices = "; ".join(f"{each.site.receiver} in {each.path}:{each.site.line}" for each in places)
    alias = f"{resource.plural}_blueprint"
    note = (
        f"register the blueprint yourself ({choices or 'no application was found'}): NAME.register_blueprint({alias})"
    )
    return None, (note,)


def _prefix(found: FlaskFacts) -> str:
    """`/api`, where most of the other blueprints stand below it."""
    below = [each for each in found.prefixes if each == "/api" or each.startswith("/api/")]
    return "/api" if below and len(below) * 2 >= len(found.prefixes) else ""


def _notes(
    found: FlaskFacts, versions: Mapping[str, tuple[int, ...]], resource: Resource, package: str, data: Data
) -> tuple[str, ...]:
    notes = []
    if "pydantic" not in versions:
        notes.append("the generated schemas need: uv add 'pydantic>=2.14,<3'")
    if found.guards and resource.auth is None:
        guards = ", ".join(f"@{name} ({place})" for name, place in found.guards.items())
        notes.append(f"other views ask who calls: {guards}; the new ones do not, so decide who may call them")
    if found.csrf:
        notes.append(
            f"CSRFProtect ({found.csrf[0]}) refuses requests without its token: "
            f"exempt `{package}.{resource.plural}.routes.blueprint` if clients are no browsers"
        )
    for style, place in found.styles.items():
        notes.append(f"the new views are a plain blueprint: {style} ({place}) neither checks nor documents them")
    return (*notes, *data.notes)


def _guard_notes(resource: Resource, guard: FlaskGuard | None) -> tuple[str, ...]:
    if guard is None:
        return ()
    shared = resource.idempotency and not guard.caller
    return (*guard.notes, "do callers share their keys? See read_key in the blueprint") if shared else guard.notes
