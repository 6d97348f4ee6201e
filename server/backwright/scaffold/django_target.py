"""Where a resource goes in a Django project, one that the template made or one that it found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold import django_fields
from backwright.scaffold.django_project import DjangoFacts, RouterSite, is_django_root, read_django, router_site
from backwright.scaffold.edits import Edit
from backwright.scaffold.elements import insert_element
from backwright.scaffold.field import Field, json_literal
from backwright.scaffold.host import installed_versions, style_of
from backwright.scaffold.layout import check_overrides, check_python, fresh_layout
from backwright.scaffold.mount import Site, insert_import, insert_mount
from backwright.scaffold.names import pascal
from backwright.scaffold.project import Facts, table
from backwright.scaffold.record import Layout, Record
from backwright.scaffold.render import Style
from backwright.scaffold.resource import Resource
from backwright.scaffold.stack import StackTarget, check_names

_INITIAL = "0001_initial"
_NEEDS = {"django": (4, 2), "djangorestframework": (3, 15)}
_CLASSES = frozenset(["model", "api_exception", "closed_serializer", "model_serializer", "query_set", "viewset"])
# Attributes and methods of a model.
_FIELDS = frozenset[str]().union(
    ["pk", "objects", "save", "delete", "clean", "clean_fields", "full_clean", "from_db", "refresh_from_db", "models"],
    ["asave", "adelete", "arefresh_from_db", "check", "prepare_database_save", "save_base", "serializable_value"],
    ["unique_error_message", "date_error_message", "validate_constraints", "validate_unique", "get_constraints"],
)


@dataclass(frozen=True)
class DjangoTarget(StackTarget):
    """What the templates know about a Django project under the name `p`.

    Args:
        django: what was read of a project that was there.
        check_keyword: what `CheckConstraint` calls its condition.
        router: the router to register on; None where the app brings paths of its own.
        namespace: what stands before the names of paths, with its colon.
        admin: whether the other apps are registered with Django's administration.
        guarded: whether callers have to say who they are unless a view says otherwise.
        host_pagination: whether the project pages lists its own way.
        tests_in_app: whether the tests of an app lie inside it.
        pytest: whether the tests are run by pytest.
    """

    django: DjangoFacts | None = None
    check_keyword: str = "condition"
    router: RouterSite | None = None
    namespace: str = ""
    admin: bool = False
    guarded: bool = False
    host_pagination: bool = False
    tests_in_app: bool = False
    pytest: bool = True

    @property
    def depth(self) -> int:
        """How many folders the settings lie below the project's root."""
        return self.root.count("/") + 1

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

    def column(self, field: Field) -> str:
        """The field in the model."""
        return django_fields.column(field)

    def migration_column(self, field: Field) -> str:
        """The field in the migration."""
        return django_fields.migration_column(field)

    def constraints(self, resource: Resource) -> list[str]:
        """The CHECK constraints in the model."""
        return django_fields.constraints(resource, self.check_keyword, migration=False)

    def migration_constraints(self, resource: Resource) -> list[str]:
        """The CHECK constraints in the migration."""
        return django_fields.constraints(resource, self.check_keyword, migration=True)

    def invalid(self, field: Field) -> str:
        """A JSON value that a request must refuse."""
        return django_fields.invalid(field)

    def edits(self, resource: Resource) -> list[Edit]:
        """The app among the installed ones, and its paths."""
        return [self._installed(resource), self._paths(resource)]

    def _installed(self, resource: Resource) -> Edit:
        installed = self.django.installed if self.django else []
        named = [each for each in installed if "." in each and not each.startswith("django.")]
        configs = [each for each in named if re.search(r"\.apps\.\w+Config$", each)]
        own = self.modules["own"]
        app = f"{own}.apps.{self.config(resource)}" if len(configs) * 2 > len(named) else own
        path = self.django.apps.path if self.django and self.django.apps else f"{self.root}/settings.py"
        name = self.django.apps.name if self.django and self.django.apps else "INSTALLED_APPS"
        statement = f"{name} += [{json_literal(app)}]"
        return Edit(path, (statement,), _into(name, json_literal(app)), f"install the app yourself: `{statement}`")

    def _paths(self, resource: Resource) -> Edit:
        own = self.modules["own"]
        if self.router is None and self.host:
            path = self.django.urls.path if self.django and self.django.urls else "urls.py"
            below = "api/" if self.django is not None and self.django.below_api else ""
            source = f'path("{below}v{resource.version}/", include("{own}.urls"))'
            statement = f"urlpatterns += [{source}]"
            bound = self.django.bound if self.django is not None else frozenset()
            imports = [f"from django.urls import {name}" for name in ("include", "path") if name not in bound]
            add = _into("urlpatterns", source)

            def apply(text: str) -> str | None:
                added = add(text)
                return None if added is None else reduce(insert_import, imports, added)

            return Edit(path, (*imports, statement), apply, f"add the paths yourself in {path}: `{statement}`")
        name, path = (self.router.symbol.name, self.router.symbol.path) if self.router else ("router", "")
        path = path or f"{self.root}/urls.py"
        view = f"{resource.cls}ViewSet"
        imported = f"from {own}.views import {view}"
        prefix, base = resource.plural.replace("_", "-"), self.basename(resource)
        registered = f'{name}.register("{prefix}", {view}, basename="{base}")'

        def register(text: str) -> str | None:
            try:
                place = router_site(text, name)
            except SyntaxError:
                return None
            if place is None:
                return None
            return insert_mount(text, Site(name, None, place[0], "", place[1]), registered, imported)

        by_hand = f"register the viewset yourself in {path}: `{imported}` and `{registered}`"
        return Edit(path, (imported, registered), register, by_hand)


