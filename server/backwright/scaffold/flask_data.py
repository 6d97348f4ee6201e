"""Where a Flask project keeps its data: its sessions, the base of its models, its migrations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backwright.errors import UnsupportedProjectError
from backwright.scaffold.flask_project import FlaskFacts
from backwright.scaffold.host import module_of
from backwright.scaffold.project import Facts, Symbol, script_location

_ALEMBIC = "migrations"


@dataclass(frozen=True, slots=True)
class Data:
    """What a resource with a table stands on; of one without, the defaults.

    Args:
        script: the folder of Alembic's `env.py`.
        migrates: whether there is one; otherwise the application makes its tables with `create_all()`.
        flask_migrate: whether its migrations see every model that the application imports.
        many: whether a migration is run for each of several databases, and told for which.
        sessions: what gives sessions: `flask-sqlalchemy`, or `plain`, any other.
        session_import: the name that gives them; `session_call` is the expression that gives one.
        closes: whether whoever took a session has to close it.
        modules: the dotted names that the templates know.
        notes: what the caller must know.
    """

    script: str = _ALEMBIC
    migrates: bool = True
    flask_migrate: bool = False
    many: bool = False
    sessions: str = "plain"
    session_import: str = ""
    session_call: str = ""
    closes: bool = False
    modules: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def read_data(root: Path, facts: Facts, found: FlaskFacts, overrides: Mapping[str, str], source_root: str) -> Data:
    """What the project's data stand on.

    Raises:
        UnsupportedProjectError: a piece is missing, there is more than one of it, or it cannot be imported.
    """
    symbol, kind = _sessions(found)
    base, model = _base(facts, symbol, kind)
    for each in (symbol, base):
        _check_importable(each, found)
    script, migrate = _migrations(root, facts, found, overrides)
    upgrade = "flask db upgrade" if kind == "Flask-SQLAlchemy" else "alembic upgrade head"
    notes = [f"run `{upgrade}` to make the table"] if migrate else []
    if script is None:
        notes.append(
            f"the table is made by create_all() ({found.creates[0]}), which never changes one: add Flask-Migrate"
        )
    calls = {"Flask-SQLAlchemy": f"{symbol.name}.session()", "Alchemical": f"{symbol.name}.session"}
    return Data(
        script=script or _ALEMBIC,
        migrates=script is not None,
        flask_migrate=migrate,
        many=script is not None and _is_for_many(root / script),
        sessions="flask-sqlalchemy" if kind == "Flask-SQLAlchemy" else "plain",
        session_import=symbol.name,
        session_call=calls.get(kind, f"{symbol.name}()"),
        closes=kind == "sessionmaker" or (kind == "scoped_session" and not found.removes),
        modules={
            "base": module_of(base.path, source_root),
            "base_import": base.name,
            "base_name": model,
            "session_source": module_of(symbol.path, source_root),
        },
        notes=tuple(notes),
    )


def _migrations(root: Path, facts: Facts, found: FlaskFacts, overrides: Mapping[str, str]) -> tuple[str | None, bool]:
    """The folder of Alembic's `env.py`, and whether the application's own models are all that it sees."""
    script = overrides.get("migrations") or script_location(root, facts)
    for folder in (script, "migrations", *(f"{package}/migrations" for package in facts.packages)):
        env = root / folder / "env.py" if folder is not None else None
        if folder is not None and env is not None and env.is_file():
            text = env.read_text(encoding="utf-8", errors="replace")
            return folder, "current_app" in text or "alchemical" in text
    if found.creates and script is None:
        return None, False
    raise UnsupportedProjectError(
        "there is no folder of migrations with an env.py",
        hint="run `flask db init` or `alembic init migrations` first, or set layout.migrations in backwright.yaml",
    )


def _is_for_many(folder: Path) -> bool:
    """Whether migrations are written as `flask db init --multidb` and Alchemical have it."""
    paths = [folder / "script.py.mako", *sorted(folder.glob("versions/*.py"))]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in paths if path.is_file()]
    return any("def upgrade(engine_name" in text for text in texts)


def _sessions(found: FlaskFacts) -> tuple[Symbol, str]:
    """What gives sessions, and what it is: an extension where there is one."""
    if len(found.databases) == 1:
        return found.databases[0]
    scoped = [each for each in found.makers if each[1] == "scoped_session"]
    makers = scoped or found.makers
    if not found.databases and len(makers) == 1:
        return makers[0]
    symbols = [symbol for symbol, _ in found.databases or makers]
    places = ", ".join(f"{each.name} in {each.path}:{each.line}" for each in symbols)
    raise UnsupportedProjectError(
        f"the project has {len(symbols) or 'no'} sources of database sessions" + (f": {places}" if places else ""),
        hint="have one `db = SQLAlchemy()` of Flask-SQLAlchemy, or one sessionmaker at module level; "
        "or give persistence: none, for what is kept elsewhere",
    )


def _base(facts: Facts, session: Symbol, kind: str) -> tuple[Symbol, str]:
    """The symbol that a model's module imports, and the expression that a model inherits from."""
    if kind in {"Flask-SQLAlchemy", "Alchemical"}:
        return session, f"{session.name}.Model"
    if len(facts.bases) == 1:
        return facts.bases[0], facts.bases[0].name
    places = ", ".join(f"{each.path}:{each.line}" for each in facts.bases)
    raise UnsupportedProjectError(
        f"the project has {len(facts.bases) or 'no'} declarative bases" + (f": {places}" if places else ""),
        hint="the resource needs exactly one base to join",
    )


def _check_importable(symbol: Symbol, found: FlaskFacts) -> None:
    """A script that is run is no module of its name: who imports from it makes the application twice."""
    line = found.scripts.get(symbol.path)
    if line is None or not any(each.path == symbol.path for each in found.applications):
        return
    raise UnsupportedProjectError(
        f"{symbol.path} is run as a script (line {line}) and holds {symbol.name} (line {symbol.line}): a model that "
        "imports it would run the script a second time, with a second application",
        hint=f"move {symbol.name} into a module of its own, such as extensions.py, or take the last lines out of "
        f"{symbol.path} and start it with `flask --app {symbol.path.removesuffix('.py')} run`",
    )
