"""A resource in every form that the templates write it in: names, types, constraints and samples."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from backwright.scaffold.features import Action, Auth, Filter
from backwright.scaffold.field import Field
from backwright.scaffold.names import article, pascal


@dataclass(frozen=True)
class Check:
    """A CHECK constraint: its name, and its condition as the model and as the migration write it."""

    name: str
    model: str
    migration: str


@dataclass(frozen=True)
class Sample:
    """One example: as a JSON body, and in the domain's types as keyword arguments and as the items of a dict."""

    json: tuple[tuple[str, object], ...]
    domain: str
    items: str


@dataclass(frozen=True)
class Operation:
    """One operation as the contract names it."""

    method: str
    path: str
    answers: list[str]
    name: str = ""


@dataclass(frozen=True)
class Resource:
    """What the templates know about the resource under the name `r`."""

    name: str
    plural: str
    fields: tuple[Field, ...]
    operations: tuple[str, ...]
    description: str
    filters: tuple[Filter, ...] = ()
    actions: tuple[Action, ...] = ()
    auth: Auth | None = None
    idempotency: bool = False
    pagination: str = "cursor"
    version: int = 1
    persistence: str = "database"
    placed: str | None = None
    """The prefix of its router, where the project decides on it."""

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
        """`/v1/purchase-orders`: the path of the collection in its router, with no slash at its end."""
        return self.placed or f"/v{self.version}/{self.plural.replace('_', '-')}"

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

    @cached_property
    def relations(self) -> list[Field]:
        """The fields with a foreign key."""
        return [field for field in self.fields if field.reference is not None]

    @property
    def stored(self) -> bool:
        """Whether there is a table."""
        return self.persistence == "database"

    @property
    def keys_table(self) -> str:
        """The table of the idempotency keys."""
        return f"{self.name}_idempotency_keys"

    @property
    def repository(self) -> str:
        """The class that keeps them."""
        return f"{'Sql' if self.stored else 'Memory'}{self.cls}Repository"

    @property
    def reads(self) -> bool:
        """Whether the repository has to find one by its id."""
        return "get" in self.operations or bool(self.actions) or self.idempotency

    @property
    def addresses(self) -> bool:
        """Whether an operation or an action addresses one resource."""
        return self.by_id or bool(self.actions)

    @property
    def answered(self) -> bool:
        """Whether an operation or an action answers with a resource."""
        return self.returns or bool(self.actions)

    @property
    def writes(self) -> bool:
        """Whether a write can meet a constraint."""
        return (bool(self.uniques) or bool(self.relations)) and not {"create", "update"}.isdisjoint(self.operations)

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
    def domain_classes(self) -> list[str]:
        """The classes of the domain's module, those of filters too."""
        return [*self.domain_names, *([f"{self.cls}Filter"] if self.filters else [])]

    @cached_property
    def schema_names(self) -> list[str]:
        """The classes of the schemas' module, those of queries too."""
        query = [f"{self.cls}Query"] if "list" in self.operations else []
        read = [f"{self.cls}Read"] if self.actions and not self.returns else []
        return [*self.schema_classes, *query, *read]

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
                items=", ".join(f'"{field.name}": {field.domain_sample(number)}' for field in self.fields),
            )
            for number in range(3)
        ]

    @property
    def shared_statuses(self) -> list[int]:
        """The errors that every operation may answer with, authorization among them."""
        return [400, *([401, 403] if self.auth else []), 422]

    def errors(self, operation: str) -> list[int]:
        """The errors that one operation or action may answer with besides."""
        if operation in {"list", "get"}:
            return [404] if operation == "get" else []
        missing = [] if operation == "create" else [404]
        refused = {
            "create": bool(self.uniques or self.relations) or self.idempotency,
            "update": bool(self.uniques or self.relations),
            "delete": self.stored,
        }
        action = next((each for each in self.actions if each.name == operation), None)
        return [*missing, *([409] if refused.get(operation, action is not None and bool(action.when)) else [])]

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

    def answers(self) -> list[Operation]:
        """Each operation and action with its answers, in the order in which they are asserted."""
        one = f"{self.prefix}/{{{self.name}_id}}"
        table: dict[str, tuple[str, str, int]] = {
            "list": ("get", self.prefix, 200),
            "create": ("post", self.prefix, 201),
            "get": ("get", one, 200),
            "update": ("patch", one, 200),
            "delete": ("delete", one, 204),
        }
        kept = {name: each for name, each in table.items() if name in self.operations}
        kept |= {action.name: ("post", f"{one}/{action.path}", 200) for action in self.actions}
        return [
            Operation(method, path, [str(n) for n in sorted({good, *self.shared_statuses, *self.errors(name)})], name)
            for name, (method, path, good) in kept.items()
        ]

    @property
    def methods(self) -> str:
        """What the path of the first operation takes, as the header Allow has it."""
        first, *others = self.answers()
        same = [first.method, *(each.method for each in others if each.path == first.path)]
        return ", ".join(sorted({method.upper() for method in same}))

    def scope(self, operation: str) -> str | None:
        """The scope that an operation or action takes."""
        if self.auth is None:
            return None
        return self.auth.read if operation in {"list", "get"} else self.auth.write