def _into(name: str, source: str) -> Callable[[str], str | None]:
    def apply(text: str) -> str | None:
        try:
            return insert_element(text, name, source)
        except SyntaxError:
            return None

    return apply


def locate_in_django(
    root: Path,
    facts: Facts,
    resource: Resource,
    overrides: Mapping[str, str],
    records: tuple[Record | None, Record | None],
) -> DjangoTarget:
    """See `layout.locate`.

    Raises:
        UnsupportedProjectError: the template cannot write into this project; the message says why.
        InvalidInputError: an override or a name cannot be used.
    """
    check_python(facts)
    check_overrides(overrides)
    check_names(resource, "Django", _CLASSES, _FIELDS)
    platform, _ = records
    if platform is not None and platform.layout is not None and not platform.host:
        return _own(facts, resource, platform.layout)
    if is_django_root(root):
        return _host(root, facts, resource, overrides)
    if "django" in facts.frameworks:
        raise UnsupportedProjectError(
            f"this is a project of Django ({facts.frameworks['django']}) without a manage.py here",
            hint="give the folder of Django's manage.py as root",
        )
    flat = {} if facts.packages else {"source_root": ""}
    return _own(facts, resource, fresh_layout(root, facts, {**flat, **overrides}))


def _own(facts: Facts, resource: Resource, layout: Layout) -> DjangoTarget:
    package = layout.package
    name = table(facts.pyproject, "project").get("name")
    own = f"{package}.{resource.plural}"
    if resource.plural == "api":
        raise InvalidInputError("the app would be called api, as the package beside it", hint="give another plural")
    return DjangoTarget(
        host=False,
        layout=layout,
        title=package.replace("_", " ").capitalize(),
        distribution=name if isinstance(name, str) else package.replace("_", "-"),
        style=Style(first_party=(package,)),
        modules={
            **{each: f"{package}.api.{each}" for each in ("ids", "pagination", "serializers")},
            "errors": f"{package}.api.conflicts",
            "kit": f"{package}.api",
            "own": own,
            "models": f"{own}.models",
        },
        revision=_INITIAL,
        down_revision=None,
        mount=None,
    )


