"""A resource in every form that the templates write it in: names, types, constraints and samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from backwright.errors import InvalidInputError
from backwright.scaffold.field import Field, read_field
from backwright.scaffold.names import MAX_SQL_NAME, article, check_identifier, check_resource, pascal, plural_of

OPERATIONS = ("list", "get", "create", "update", "delete")
MAX_FIELDS = 40
MAX_DESCRIPTION = 300


@dataclass(frozen=True)
class Check:
    """A CHECK constraint: its name, and its condition as the model and as the migration write it."""

    name: str
    model: str
    migration: str


@dataclass(frozen=True)
class Sample:
    """One example of the resource: as a JSON body, and as keyword arguments in the domain's types."""

    json: tuple[tuple[str, object], ...]
    domain: str


@dataclass(frozen=True)
class Operation:
    """One operation as the contract names it."""

    method: str
    path: str
    answers: list[str]


@dataclass(frozen=True)
class Resource:
    """What the templates know about the resource under the name `r`."""

    name: str
    plural: str
    fields: tuple[Field, ...]
    operations: tuple[str, ...]
    description: str

    @property
    def cls(self) -> str:
        """`PurchaseOrder`."""
        return pascal(self.name)

    @property
    def label(self) -> str:
        """`purchase order`."""
        return self.name.replace("_", " ")

    @property
    def labels(self) -> str:
        """`purchase orders`."""
        return self.plural.replace("_", " ")

    @property
    def Labels(self) -> str:  # noqa: N802  reads as what it gives
        """`Purchase orders`."""
        return self.labels.capitalize()

    @property
    def article(self) -> str:
        """`a` or `an`."""
        return article(self.name)

    @property
    def Article(self) -> str:  # noqa: N802  reads as what it gives
        """`A` or `An`."""
        return self.article.capitalize()

    @property
    def table(self) -> str:
        """The name of the table, which is the plural."""
        return self.plural

    @property
    def prefix(self) -> str:
        """`/v1/purchase-orders`: the path of the collection, with no slash at its end."""
        return f"/v1/{self.plural.replace('_', '-')}"

    def has(self, kind: str) -> bool:
        """Whether a field is of this type."""
        return any(field.type == kind for field in self.fields)

    @cached_property
    def enums(self) -> list[Field]:
        """The fields with choices."""
        return [field for field in self.fields if field.type == "enum"]

    @cached_property
    def uniques(self) -> list[Field]:
        """The fields with a unique constraint."""
        return [field for field in self.fields if field.unique]

    @cached_property
    def indexes(self) -> list[Field]:
        """The fields with an index of their own."""
        return [field for field in self.fields if field.index and not field.unique]

    @cached_property
    def required(self) -> list[Field]:
        """The fields that may not be null."""
        return [field for field in self.fields if field.required]

    @cached_property
    def nullable(self) -> list[Field]:
        """The fields that may be null."""
        return [field for field in self.fields if not field.required]

    @property
    def conflicts(self) -> bool:
        """Whether a write can meet a unique constraint."""
        return bool(self.uniques) and not {"create", "update"}.isdisjoint(self.operations)

    @property
    def by_id(self) -> bool:
        """Whether an operation addresses one resource."""
        return not {"get", "update", "delete"}.isdisjoint(self.operations)

    @property
    def returns(self) -> bool:
        """Whether an operation answers with a resource."""
        return self.operations != ("delete",)

    @cached_property
    def domain_names(self) -> list[str]:
        """The classes of the domain's module."""
        changes = [f"{self.cls}Changes"] if "update" in self.operations else []
        return [self.cls, f"New{self.cls}", f"{self.cls}Repository", *changes, *(field.enum for field in self.enums)]

    @cached_property
    def schema_classes(self) -> list[str]:
        """The classes of the schemas' module."""
        table = {"create": "Create", "update": "Update", "list": "PageRead"}
        made = [f"{self.cls}{suffix}" for operation, suffix in table.items() if operation in self.operations]
        return [*made, f"{self.cls}Read"] if self.returns else made

    @cached_property
    def checks(self) -> list[Check]:
        """The CHECK constraints of the table: choices of enums, bounds of numbers."""
        return [
            Check(f"ck_{self.table}_{field.name}_{name}" if name else f"ck_{self.table}_{field.name}", model, migration)
            for field in self.fields
            for name, model, migration in field.checks
        ]

    @cached_property
    def samples(self) -> list[Sample]:
        """Three different examples."""
        return [
            Sample(
                json=tuple((field.name, field.json_sample(number)) for field in self.fields),
                domain=", ".join(f"{field.name}={field.domain_sample(number)}" for field in self.fields),
            )
            for number in range(3)
        ]

    @property
    def statuses(self) -> list[int]:
        """The errors that every operation may answer with."""
        return [400, 422]

    @property
    def create_statuses(self) -> list[int]:
        """The errors that creating may answer with besides."""
        return [409] if self.uniques else []

    def contract(self, host: bool) -> list[Operation]:  # noqa: FBT001  called from a template, by position
        """Each operation with its answers, in the order in which they are asserted."""
        one = f"{self.prefix}/{{{self.name}_id}}"
        conflict = [409] if self.uniques else []
        table: dict[str, tuple[str, str, list[int], list[int]]] = {
            "list": ("get", self.prefix, [200], []),
            "create": ("post", self.prefix, [201], conflict),
            "get": ("get", one, [200], [404]),
            "update": ("patch", one, [200], [404, *conflict]),
            "delete": ("delete", one, [204], [404]),
        }
        return [
            Operation(method, path, [str(n) for n in sorted({*good, 422, *([] if host else [400, *bad])})])
            for operation, (method, path, good, bad) in table.items()
            if operation in self.operations
        ]


