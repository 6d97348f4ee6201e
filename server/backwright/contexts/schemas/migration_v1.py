"""The migration context, version 1: one change of a table that is in use."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from backwright.contexts.schema import ContextModel, Schema

Change = Literal[
    "add_column",
    "drop_column",
    "rename_column",
    "add_index",
    "add_foreign_key",
    "add_check",
    "set_choices",
    "add_enum_value",
]
ColumnType = Literal[
    "str", "text", "int", "bigint", "float", "decimal", "bool", "datetime", "date", "uuid", "json", "enum"
]
OnDelete = Literal["restrict", "cascade", "set_null"]

MAX_SQL_NAME: Final = 63
_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def _sql_name(name: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > MAX_SQL_NAME:
        raise ValueError(
            f"{name[:80]!r} is no name that needs no quotes in SQL; use lower-case ASCII letters, digits and "
            f"underscores, at most {MAX_SQL_NAME}"
        )
    return name


SqlName = Annotated[
    str, Field(min_length=1, max_length=MAX_SQL_NAME, pattern=rf"^{_NAME.pattern}$"), AfterValidator(_sql_name)
]
Value = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]+$")]

# What each change needs, and what it may have beside that; the table, the name and the phase are everyone's.
_SHAPES: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    "add_column": (
        frozenset({"table", "columns", "type"}),
        frozenset({"nullable", "default", "fill", "fill_from", "max_length", "values", "key"}),
    ),
    "drop_column": (frozenset({"table", "columns", "type"}), frozenset({"nullable", "max_length"})),
    "rename_column": (frozenset({"table", "columns", "type", "to"}), frozenset({"nullable", "max_length", "key"})),
    "add_index": (frozenset({"table", "columns"}), frozenset({"unique"})),
    "add_foreign_key": (frozenset({"table", "columns", "to"}), frozenset({"on_delete", "key"})),
    "add_check": (frozenset({"table", "columns"}), frozenset({"ge", "le"})),
    "set_choices": (frozenset({"table", "columns", "values"}), frozenset()),
    "add_enum_value": (frozenset({"enum", "values"}), frozenset()),
}
_EVERYONE: Final = frozenset({"change", "name", "phase"})
_PHASED: Final = frozenset({"add_column", "drop_column", "rename_column"})


class MigrationContextV1(ContextModel):
    """One change of a table that is in use, in steps that neither block it nor break code that still runs."""

    change: Change
    """What changes; set_choices replaces the CHECK of an enum that is kept as text."""
    table: SqlName | None = None
    """The table."""
    columns: tuple[SqlName, ...] = Field(strict=False, default=(), max_length=8)
    """The column; of an index the columns in order."""
    type: ColumnType | None = None
    """Type of the column, or of the one that goes, so that a downgrade brings it back; enum is text with a CHECK."""
    max_length: int | None = Field(default=None, ge=1, le=10_000)
    """Greatest number of characters; str only."""
    nullable: bool = False
    """Whether the column may be NULL."""
    default: Value | None = None
    """A default that the database keeps, as text; now for a datetime. Old code goes on without knowing the column."""
    fill: Value | None = None
    """What rows that are there get, as text; new rows get theirs from the code."""
    fill_from: SqlName | None = None
    """The column that rows that are there copy."""
    to: SqlName | None = None
    """The new name, or the table that a foreign key refers to."""
    key: SqlName = "id"
    """The primary key: of the table that is filled, or of the one that is referred to."""
    on_delete: OnDelete = "restrict"
    """What deleting the referred row does."""
    unique: bool = False
    """Whether the index is unique."""
    ge: int | None = None
    """Least value that the check allows."""
    le: int | None = None
    """Greatest value that the check allows."""
    values: tuple[Value, ...] = Field(strict=False, default=(), max_length=50)
    """All choices of the column, or the values that a native enum gains."""
    enum: SqlName | None = None
    """The native enum type of PostgreSQL."""
    name: SqlName | None = None
    """Name of the index or constraint where it is not the usual one; else of this change."""
    phase: Literal["expand", "contract"] = "expand"
    """contract takes away what nothing that runs needs any more, in a later deployment."""

    @model_validator(mode="after")
    def _members_fit_the_change(self) -> MigrationContextV1:
        needs, allows = _SHAPES[self.change]
        given = {name for name in type(self).model_fields if getattr(self, name) != _default(name)}
        missing = sorted(needs - given)
        if missing:
            raise ValueError(f"{self.change} needs {', '.join(missing)}")
        beyond = sorted(given - needs - allows - _EVERYONE)
        if beyond:
            raise ValueError(f"{self.change} knows nothing of {', '.join(beyond)}; leave it out")
        if self.change not in {"add_index", "add_enum_value"} and len(self.columns) != 1:
            raise ValueError(f"{self.change} is of one column, and there are {len(self.columns)}")
        for what, names in (("columns", self.columns), ("values", self.values)):
            if len(set(names)) != len(names):
                raise ValueError(f"{what} names one twice; list it once")
        if self.phase == "contract" and self.change not in _PHASED:
            raise ValueError(f"{self.change} has nothing to contract; leave phase out")
        return self

    @model_validator(mode="after")
    def _values_fit_the_type(self) -> MigrationContextV1:
        if self.max_length is not None and self.type != "str":
            raise ValueError("max_length is of a str only")
        if (self.type == "enum") != bool(self.values) and self.change == "add_column":
            raise ValueError("an enum needs choices, and nothing else has them")
        if self.change == "add_check" and self.ge is None and self.le is None:
            raise ValueError("add_check needs ge or le")
        if self.ge is not None and self.le is not None and self.ge > self.le:
            raise ValueError(f"ge {self.ge} is greater than le {self.le}; swap or correct them")
        return self

    @model_validator(mode="after")
    def _rows_get_a_value(self) -> MigrationContextV1:
        ways = [name for name in ("default", "fill", "fill_from") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise ValueError(f"{' and '.join(ways)} are two ways to fill rows; give one")
        if self.change == "add_column" and not self.nullable and not ways:
            raise ValueError(
                "rows that are there have no value for a column that must have one: give default (the database keeps "
                "it), fill (once, for the rows that are there), or make it nullable with ?"
            )
        if self.phase == "contract" and self.change == "add_column" and (self.nullable or self.default is not None):
            raise ValueError("add_column has nothing to contract unless rows are filled and NULL is forbidden then")
        if self.to is not None and self.change == "rename_column" and self.to in self.columns:
            raise ValueError(f"{self.to!r} is its name already")
        return self


def _default(name: str) -> object:
    return MigrationContextV1.model_fields[name].default


SCHEMA = Schema(
    type="migration",
    version=1,
    model=MigrationContextV1,
    examples=(
        {"change": "add_column", "table": "orders", "columns": ["priority"], "type": "int", "fill": "0"},
        {
            "change": "rename_column",
            "table": "orders",
            "columns": ["note"],
            "type": "str",
            "max_length": 200,
            "nullable": True,
            "to": "comment",
            "phase": "contract",
        },
        {"change": "add_index", "table": "orders", "columns": ["customer_id", "status"]},
        {"change": "add_enum_value", "enum": "order_status", "values": ["returned"]},
    ),
)
