"""One field of a resource: its types in each layer, its constraints, and values that are and are not allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

from backwright.errors import InvalidInputError
from backwright.scaffold.decimals import decimal_pattern
from backwright.scaffold.names import article, check_field, check_identifier, names_secret, pascal
from backwright.scaffold.reference import Reference
from backwright.scaffold.render import py

INT4 = 2**31 - 1
DEFAULT_STR, DEFAULT_TEXT = 255, 10_000
MAX_STR, MAX_TEXT = 10_000, 1_000_000
# What a JSON number carries exactly in every language; BIGINT holds more.
SAFE_INTEGER = 2**53 - 1
# What NUMERIC(15, 4) holds before the point.
DECIMAL_INTEGER = 10**11 - 1
ENUM_LENGTH = 50
SAMPLES = 3
_SECRET_LENGTH = 12

_PYTHON = {
    "str": "str",
    "text": "str",
    "int": "int",
    "float": "float",
    "decimal": "Decimal",
    "bool": "bool",
    "datetime": "dt.datetime",
    "date": "dt.date",
    "uuid": "UUID",
}
_COLUMN = {
    "text": "sa.Text()",
    "int": "sa.BigInteger()",
    "float": "sa.Double()",
    "decimal": "sa.Numeric(15, 4)",
    "bool": "sa.Boolean()",
    "datetime": "UtcDateTime()",
    "date": "sa.Date()",
    "uuid": "sa.Uuid()",
}
_SCHEMA = {"str": "PlainText", "text": "PlainText", "decimal": "DecimalString", "datetime": "UtcTime"}
# What a JSON body holds is of its type already; in a query all is text.
_BODY = {"date": "PlainDate", "int": "", "float": "", "bool": "StrictBool"}
_NUMBERS = ("int", "float", "decimal")
_INVALID = {
    "int": '"many"',
    "float": '"many"',
    "decimal": '"1e3"',
    "bool": '"maybe"',
    "datetime": '"2026-01-01T09:00:00"',
    "date": '"2026-13-01"',
    "uuid": '"no-uuid"',
}


@dataclass(frozen=True)
class Field:
    """What the templates know about a field under the name `f`; expressions are Python source.

    `owner` is the class of the resource, `table` its table; the rest is as in the endpoint context.
    """

    name: str
    type: str
    owner: str
    table: str
    required: bool = True
    unique: bool = False
    index: bool = False
    min_length: int | None = None
    max_length: int | None = None
    ge: int | None = None
    le: int | None = None
    choices: tuple[str, ...] = ()
    reference: Reference | None = None

    @property
    def relation(self) -> str | None:
        """The name of the relation that the field is the key of, `customer` of `customer_id`."""
        return self.reference.relation if self.reference else None

    @property
    def article(self) -> str:
        """`a` or `an`, before the name of the relation."""
        return article(self.relation or self.name)

    @property
    def nobody(self) -> str:
        """A key that nothing has, as JSON."""
        return {"uuid": "str(NOBODY)", "int": "2_000_000_000"}.get(self.type, '"no"')

    @property
    def label(self) -> str:
        """`due date`."""
        return self.name.replace("_", " ")

    @property
    def enum(self) -> str:
        """The name of the enum class, `InvoiceStatus`."""
        return f"{self.owner}{pascal(self.name)}"

    @cached_property
    def members(self) -> list[tuple[str, str]]:
        """The names and values of the enum."""
        return [(choice.upper(), choice) for choice in self.choices]

    @property
    def base(self) -> str:
        """The type in the domain, without `| None`."""
        return self.enum if self.type == "enum" else _PYTHON[self.type]

    @property
    def python(self) -> str:
        """The type in the domain and in the model."""
        return self.base if self.required else f"{self.base} | None"

    @property
    def response(self) -> str:
        """The type in a response, without `| None`."""
        if self.type in {"str", "text"}:
            return "str"
        return _SCHEMA.get(self.type, self.base)

    @property
    def request(self) -> str:
        """The type in a request with its constraints, without `| None`."""
        base = _SCHEMA.get(self.type, self.base)
        limits = [f"{name}={value}" for name, value in self._limits()]
        return f"Annotated[{base}, Field({', '.join(limits)})]" if limits else base

    @property
    def body(self) -> str:
        """The type in a request body, whose schema says all that is asked for, without `| None`."""
        if self.type in _BODY:
            limits = ", ".join(f"{name}={value}" for name, value in self._limits())
            # The limits come first: behind a validator they would be missing in the schema.
            return f"Annotated[{self.base}, Field({limits}), JsonNumber]" if limits else _BODY[self.type]
        if self.type != "decimal" or (self.ge is None and self.le is None):
            return self.request
        pattern = py(decimal_pattern(*self.bounds), 40)
        limits = ", ".join(f"{name}={value}" for name, value in self._limits())
        shown = f'{{"type": "string", "pattern": {pattern}, "examples": [{json_literal(self.json_sample(0))}]}}'
        return f"Annotated[DecimalString, Field({limits}), WithJsonSchema({shown})]"

    @property
    def parameter(self) -> str:
        """The type of a query parameter that it is compared with: any value that the column could hold."""
        # The key of another table keeps the bounds of its column's type.
        plain = self if self.reference else replace(self, ge=None, le=None, min_length=None)
        return "PlainDate" if self.type == "date" else plain.request

    @property
    def no_parameter(self) -> str:
        """A text that such a parameter must refuse, as Python."""
        if self.type in {"str", "text"}:
            return f'"x" * {self.longest + 1}'
        return _INVALID.get(self.type, self.invalid)

    def _limits(self) -> list[tuple[str, object]]:
        if self.type in {"str", "text"}:
            shortest = [("min_length", self.min_length)] if self.min_length else []
            return [*shortest, ("max_length", self.longest)]
        if self.type == "int":
            return [("ge", self.bounds[0]), ("le", self.bounds[1])]
        bounds: list[tuple[str, object]] = [
            (name, value) for name, value in (("ge", self.ge), ("le", self.le)) if value is not None
        ]
        return [("allow_inf_nan", False), *bounds] if self.type == "float" else bounds

    @property
    def longest(self) -> int:
        """The greatest length of a str or text."""
        return self.max_length or (DEFAULT_STR if self.type == "str" else DEFAULT_TEXT)

    @property
    def bounds(self) -> tuple[int, int]:
        """The least and the greatest value of a number."""
        limit = DECIMAL_INTEGER if self.type == "decimal" else SAFE_INTEGER
        return (-limit if self.ge is None else self.ge, limit if self.le is None else self.le)

    @property
    def column(self) -> str:
        """The type of the column in the model, and its foreign key."""
        if self.reference:
            target = json_literal(f"{self.reference.table}.{self.reference.key}")
            more = f"name={json_literal(self.foreign_name)}, ondelete={json_literal(self.reference.ondelete)}"
            return f"{self.migration}, sa.ForeignKey({target}, {more})"
        if self.type == "enum":
            return f"enum_type({self.enum}, {ENUM_LENGTH})"
        return f"sa.String({self.longest})" if self.type == "str" else _COLUMN[self.type]

    @property
    def migration(self) -> str:
        """The type of the column in the migration, which depends on no module of the application."""
        if self.reference and self.type != "str":
            return "sa.Uuid()" if self.type == "uuid" else "sa.Integer()" if self.le == INT4 else "sa.BigInteger()"
        if self.type == "enum":
            return f"sa.String({ENUM_LENGTH})"
        if self.type == "str":
            return f"sa.String({self.longest})"
        return "sa.DateTime(timezone=True)" if self.type == "datetime" else self.column

    @property
    def foreign_name(self) -> str:
        """The name of the foreign key."""
        other = self.reference.table.replace(".", "_") if self.reference else ""
        return f"fk_{self.table}_{self.name}_{other}"

    @property
    def unique_name(self) -> str:
        """The name of the unique constraint."""
        return f"uq_{self.table}_{self.name}"

    @property
    def index_name(self) -> str:
        """The name of the index."""
        return f"ix_{self.table}_{self.name}"

    @cached_property
    def checks(self) -> list[tuple[str, str, str]]:
        """Suffix of the name, condition in the model, condition in the migration, for each CHECK constraint."""
        if self.reference:
            return []
        if self.type == "enum":
            column = f'sa.column("{self.name}")'
            values = ", ".join(repr(choice) for choice in self.choices)
            return [("", f"{column}.in_([each.value for each in {self.enum}])", f"{column}.in_([{values}])")]
        bounds = (("min", ">=", self.ge), ("max", "<=", self.le))
        # Quoted: the name may be a word of SQL.
        texts = [(suffix, f"'\"{self.name}\" {sign} {bound}'") for suffix, sign, bound in bounds if bound is not None]
        return [(suffix, text, text) for suffix, text in texts]

    def json_sample(self, number: int) -> object:
        """A valid JSON value; the numbers 0 to 2 give different ones where the type has so many."""
        if self.reference and self.reference.own:
            return None
        if self.reference:
            # Two relations to the same model refer to different ones.
            number = (number + self.reference.shift) % SAMPLES
        if self.type in {"str", "text"}:
            return self._text_sample(number)
        if self.type in _NUMBERS:
            value = self._number(number)
            return {"int": value, "float": float(value), "decimal": f"{value}.0000"}[self.type]
        return {
            "bool": number % 2 == 0,
            "datetime": f"2026-01-0{number + 1}T09:00:00Z",
            "date": f"2026-01-0{number + 1}",
            "uuid": f"00000000-0000-4000-8000-00000000000{number + 1}",
            "enum": self.choices[number % len(self.choices)] if self.choices else None,
        }[self.type]

    def domain_sample(self, number: int) -> str:
        """The same value as a Python expression in the domain's type."""
        return self.domain_value(self.json_sample(number), number)

    def domain_value(self, value: object, number: int = 0) -> str:
        """A JSON value as a Python expression in the domain's type."""
        sources = {
            "decimal": f'Decimal("{value}")',
            "datetime": f"dt.datetime(2026, 1, {number + 1}, 9, tzinfo=dt.UTC)",
            "date": f"dt.date(2026, 1, {number + 1})",
            "uuid": f'UUID("{value}")',
            "enum": f"{self.enum}.{str(value).upper()}",
        }
        if self._secret and isinstance(value, str):
            return f"{json_literal(value[:1])} * {len(value)}"
        return repr(value) if value is None else sources.get(self.type, repr(value))

    def value_beside(self, values: Sequence[object]) -> object | None:
        """A value of an enum, bool or int that is none of these; None where there is no other."""
        others: Sequence[object] = self.choices if self.type == "enum" else (False, True)
        if self.type == "int":
            low, high = self.bounds
            others = [low + step for step in range(len(values) + 1) if low + step <= high]
        return next((each for each in others if each not in values), None)

    @property
    def invalid(self) -> str:
        """A JSON value, as a Python expression, that a request must refuse."""
        if self.type in {"str", "text"}:
            return '""' if self.min_length else f'"x" * {self.longest + 1}'
        if self.type == "enum":
            return '"No Such Choice"'
        if self.type in _NUMBERS and (self.ge is not None or self.le is not None):
            value = self.le + 1 if self.le is not None else cast("int", self.ge) - 1
            return f'"{value}"' if self.type == "decimal" else str(value)
        return _INVALID[self.type]

    @property
    def _secret(self) -> bool:
        """Whether a literal of it would look like a password in the source."""
        return self.type in {"str", "text"} and not self.reference and names_secret(self.name)

    def _number(self, number: int) -> int:
        low, high = self.bounds
        start = min(max(low, 1), max(low, high - SAMPLES + 1))
        return min(start + number, high)

    def _text_sample(self, number: int) -> str:
        if self.reference:
            return str(number + 1)
        if self._secret:
            return str(number + 1) * max(self.min_length or 0, min(_SECRET_LENGTH, self.longest))
        text = f"{self.label} {number + 1}"
        if len(text) > self.longest:
            text = str(number + 1)
        return text.rjust(self.min_length or 0, "x")


