"""Which revisions a change takes: what may wait in one transaction, and what must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backwright.errors import InvalidInputError
from backwright.scaffold.migration_values import Change

_REBUILDING = frozenset({"relax", "require", "check", "foreign_key", "swap"})
_POSTGRESQL_ONLY = frozenset({"validate", "forbid", "widen"})


@dataclass(frozen=True, slots=True)
class Step:
    """One revision before it has an id.

    Args:
        kind: what it does; the template has a block of this name.
        slug: how its file begins.
        title: its first line.
        name: of the constraint that it is about.
    """

    kind: str
    slug: str
    title: str
    name: str = ""

    @property
    def rebuilds(self) -> bool:
        """Whether SQLite has to make the table anew for it."""
        return self.kind in _REBUILDING


@dataclass(frozen=True, slots=True)
class Revision:
    """A step in the history of the database, known to the templates under the name `step`."""

    step: Step
    revision: str
    down_revision: str | None
    path: str

    @property
    def kind(self) -> str:
        """What it does."""
        return self.step.kind

    @property
    def title(self) -> str:
        """Its first line."""
        return self.step.title

    @property
    def name(self) -> str:
        """The constraint."""
        return self.step.name


def steps_of(change: Change, *, postgresql: bool) -> list[Step]:
    """The steps in their order.

    Args:
        change: what changes.
        postgresql: whether PostgreSQL is one of the databases; only there a constraint is validated apart.

    Raises:
        InvalidInputError: there is nothing to do in this phase.
    """
    steps = list(_STEPS[change.kind](change))
    return [step for step in steps if postgresql or step.kind not in _POSTGRESQL_ONLY]


def spelled(change: Change, revisions: Sequence[Revision]) -> Iterator[str]:
    """What the caller does when, by the ids of the revisions."""
    column, phase = f"{change.table}.{change.column}", "contract" if change.contract else "expand"
    fills = [revision for revision in revisions if revision.kind == "fill"]
    if change.kind == "rename_column" and phase == "expand":
        yield f"1. `alembic upgrade {revisions[0].revision}`; 2. deploy code that writes both {column} and {change.to}"
        yield "3. `alembic upgrade head` copies the rows; 4. deploy code that knows only the new column"
        yield "5. then the same with phase contract, which drops the old column"
    elif change.kind == "add_column" and fills and phase == "expand" and not change.nullable:
        yield f"deploy code that always writes {column}; then the same with phase contract, which forbids NULL"
    elif change.kind == "add_column" and change.default:
        yield "PostgreSQL 11 and later keep a constant default beside the rows, so that none is rewritten"
    elif change.kind == "drop_column" and phase == "expand":
        yield f"deploy code that neither reads nor writes {column}; then the same with phase contract, which drops it"
    elif change.kind == "add_foreign_key":
        yield f"PostgreSQL does not index {column} for it: `index {column}` if rows of {change.to} are ever deleted"
    elif change.kind in {"set_choices", "add_enum_value"}:
        yield "upgrade before code that writes a new value is deployed; a downgrade leaves the values allowed"
    if phase == "contract":
        yield "this is for when no code that runs needs what it takes away"


def _add_column(change: Change) -> Iterator[Step]:
    column = f"{change.table}.{change.column}"
    if change.contract:
        yield from _forbid_null(change)
        return
    yield Step("add", "expand", f"Add {column}")
    if change.fill or change.fill_from:
        yield Step("fill", "fill", f"Fill {column} in batches")
    if change.values:
        yield Step("check", "constrain", f"Check {column} without reading the rows", change.name)
        yield Step("validate", "validate", f"Prove that the rows keep the check of {column}", change.name)


def _drop_column(change: Change) -> Iterator[Step]:
    column = f"{change.table}.{change.column}"
    if change.contract:
        yield Step("drop", "contract", f"Drop {column}")
    elif change.nullable:
        raise InvalidInputError(
            f"{column} may be NULL, so that code can stop writing it without a migration",
            hint="deploy code that neither reads nor writes it, then ask for phase contract",
        )
    else:
        yield Step("relax", "expand", f"Let {column} be NULL, for code that no longer writes it")


def _rename_column(change: Change) -> Iterator[Step]:
    old, new = f"{change.table}.{change.column}", f"{change.table}.{change.to}"
    if not change.contract:
        yield Step("add", "expand", f"Add {new}, which takes the place of {old}")
        yield Step("fill", "fill", f"Copy {old} to {new} in batches")
        return
    if change.nullable:
        yield Step("fill", "fill", f"Copy what is left of {old} to {new}")
    else:
        yield from _forbid_null(change)
    yield Step("drop", "contract", f"Drop {old}, whose place {new} has taken")


def _forbid_null(change: Change) -> Iterator[Step]:
    column = f"{change.table}.{change.filled}"
    yield Step("fill", "fill", f"Fill what old code left empty in {column}")
    yield Step("forbid", "constrain", f"Forbid new NULLs in {column} without reading the rows", change.not_null_name)
    yield Step("require", "require", f"Forbid NULL in {column}", change.not_null_name)


def _add_index(change: Change) -> Iterator[Step]:
    yield Step("index", "index", f"Index {change.table} by {', '.join(change.columns)}", change.name)


def _add_foreign_key(change: Change) -> Iterator[Step]:
    column = f"{change.table}.{change.column}"
    yield Step("foreign_key", "constrain", f"Let {column} refer to {change.to} without reading the rows", change.name)
    yield Step("validate", "validate", f"Prove that the rows of {column} refer to {change.to}", change.name)


def _add_check(change: Change) -> Iterator[Step]:
    column = f"{change.table}.{change.column}"
    yield Step("check", "constrain", f"Check {column} without reading the rows", change.name)
    yield Step("validate", "validate", f"Prove that the rows keep the check of {column}", change.name)


def _set_choices(change: Change) -> Iterator[Step]:
    column, new = f"{change.table}.{change.column}", f"{change.name}_new"
    yield Step("widen", "constrain", f"Check the new choices of {column} without reading the rows", new)
    yield Step("validate", "validate", f"Prove that the rows keep the new choices of {column}", new)
    yield Step("swap", "contract", f"Let the new choices of {column} take the place of the old ones", new)


def _add_enum_value(change: Change) -> Iterator[Step]:
    yield Step("enum", "widen", f"Add {', '.join(change.values)} to {change.enum}")


_STEPS: Mapping[str, Callable[[Change], Iterator[Step]]] = {
    "add_column": _add_column,
    "drop_column": _drop_column,
    "rename_column": _rename_column,
    "add_index": _add_index,
    "add_foreign_key": _add_foreign_key,
    "add_check": _add_check,
    "set_choices": _set_choices,
    "add_enum_value": _add_enum_value,
}
