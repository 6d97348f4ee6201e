"""Where a resource goes in a project of django-ninja, one that the template made or one that it found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold import django_ninja_fields as fields
from backwright.scaffold.django_access import Access, check_permissions, permission_note
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
    uses_pytest,
)
from backwright.scaffold.django_ninja import Authenticator, NinjaFacts, RouterPlace, read_ninja, router_line
from backwright.scaffold.django_project import DjangoFacts, read_django
from backwright.scaffold.django_settings import is_django_root
from backwright.scaffold.edits import Edit
from backwright.scaffold.features import Auth, Filter
from backwright.scaffold.field import Field
from backwright.scaffold.host import installed_versions, module_of
from backwright.scaffold.layout import check_overrides, check_python, fresh_layout, own_notes
from backwright.scaffold.mount import Site, insert_mount
from backwright.scaffold.project import Facts, table
from backwright.scaffold.record import Layout, Record
from backwright.scaffold.render import Style
from backwright.scaffold.resource import Resource
from backwright.scaffold.stack import check_names

_NEEDS = {"django": (4, 2), "django-ninja": (1, 0), "pydantic": (2, 0)}
_CLASSES = frozenset(["model", "schema", "closed_schema", "router", "query", "http_error", "query_set"])
# Attributes and methods of schemas.
_FIELDS = frozenset(["filter", "custom_expression", "get_filter_expression", "dict", "from_orm"])


@dataclass(frozen=True)
class NinjaTarget(DjangoAppTarget):
    """What the templates know about a project of django-ninja under the name `p`.

    Args:
        place: the API or router to add the router to.
        api: the API that the paths are below, and `api_module` where it is.
        sign: what says who calls, where an operation or the API has it.
    """

    place: RouterPlace | None = None
    api: str = "api"
    api_module: str = ""
    sign: Authenticator | None = None

    @property
    def needs_rows(self) -> bool:
        """Whether the tests make rows of models that were not generated."""
        return bool(self.strangers) or (self.signs_in and self.sign is not None and self.sign.session)

    def body(self, field: Field) -> str:
        """The type in a request body."""
        return fields.body(field)

    def answer(self, field: Field) -> str:
        """The type in a response."""
        return fields.answer(field)

    def parameter(self, wanted: Filter) -> str:
        """The type of a parameter of the query."""
        return fields.parameter(wanted)

    def invalid(self, field: Field) -> str:
        """A JSON value that a request must refuse."""
        return fields.invalid(field)

    def no_parameter(self, field: Field) -> str:
        """A text that a filter must refuse."""
        return fields.no_parameter(field)

    def edits(self, resource: Resource) -> list[Edit]:
        """The app among the installed ones, and its router beside the others."""
        return [self.installed(resource), self._added(resource)]

    def prefix(self, resource: Resource) -> str:
        """Where the router is added, in the manner of its siblings."""
        path = resource.plural.replace("_", "-")
        if self.place is None:
            return f"/v{resource.version}/{path}"
        known = [each for each in self.place.prefixes if each]
        lead = "/" if not known or any(each.startswith("/") for each in known) else ""
        versions = f"v{resource.version}/" if any(re.match(r"/?v\d+/", each) for each in known) else ""
        tail = "/" if known and sum(each.endswith("/") for each in known) * 2 > len(known) else ""
        return f"{lead}{versions}{path}{tail}"

    def _added(self, resource: Resource) -> Edit:
        name = self.place.symbol.name if self.place else "api"
        path = self.place.symbol.path if self.place else f"{self.root}/api/api.py"
        module, alias = f"{self.modules['own']}.api", f"{resource.plural}_router"
        imported = f"from {module} import router as {alias}"
        by_name = self.place is not None and self.place.by_name
        given = f'"{module}.router"' if by_name else alias
        added = self.quoted(f'{name}.add_router("{self.prefix(resource)}", {given})')

        def add(text: str) -> str | None:
            try:
                place = router_line(text, name)
            except SyntaxError:
                return None
            if place is None:
                return None
            site = Site(name, None, place[0], "", place[1])
            # Named by text, the module is imported by the API itself; its own name is there already.
            return insert_mount(text, site, added, added if by_name else imported)

        statements = (added,) if by_name else (imported, added)
        return Edit(path, statements, add, f"add the router yourself in {path}: `{'` and `'.join(statements)}`")


def locate_in_ninja(
    root: Path,
    facts: Facts,
    resource: Resource,
    overrides: Mapping[str, str],
    records: tuple[Record | None, Record | None],
) -> NinjaTarget:
    """See `layout.locate`.

    Raises:
        UnsupportedProjectError: the template cannot write into this project; the message says why.
        InvalidInputError: an override or a name cannot be used.
    """
    check_python(facts)
    check_overrides(overrides)
    check_names(resource, "Django", _CLASSES, MODEL_NAMES | _FIELDS)
    check_plain(resource)
    platform, _ = records
    if platform is not None and platform.layout is not None and not platform.host:
        return _own(root, facts, resource, platform.layout)
    if is_django_root(root):
        return _host(root, facts, resource, overrides)
    flat = {} if facts.packages else {"source_root": ""}
    return _own(root, facts, resource, fresh_layout(root, facts, {**flat, **overrides}))


def _own(root: Path, facts: Facts, resource: Resource, layout: Layout) -> NinjaTarget:
    package = layout.package
    name = table(facts.pyproject, "project").get("name")
    own = f"{package}.{resource.plural}"
    if resource.plural == "api":
        raise InvalidInputError("the app would be called api, as the package beside it", hint="give another plural")
    return NinjaTarget(
        host=False,
        layout=layout,
        title=package.replace("_", " ").capitalize(),
        distribution=name if isinstance(name, str) else package.replace("_", "-"),
        style=Style(first_party=(package,)),
        modules={
            **{each: f"{package}.api.{each}" for each in (*KIT, "schemas", "auth")},
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
        api_module=f"{package}.api.api",
    )


def _host(root: Path, facts: Facts, resource: Resource, overrides: Mapping[str, str]) -> NinjaTarget:
    versions = installed_versions(root)
    check_versions(_NEEDS, versions)
    found, ninja = read_django(root), read_ninja(root)
    _check(resource, found, ninja)
    place = find_place(root, found, overrides)
    router, api = _router(ninja, resource)
    guarded = router.auth or api.auth
    access, sign = _access(resource.auth, ninja, guarded=guarded)
    open_to_all = () if guarded or access else ("every caller may use the new operations; decide who may",)
    migrate = f"run `python manage.py migrate {resource.plural}` to make the table"
    return NinjaTarget(
        host=True,
        layout=place.layout(facts, overrides),
        title=place.top,
        distribution=place.top,
        style=place.style(facts, resource),
        modules=place.modules(resource, "schemas"),
        revision=INITIAL,
        down_revision=None,
        mount=None,
        notes=(*open_to_all, *(access.notes if access else ()), migrate),
        django=found,
        check_keyword=check_keyword(versions),
        admin=place.admin,
        guarded=guarded,
        host_pagination=resource.pagination == "cursor" and "NINJA_PAGINATION_CLASS" in found.literals,
        tests_in_app=place.tests_in_app and (facts.tests is None or "tests" not in overrides),
        pytest=uses_pytest(root, facts),
        access=access,
        foreign=foreign_options(found),
        place=router,
        api=api.symbol.name,
        api_module=module_of(api.symbol.path, place.source_root),
        sign=sign,
    )


def _check(resource: Resource, found: DjangoFacts, ninja: NinjaFacts) -> None:
    if ninja.extra is not None:
        raise UnsupportedProjectError(
            f"the project uses the controllers of django-ninja-extra ({ninja.extra.path}:{ninja.extra.line})",
            hint="the template writes routers for NinjaAPI; write this endpoint by hand",
        )
    if resource.has("datetime") and found.literals.get("USE_TZ") is False:
        raise UnsupportedProjectError(
            "USE_TZ is False, and a datetime of this API carries a time zone", hint="leave datetime fields out"
        )


def _router(ninja: NinjaFacts, resource: Resource) -> tuple[RouterPlace, RouterPlace]:
    """What to add the router to, and the API that it is below.

    Raises:
        UnsupportedProjectError: there is none, or it cannot be told which.
    """
    apis = [each for each in ninja.places if each.kind == "NinjaAPI"]
    fits = [each for each in apis if (each.version or "1").lstrip("v").partition(".")[0] == str(resource.version)]
    if len(apis) > 1 and len(fits) == 1:
        return fits[0], fits[0]
    most = max((len(each.prefixes) for each in ninja.places), default=0)
    best = [each for each in (ninja.places if most else apis) if len(each.prefixes) == most]
    versioned = any(re.match(r"/?v\d+/", prefix) for each in best for prefix in each.prefixes)
    if resource.version != 1 and not fits and not versioned:
        raise UnsupportedProjectError(
            f"there is no NinjaAPI of version {resource.version}",
            hint="make one, such as `api_v2 = NinjaAPI(version='2.0.0')`, or leave version out",
        )
    if len(best) == 1 and (best[0].kind == "NinjaAPI" or len(apis) == 1):
        return best[0], best[0] if best[0].kind == "NinjaAPI" else apis[0]
    places = "; ".join(f"{each.symbol.name} in {each.symbol.path}:{each.symbol.line}" for each in best)
    raise UnsupportedProjectError(
        f"the project has {len(best) or 'no'} APIs of django-ninja at the top level of a module"
        + (f": {places}" if places else ""),
        hint="have one `api = NinjaAPI()` that the other routers are added to",
    )


def _access(auth: Auth | None, ninja: NinjaFacts, *, guarded: bool) -> tuple[Access | None, Authenticator | None]:
    ranked = [each for each, _ in ninja.authenticators.most_common()]
    best = ranked[0] if ranked else None
    if auth is None and not guarded:
        return None, None
    if best is None or best.function:
        raise UnsupportedProjectError(
            "the project has no authentication of django-ninja"
            if best is None
            else f"{best.name} ({best.module}) is a function, which the tests of the resource could not stand in for",
            hint="write a class, such as one of HttpBearer, and give it to another router first; or leave auth out",
        )
    if auth is None:
        return None, best
    if auth.scopes:
        check_permissions(auth, f"{best.name} of the project knows no scopes")
        if not best.users:
            raise UnsupportedProjectError(
                f"whether {best.name} ({best.module}) gives a user of Django cannot be told, so "
                f"{', '.join(auth.scopes)} would not be enforced",
                hint="leave read and write out of auth: then signing in is enough",
            )
        return Access("permissions", notes=(permission_note(auth),)), best
    where = f"auth hangs on {best.name} ({best.module})"
    return Access("host" if guarded else "signed", notes=(where,)), best
