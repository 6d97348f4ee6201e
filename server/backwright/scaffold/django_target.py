"""Where a resource goes in a project of Django REST framework, one that the template made or one that it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold import django_fields
from backwright.scaffold.django_access import Access, access_of
from backwright.scaffold.django_app import (
    INITIAL,
    KIT,
    MODEL_NAMES,
    DjangoAppTarget,
    check_keyword,
    check_plain,
    check_versions,
    find_place,
    foreign_options,
    into_list,
    uses_pytest,
)
from backwright.scaffold.django_project import DjangoFacts, RouterSite, read_django, router_site
from backwright.scaffold.django_settings import is_django_root
from backwright.scaffold.edits import Edit
from backwright.scaffold.features import Filter
from backwright.scaffold.field import Field
from backwright.scaffold.host import installed_versions, module_of
from backwright.scaffold.layout import check_overrides, check_python, fresh_layout, own_notes
from backwright.scaffold.mount import Site, insert_import, insert_mount
from backwright.scaffold.project import Facts, table
from backwright.scaffold.record import Layout, Record
from backwright.scaffold.record import records as all_records
from backwright.scaffold.render import Style
from backwright.scaffold.resource import Resource
from backwright.scaffold.stack import check_names

_NEEDS = {"django": (4, 2), "djangorestframework": (3, 15)}
_CLASSES = frozenset(["model", "api_exception", "closed_serializer", "model_serializer", "query_set", "viewset"])
_KIT = ("serializers", "permissions")


@dataclass(frozen=True)
class DjangoTarget(DjangoAppTarget):
    """What the templates know about a project of Django REST framework under the name `p`.

    Args:
        router: the router to register on; None where the app brings paths of its own.
        namespace: what stands before the names of paths on that router, with its colon.
    """

    router: RouterSite | None = None
    namespace: str = ""

    def on_router(self, resource: Resource) -> bool:
        """Whether the viewset is registered on the router of the project; another version has paths of its own."""
        return resource.version == 1 and (self.router is not None or not self.host)

    def names(self, resource: Resource) -> str:
        """What the names of the paths begin with, with their namespace."""
        return f"{self.namespace if self.on_router(resource) else ''}{self.basename(resource)}"

    @property
    def mixin_module(self) -> str:
        """The module of the mixin that the project's views inherit authentication from."""
        found = self.access.mixin if self.access else None
        return module_of(found.path, self.source_root) if found else ""

    def invalid(self, field: Field) -> str:
        """A JSON value that a request must refuse."""
        return django_fields.invalid(field)

    def no_parameter(self, field: Field) -> str:
        """A text that a filter must refuse."""
        return django_fields.no_parameter(field)

    def parameter(self, wanted: Filter) -> str:
        """The field of a serializer that reads a filter from the query."""
        return django_fields.parameter(wanted)

    def edits(self, resource: Resource) -> list[Edit]:
        """The app among the installed ones, and its paths."""
        return [
            self.installed(resource),
            self._registration(resource) if self.on_router(resource) else self._paths(resource),
        ]

    def _paths(self, resource: Resource) -> Edit:
        path = self.django.urls.path if self.django and self.django.urls else f"{self.root}/urls.py"
        below = "api/" if self.django is not None and self.django.below_api else ""
        source = self.quoted(f'path("{below}v{resource.version}/", include("{self.modules["own"]}.urls"))')
        statement = f"urlpatterns += [{source}]"
        bound = self.django.bound if self.django is not None else frozenset({"include", "path"})
        imports = [f"from django.urls import {name}" for name in ("include", "path") if name not in bound]
        add = into_list("urlpatterns", source)

        def apply(text: str) -> str | None:
            added = add(text)
            return None if added is None else reduce(insert_import, imports, added)

        return Edit(path, (*imports, statement), apply, f"add the paths yourself in {path}: `{statement}`")

    def _registration(self, resource: Resource) -> Edit:
        name, path = (self.router.symbol.name, self.router.symbol.path) if self.router else ("router", "")
        path = path or f"{self.root}/urls.py"
        view = f"{resource.cls}ViewSet"
        imported = f"from {self.modules['own']}.views import {view}"
        prefix, base = resource.plural.replace("_", "-"), self.basename(resource)
        registered = self.quoted(f'{name}.register("{prefix}", {view}, basename="{base}")')

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
    check_names(resource, "Django", _CLASSES, MODEL_NAMES)
    check_plain(resource)
    platform, _ = records
    if platform is not None and platform.layout is not None and not platform.host:
        return _own(root, facts, resource, platform.layout)
    if is_django_root(root):
        return _host(root, facts, resource, overrides)
    if "django" in facts.frameworks:
        raise UnsupportedProjectError(
            f"this is a project of Django ({facts.frameworks['django']}) without a manage.py here",
            hint="give the folder of Django's manage.py as root",
        )
    flat = {} if facts.packages else {"source_root": ""}
    return _own(root, facts, resource, fresh_layout(root, facts, {**flat, **overrides}))


