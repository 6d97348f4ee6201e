"""The relations of a resource to models that are there: found by name, and given rows for the tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.field import INT4, MAX_STR, Field
from backwright.scaffold.models import Model, read_models
from backwright.scaffold.names import check_field, check_identifier, pascal, plural_of
from backwright.scaffold.project import Facts, source_root_of
from backwright.scaffold.reading import read_resource
from backwright.scaffold.record import Record, records
from backwright.scaffold.reference import Reference
from backwright.scaffold.resource import Resource

ON_DELETE = ("restrict", "cascade", "set_null")
DEFAULT = "restrict"
# As SQL and Django say it; all others refuse.
_SAME = {"CASCADE": "cascade", "SET NULL": "set_null", "SET_NULL": "set_null"}
SUFFIX = "Row"
"""What the classes of generated models end with."""

_SHOWN = 12
_CIRCLE = "{name} refers to {to} itself; nothing forbids a circle: where it has to be a tree, the service checks that"


@dataclass(frozen=True)
class Parent:
    """A model that the resource refers to, and rows of it for the tests.

    Args:
        cls: its class.
        module: the dotted name of its module.
        key: the attribute that is its primary key.
        values: the keys of three rows, as Python.
        table: its table.
        rows: the other columns of three generated rows, as keyword arguments; empty for a model that was not generated.
        items: the same as the items of a dict.
        imports: what the rows need.
        free: whether nothing but the resource is known to refer to it.
    """

    cls: str
    module: str
    key: str
    values: tuple[str, ...]
    table: str = ""
    rows: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    free: bool = False


@dataclass(frozen=True)
class Relations:
    """What the relations of a resource come to: its foreign keys, and the models, those that rows are made of first.

    Args:
        keys: the foreign keys.
        parents: the models that they refer to, with those that these refer to before them.
        modules: those of every model of the project.
        notes: what was decided.
        settled: the relations as they are from now on, with what happens when the other one is deleted.
    """

    keys: tuple[Field, ...] = ()
    parents: tuple[Parent, ...] = ()
    modules: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settled: tuple[Mapping[str, object], ...] = ()


def find_relations(root: Path, facts: Facts, values: Mapping[str, object]) -> Relations:
    """The models that `relations` name; the resource itself is one of them.

    Raises:
        InvalidInputError: a relation is no relation.
        UnsupportedProjectError: a model is not there, is there more than once, or has a key that cannot be referred to.
    """
    given = read_given(values)
    return _Finder(root, facts).find(values, given) if given else Relations()


def read_given(values: Mapping[str, object]) -> Sequence[object]:
    """The relations that are asked for.

    Raises:
        InvalidInputError: they are no list.
    """
    given = values.get("relations") or ()
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise InvalidInputError("relations is no list", hint="give each relation a name and the model it is to")
    return cast("Sequence[object]", given)


class _Finder:
    def __init__(self, root: Path, facts: Facts) -> None:
        self._facts = facts
        self._models = read_models(root)
        self._records = records(root)

    def find(self, values: Mapping[str, object], given: Sequence[object]) -> Relations:
        keys, parents, notes = list[Field](), dict[str, Parent](), list[str]()
        resource = str(values.get("resource"))
        first, settled = first_said(self._records.get(resource)), list[Mapping[str, object]]()
        for shift, item in enumerate(given):
            name, to, required, _ = read_relation(item)
            if (itself := self._own(values, item)) is not None:
                keys.append(shifted(itself, shift))
                settled.append(cast("Mapping[str, object]", item))
                notes.append(_CIRCLE.format(name=name, to=to))
                continue
            model = self._model(to, resource)
            on_delete, said = decide_deletion(item, model.cls, self._usual(model), first)
            settled.append({**cast("Mapping[str, object]", item), "on_delete": on_delete})
            key = _field(name, model, on_delete, required=required)
            for cls, parent in self._parents(model, key).items():
                parents[cls] = replace(parent, free=parent.free and parents.get(cls, parent).free)
            keys.append(shifted(key, shift))
            notes.append(f"{name} refers to {model.cls} ({model.path}:{model.line}), table {model.table}")
            notes += said
        # Its own are there at the second run only.
        own = {f"{pascal(resource)}{suffix}" for suffix in (SUFFIX, f"Idempotency{SUFFIX}")}
        modules = sorted({self._module(model.path) for model in self._models if model.cls not in own})
        return Relations(tuple(keys), tuple(parents.values()), tuple(modules), tuple(notes), tuple(settled))

    def _usual(self, model: Model) -> str:
        """What most foreign keys to a model do, as SQL says it, of those that were not generated; empty without any."""
        ours = {path for record in self._records.values() for path in record.files}
        uses = Counter(
            action or "NO ACTION"
            for each in self._models
            if each.path not in ours
            for to, action in each.refers
            if to in {model.table, model.cls}
        )
        return max(uses, key=lambda action: uses[action], default="")

    def _own(self, values: Mapping[str, object], item: object) -> Field | None:
        """The key of a relation of the resource to itself; None where another model is meant.

        Raises:
            InvalidInputError: it is required, so that there could never be a first one.
        """
        name, to, required, on_delete = read_relation(item)
        resource = str(values.get("resource"))
        row = f"{pascal(resource)}{SUFFIX}"
        if to not in {pascal(resource), row} or any(model.cls == to != row for model in self._models):
            return None
        if required:
            raise InvalidInputError(
                f"{name!r} refers to {resource} itself and is required, so that there could never be a first one",
                hint=f"let it be empty: {name}:{to}?",
            )
        plural = values.get("plural")
        table = plural if isinstance(plural, str) and plural else plural_of(resource)
        reference = Reference(name, row, table, "id", "id", on_delete or DEFAULT, own=True)
        return Field(f"{name}_id", "uuid", "", "", required=False, index=True, reference=reference)

    def _model(self, to: str, resource: str) -> Model:
        """The one model of this name.

        Raises:
            UnsupportedProjectError: there is none, there are several, or its key is composite or of another type.
        """
        module, _, cls = to.rpartition(".")
        named = [model for model in self._models if model.cls in {cls, f"{cls}{SUFFIX}"}]
        fits = [m for m in named if not module or f".{self._module(m.path)}".endswith(f".{module}")]
        fits = [m for m in fits if m.cls != f"{pascal(resource)}{SUFFIX}"]
        exact = [m for m in fits if m.cls == cls] or fits
        if len(exact) != 1:
            raise self._refusal(to, exact)
        model = exact[0]
        if len(model.keys) != 1 or not model.keys[0].kind:
            raise UnsupportedProjectError(
                f"{model.cls} ({model.path}:{model.line}) has no single primary key of type UUID, int or str",
                hint="refer to another model, or add the foreign key by hand",
            )
        return model

    def _refusal(self, to: str, found: Sequence[Model]) -> UnsupportedProjectError:
        shown = found or self._models[:_SHOWN]
        names = ", ".join(f"{self._module(m.path)}.{m.cls.removesuffix(SUFFIX)} ({m.path}:{m.line})" for m in shown)
        if found:
            return UnsupportedProjectError(
                f"there are {len(found)} models called {to}: {names}", hint="give the relation's `to` with its module"
            )
        known = f"; there are {names}" if names else "; there are no models yet"
        return UnsupportedProjectError(
            f"there is no model {to} to refer to{known}", hint="scaffold or write that model first, or correct the name"
        )

    def _module(self, path: str) -> str:
        return module_of(path, self._facts)

    def _parents(self, model: Model, key: Field) -> dict[str, Parent]:
        """The model with those that it refers to itself, the farthest first."""
        values = tuple(key.domain_sample(number) for number in range(3))
        attribute, module = model.keys[0].attribute, self._module(model.path)
        made = self._record(model)
        if made is None:
            return {model.cls: Parent(model.cls, module, attribute, values, model.table)}
        above = dict[str, Parent]()
        keys = list[Field]()
        for shift, item in enumerate(cast("Sequence[object]", made.values.get("relations") or ())):
            name, to, required, on_delete = read_relation(item)
            if (itself := self._own(made.values, item)) is not None:
                keys.append(shifted(itself, shift))
                continue
            farther = self._model(to, made.name)
            farther_key = _field(name, farther, on_delete or DEFAULT, required=required)
            above |= {cls: replace(each, free=False) for cls, each in self._parents(farther, farther_key).items()}
            keys.append(shifted(farther_key, shift))
        resource = read_resource(made.values, keys)
        parent = Parent(
            model.cls,
            module,
            attribute,
            values,
            model.table,
            rows=tuple(sample.domain for sample in resource.samples),
            items=tuple(sample.items for sample in resource.samples),
            imports=tuple(self._imports(made, resource)),
            free=True,
        )
        return above | {model.cls: parent}

    def _record(self, model: Model) -> Record | None:
        return next((record for record in self._records.values() if model.path in record.files), None)

    def _imports(self, made: Record, resource: Resource) -> Iterable[str]:
        ends = (f"/domain/{made.name}.py", f"/{resource.plural}/domain.py")
        path = next((path for path in made.files if path.endswith(ends)), None)
        if path is not None and resource.enums:
            yield f"from {self._module(path)} import {', '.join(field.enum for field in resource.enums)}"


def module_of(path: str, facts: Facts) -> str:
    """The dotted name of a file."""
    source_root = source_root_of(path, facts)
    relative = path.removeprefix(f"{source_root}/") if source_root else path
    return relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def shifted(key: Field, shift: int) -> Field:
    """The key with other examples than those of the relations before it."""
    return replace(key, reference=replace(key.reference, shift=shift)) if key.reference else key


def first_said(made: Record | None) -> dict[str, str]:
    """What happens when the other one of a relation is deleted, as it was at the first time: so is the migration."""
    relations = cast("Sequence[Mapping[str, object]]", (made.values.get("relations") if made else None) or ())
    return {str(each.get("name")): str(each["on_delete"]) for each in relations if "on_delete" in each}


def decide_deletion(item: object, cls: str, usual: str, first: Mapping[str, str]) -> tuple[str, list[str]]:
    """What happens when the other one of a relation is deleted, and what to say of it.

    Args:
        item: the relation.
        cls: the model that it is to.
        usual: what most other foreign keys to that do, as SQL or Django say it; empty where there are none.
        first: see `first_said`.

    Raises:
        InvalidInputError: it is no relation.
    """
    name, _, required, asked = read_relation(item)
    same = _SAME.get(usual, DEFAULT)
    if asked is not None:
        chosen, why = asked, "as you asked"
    elif name in first:
        chosen, why = first[name], "as at the first time"
    else:
        chosen, why = (DEFAULT if required and same == "set_null" else same), "because it is required"
    others = f"other foreign keys to {cls} are {usual}"
    if usual and chosen != same:
        return chosen, [f"{others}; {name} is on_delete={chosen}, {why}"]
    if usual and asked is None and chosen != DEFAULT:
        return chosen, [f"{name} is on_delete={chosen}, because {others}"]
    return chosen, []


def read_relation(item: object) -> tuple[str, str, bool, str | None]:
    """The name of a relation, the model, whether it is required, and what is asked to happen on a deletion.

    Raises:
        InvalidInputError: it is no relation.
    """
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str) or not isinstance(item.get("to"), str):
        raise InvalidInputError("a relation is not an object with name and to", hint="give it the name of a model")
    name = check_identifier(item["name"], "relation")
    check_field(f"{name}_id")
    required, on_delete = item.get("required", True) is True, item.get("on_delete")
    if on_delete is not None and (on_delete not in ON_DELETE or (on_delete == "set_null" and required)):
        raise InvalidInputError(
            f"on_delete of {name!r} is {on_delete!r}",
            hint="give restrict, cascade, or set_null where it is not required",
        )
    return name, str(item["to"]), required, None if on_delete is None else str(on_delete)


def _field(name: str, model: Model, on_delete: str, *, required: bool) -> Field:
    key = model.keys[0]
    return Field(
        name=f"{name}_id",
        type="int" if key.kind == "bigint" else key.kind,
        owner="",
        table="",
        required=required,
        index=True,
        max_length=min(key.longest or MAX_STR, MAX_STR) if key.kind == "str" else None,
        ge=0 if key.kind in {"int", "bigint"} else None,
        le=INT4 if key.kind == "int" else None,
        reference=Reference(name, model.cls, model.table, key.column, key.attribute, on_delete),
    )
