"""The scaffold as this process gives it: a template of the served pack, the project's conventions, what to write."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from backwright._files import safe_join
from backwright._work import a_part
from backwright.catalog.manifest import skill_path
from backwright.catalog.verify import verify_folder
from backwright.contexts.schema import ContextModel
from backwright.contexts.schemas.endpoint_v2 import EndpointContextV2
from backwright.contexts.schemas.job_v1 import JobContextV1
from backwright.contexts.schemas.migration_v1 import MigrationContextV1
from backwright.contexts.schemas.service_v1 import ServiceContextV1
from backwright.contexts.schemas.test_v1 import TestContextV1
from backwright.errors import (
    BackwrightError,
    PlanNotFoundError,
    PlanStaleError,
    StorageFullError,
    StoreUnavailableError,
    TemplateNotFoundError,
    UnsupportedProjectError,
)
from backwright.record.plans import HOURS, Asked, Plans
from backwright.record.shared import SharedPlans, Shelf
from backwright.scaffold.disk import Recovered, recover
from backwright.scaffold.endpoint_tests import plan_tests
from backwright.scaffold.engine import apply, plan_endpoint, undo
from backwright.scaffold.job import plan_job
from backwright.scaffold.migration import plan_migration
from backwright.scaffold.record import records
from backwright.scaffold.service import plan_service
from backwright.scaffold.stack import framework_of, uses_ninja
from backwright.scaffold.subproject import service_folder
from backwright.scaffold.template import load_template

if TYPE_CHECKING:
    from backwright.catalog.choice import Choice
    from backwright.contexts.conventions import Registered
    from backwright.contexts.schemas.project_v3 import ProjectContextV3
    from backwright.scaffold.apply import Applied
    from backwright.scaffold.plan import Plan
    from backwright.scaffold.undo import Undone
    from backwright.settings import Settings


_TEMPLATE = re.compile(r"(?=.{1,64}\Z)[a-z0-9]+([_-][a-z0-9]+)*")  # no name that a file system refuses


class Served(Protocol):
    """What a scaffold needs of the process that it runs in."""

    @property
    def settings(self) -> Settings:
        """How the process serves."""

    @property
    def pack(self) -> Path:
        """The folder that holds `skills/`."""

    @property
    def shelf(self) -> Shelf | None:
        """Where plans are kept that other processes go on with."""

    def project(self) -> ProjectContextV3:
        """The project's conventions."""

    def registered(self) -> Registered | None:
        """Those of the store that hold under them."""

    def choose(self, request: str) -> Choice:
        """The version of a skill that answers a request here."""


class Planner(Protocol):
    """Plans one kind of scaffold: the project, the template's folder, the context as JSON."""

    def __call__(self, root: Path, template_dir: Path, values: Mapping[str, object], *, mark: bool = False) -> Plan:
        """The plan; nothing is written."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of scaffold.

    Args:
        name: what a kept plan and the command call it.
        context: the model of what is asked for, at its newest version.
        skill: the skill that has the template.
        template: its folder under `assets/`.
        plan: makes the plan.
    """

    name: str
    context: type[ContextModel]
    skill: str
    template: str
    plan: Planner


KINDS = (
    Kind("endpoint", EndpointContextV2, "fastapi-endpoint", "fastapi-sqlalchemy", plan_endpoint),
    Kind("service", ServiceContextV1, "python-backend", "fastapi-service", plan_service),
    Kind("migration", MigrationContextV1, "postgres-migrations", "alembic-change", plan_migration),
    Kind("job", JobContextV1, "background-jobs", "worker-job", plan_job),
    Kind("test", TestContextV1, "testing-pytest", "pytest-endpoint", plan_tests),
)

# The endpoint's skill and template, by the framework of the project.
_ENDPOINTS = {
    "fastapi": ("fastapi-endpoint", "fastapi-sqlalchemy"),
    "flask": ("flask-django", "flask-sqlalchemy"),
    "django": ("flask-django", "django-drf"),
    "django-ninja": ("flask-django", "django-ninja"),
}