def _own(root: Path, facts: Facts, resource: Resource, layout: Layout) -> DjangoTarget:
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
            **{each: f"{package}.api.{each}" for each in (*KIT, *_KIT, "auth")},
            "errors": f"{package}.api.conflicts",
            "kit": f"{package}.api",
            "own": own,
            "models": f"{own}.models",
        },
        revision=INITIAL,
        down_revision=None,
        mount=None,
        notes=own_notes(root, layout, resource),
        access=Access("token") if resource.auth else None,
    )


def _host(root: Path, facts: Facts, resource: Resource, overrides: Mapping[str, str]) -> DjangoTarget:
    versions = installed_versions(root)
    found = read_django(root)
    check_versions(_NEEDS, versions)
    if "rest_framework" not in found.installed_all:
        raise UnsupportedProjectError(
            "rest_framework is not among the INSTALLED_APPS that can be read",
            hint="the template writes for Django REST framework: install it, or write this endpoint by hand",
        )
    place = find_place(root, found, overrides)
    # The paths that a resource of ours brings along are its own: nothing else is registered there.
    generated = {path for record in all_records(root).values() for path in record.files}
    router, doubts = _router([each for each in found.routers if each.symbol.path not in generated])
    guarded = _guarded(found)
    access = access_of(resource.auth, found, guarded=guarded)
    open_to_all = (
        ()
        if guarded or access
        else ("every caller may use the new views, as DEFAULT_PERMISSION_CLASSES says; decide who may",)
    )
    migrate = f"run `python manage.py migrate {resource.plural}` to make the table"
    return DjangoTarget(
        host=True,
        layout=place.layout(facts, overrides),
        title=place.top,
        distribution=place.top,
        style=place.style(facts, resource),
        modules=place.modules(resource, *_KIT),
        revision=INITIAL,
        down_revision=None,
        mount=None,
        notes=(*doubts, *open_to_all, *(access.notes if access else ()), migrate),
        django=found,
        check_keyword=check_keyword(versions),
        router=router,
        namespace=f"{router.namespace}:" if router is not None and router.namespace else "",
        admin=place.admin,
        guarded=guarded,
        host_pagination=_pages(found, resource),
        tests_in_app=place.tests_in_app and (facts.tests is None or "tests" not in overrides),
        pytest=uses_pytest(root, facts),
        access=access,
        foreign=foreign_options(found),
    )


def _pages(found: DjangoFacts, resource: Resource) -> bool:
    """Whether the project's own pagination is one that was asked for; the usual one is any."""
    default = found.rest.get("DEFAULT_PAGINATION_CLASS")
    return default is not None and (resource.pagination == "cursor" or "Cursor" not in str(default))


def _router(found: list[RouterSite]) -> tuple[RouterSite | None, tuple[str, ...]]:
    most = max((each.registrations for each in found), default=0)
    best = [each for each in found if each.registrations == most]
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
