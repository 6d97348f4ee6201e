"""A resource as an application of Django, whatever its HTTP is written with: its place, model, migration and tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold import django_fields
from backwright.scaffold.django_access import Access
from backwright.scaffold.django_fields import USER, ForeignOptions
from backwright.scaffold.django_project import DjangoFacts
from backwright.scaffold.edits import Edit
from backwright.scaffold.elements import insert_element
from backwright.scaffold.features import Filter
from backwright.scaffold.field import Field, json_literal
from backwright.scaffold.host import style_of
from backwright.scaffold.names import pascal
from backwright.scaffold.project import Facts, table
from backwright.scaffold.record import Layout
from backwright.scaffold.relations import Parent, Relations
from backwright.scaffold.render import Style
from backwright.scaffold.resource import Resource
from backwright.scaffold.stack import StackTarget

INITIAL = "0001_initial"
KIT = ("ids", "pagination", "errors", "idempotency", "rows")
# Attributes and methods of a model.
MODEL_NAMES = frozenset[str]().union(
    ["pk", "objects", "save", "delete", "clean", "clean_fields", "full_clean", "from_db", "refresh_from_db", "models"],
    ["asave", "adelete", "arefresh_from_db", "check", "prepare_database_save", "save_base", "serializable_value"],
    ["unique_error_message", "date_error_message", "validate_constraints", "validate_unique", "get_constraints"],
)


@dataclass(frozen=True)
class DjangoAppTarget(StackTarget):
    """What the templates know about a Django project under the name `p`.

    Args:
        django: what was read of a project that was there.
        check_keyword: what `CheckConstraint` calls its condition.
        admin: whether the other apps are registered with Django's administration.
        guarded: whether callers have to say who they are unless a view says otherwise.
        host_pagination: whether the project pages lists its own way.
        tests_in_app: whether the tests of an app lie inside it.
        pytest: whether the tests are run by pytest.
        access: how a view asks who calls.
        foreign: what foreign keys look like.
    """

    django: DjangoFacts | None = None
    check_keyword: str = "condition"
    admin: bool = False
    guarded: bool = False
    host_pagination: bool = False
    tests_in_app: bool = False
    pytest: bool = True
    access: Access | None = None
    foreign: ForeignOptions = field(default_factory=ForeignOptions)

    def related(self, relations: Relations) -> Self:
        """See `Target.related`; what the migration depends on is kept in the record."""
        related = super().related(relations)
        options = replace(self.foreign, related=_related_names(relations, self.modules["own"]))
        return replace(related, foreign=options, down_revision=" ".join(relations.modules) or None)

    @property
    def depth(self) -> int:
        """How many folders the settings lie below the project's root."""
        return self.root.count("/") + 1

    @property
    def dependencies(self) -> list[tuple[str, str]]:
        """The migrations that have to come before: the labels of their apps with their names."""
        pairs = (each.partition(".") for each in (self.down_revision or "").split())
        return [(app, name) for app, _, name in pairs]

    @property
    def refers_to_users(self) -> bool:
        """Whether a relation is to the model of the users."""
        return any(parent.table == USER for parent in self.parents)

    @property
    def strangers(self) -> list[Parent]:
        """The models that were not generated, so that the tests fill their columns by what those are."""
        return [parent for parent in self.parents if not parent.rows]

    @property
    def signs_in(self) -> bool:
        """Whether the tests have to say who calls."""
        return self.guarded or self.access is not None

    def config(self, resource: Resource) -> str:
        """The class of the app."""
        return f"{pascal(resource.plural)}Config"

    def basename(self, resource: Resource) -> str:
        """What the names of the paths begin with."""
        return resource.name.replace("_", "-")

    def migrations_of(self, _: Resource) -> str:
        """The folder of the app's migrations."""
        return f"{self.app_folder}/migrations"

    def resource_tests(self, resource: Resource) -> str:
        """The folder of the app's tests."""
        if self.tests_in_app:
            return f"{self.app_folder}/tests"
        return f"{self.tests}/{resource.plural}" if self.host else self.tests

    @property
    def app_folder(self) -> str:
        """The folder of the app."""
        return f"{self.source_root}/{self.modules['own'].replace('.', '/')}".lstrip("/")

    def label(self, value: str) -> str:
        """What people read for a choice."""
        return django_fields.label(value)

    def column(self, of: Field) -> str:
        """The field in the model."""
        return django_fields.column(of, self.foreign)

    def migration_column(self, of: Field) -> str:
        """The field in the migration."""
        return django_fields.migration_column(of, self.foreign)

    def constraints(self, resource: Resource) -> list[str]:
        """The CHECK constraints in the model."""
        return django_fields.constraints(resource, self.check_keyword, migration=False)

    def migration_constraints(self, resource: Resource) -> list[str]:
        """The CHECK constraints in the migration."""
        return django_fields.constraints(resource, self.check_keyword, migration=True)

    def lookup(self, wanted: Filter) -> str:
        """What a filter compares, as the ORM writes it."""
        return django_fields.lookup(wanted)

    def quoted(self, source: str) -> str:
        """A statement of ours with the quotes of the project."""
        return source.replace('"', "'") if self.style.quotes == "single" else source

    def installed(self, resource: Resource) -> Edit:
        """The app among the installed ones."""
        installed = self.django.installed if self.django else []
        named = [each for each in installed if "." in each and not each.startswith("django.")]
        configs = [each for each in named if re.search(r"\.apps\.\w+Config$", each)]
        own = self.modules["own"]
        app = f"{own}.apps.{self.config(resource)}" if len(configs) * 2 > len(named) else own
        path = self.django.apps.path if self.django and self.django.apps else f"{self.root}/settings.py"
        name = self.django.apps.name if self.django and self.django.apps else "INSTALLED_APPS"
        element = self.quoted(json_literal(app))
        statement = f"{name} += [{element}]"
        return Edit(path, (statement,), into_list(name, element), f"install the app yourself: `{statement}`")


