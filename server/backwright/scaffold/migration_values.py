"""A migration context checked against what will be written: names, types and values as Python source."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from uuid import UUID

from backwright.errors import InvalidInputError
from backwright.scaffold.names import MAX_SQL_NAME
from backwright.scaffold.render import py

_NAME = re.compile(r"[a-z_][a-z0-9_]*")
# What needs no escape inside quotes, in a bound text of SQLAlchemy, and for any driver.
_LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .-]{0,62}")
_INTEGER = re.compile(r"-?[0-9]{1,18}")
_ENUM_LENGTH = 50
_TYPES = {
    "text": "sa.Text()",
    "int": "sa.Integer()",
    "bigint": "sa.BigInteger()",
    "float": "sa.Double()",
    "decimal": "sa.Numeric(15, 4)",
    "bool": "sa.Boolean()",
    "datetime": "sa.DateTime(timezone=True)",
    "date": "sa.Date()",
    "uuid": "sa.Uuid()",
    "json": "sa.JSON()",
}
_VERBS = {
    "add_column": "add",
    "drop_column": "drop",
    "rename_column": "rename",
    "add_index": "index",
    "add_foreign_key": "link",
    "add_check": "check",
    "set_choices": "choices",
    "add_enum_value": "enum",
}
_PREFIXES = {"add_index": "ix", "add_foreign_key": "fk", "add_check": "ck", "set_choices": "ck", "add_column": "ck"}
_NAMED = frozenset({"add_index", "add_foreign_key", "add_check", "set_choices"})
_MODEL_CHANGES = frozenset({"add_column", "drop_column", "rename_column", "add_index", "add_foreign_key", "add_check"})


@dataclass(frozen=True)
class Change:
    """What the templates know about the change under the name `c`.

    Args:
        kind: the change, such as `add_column`.
        slug: what it is called in the record and in the files.
        contract: whether this is what takes away.
        table: the table, empty for an enum type.
        columns: the columns, the only one first.
        type: the column's type as source.
        nullable: whether the column may be NULL.
        default: the server's default as source, empty where there is none.
        volatile: whether SQLite cannot add a column with this default.
        fill: what rows get as source, empty where there is nothing to fill.
        fill_from: the column that rows copy.
        to: the new column, or the table that is referred to.
        key: the primary key that rows are counted by, or that is referred to.
        on_delete: as SQL says it.
        unique: whether the index is.
        condition: of the check, as source.
        values: the labels of a native enum.
        enum: its type.
        name: of the index or the constraint.
    """

    kind: str
    slug: str
    contract: bool
    table: str
    columns: tuple[str, ...]
    type: str
    nullable: bool
    default: str
    volatile: bool
    fill: str
    fill_from: str
    to: str
    key: str
    on_delete: str
    unique: bool
    condition: str
    values: tuple[str, ...]
    enum: str
    name: str

    @property
    def column(self) -> str:
        """The only column, or the first one."""
        return self.columns[0] if self.columns else ""

    @property
    def filled(self) -> str:
        """The column that the rows get a value in."""
        return self.to if self.kind == "rename_column" else self.column

    @property
    def copied(self) -> str:
        """The column that the value comes from; empty where it is one value for all."""
        return self.column if self.kind == "rename_column" else self.fill_from

    @property
    def not_null_name(self) -> str:
        """The check that stands in while NULL is being forbidden."""
        return f"ck_{self.table}_{self.filled}_not_null"[:MAX_SQL_NAME]

    @property
    def changes_model(self) -> bool:
        """Whether the project's model has to say it too."""
        return self.kind in _MODEL_CHANGES


def read_change(values: Mapping[str, object], key: str | None) -> Change:
    """The change that a context describes, every name checked again against what will be written.

    Args:
        values: a `MigrationContext` as JSON values.
        key: the primary key of the table, where the project's models say it.

    Raises:
        InvalidInputError: a value is unusable; the message names it.
    """
    kind, contract = str(values["change"]), values.get("phase") == "contract"
    columns = tuple(_name(each, "column") for each in _list(values, "columns"))
    table, to = _optional(values, "table"), _optional(values, "to")
    type_ = str(values.get("type") or "")
    choices = tuple(str(each) for each in _list(values, "values"))
    if kind == "add_enum_value":
        choices = tuple(_label(each) for each in choices)
    given = _optional(values, "name")
    parts = (_PREFIXES.get(kind, ""), table, *columns, *((to,) if kind == "add_foreign_key" else ()))
    name = given or "_".join(parts)
    if len(name) > MAX_SQL_NAME - len("_new") and (kind in _NAMED or choices):
        raise InvalidInputError(
            f"the name {name!r} would be longer than PostgreSQL allows", hint="give a shorter one as name"
        )
    slug = "_".join((_VERBS[kind], table or _optional(values, "enum"), *(columns or choices)))
    slug = re.sub(r"[^a-z0-9_]+", "_", (given if given and not columns else slug).lower())[:80].strip("_")
    default, fill = values.get("default"), values.get("fill")
    return Change(
        kind=kind,
        slug=f"{slug}_contract" if contract else slug,
        contract=contract,
        table=table,
        columns=columns,
        type=_type(type_, values.get("max_length"), choices),
        nullable=values.get("nullable") is True,
        default="" if default is None else _server_default(type_, str(default), choices),
        volatile=default == "now",
        fill="" if fill is None else _literal(type_, str(fill), choices, "fill"),
        fill_from=_optional(values, "fill_from"),
        to=to,
        key=key if key is not None and values.get("key", "id") == "id" else _name(values.get("key", "id"), "key"),
        on_delete=str(values.get("on_delete", "restrict")).replace("_", " ").upper(),
        unique=values.get("unique") is True,
        condition=_condition(columns, values, choices),
        values=choices,
        enum=_optional(values, "enum"),
        name=name,
    )


