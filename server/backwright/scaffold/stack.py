"""What a framework other than FastAPI brings: its own reading of a project, its own place and its own insertions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.layout import Target
from backwright.scaffold.resource import Resource

if TYPE_CHECKING:
    from backwright.scaffold.edits import Edit
    from backwright.scaffold.project import Facts
    from backwright.scaffold.record import Record
    from backwright.scaffold.relations import Relations

FRAMEWORKS = ("fastapi", "flask", "django")
_MADE_BY = {"flask-sqlalchemy": "flask", "django-drf": "django", "django-ninja": "django"}

Locate = Callable[
    [Path, "Facts", Resource, Mapping[str, str], tuple["Record | None", "Record | None"]],
    Target,
]
"""See `layout.locate`."""


@dataclass(frozen=True)
class StackTarget(Target, ABC):
    """A target that knows its own insertions."""

    @abstractmethod
    def edits(self, resource: Resource) -> list[Edit]:
        """What has to be inserted where."""


def locate_for(framework: str) -> Locate:
    """What finds the place of a resource in a project of this framework."""
    if framework == "flask":
        from backwright.scaffold.flask_target import locate_in_flask

        return locate_in_flask
    if framework == "django":
        from backwright.scaffold.django_target import locate_in_django

        return locate_in_django
    if framework == "django-ninja":
        from backwright.scaffold.django_ninja_target import locate_in_ninja

        return locate_in_ninja
    from backwright.scaffold.layout import locate

    return locate


def relations_for(framework: str) -> Callable[[Path, Facts, Mapping[str, object]], Relations]:
    """What finds the models that a resource refers to in a project of this framework."""
    if framework in {"django", "django-ninja"}:
        from backwright.scaffold.django_relations import find_django_relations

        return find_django_relations
    from backwright.scaffold.relations import find_relations

    return find_relations


def framework_of(root: Path) -> str:
    """The framework of a project: that of its platform where there is one, or else the one that is read of its files.

    Raises:
        UnsupportedProjectError: there is more than one.
    """
    from backwright.scaffold.project import read_facts
    from backwright.scaffold.record import PLATFORM, read_record

    platform = read_record(root, PLATFORM)
    if platform is not None:
        return _MADE_BY.get(platform.template.partition("@")[0], "fastapi")
    found = read_facts(root).frameworks
    there = {name: found[name] for name in FRAMEWORKS if name in found and not _is_other(root, name, found[name])}
    if len(there) > 1:
        places = ", ".join(f"{name} ({source})" for name, source in there.items())
        raise UnsupportedProjectError(
            f"the project has more than one framework: {places}",
            hint=f"set framework in backwright.yaml to the one to write for: {', '.join(there)}",
        )
    return next(iter(there), "fastapi")


def uses_ninja(root: Path) -> bool:
    """Whether a project of Django speaks HTTP by django-ninja: by what made it, by its code, or by what it declares."""
    from backwright.scaffold.django_ninja import read_ninja
    from backwright.scaffold.django_project import read_django
    from backwright.scaffold.django_settings import is_django_root
    from backwright.scaffold.project import read_facts, table
    from backwright.scaffold.record import PLATFORM, read_record

    platform = read_record(root, PLATFORM)
    if platform is not None:
        return platform.template.startswith("django-ninja@")
    if not is_django_root(root):
        return "django-ninja" in str(table(read_facts(root).pyproject, "project").get("dependencies", ""))
    ninja, django = read_ninja(root), read_django(root)
    added = sum(len(each.prefixes) for each in ninja.places)
    registered = sum(each.registrations for each in django.routers)
    there = bool(ninja.places) or ninja.extra is not None
    return there and ("rest_framework" not in django.installed_all or added > registered)


def _is_other(root: Path, name: str, source: str) -> bool:
    """Whether what looked like a framework is none: other tools have a `manage.py` too."""
    from backwright.scaffold.django_settings import is_django_root

    return name == "django" and source == "manage.py" and not is_django_root(root)


@dataclass(frozen=True, slots=True)
class Commands:
    """How a project makes its next migration, and how a database goes back before one."""

    next: str
    back: str


def is_django(record: Record) -> bool:
    """Whether the record is that of a resource in a Django project."""
    return record.template.startswith("django-")


def commands(record: Record) -> Commands:
    """The commands of the project that the record lies in."""
    if is_django(record) and record.migration is not None:
        app = record.migration.split("/")[-3]
        return Commands("`python manage.py makemigrations`", f"`python manage.py migrate {app} zero`")
    return Commands("`alembic revision --autogenerate`", f"`alembic downgrade {record.down_revision or 'base'}`")


def check_names(resource: Resource, framework: str, classes: frozenset[str], fields: frozenset[str]) -> None:
    """Refuse names that the framework's own classes have.

    Raises:
        InvalidInputError: the resource or a field has one.
    """
    if resource.name in classes:
        raise InvalidInputError(
            f"resource {resource.name!r} would hide a class of {framework} that the generated code uses",
            hint=f"choose a more specific name, such as customer_{resource.name}",
        )
    for field in resource.fields:
        if field.name in fields:
            raise InvalidInputError(
                f"field {field.name!r} is taken by the classes of {framework}",
                hint=f"choose another name, such as item_{field.name}",
            )