def _host(root: Path, facts: Facts, resource: Resource, overrides: Mapping[str, str]) -> DjangoTarget:
    versions = installed_versions(root)
    found = read_django(root)
    _check(root, found, versions)
    parent, source_root = _place(root, found, overrides)
    router, doubts = _router(found)
    own = f"{parent}.{resource.plural}".lstrip(".")
    kit = f"{parent}.resource_kit".lstrip(".")
    folder = Path(root, source_root, *parent.split("."))
    siblings = [Path(root, source_root, *each.split(".")) for each in found.local if "." in each or not parent]
    in_app = sum((each / "tests").is_dir() or (each / "tests.py").is_file() for each in siblings if each.is_dir())
    top = parent.partition(".")[0] or (found.settings or "").partition(".")[0]
    return DjangoTarget(
        host=True,
        layout=Layout(
            source_root=source_root,
            package=top,
            tests=overrides.get("tests", facts.tests or "tests"),
            migrations=f"{folder.relative_to(root).as_posix()}/{resource.plural}/migrations",
        ),
        title=top,
        distribution=top,
        style=style_of(facts, top),
        modules={
            **{each: f"{kit}.{each}" for each in ("ids", "pagination", "serializers", "errors")},
            "kit": kit,
            "own": own,
            "models": f"{own}.models",
        },
        revision=_INITIAL,
        down_revision=None,
        mount=None,
        notes=(*doubts, *_notes(found), f"run `python manage.py migrate {resource.plural}` to make the table"),
        django=found,
        check_keyword="check" if versions.get("django", (5, 2)) < (5, 1) else "condition",
        router=router,
        namespace=f"{router.namespace}:" if router is not None and router.namespace else "",
        admin=any((each / "admin.py").is_file() for each in siblings) and "django.contrib.admin" in found.installed_all,
        guarded=_guarded(found),
        host_pagination=found.rest.get("DEFAULT_PAGINATION_CLASS") is not None,
        tests_in_app=in_app > 0 and (facts.tests is None or "tests" not in overrides),
        pytest=_uses_pytest(root, facts),
    )


def _check(root: Path, found: DjangoFacts, versions: Mapping[str, tuple[int, ...]]) -> None:
    for name, least in _NEEDS.items():
        has = versions.get(name)
        if has is not None and has < least:
            raise UnsupportedProjectError(
                f"the project has {name} {'.'.join(map(str, has))}",
                hint=f"the generated code needs {name} >= {'.'.join(map(str, least))}",
            )
    if "rest_framework" not in found.installed_all:
        raise UnsupportedProjectError(
            "rest_framework is not among the INSTALLED_APPS that can be read",
            hint="the template writes for Django REST framework: install it, or write this endpoint by hand",
        )
    if found.apps is None or found.urls is None:
        what = "list of INSTALLED_APPS" if found.apps is None else "ROOT_URLCONF"
        raise UnsupportedProjectError(
            f"the settings {found.settings} have no {what} that can be read under {root.name}",
            hint="write it as a list, or as a string, of literals at the top level of the settings",
        )


def _place(root: Path, found: DjangoFacts, overrides: Mapping[str, str]) -> tuple[str, str]:
    """The package that most of the project's apps stand in, empty for the root, and the folder of that."""
    if "package" in overrides:
        return overrides["package"], overrides.get("source_root", "")
    for source_root in ("", "src"):
        places = [Path(root, source_root, *each.split(".")) for each in found.local]
        local = [each for each, path in zip(found.local, places, strict=True) if path.is_dir()]
        if local:
            return Counter(each.rpartition(".")[0] for each in local).most_common(1)[0][0], source_root
    return (found.settings or "").partition(".")[0], ""


def _router(found: DjangoFacts) -> tuple[RouterSite | None, tuple[str, ...]]:
    most = max((each.registrations for each in found.routers), default=0)
    best = [each for each in found.routers if each.registrations == most]
    if len(best) == 1:
        return best[0], ()
    if not best:
        return None, ()
    choices = "; ".join(f"{each.symbol.name} in {each.symbol.path}:{each.symbol.line}" for each in best)
    return None, (f"there is more than one router ({choices}), so the app has paths of its own",)


def _guarded(found: DjangoFacts) -> bool:
    classes = found.rest.get("DEFAULT_PERMISSION_CLASSES")
    if classes is ...:
        return True
    names = [str(each) for each in classes] if isinstance(classes, list | tuple) else []
    return any(not each.endswith((".AllowAny", "ReadOnly")) for each in names)


def _uses_pytest(root: Path, facts: Facts) -> bool:
    configured = bool(table(facts.pyproject, "tool", "pytest"))
    return configured or (root / "pytest.ini").is_file() or (root / "conftest.py").is_file()


def _notes(found: DjangoFacts) -> tuple[str, ...]:
    if _guarded(found):
        return ()
    return ("every caller may use the new views, as DEFAULT_PERMISSION_CLASSES says; decide who may",)
