"""The endpoint context, version 2: relations, filters, actions, authorization, and how the endpoint is kept and found.

Every document of version 1 is one of version 2 with the same meaning.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from backwright.contexts.schema import ContextModel, Schema, as_it_is
from backwright.contexts.schemas.endpoint_v1 import EndpointContextV1, EndpointField, Identifier

OnDelete = Literal["restrict", "cascade", "set_null"]
Persistence = Literal["database", "none"]
Pagination = Literal["cursor", "offset"]

# RFC 6749 section 3.3 allows more; these are what people write, and safe in every language that is generated.
Scope = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[a-z][a-z0-9_-]*([:./][a-z0-9_-]+)*$")]
ModelName = Annotated[str, Field(max_length=255, pattern=r"^([A-Za-z_][A-Za-z0-9_]*\.)*[A-Z][A-Za-z0-9_]*$")]
FieldValue = str | int | bool
FieldValues = Annotated[tuple[FieldValue, ...], Field(strict=False, min_length=1, max_length=50)]
Line = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$")]

_ACTION_TYPES = ("enum", "bool", "int")
_FILTER_TYPES = ("str", "int", "decimal", "bool", "datetime", "date", "uuid", "enum")
_OPERATION_PATHS = ("list", "get", "create", "update", "delete")


class Relation(ContextModel):
    """A reference from each resource to one of another kind, as a foreign key."""

    name: Identifier
    """What it is called, such as customer; the column and the member are customer_id."""
    to: ModelName
    """The model that it refers to, such as Customer, with its module where the name is not enough."""
    required: bool = True
    """false makes it nullable."""
    on_delete: OnDelete = "restrict"
    """What happens when the other one is deleted; set_null only where it is not required."""

    @model_validator(mode="after")
    def _null_where_null_may_be(self) -> Relation:
        if self.on_delete == "set_null" and self.required:
            raise ValueError(f"{self.name!r} is required and on_delete is set_null; make one of them otherwise")
        return self


class Action(ContextModel):
    """A change of state that has a name, as POST on one resource: it is refused where the state does not allow it."""

    name: Identifier
    """What it is called, such as cancel."""
    set: dict[Identifier, FieldValue] = Field(
        min_length=1, max_length=10, json_schema_extra={"additionalProperties": False}
    )
    """The fields that it sets, such as {"status": "cancelled"}; enum, bool and int only."""
    when: dict[Identifier, FieldValues] = Field(
        default_factory=dict, max_length=10, json_schema_extra={"additionalProperties": False}
    )
    """The values that fields must have before, such as {"status": ["draft", "sent"]}; anything else is a 409."""
    description: Line = ""
    """One line for the API's documentation."""


class Authorization(ContextModel):
    """Who may call it."""

    read: Scope | None = None
    """The scope for list and get; left out, signing in is enough."""
    write: Scope | None = None
    """The scope for everything else."""


