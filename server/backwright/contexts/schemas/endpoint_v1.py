"""The endpoint context, version 1: the resource that `scaffold_endpoint` writes an API for."""

from __future__ import annotations

import keyword
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from backwright.contexts.schema import ContextModel, Schema

Operation = Literal["list", "get", "create", "update", "delete"]
FieldType = Literal["str", "text", "int", "float", "decimal", "bool", "datetime", "date", "uuid", "enum"]

_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LENGTH_TYPES = ("str", "text")
_NUMBER_TYPES = ("int", "float", "decimal")
# Columns that every generated table has; attributes of a declarative class; methods of a Pydantic model.
_TABLE_NAMES = ("id", "created_at", "updated_at", "metadata", "registry")
_MODEL_NAMES = ("construct", "copy", "dict", "from_orm", "json", "schema", "schema_json", "validate")
RESERVED_NAMES = frozenset([*_TABLE_NAMES, *_MODEL_NAMES])
MAX_NAME = 50


def _identifier(name: str) -> str:
    if not _IDENTIFIER.fullmatch(name) or len(name) > MAX_NAME:
        raise ValueError(
            f"{name!r} is not a snake_case identifier; "
            f"use lower-case ASCII letters, digits and single underscores, start with a letter, at most {MAX_NAME}"
        )
    if keyword.iskeyword(name):
        raise ValueError(f"{name!r} is a Python keyword; choose another name, such as {name}_value")
    if name in RESERVED_NAMES or name.startswith("model_"):
        raise ValueError(f"{name!r} is taken by the generated model; choose another name, such as item_{name}")
    return name


Identifier = Annotated[
    str, Field(min_length=1, max_length=MAX_NAME, pattern=rf"^{_IDENTIFIER.pattern}$"), AfterValidator(_identifier)
]


class EndpointField(ContextModel):
    """One field of the resource: a column, and a member of the request and response schemas."""

    name: Identifier
    """Name of the column and of the JSON member, in snake_case; id, created_at and updated_at exist already."""
    type: FieldType
    """str is short text, text is long text, decimal is exact, datetime carries a time zone, enum needs choices."""
    required: bool = True
    """false makes the column nullable and the member optional."""
    unique: bool = False
    """true adds a unique constraint; a duplicate is answered with 409."""
    index: bool = False
    """true adds an index; a unique field has one already."""
    min_length: int | None = Field(default=None, ge=0)
    """Least number of characters; str and text only."""
    max_length: int | None = Field(default=None, ge=1)
    """Greatest number of characters; str and text only."""
    ge: int | None = None
    """Least value; int, float and decimal only."""
    le: int | None = None
    """Greatest value; int, float and decimal only."""
    choices: tuple[Identifier, ...] = Field(strict=False, default=(), max_length=50)
    """The values of an enum, in snake_case; enum only."""

    @model_validator(mode="after")
    def _bounds_fit_the_type(self) -> EndpointField:
        _only(self, ("min_length", "max_length"), _LENGTH_TYPES)
        _only(self, ("ge", "le"), _NUMBER_TYPES)
        _ordered(self, "min_length", self.min_length, "max_length", self.max_length)
        _ordered(self, "ge", self.ge, "le", self.le)
        return self

    @model_validator(mode="after")
    def _choices_fit_the_type(self) -> EndpointField:
        if self.type == "enum" and not self.choices:
            raise ValueError(f"the enum field {self.name!r} has no choices; list its values in choices")
        if self.type != "enum" and self.choices:
            raise ValueError(
                f"the field {self.name!r} is {self.type} and has choices; set type to enum or leave them out"
            )
        repeated = _repeated(self.choices)
        if repeated:
            raise ValueError(f"the choice {repeated!r} of {self.name!r} is listed twice; list it once")
        if self.unique and self.index:
            raise ValueError(f"the field {self.name!r} is unique, which is an index already; leave index out")
        return self


class EndpointContextV1(ContextModel):
    """A resource with typed fields, from which an endpoint with its model, migration and tests is written."""

    resource: Identifier
    """Name of one resource in snake_case singular, such as purchase_order."""
    plural: Identifier | None = None
    """Its plural where English rules do not give it, such as people; used for the path and the table."""
    fields: tuple[EndpointField, ...] = Field(strict=False, min_length=1, max_length=40)
    """The fields, without id, created_at and updated_at, which every resource has."""
    operations: tuple[Operation, ...] = Field(
        strict=False, default=("list", "get", "create", "update", "delete"), min_length=1, max_length=5
    )
    """The operations to expose."""
    description: str = Field(default="", max_length=300, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$")
    """One line about the resource for the API's documentation."""

    @field_validator("operations")
    @classmethod
    def _operations_once(cls, operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
        repeated = _repeated(operations)
        if repeated:
            raise ValueError(f"the operation {repeated!r} is listed twice; list it once")
        return operations

    @model_validator(mode="after")
    def _names_differ(self) -> EndpointContextV1:
        repeated = _repeated(tuple(field.name for field in self.fields))
        if repeated:
            raise ValueError(f"two fields are called {repeated!r}; rename one of them")
        if self.plural == self.resource:
            raise ValueError(
                f"plural equals resource, {self.resource!r}; give another plural, such as {self.resource}_list"
            )
        return self


def _only(field: EndpointField, bounds: tuple[str, ...], types: tuple[str, ...]) -> None:
    for bound in bounds:
        if getattr(field, bound) is not None and field.type not in types:
            raise ValueError(
                f"{bound} does not apply to {field.name!r}, which is {field.type}; "
                f"leave it out or use one of the types {', '.join(types)}"
            )


def _ordered(field: EndpointField, low_name: str, low: int | None, high_name: str, high: int | None) -> None:
    if low is not None and high is not None and low > high:
        raise ValueError(f"{low_name} {low} of {field.name!r} is greater than {high_name} {high}; swap or correct them")


def _repeated(names: tuple[str, ...]) -> str | None:
    return next((name for number, name in enumerate(names) if name in names[:number]), None)


SCHEMA = Schema(
    type="endpoint",
    version=1,
    model=EndpointContextV1,
    examples=(
        {
            "resource": "order",
            "fields": [
                {"name": "reference", "type": "str", "unique": True, "max_length": 40},
                {"name": "total", "type": "decimal", "ge": 0},
                {"name": "status", "type": "enum", "choices": ["draft", "paid", "shipped"], "index": True},
                {"name": "note", "type": "text", "required": False},
            ],
            "description": "A customer's order.",
        },
        {
            "resource": "person",
            "plural": "people",
            "fields": [{"name": "born", "type": "date"}],
            "operations": ["list"],
        },
    ),
)