class Scaffolding:
    """Scaffolds into the project. It remembers what its plans were made from, and no plan.

    Args:
        served: the process: its settings, its pack and its project.
    """

    def __init__(self, served: Served) -> None:
        self._served = served

    @a_part("scaffold")
    def plan(self, context: ContextModel, *, mark: bool = False, template: str | None = None) -> Plan:
        """What scaffolding this would do to the project, or to a new one where there is none to read.

        Nothing is written.

        Args:
            context: what is asked for; its type says which kind of scaffold it is.
            mark: write what cannot be merged into the files between markers, instead of refusing.
            template: the name of one of the project's own, in a folder that backwright.yaml names.

        Raises:
            TemplateNotFoundError: the project has no template of that name and of this kind.
            UnsupportedProjectError: the template cannot write into this project; the message says why.
            InvalidInputError, PathOutsideRootError, ToolUnavailableError, InvalidContextError,
                ScaffoldInterruptedError: see the planner of the kind.
        """
        kind = _kind_of(context)
        skill, name = _ENDPOINTS[self._framework()] if kind.name == "endpoint" else (kind.skill, kind.template)
        folder = self._template(skill, name) if template is None else self._own_template(kind.name, template)
        project = self._served.project()
        layout = project.layout.model_dump(exclude_none=True) | project.scaffold.model_dump(
            exclude_none=True, exclude={"root"}
        )
        values = _values(context) | ({"project": layout} if layout else {})
        root = self._place(kind.name)
        if root is not None:
            plan = kind.plan(root, folder, values, mark=mark)
            plan = self._sourced(plan)
            return plan if root == self._served.settings.root else replace(plan, notes=(*plan.notes, _under(root)))
        with TemporaryDirectory(prefix="backwright-") as empty:
            # The folder names the package, so that the same resource has the same plan and digest each time.
            root = Path(empty) / "service"
            root.mkdir()
            return self._sourced(kind.plan(root, folder, values))

    def _sourced(self, plan: Plan) -> Plan:
        """The plan with a note on where the conventions are from, if that is the store."""
        base = self._served.registered()
        return plan if base is None else replace(plan, notes=(*plan.notes, base.note))

    def apply(
        self, context: ContextModel, *, expect: str | None = None, mark: bool = False, template: str | None = None
    ) -> tuple[Plan, Applied]:
        """Scaffold it: all of the plan is written, or nothing. An interrupted write is put back first.

        Args:
            context: as `plan`.
            expect: the digest of the plan that was shown; a project that has moved since is refused.
            mark: as `plan`.
            template: as `plan`.

        Raises:
            PlanConflictError, PlanStaleError: nothing was written; the message says what is in the way.
            BackwrightError: as `plan` and `recover`.
        """
        root = self._place(_kind_of(context).name) or self._root("a scaffold")
        recover(root)
        plan = self.plan(context, mark=mark, template=template)
        return plan, apply(plan, root, expect=expect)

    def own_templates(self, kind: str) -> tuple[str, ...]:
        """The names of the project's own templates of this kind; what cannot be read is left out here."""
        try:
            root, places = self._root("a template of one's own"), self._served.project().templates
        except BackwrightError:
            return ()
        names = dict.fromkeys(path.parent.name for place in places for path in root.glob(f"{place}/*/template.yaml"))
        return tuple(name for name in sorted(names) if self._has_template(kind, name))

    def _has_template(self, kind: str, name: str) -> bool:
        with suppress(BackwrightError):
            return self._own_template(kind, name).is_dir()
        return False

    def propose(
        self,
        context: ContextModel,
        *,
        mark: bool = False,
        template: str | None = None,
        holder: str | None = None,
    ) -> Plan:
        """A plan that `apply_proposed` can write later, by its digest alone.

        Args:
            context: what is asked for; its type says which kind of scaffold it is.
            mark: as `plan`.
            template: as `plan`.
            holder: whose plan it is; None for whoever may reach this process.

        Raises:
            BackwrightError: as `plan`.
        """
        plan = self.plan(context, mark=mark, template=template)
        kind = _kind_of(context).name
        asked = Asked(root=self._key(holder), kind=kind, values=_values(context), mark=mark, template=template)
        try:
            self._plans.keep(plan.digest, asked)
        except (OSError, StoreUnavailableError, StorageFullError) as error:
            why = error.strerror if isinstance(error, OSError) else error.message
            note = f"this plan could not be kept ({why}); write it with `backwright scaffold {kind}`"
            return replace(plan, notes=(*plan.notes, note))
        return plan

    def proposed(self, digest: str, holder: str | None = None) -> Plan:
        """The plan of this holder with this digest, made again.

        Raises:
            PlanNotFoundError: nobody proposed it here, or it is too long ago.
            PlanStaleError: the project is another one by now.
            BackwrightError: as `plan`.
        """
        context, asked = self._asked(digest, holder)
        plan = self.plan(context, mark=asked.mark, template=asked.template)
        if plan.digest != digest:
            raise PlanStaleError(
                "the project changed since the plan was made", hint="plan again and look at what is other now"
            )
        return plan

    def apply_proposed(self, digest: str, holder: str | None = None) -> tuple[Plan, Applied]:
        """Write the plan of this holder with this digest, and nothing else.

        Raises:
            PlanNotFoundError: nobody proposed it here, or it is too long ago.
            BackwrightError: as `apply`.
        """
        context, asked = self._asked(digest, holder)
        return self.apply(context, expect=digest, mark=asked.mark, template=asked.template)

    def _asked(self, digest: str, holder: str | None) -> tuple[ContextModel, Asked]:
        asked = self._plans.read(self._key(holder), digest)
        context = next((kind.context for kind in KINDS if kind.name == asked.kind), None)
        if context is None:
            raise PlanNotFoundError(HOURS)
        return context.model_validate_json(json.dumps(asked.values)), asked

    @cached_property
    def _plans(self) -> Plans | SharedPlans:
        shelf, state = self._served.shelf, self._served.settings.state
        return Plans(None if state is None else state / "plans") if shelf is None else SharedPlans(shelf)

    def _key(self, holder: str | None) -> str:
        """Whose a plan is: the project's on the user's machine; its holder's where there is no project."""
        root = self._served.settings.root
        return (holder or "") if root is None else str(root.resolve())

    def undo(self, resource: str) -> Undone:
        """Take back what a scaffold wrote, except what was edited since. An interrupted write is put back first.

        Raises:
            InvalidInputError: nothing was scaffolded under that name.
        """
        root = self.home(resource)
        recover(root)
        return undo(root, resource)

    def recover(self) -> Recovered:
        """Put back what a scaffold changed that was killed while it wrote.

        Raises:
            PlanConflictError, PathOutsideRootError, WriteFailedError: it cannot be; the message says why.
        """
        root = self._root("a recovery")
        # What stands alone was written at the root, the rest in the service.
        found = [recover(folder) for folder in dict.fromkeys((root, self._place("endpoint") or root))]
        return Recovered(tuple(p for f in found for p in f.restored), tuple(p for f in found for p in f.kept))

    def home(self, resource: str) -> Path:
        """The folder in which this was scaffolded: the root, or the service in a repository of several projects.

        Raises:
            UnsupportedProjectError: the server has no project to read.
        """
        root = self._root("a record")
        # Looked up by name among those that are there, for the name may be no name of a file at all.
        return root if resource in records(root) else self._place("endpoint") or root

    def _place(self, kind: str) -> Path | None:
        """Where this kind of scaffold goes; None where the server has no project to read.

        Raises:
            UnsupportedProjectError: it cannot be told which project of the repository is meant.
        """
        root, named = self._served.settings.root, self._served.project().scaffold.root
        if root is None or kind == "service" or not root.is_dir():
            return root
        if named is None:
            return root / service_folder(root)
        if not safe_join(root, named).is_dir():
            raise UnsupportedProjectError(
                f"scaffold.root is {named!r} in backwright.yaml, and there is no such folder",
                hint="name the folder of the service, or leave it out",
            )
        return safe_join(root, named)

    def _root(self, what: str) -> Path:
        if self._served.settings.root is None:
            raise UnsupportedProjectError(
                f"this server has no project to read, so {what} is not possible",
                hint="run `backwright serve` over stdio in the project",
            )
        return self._served.settings.root

    def _framework(self) -> str:
        given, root = self._served.project().framework, self._place("endpoint")
        if root is None or not root.is_dir():
            return given or "fastapi"
        found = given or framework_of(root)
        return "django-ninja" if found == "django" and uses_ninja(root) else found

    def _own_template(self, kind: str, name: str) -> Path:
        """The folder of a template that the project itself has, inside the project."""
        root, places = self._root("a template of one's own"), self._served.project().templates
        known = ", ".join(places) or "a folder that backwright.yaml lists under templates"
        if not _TEMPLATE.fullmatch(name):
            raise TemplateNotFoundError(f"{name[:80]!r} is no name of a template", hint=f"name a folder in {known}")
        for place in places:
            folder = safe_join(root, f"{place.rstrip('/')}/{name}")
            if (folder / "template.yaml").is_file():
                found = load_template(folder).manifest.kind
                if found != kind:
                    message = f"{place}/{name} is a template of kind {found}, and not of {kind}"
                    raise TemplateNotFoundError(message, hint=f"name another one in {known}")
                return folder
        raise TemplateNotFoundError(f"there is no template {name!r}", hint=f"put it into {known}")

    def _template(self, name: str, template: str) -> Path:
        """The folder of a template, at the version that the project has of its skill.

        Raises:
            TemplateNotFoundError: the skill has no such template.
            IntegrityError: the folder is no longer what was checked when the pack was loaded.
        """
        skill = self._served.choose(name).skill
        if not any(file.path.startswith(f"assets/{template}/") for file in skill.files):
            message = f"{name} {skill.version} has no template {template!r}"
            raise TemplateNotFoundError(message, hint="see `backwright skills show` for it")
        if not self._served.settings.allow_unlocked:
            verify_folder(self._served.pack, skill)
        return self._served.pack / skill_path(skill) / "assets" / template


def _values(context: ContextModel) -> dict[str, object]:
    """The context as JSON; what a relation does not say of deletions stays unsaid, for the project to decide."""
    values: dict[str, object] = context.model_dump(mode="json")
    if isinstance(context, EndpointContextV2):
        unsaid = [{"on_delete"} - each.model_fields_set for each in context.relations]
        values["relations"] = [
            each.model_dump(mode="json", exclude=left) for each, left in zip(context.relations, unsaid, strict=True)
        ]
    return values


def _under(root: Path) -> str:
    return f"the paths are those in {root.name}/, where the service is"


def _kind_of(context: ContextModel) -> Kind:
    # A newer version is a kind of the one before, so that an older context is known by its own class.
    return next(kind for kind in KINDS if issubclass(kind.context, type(context)))