def json_literal(value: object) -> str:
    """A string, number or bool as Python source, with double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def read_field(item: object, owner: str, table: str) -> Field:
    """The field that one item of the context describes.

    Raises:
        InvalidInputError: a value is unusable; the message names the field.
    """
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
        raise InvalidInputError("a field is not an object with a name", hint="give each field a name and a type")
    name = check_field(item["name"])
    kind = item.get("type")
    if kind not in {*_PYTHON, "enum"}:
        raise InvalidInputError(f"field {name!r} has no known type", hint=f"use one of {', '.join(_PYTHON)}, enum")
    choices = tuple(check_identifier(str(choice), f"choice of {name}") for choice in item.get("choices") or ())
    field = Field(
        name=name,
        type=str(kind),
        owner=owner,
        table=table,
        required=item.get("required", True) is True,
        unique=item.get("unique", False) is True,
        index=item.get("index", False) is True,
        min_length=_whole(item, "min_length"),
        max_length=_whole(item, "max_length"),
        ge=_whole(item, "ge"),
        le=_whole(item, "le"),
        choices=choices,
    )
    _check(field)
    return field


def _whole(item: Mapping[object, object], key: str) -> int | None:
    value = item.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise InvalidInputError(f"{key} of field {item['name']!r} is not a whole number", hint="give a whole number")


def _check(field: Field) -> None:
    if (field.type == "enum") != bool(field.choices):
        raise _wrong(field, "needs choices if it is an enum, and only then", "give choices to an enum")
    if len(set(field.choices)) < len(field.choices):
        raise _wrong(field, "has a choice twice", "list each choice once")
    if field.unique and field.type in {"bool", "enum"}:
        raise _wrong(field, f"is a unique {field.type}, so that there could only ever be a few rows", "drop unique")
    if field.type in {"str", "text"}:
        _check_length(field)
    elif field.min_length is not None or field.max_length is not None:
        raise _wrong(field, f"is {field.type} and has a length", "give min_length and max_length to str and text only")
    if field.type in _NUMBERS:
        _check_bounds(field)
    elif field.ge is not None or field.le is not None:
        raise _wrong(field, f"is {field.type} and has a bound", "give ge and le to int, float and decimal only")


def _check_length(field: Field) -> None:
    limit = MAX_STR if field.type == "str" else MAX_TEXT
    if not 0 <= (field.min_length or 0) <= field.longest <= limit:
        raise _wrong(field, f"has lengths that do not fit 0 <= min <= max <= {limit}", "correct the lengths")


def _check_bounds(field: Field) -> None:
    low, high = field.bounds
    limit = DECIMAL_INTEGER if field.type == "decimal" else SAFE_INTEGER
    if not -limit <= low <= high <= limit:
        raise _wrong(field, f"has bounds that do not fit {-limit} <= ge <= le <= {limit}", "correct the bounds")
    if field.unique and high - low + 1 < SAMPLES:
        raise _wrong(field, f"is unique among {high - low + 1} values", "widen the bounds or drop unique")


def _wrong(field: Field, what: str, hint: str) -> InvalidInputError:
    return InvalidInputError(f"field {field.name!r} {what}", hint=hint)
