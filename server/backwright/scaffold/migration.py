"""A migration context to the plan of a chain of Alembic revisions: one change of a table that is in use."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright._files import read_bounded, safe_join
from backwright.errors import InvalidInputError, TooLargeError, UnsupportedProjectError
from backwright.scaffold.disk import check_whole
from backwright.scaffold.host import style_of
from backwright.scaffold.layout import check_overrides
from backwright.scaffold.migration_steps import Revision, Step, spelled, steps_of
from backwright.scaffold.migration_values import Change, read_change
from backwright.scaffold.models import Model, read_models
from backwright.scaffold.plan import Plan
from backwright.scaffold.project import MAX_SOURCE_BYTES, Facts, read_facts, read_head, script_location
from backwright.scaffold.record import read_record
from backwright.scaffold.render import Style
from backwright.scaffold.single import Chain, Subject, plan_single, record_name
from backwright.scaffold.template import load_template

KIND = "migration"

_POSTGRESQL = re.compile(r"\b(asyncpg|psycopg2?|pg8000|postgres(ql)?)\b", re.IGNORECASE)
_SQLITE = re.compile(r"\b(aio)?sqlite3?\b", re.IGNORECASE)
_SHOWN = 8


@dataclass(frozen=True)
class Databases:
    """Which databases the revisions run on.

    Args:
        postgresql: whether PostgreSQL is one.
        others: whether there is another, which has to rebuild tables to change them: SQLite.
        source: the file that says so; empty where none does.
    """

    postgresql: bool
    others: bool
    source: str = ""

    @property
    def both(self) -> bool:
        """Whether a revision has to ask where it runs."""
        return self.postgresql and self.others


def plan_migration(root: Path, template_dir: Path, values: Mapping[str, object], *, mark: bool = False) -> Plan:
    """What writing the revisions of one change would do to the project at `root`; nothing is written.

    Args:
        root: the project's folder, with Alembic in it.
        template_dir: the folder that holds `template.yaml` and `files/`.
        values: a `MigrationContext` as JSON values, and optionally `project` with `migrations`.
        mark: has no meaning here: a migration is made once and never merged.

    Raises:
        InvalidInputError: a value is unusable; the message names it.
        UnsupportedProjectError: there is no Alembic here, its history has several heads, or it cannot be read.
        PlanConflictError: something else stands where a revision should be.
        PathOutsideRootError: a target would lead through a link.
        ToolUnavailableError: ruff is missing or failed.
        ScaffoldInterruptedError: an earlier write was killed half way and not put back.
    """
    if not root.is_dir():
        raise InvalidInputError(f"{root} is no folder", hint="make it first, or give another root")
    check_whole(root)
    facts = read_facts(root)
    script = _script(root, facts, values)
    models = [model for model in read_models(root) if model.table.rpartition(".")[2] == values.get("table")]
    change = read_change(values, _keys(models, values))
    databases = _databases(root, script)
    if change.kind == "add_enum_value" and not databases.postgresql:
        raise UnsupportedProjectError(
            f"only PostgreSQL has enum types, and the project uses SQLite ({databases.source})",
            hint="a choice that is kept as text is widened by `choices TABLE.COLUMN A/B/C`",
        )
    own = read_record(root, record_name(KIND, change.slug))
    head = own.down_revision if own is not None and own.migration is not None else read_head(root, script)
    steps = steps_of(change, postgresql=databases.postgresql)
    revisions = _revisions(change, steps, head, f"{script}/versions")
    subject = Subject(
        name=change.slug,
        values={key: value for key, value in values.items() if key != "project"},
        variables={"c": change, "d": databases},
        each=tuple({"step": revision} for revision in revisions),
        style=_style(root, facts),
        notes=tuple(_notes(root, change, revisions, models, databases)),
        chain=Chain(revisions[-1].path, revisions[-1].revision, head),
    )
    return plan_single(root, load_template(template_dir), subject, mark=mark)


def _style(root: Path, facts: Facts) -> Style:
    return style_of(facts, facts.packages[0].rpartition("/")[2] if facts.packages else "", root)


def _script(root: Path, facts: Facts, values: Mapping[str, object]) -> str:
    given = values.get("project")
    override = given.get("migrations") if isinstance(given, Mapping) else None
    if isinstance(override, str):
        check_overrides({"migrations": override})
    script = override if isinstance(override, str) else script_location(root, facts)
    if script is None or not safe_join(root, f"{script}/env.py").is_file():
        raise UnsupportedProjectError(
            "there is no Alembic here" if script is None else f"there is no {script}/env.py",
            hint="run `alembic init -t async migrations` first, or set layout.migrations in backwright.yaml",
        )
    return script


def _keys(models: Sequence[Model], values: Mapping[str, object]) -> str | None:
    """The one primary key of the table, where the models say it."""
    # Of a foreign key it is the other table's, and that is what was given.
    if values.get("change") == "add_foreign_key" or len(models) != 1 or len(models[0].keys) != 1:
        return None
    return models[0].keys[0].column


def _databases(root: Path, script: str) -> Databases:
    places = ["pyproject.toml", "alembic.ini", f"{script}/env.py", *(path.name for path in _requirements(root))]
    found: dict[str, str] = {}
    for place in places:
        text = _text(root, place)
        for name, sign in (("postgresql", _POSTGRESQL), ("sqlite", _SQLITE)):
            if sign.search(text):
                found.setdefault(name, place)
    if not found:
        return Databases(postgresql=True, others=True)
    return Databases("postgresql" in found, "sqlite" in found, ", ".join(dict.fromkeys(found.values())))


def _requirements(root: Path) -> list[Path]:
    return sorted(path for path in root.glob("requirements*.txt") if path.is_file())


def _text(root: Path, path: str) -> str:
    try:
        return read_bounded(safe_join(root, path), MAX_SOURCE_BYTES, follow_links=False).decode("utf-8", "replace")
    except (OSError, TooLargeError):
        return ""


def _revisions(change: Change, steps: Sequence[Step], head: str | None, folder: str) -> list[Revision]:
    """Each step with an id that depends only on the change and on what it follows, so that a plan can be made again."""
    made: list[Revision] = []
    down = head
    for step in steps:
        what = change.slug.removesuffix("_contract")
        slug = (what if what.startswith(f"{step.slug}_") else f"{step.slug}_{what}")[:60].rstrip("_")
        key = hashlib.sha256(f"{change.slug} {step.kind} {step.name} after {down}".encode()).hexdigest()[:12]
        made.append(Revision(step, key, down, f"{folder}/{key}_{slug}.py"))
        down = key
    return made


def _notes(
    root: Path, change: Change, revisions: Sequence[Revision], models: Sequence[Model], databases: Databases
) -> list[str]:
    notes = [_model_note(root, change, models)] if change.table else []
    where = f"from {databases.source}" if databases.source else "no driver is declared, so both"
    names = [name for name, there in (("PostgreSQL", databases.postgresql), ("SQLite", databases.others)) if there]
    notes.append(f"written for {' and '.join(names)} ({where})")
    if databases.others and any(revision.step.rebuilds for revision in revisions):
        notes.append("SQLite rebuilds the table, which loses CHECKs that have no name there; look at them after")
    return [note for note in (*notes, *spelled(change, revisions)) if note]


def _model_note(root: Path, change: Change, models: Sequence[Model]) -> str:
    if models:
        places = ", ".join(f"{model.path}:{model.line}" for model in models)
        return f"the model is yours to change: {places}" if change.changes_model else ""
    known = sorted({model.table for model in read_models(root)})
    if not known:
        return f"no model of {change.table!r} was found; is that the table's name?"
    more = ", ..." if len(known) > _SHOWN else ""
    return f"no model has the table {change.table!r}; known are {', '.join(known[:_SHOWN])}{more}"