def into_list(name: str, source: str) -> Callable[[str], str | None]:
    """What puts an element into the list of this name; it gives None where there is none."""

    def apply(text: str) -> str | None:
        try:
            return insert_element(text, name, source)
        except SyntaxError:
            return None

    return apply


def check_plain(resource: Resource) -> None:
    """Refuse what has no place in Django.

    Raises:
        InvalidInputError: the resource is kept in memory.
    """
    if not resource.stored:
        raise InvalidInputError(
            "persistence is none, and what Django brings to an endpoint stands on a model: its query sets, "
            "validators, transactions and administration",
            hint="leave persistence out; for a resource of another system, write a plain view that calls it",
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where an app goes in a project that was there.

    Args:
        found: what was read.
        parent: the package that most of the project's apps stand in, empty for the root.
        source_root: the folder of that.
        siblings: the folders of the other apps.
    """

    found: DjangoFacts
    parent: str
    source_root: str
    siblings: tuple[Path, ...]

    @property
    def top(self) -> str:
        """The first package of the dotted name."""
        return self.parent.partition(".")[0] or (self.found.settings or "").partition(".")[0]

    @property
    def admin(self) -> bool:
        """Whether the other apps are registered with Django's administration."""
        there = any((each / "admin.py").is_file() for each in self.siblings)
        return there and "django.contrib.admin" in self.found.installed_all

    @property
    def tests_in_app(self) -> bool:
        """Whether the tests of an app lie inside it."""
        return any((each / "tests").is_dir() or (each / "tests.py").is_file() for each in self.siblings)

    def modules(self, resource: Resource, *more: str) -> dict[str, str]:
        """The dotted names under the name `m`."""
        own, kit = f"{self.parent}.{resource.plural}".lstrip("."), f"{self.parent}.resource_kit".lstrip(".")
        return {
            **{each: f"{kit}.{each}" for each in (*KIT, *more)},
            "kit": kit,
            "own": own,
            "models": f"{own}.models",
        }

    def layout(self, facts: Facts, overrides: Mapping[str, str]) -> Layout:
        """The folders; of what each app has for itself, such as its migrations, there is only the name."""
        return Layout(
            source_root=self.source_root,
            package=self.top,
            tests=overrides.get("tests", "tests" if self.tests_in_app else facts.tests or "tests"),
            migrations="migrations",
        )

    def style(self, facts: Facts, resource: Resource) -> Style:
        """How the project formats its code; apps that stand in the root are its own as well."""
        style = style_of(facts, self.top)
        beside = () if self.parent else (*(each.name for each in self.siblings), "resource_kit", resource.plural)
        return replace(style, first_party=tuple(dict.fromkeys((*style.first_party, *beside))))


def find_place(root: Path, found: DjangoFacts, overrides: Mapping[str, str]) -> Place:
    """The place of a new app.

    Raises:
        UnsupportedProjectError: the list of the apps or the root of the paths cannot be read.
    """
    if found.apps is None or found.urls is None:
        what = "list of INSTALLED_APPS" if found.apps is None else "ROOT_URLCONF"
        raise UnsupportedProjectError(
            f"the settings {found.settings} have no {what} that can be read under {root.name}",
            hint="write it as a list, or as a string, of literals at the top level of the settings",
        )
    parent, source_root = _parent(root, found, overrides)
    places = [Path(root, source_root, *each.split(".")) for each in found.local if "." in each or not parent]
    return Place(found, parent, source_root, tuple(each for each in places if each.is_dir()))


def _parent(root: Path, found: DjangoFacts, overrides: Mapping[str, str]) -> tuple[str, str]:
    if "package" in overrides:
        return overrides["package"], overrides.get("source_root", "")
    for source_root in ("", "src"):
        places = [Path(root, source_root, *each.split(".")) for each in found.local]
        local = [each for each, path in zip(found.local, places, strict=True) if path.is_dir()]
        if local:
            return Counter(each.rpartition(".")[0] for each in local).most_common(1)[0][0], source_root
    return (found.settings or "").partition(".")[0], ""


def check_versions(needs: Mapping[str, tuple[int, ...]], versions: Mapping[str, tuple[int, ...]]) -> None:
    """Refuse libraries that are older than the generated code needs.

    Raises:
        UnsupportedProjectError: one is.
    """
    for name, least in needs.items():
        has = versions.get(name)
        if has is not None and has < least:
            raise UnsupportedProjectError(
                f"the project has {name} {'.'.join(map(str, has))}",
                hint=f"the generated code needs {name} >= {'.'.join(map(str, least))}",
            )


def check_keyword(versions: Mapping[str, tuple[int, ...]]) -> str:
    """What `CheckConstraint` calls its condition in the project's Django."""
    return "check" if versions.get("django", (5, 2)) < (5, 1) else "condition"


def foreign_options(found: DjangoFacts) -> ForeignOptions:
    """How the project writes foreign keys."""
    return ForeignOptions("RESTRICT" if found.restricts > found.protects else "PROTECT")


def uses_pytest(root: Path, facts: Facts) -> bool:
    """Whether the tests of the project are run by pytest."""
    configured = bool(table(facts.pyproject, "tool", "pytest"))
    return configured or (root / "pytest.ini").is_file() or (root / "conftest.py").is_file()


def _related_names(relations: Relations, own: str) -> dict[str, str]:
    """The names for relations that are not the only one to their model: Django's own would be the same for all."""
    tables = Counter(key.reference.table for key in relations.keys if key.reference)
    plural = own.rpartition(".")[2]
    return {
        key.name: f"{plural}_as_{key.reference.relation}"
        for key in relations.keys
        if key.reference and tables[key.reference.table] > 1
    }