def read_resource(values: Mapping[str, object]) -> Resource:
    """The resource that an endpoint context describes, every name checked again against what will be written.

    Raises:
        InvalidInputError: a value is unusable; the message names it.
    """
    name = check_resource(_text(values, "resource"))
    plural = check_identifier(_text(values, "plural", plural_of(name)), "plural")
    if plural == name:
        raise InvalidInputError(f"plural equals resource, {name!r}", hint=f"give another plural, such as {name}_list")
    items = values.get("fields")
    if not isinstance(items, Sequence) or not 1 <= len(items) <= MAX_FIELDS:
        raise InvalidInputError("fields is not a list of 1 to 40 fields", hint="give at least one field")
    fields = tuple(read_field(item, pascal(name), plural) for item in cast("Sequence[object]", items))
    resource = Resource(name, plural, fields, _operations(values), _text(values, "description", ""))
    _check(resource)
    return resource


def _text(values: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = values.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise InvalidInputError(f"{key} is not a string", hint=f"give {key} as a string")
    return value


def _operations(values: Mapping[str, object]) -> tuple[str, ...]:
    given = values.get("operations", OPERATIONS)
    if not isinstance(given, Sequence) or not given or not set(given) <= set(OPERATIONS):
        raise InvalidInputError(f"operations is {given!r}", hint=f"give some of {', '.join(OPERATIONS)}")
    return tuple(operation for operation in OPERATIONS if operation in given)


def _check(resource: Resource) -> None:
    fields = [field.name for field in resource.fields]
    repeated = next((name for name in fields if fields.count(name) > 1), None)
    if repeated is not None:
        raise InvalidInputError(f"two fields are called {repeated!r}", hint="rename one of them")
    if len(resource.description) > MAX_DESCRIPTION:
        raise InvalidInputError("the description is longer than 300 characters", hint="shorten it")
    try:
        resource.description.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInputError("the description holds half a surrogate pair", hint="leave it out") from error
    names = [check.name for check in resource.checks]
    names += [field.unique_name for field in resource.uniques]
    names += [field.index_name for field in resource.indexes]
    longest = max(names, key=len, default="")
    if len(longest) > MAX_SQL_NAME:
        raise InvalidInputError(
            f"the constraint {longest!r} has a name of more than {MAX_SQL_NAME} characters, PostgreSQL's limit",
            hint="shorten the plural or the name of the field",
        )
