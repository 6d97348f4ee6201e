"""The composition root: one process's engines over one snapshot of the pack. The only module that knows them all.

An engine is imported by the first call that needs it, so that a server answers before it has loaded what only a review
or a scaffold uses.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from backwright._work import part
from backwright.catalog.catalog import Catalog
from backwright.catalog.library import Library
from backwright.catalog.version import parse_request
from backwright.contexts.attached import Attached
from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.recall import Recall
from backwright.scope import ProjectFile, Scoping
from backwright.settings import Settings
from backwright.snapshot import Snapshot, Snapshots, in_order
from backwright.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backwright.catalog.choice import Choice, Offer, Pins
    from backwright.catalog.covering import Covering
    from backwright.catalog.problem import Problem
    from backwright.catalog.skill import Skill
    from backwright.contexts.bus import Hear
    from backwright.contexts.conventions import Registered
    from backwright.contexts.kept import KeptRecords
    from backwright.contexts.project_file import ProjectDeclared
    from backwright.contexts.schema import Schema
    from backwright.contexts.schemas.project_v3 import ProjectContextV3
    from backwright.contexts.service import Contexts
    from backwright.contexts.store import Store
    from backwright.detecting import Proposal
    from backwright.judging import Judging
    from backwright.review.rule import Rule
    from backwright.reviewing import Reviewing
    from backwright.routing.briefing import Briefing
    from backwright.routing.decision import Request, Routing
    from backwright.routing.rooms import Rooms
    from backwright.scaffolding import Scaffolding


class App:
    """What the surfaces call. It holds no state but the snapshot, and every answer is a value.

    Args:
        settings: how this process serves.

    Raises:
        IntegrityError, ManifestError: on first use of the catalog, when strict and the pack is not sound.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._attached = Attached(settings.database, settings.bus, writes=settings.writes, schemas=settings.schemas)

    @cached_property
    def sources(self) -> Sources:
        """Where the skills come from."""
        return Sources(self.settings)

    @property
    def pack(self) -> Path:
        """The folder that holds `skills/` and `manifest.yaml`."""
        return self.sources.pack

    @cached_property
    def snapshots(self) -> Snapshots:
        """The snapshot that is served now, and the way to the next."""
        return Snapshots(Library(self.sources.load, self.sources.index))

    @cached_property
    def recall(self) -> Recall:
        """What was handed over."""
        return Recall(self.settings, lambda: self.project().usage, self.shelf)

    @cached_property
    def shelf(self) -> KeptRecords | None:
        """Where handles are kept that any process of this service may be asked for; None where it is one's own."""
        if not self.settings.shares_records:
            return None
        from backwright.contexts.kept import KeptRecords

        return KeptRecords(lambda: self.contexts.store)

    @property
    def snapshot(self) -> Snapshot:
        """What this process serves, or what the request that is being answered began with, as the project wants it."""
        current = self.snapshots.current
        return current if self._scoping is None else self._scoping.applied(current)

    @cached_property
    def _scoping(self) -> Scoping | None:
        root = self.settings.root
        if root is None:
            return None
        # Of the file alone: what is listed must not wait for a store.
        return Scoping(root / "backwright.yaml", lambda: self._own_project().scope)

    @property
    def catalog(self) -> Catalog:
        """The catalog of the snapshot."""
        return self.snapshot.catalog

    def manifest(self) -> bytes:
        """The manifest that the snapshot was loaded from; it may have changed on disk since."""
        return self.catalog.manifest

    def problems(self) -> tuple[Problem, ...]:
        """What is left out, mended, unpinned or doubtful, of the skills of the snapshot; the text itself is served."""
        from backwright.catalog.lint import lint_catalog

        return (*self.catalog.problems, *self.snapshot.derived(lint_catalog))

    @property
    def shown(self) -> tuple[Skill, ...]:
        """The skills to put before a model unasked: those first that its file pins, then its framework's."""
        wants = () if self._project_file is None else self._project_file.wants()
        return in_order(self.snapshot.shown, wants) if wants else self.snapshot.shown

    # Routing

    @property
    def router(self) -> Rooms:
        """The router over the catalog's head versions."""
        return self.snapshot.router

    def route(
        self,
        text: str,
        *,
        name: str | None = None,
        paths: tuple[str, ...] = (),
        keywords: tuple[str, ...] = (),
        context: tuple[str, ...] = (),
    ) -> Routing:
        """The skill that fits a request, at the version that is asked for, or candidates, or nothing.

        Raises:
            SkillNotFoundError, VersionNotFoundError, InvalidVersionError: a skill is named that cannot be had.
        """
        from backwright.routing.decision import Request

        return self._routed(Request(text, paths, keywords, context, name))[0]

    def _routed(self, request: Request) -> tuple[Routing, Skill | None]:
        """The routing, and the skill where one is chosen."""
        with part("route") as this:
            routing, skill = self._route(request)
            this.note(decision=routing.decision)
            return routing, skill

    def _route(self, request: Request) -> tuple[Routing, Skill | None]:
        from backwright.routing.decision import Evidence, retired

        named = None if request.name is None else self.choose(request.name)
        if named is not None and named.skill.name not in self.snapshot.heads:
            return retired(named.skill.name, named.skill.version, named.note), named.skill
        routing = self.router.route(request if named is None else replace(request, name=named.request))
        chosen = routing.decision in {"explicit", "auto"}
        if (not chosen or routing.held_back or len(routing.matches) > 1) and self.pins():
            routing = routing.offering({name: offer.version for name, offer in self._offers().items()})
        if not chosen:
            return routing, None
        asked = f"@{routing.requested}" if routing.requested else ""
        choice = named or self.choose(f"{routing.matches[0].skill}{asked}")
        covered = None if choice.asked or choice.pin else self._covering(choice.skill, request)
        skill = choice.skill if covered is None else covered.skill
        notes = (choice.note, "" if covered is None else covered.note, self.sources.lacking(skill))
        evidence = () if covered is None else (Evidence(covered.said, "library", 1.0 if covered.covered else 0.0),)
        return routing.at_version(skill.version, " ".join(filter(None, notes)), evidence), skill

    def _covering(self, skill: Skill, request: Request) -> Covering | None:
        """The version of a skill for the library versions that a request names, where it names any."""
        texts = (request.text, *request.keywords, *request.context)
        if not any(sign.isdigit() for text in texts for sign in text):
            return None
        from backwright.catalog.covering import covering

        releases = (each for each in self.catalog.released_of(skill.name) if each.version != skill.version)
        return covering((skill, *releases), texts)

    def pins(self) -> Pins:
        """The versions that the project pins skills to.

        Raises:
            InvalidContextError, StoreUnavailableError: as `project`, or a pin is no range.
        """
        if self._follows(own := self._own_project()):
            from backwright.catalog.choice import parse_pins

            return parse_pins(self.project().skills)
        return {} if self._project_file is None else self._project_file.pins(own)

    def _offers(self) -> Mapping[str, Offer]:
        from backwright.catalog.choice import offers

        return offers(self.catalog, self.pins())

    def choose(self, request: str) -> Choice:
        """The version of a skill that answers `name` or `name@range` here; every surface asks this.

        Raises:
            SkillNotFoundError, VersionNotFoundError, InvalidVersionError: there is none such, in the range or at the
                project's pin.
            InvalidContextError: as `pins`.
        """
        from backwright.catalog.choice import Choice, choose

        pins, snapshot = self.pins(), self.snapshot
        head = None if pins else snapshot.heads.get(request)
        return choose(snapshot.catalog, request, pins) if head is None else Choice(head, None, None, head.version)

    def use_skill(
        self,
        request: str,
        *,
        name: str | None = None,
        version: str | None = None,
        paths: tuple[str, ...] = (),
        keywords: tuple[str, ...] = (),
        context: tuple[str, ...] = (),
    ) -> Briefing:
        """What a model reads to do the task: the fitting skill's text within its budget, or why there is none.

        Raises:
            InvalidInputError: a version without a name.
            SkillNotFoundError, VersionNotFoundError, InvalidVersionError: as `route`.
        """
        from backwright.routing.briefing import brief
        from backwright.routing.decision import Request

        if version is not None:
            if name is None:
                raise InvalidInputError("a version was given without a name", hint="give the skill's name as well")
            if parse_request(name)[1] is not None:
                raise InvalidInputError(f"{name[:80]!r} has a version already", hint="leave one of the two out")
            name = f"{name}@{version}"
        routing, skill = self._routed(Request(request, paths, keywords, context, name))
        if skill is None:
            return brief(routing, None, self.snapshot.offered(self._offers()))
        return brief(routing, self.snapshot.text_of(skill), ())

    def read_skill_file(self, skill: str, path: str) -> bytes:
        """The bytes of a skill's file, checked against the manifest's digest.

        Raises:
            SkillNotFoundError, VersionNotFoundError, InvalidVersionError, SkillFileNotFoundError: there is none such.
            IntegrityError: the bytes are not those that were pinned.
        """
        return self.choose(skill).skill.file(path).verified()

    # Contexts

    @property
    def contexts(self) -> Contexts:
        """The stored contexts; opened by the first call that asks.

        Raises:
            InvalidInputError: this process has no store, or its URL is none.
            StoreUnavailableError, StorageFullError, RecordUnreadableError: it cannot be opened.
        """
        return self._attached.contexts()

    @property
    def open_store(self) -> Store | None:
        """The store of contexts, once something has needed it.

        Raises:
            StoreUnavailableError: something has needed it, and it could not be reached then.
        """
        return self._attached.store

    def listen(self, hear: Hear) -> Callable[[], None]:
        """Call for each change of a context from now on, made here or heard of, and return what ends that.

        Changes that are made elsewhere are heard of once `contexts` is open.

        Raises:
            InvalidInputError: the URL of the bus is none.
        """
        return self._attached.listen(hear)

    def close(self) -> None:
        """Let go of what is open, after what is being written."""
        self._attached.close()

    def project(self) -> ProjectContextV3:
        """The conventions that the project's `backwright.yaml` declares, before those of the store that it, or the
        process, follows; as they are at each call.

        Raises:
            InvalidContextError, StoreUnavailableError: as `registered`.
        """
        base = self.registered(own := self._own_project())
        return own if base is None else base.under(own)

    def registered(self, own: ProjectDeclared | None = None) -> Registered | None:
        """The conventions of the store that hold under what a `backwright.yaml` says (the one that is there, if none
        is given): those that it names, over those that the process is told of; None where there are neither.

        Raises:
            InvalidContextError: there are no such conventions, or the file does not validate.
            StoreUnavailableError: the store cannot be reached.
        """
        own = self._own_project() if own is None else own
        if not self._follows(own):
            return None
        from backwright.contexts.conventions import followed

        contexts = self.contexts if self.settings.has_store else None
        return followed(contexts, own.contexts, told=self.settings.project_context)

    def _follows(self, own: ProjectDeclared) -> bool:
        return bool(own.contexts) or self.settings.project_context is not None

    def _own_project(self) -> ProjectDeclared:
        from backwright.contexts.project_file import DEFAULTS

        return DEFAULTS if self._project_file is None else self._project_file.context()

    def detect(self) -> Proposal:
        """What the project's files say about it that its `backwright.yaml` does not; nothing of it is executed.

        Raises:
            UnsupportedProjectError: this process has no project to read, or it cannot be read.
            InvalidContextError: the `backwright.yaml` that is there does not validate.
        """
        from backwright.detecting import propose

        if self.settings.root is None:
            raise UnsupportedProjectError(
                "this server has no project to read", hint="run `backwright serve` over stdio in the project"
            )
        return propose(self.settings.root)

    def versions(self) -> Mapping[str, str] | None:
        """The versions of the project's packages, by normalised name; None where they are not known."""
        return self.sources.versions()

    @cached_property
    def _project_file(self) -> ProjectFile | None:
        return None if self.settings.root is None else ProjectFile(self.settings.root)

    def schemas(self) -> tuple[Schema, ...]:
        """Every published version of every context schema."""
        from backwright.contexts.schema import published

        return published()

    # Review

    @cached_property
    def reviewing(self) -> Reviewing:
        """The review of changes, with this process's skills and project."""
        from backwright.reviewing import Reviewing

        return Reviewing(self)

    @cached_property
    def judging(self) -> Judging:
        """The reviews that may be gone on with."""
        from backwright.judging import Judging

        return Judging(self.settings, lambda: self.reviewing, shelf=self.shelf)

    def rules(self) -> tuple[Rule, ...]:
        """Our own review rules, by code."""
        from backwright.review.engine import all_rules

        return all_rules()

    def explain(self, code: str) -> str:
        """The page of a rule, ours or ruff's, as Markdown.

        Raises:
            RuleNotFoundError: there is none; the hint names the nearest.
        """
        from backwright.review.page import rule_page

        return rule_page(code)

    # Scaffold

    @cached_property
    def scaffolding(self) -> Scaffolding:
        """Generated code in the project: planned, applied, taken back."""
        from backwright.scaffolding import Scaffolding

        return Scaffolding(self)
