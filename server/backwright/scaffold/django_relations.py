"""The relations of a resource to the models of a Django project, and the migrations that have to come before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

from backwright.errors import UnsupportedProjectError
from backwright.scaffold.django_fields import USER
from backwright.scaffold.django_models import DjangoModel, last_migrations, read_django_models
from backwright.scaffold.django_project import DjangoFacts, read_django
from backwright.scaffold.django_settings import is_django_root
from backwright.scaffold.field import INT4, MAX_STR, SAFE_INTEGER, Field
from backwright.scaffold.names import pascal
from backwright.scaffold.project import Facts
from backwright.scaffold.reading import read_resource
from backwright.scaffold.record import Record, records
from backwright.scaffold.reference import Reference
from backwright.scaffold.relations import (
    DEFAULT,
    Parent,
    Relations,
    decide_deletion,
    first_said,
    read_given,
    read_relation,
    shifted,
)

_SHOWN = 12
_DEFAULT_USER = DjangoModel(
    "django/contrib/auth/models.py",
    1,
    "User",
    "auth",
    "django.contrib.auth",
    "django.contrib.auth.models",
    "int",
    None,
    {},
)


def find_django_relations(root: Path, _: Facts, values: Mapping[str, object]) -> Relations:
    """See `relations.find_relations`; a reference to the users' model goes through the settings.

    Raises:
        InvalidInputError: a relation is no relation.
        UnsupportedProjectError: a model is not there, is there more than once, or has a key that cannot be referred to.
    """
    given = read_given(values)
    if not given:
        return Relations()
    finder = _Finder(root, read_django(root) if is_django_root(root) else DjangoFacts())
    return finder.find(values, given)


class _Finder:
    def __init__(self, root: Path, facts: DjangoFacts) -> None:
        self._root = root
        self._user = str(facts.literals.get("AUTH_USER_MODEL", "auth.User"))
        self._models = read_django_models(root, facts)
        if self._user == "auth.User" and "django.contrib.auth" in facts.installed_all:
            big = str(facts.literals.get("DEFAULT_AUTO_FIELD", "")).endswith("BigAutoField")
            self._models.append(replace(_DEFAULT_USER, kind="bigint" if big else "int"))
        self._records = records(root)

    def find(self, values: Mapping[str, object], given: Sequence[object]) -> Relations:
        keys, parents, notes, depends = list[Field](), dict[str, Parent](), list[str](), dict[str, str]()
        resource = str(values.get("resource"))
        made = self._records.get(resource)
        first, settled = first_said(made), list[Mapping[str, object]]()
        for shift, item in enumerate(given):
            name, to, required, _ = read_relation(item)
            model = self._model(to, resource)
            usual = max(model.on_delete, key=lambda each: model.on_delete[each], default="")
            on_delete, said = decide_deletion(item, model.cls, usual, first)
            settled.append({**cast("Mapping[str, object]", item), "on_delete": on_delete})
            key = self._key(name, model, on_delete, required=required)
            for cls, parent in self._parents(model, key).items():
                parents[cls] = replace(parent, free=parent.free and parents.get(cls, parent).free)
            keys.append(shifted(key, shift))
            through = f" ({USER})" if self._is_user(model) else ""
            notes.append(f"{name} refers to {model.app}.{model.cls}{through} ({model.path}:{model.line})")
            notes += said
            if not self._is_user(model):
                depends[model.app] = self._last(model)
        modules = tuple(f"{app}.{migration}" for app, migration in sorted(depends.items()))
        if made is not None and made.down_revision:
            # A migration is made once, so what it depends on stays as it was then.
            modules = tuple(made.down_revision.split())
        return Relations(tuple(keys), tuple(parents.values()), modules, tuple(notes), tuple(settled))

    def _is_user(self, model: DjangoModel) -> bool:
        return f"{model.app}.{model.cls}" == self._user

    def _model(self, to: str, resource: str) -> DjangoModel:
        """The one model of this name.

        Raises:
            UnsupportedProjectError: there is none, there are several, or its key is of another type.
        """
        module, _, cls = to.rpartition(".")
        # Whoever says User means the model of the users, whatever it is called.
        wanted = self._user.rpartition(".")[2] if cls == "User" and not module else cls
        named = [each for each in self._models if each.cls in {cls, wanted} and each.cls != pascal(resource)]
        named = [each for each in named if each.cls == cls] or named
        fits = [each for each in named if not module or each.app == module or f".{each.module}".endswith(f".{module}")]
        if len(fits) != 1:
            raise self._refusal(to, fits)
        if not fits[0].kind:
            raise UnsupportedProjectError(
                f"{cls} ({fits[0].path}:{fits[0].line}) has no single primary key of type UUID, int or str",
                hint="refer to another model, or add the foreign key by hand",
            )
        return fits[0]

    def _refusal(self, to: str, found: Sequence[DjangoModel]) -> UnsupportedProjectError:
        names = ", ".join(f"{m.app}.{m.cls} ({m.path}:{m.line})" for m in found or self._models[:_SHOWN])
        if found:
            return UnsupportedProjectError(
                f"there are {len(found)} models called {to}: {names}", hint="give the relation's `to` with its app"
            )
        known = f"; there are {names}" if names else "; there are no models yet"
        return UnsupportedProjectError(
            f"there is no model {to} to refer to{known}", hint="scaffold or write that model first, or correct the name"
        )

    def _last(self, model: DjangoModel) -> str:
        folder = model.path[: model.path.index(model.package.replace(".", "/"))] + model.package.replace(".", "/")
        found = last_migrations(self._root, folder) or ["__first__"]
        if len(found) > 1:
            raise UnsupportedProjectError(
                f"the migrations of {model.app} end in several: {', '.join(found)}",
                hint="run `python manage.py makemigrations --merge` first",
            )
        return found[0]

    def _key(self, name: str, model: DjangoModel, on_delete: str, *, required: bool) -> Field:
        table = USER if self._is_user(model) else f"{model.app}.{model.cls}"
        return Field(
            name=f"{name}_id",
            type="int" if model.kind == "bigint" else model.kind,
            owner="",
            table="",
            required=required,
            max_length=min(model.longest or MAX_STR, MAX_STR) if model.kind == "str" else None,
            ge=0 if model.kind in {"int", "bigint"} else None,
            le={"int": INT4, "bigint": SAFE_INTEGER}.get(model.kind),
            reference=Reference(name, model.cls, table, "pk", "pk", on_delete),
        )

    def _parents(self, model: DjangoModel, key: Field) -> dict[str, Parent]:
        """The model with those that it refers to itself, the farthest first."""
        values = tuple(key.domain_sample(number) for number in range(3))
        made = next((record for record in self._records.values() if model.path in record.files), None)
        table = key.reference.table if key.reference else ""
        if made is None:
            return {model.cls: Parent(model.cls, model.module, "pk", values, table)}
        above, keys = dict[str, Parent](), list[Field]()
        for shift, item in enumerate(cast("Sequence[object]", made.values.get("relations") or ())):
            name, to, required, on_delete = read_relation(item)
            farther = self._model(to, made.name)
            farther_key = self._key(name, farther, on_delete or DEFAULT, required=required)
            above |= {cls: replace(each, free=False) for cls, each in self._parents(farther, farther_key).items()}
            keys.append(shifted(farther_key, shift))
        return above | {model.cls: _generated(model, made, keys, values, table)}


def _generated(model: DjangoModel, made: Record, keys: Sequence[Field], values: tuple[str, ...], table: str) -> Parent:
    resource = read_resource(made.values, keys)
    enums = ", ".join(field.enum for field in resource.enums)
    return Parent(
        model.cls,
        model.module,
        "pk",
        values,
        table,
        rows=tuple(sample.domain for sample in resource.samples),
        imports=(f"from {model.module} import {enums}",) if enums else (),
        free=True,
    )