def _list(values: Mapping[str, object], key: str) -> Sequence[object]:
    given = values.get(key, ())
    return given if isinstance(given, list | tuple) else ()


def _optional(values: Mapping[str, object], key: str) -> str:
    given = values.get(key)
    return "" if given is None else _name(given, key)


def _name(value: object, what: str) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value) or len(value) > MAX_SQL_NAME:
        raise InvalidInputError(
            f"{what} {str(value)[:80]!r} is no name that needs no quotes in SQL",
            hint="use lower-case ASCII letters, digits and underscores",
        )
    return value


def _label(value: str) -> str:
    if not _LABEL.fullmatch(value):
        raise InvalidInputError(
            f"the enum value {value[:80]!r} has characters that would have to be escaped",
            hint="use letters, digits, underscores, hyphens, dots and spaces",
        )
    return value


def _type(type_: str, longest: object, choices: Sequence[str]) -> str:
    if type_ == "str":
        return f"sa.String({longest if isinstance(longest, int) else 255})"
    if type_ == "enum":
        return f"sa.String({max([_ENUM_LENGTH, *map(len, choices)])})"
    return _TYPES.get(type_, "")


def _server_default(type_: str, text: str, choices: Sequence[str]) -> str:
    if text == "now" and type_ == "datetime":
        return "sa.func.now()"
    literal = _literal(type_, text, choices, "default")
    if type_ == "bool":
        return f"sa.{text}()"
    return literal if type_ in {"str", "text", "enum"} else py(text)


def _literal(type_: str, text: str, choices: Sequence[str], what: str) -> str:
    """The value as source of Python.

    Raises:
        InvalidInputError: it is none of that type.
    """
    try:
        return _source(type_, text, choices)
    except (ValueError, InvalidOperation) as error:
        raise InvalidInputError(
            f"{what} {text[:80]!r} is no {type_}", hint=_HINTS.get(type_, "give a number")
        ) from error


_HINTS = {
    "bool": "give true or false",
    "datetime": "give now, or a time with its zone: 2026-01-31T12:00:00+00:00",
    "date": "give it as 2026-01-31",
    "uuid": "give 32 hex digits with hyphens",
    "enum": "give one of the choices",
    "json": "leave it nullable, and let the code write it",
}


def _source(type_: str, text: str, choices: Sequence[str]) -> str:
    if type_ == "enum" and text in choices:
        return py(text)
    return _SOURCES[type_](text)


def _integer(text: str) -> str:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return str(int(text))


def _decimal(text: str) -> str:
    _finite(float(Decimal(text)))
    return f"Decimal({py(str(Decimal(text)))})"


def _bool(text: str) -> str:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return text.capitalize()


def _datetime(text: str) -> str:
    if text == "now":
        return "sa.func.now()"
    when = dt.datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(text)
    return f"dt.datetime.fromisoformat({py(when.isoformat())})"


def _date(text: str) -> str:
    return f"dt.date.fromisoformat({py(dt.date.fromisoformat(text).isoformat())})"


def _none(text: str) -> str:
    raise ValueError(text)


_SOURCES: Mapping[str, Callable[[str], str]] = {
    "str": py,
    "text": py,
    "int": _integer,
    "bigint": _integer,
    "float": lambda text: repr(_finite(float(text))),
    "decimal": _decimal,
    "bool": _bool,
    "date": _date,
    "datetime": _datetime,
    "uuid": lambda text: f"UUID({py(str(UUID(text)))})",
    "json": _none,
    "enum": _none,
}


def _finite(number: float) -> float:
    if number - number != 0:
        raise ValueError(number)
    return number


def _condition(columns: Sequence[str], values: Mapping[str, object], choices: Sequence[str]) -> str:
    if not columns:
        return ""
    column = f"sa.column({py(columns[0])})"
    if choices:
        return f"{column}.in_([{', '.join(map(py, choices))}])"
    least, most = (value if type(value := values.get(key)) is int else None for key in ("ge", "le"))
    if least is not None and most is not None:
        return f"{column}.between({least}, {most})"
    return f"{column} >= {least}" if least is not None else f"{column} <= {most}"