class EndpointContextV2(EndpointContextV1):
    """A resource with typed fields, from which an endpoint with its model, migration and tests is written."""

    relations: tuple[Relation, ...] = Field(strict=False, default=(), max_length=10)
    """Other resources that it refers to; their models have to be there."""
    filters: tuple[Identifier, ...] = Field(strict=False, default=(), max_length=10)
    """Fields and relations that the list can be narrowed by: equality, and from and to for numbers and times."""
    actions: tuple[Action, ...] = Field(strict=False, default=(), max_length=10)
    """Changes of state beside update."""
    auth: Authorization | None = None
    """Who may call it, by the project's own authorization; left out, everyone."""
    idempotency: bool = False
    """true makes create take an Idempotency-Key, so that a retry makes nothing twice."""
    pagination: Pagination = "cursor"
    """How the list is paged."""
    version: int = Field(default=1, ge=1, le=99)
    """The version of the API that it belongs to: 1 is /v1."""
    persistence: Persistence = "database"
    """none writes no model and no migration: the service keeps its resources in a repository that you replace."""

    @model_validator(mode="after")
    def _relations_are_apart_from_fields(self) -> EndpointContextV2:
        names = [field.name for field in self.fields]
        for relation in self.relations:
            if relation.name in names or f"{relation.name}_id" in names:
                raise ValueError(f"a field and a relation are called {relation.name!r}; rename one of them")
            names += [relation.name, f"{relation.name}_id"]
        if self.relations and self.persistence == "none":
            raise ValueError("persistence is none, so there are no models to refer to; leave relations out")
        return self

    @model_validator(mode="after")
    def _filters_are_fields(self) -> EndpointContextV2:
        kinds = {field.name: field.type for field in self.fields} | dict.fromkeys(
            (relation.name for relation in self.relations), "uuid"
        )
        for name in self.filters:
            if name not in kinds:
                raise ValueError(f"the filter {name!r} is no field and no relation; use one of {', '.join(kinds)}")
            if kinds[name] not in _FILTER_TYPES:
                raise ValueError(f"the filter {name!r} is {kinds[name]}, which cannot be filtered by; leave it out")
        if len(set(self.filters)) < len(self.filters):
            raise ValueError("a filter is listed twice; list it once")
        if self.filters and "list" not in self.operations:
            raise ValueError("there are filters and no list; add list to operations, or leave filters out")
        return self

    @model_validator(mode="after")
    def _actions_change_fields(self) -> EndpointContextV2:
        fields = {field.name: field for field in self.fields}
        seen: set[str] = set()
        for action in self.actions:
            if action.name in seen or action.name in _OPERATION_PATHS:
                raise ValueError(f"the action {action.name!r} is taken; choose another name")
            seen.add(action.name)
            for name, values in [*((n, (v,)) for n, v in action.set.items()), *action.when.items()]:
                _fits(action.name, name, fields.get(name), values)
        return self

    @model_validator(mode="after")
    def _idempotency_is_of_create(self) -> EndpointContextV2:
        if self.idempotency and "create" not in self.operations:
            raise ValueError("idempotency is for create, which is not among the operations; add it or leave it out")
        return self


def _fits(action: str, name: str, field: EndpointField | None, values: tuple[FieldValue, ...]) -> None:
    """Refuse what an action cannot set or ask for."""
    if field is None:
        raise ValueError(f"the action {action!r} speaks of {name!r}, which is no field; name one of the fields")
    if field.type not in _ACTION_TYPES:
        raise ValueError(f"the action {action!r} speaks of {name!r}, which is {field.type}; use enum, bool or int")
    kinds = {"enum": str, "bool": bool, "int": int}
    for value in values:
        if type(value) is not kinds[field.type]:
            raise ValueError(f"{value!r} is no value of {name!r}, which is {field.type}; correct the action {action!r}")
        if field.type == "enum" and value not in field.choices:
            choices = ", ".join(field.choices)
            raise ValueError(f"{value!r} is no choice of {name!r}; use one of {choices}")
        if isinstance(value, int) and not isinstance(value, bool) and not _within(value, field):
            raise ValueError(f"{value!r} is outside the bounds of {name!r}; correct the action {action!r}")


def _within(value: int, field: EndpointField) -> bool:
    return (field.ge is None or value >= field.ge) and (field.le is None or value <= field.le)


SCHEMA = Schema(
    type="endpoint",
    version=2,
    model=EndpointContextV2,
    upgrade=as_it_is,
    examples=(
        {
            "resource": "invoice",
            "fields": [
                {"name": "number", "type": "str", "unique": True, "max_length": 32},
                {"name": "total", "type": "decimal", "ge": 0},
                {"name": "status", "type": "enum", "choices": ["draft", "sent", "cancelled"], "index": True},
            ],
            "relations": [{"name": "customer", "to": "Customer"}],
            "filters": ["status", "customer"],
            "actions": [
                {"name": "cancel", "set": {"status": "cancelled"}, "when": {"status": ["draft", "sent"]}},
            ],
            "auth": {"read": "invoices:read", "write": "invoices:write"},
            "idempotency": True,
        },
        {
            "resource": "quote",
            "fields": [{"name": "symbol", "type": "str"}],
            "operations": ["get"],
            "persistence": "none",
        },
    ),
)
