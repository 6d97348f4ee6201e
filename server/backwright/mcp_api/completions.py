"""Completions: names, versions, paths and codes for the arguments of prompts and of resource templates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    PromptReference,
)

from backwright.catalog.version import Range, Version, parse_request
from backwright.errors import BackwrightError, InvalidVersionError
from backwright.mcp_api._caller import asking, caller, may_read_contexts
from backwright.mcp_api._errors import Context
from backwright.mcp_api._stored import CONTEXT_TEMPLATE, SCHEMA_TEMPLATE, VERSION_TEMPLATE, StoredContexts
from backwright.mcp_api.prompts import TASK, VERSION
from backwright.mcp_api.resources import (
    LIBRARY_TEMPLATE,
    LOADED_TEMPLATE,
    RELEASE_TEMPLATE,
    REVIEW_TEMPLATE,
    ROOT_TEMPLATE,
    RULE_TEMPLATE,
    SKILL_TEMPLATE,
)

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.skill import Skill

MOST: Final = 100
"""Values in one answer; the protocol's limit."""

Choices = Callable[[Mapping[str, str]], Iterable[str]]


def _formats() -> Iterable[str]:
    from backwright.review.format import formats

    return (form.name for form in formats())


def _of_contexts(stored: StoredContexts) -> Mapping[str, Mapping[str, Choices]]:
    """The arguments of the addresses of contexts, where any are offered."""
    if not stored.offered:
        return {}
    address: dict[str, Choices] = {
        "namespace": lambda _: stored.namespaces(caller()),
        "name": lambda known: stored.names(caller(), known),
    }
    version: Choices = lambda known: stored.versions(caller(), known)  # noqa: E731  a choice beside the others
    return {CONTEXT_TEMPLATE: address, VERSION_TEMPLATE: {**address, "version": version}}


class Completions:
    """The handler of `completion/complete`."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._stored = StoredContexts(app)
        self._templates: Mapping[str, Mapping[str, Choices]] = {
            # A handle is a secret, so none is offered.
            LOADED_TEMPLATE: {"session": lambda _: ()},
            REVIEW_TEMPLATE: {"review": lambda _: (), "format": lambda _: _formats()},
            RULE_TEMPLATE: {"code": lambda _: (rule.code for rule in app.rules())},
            SKILL_TEMPLATE: {"name": self._names, "path": self._paths},
            LIBRARY_TEMPLATE: _Owned(app, "lib", "distribution").arguments(),
            ROOT_TEMPLATE: _Owned(app, "root", "folder").arguments(),
            RELEASE_TEMPLATE: {"version": self._releases, "name": self._names, "path": self._paths},
            SCHEMA_TEMPLATE: {"type": self._types, "version": self._type_versions},
            **_of_contexts(self._stored),
        }

    async def complete(self, ctx: Context, params: CompleteRequestParams) -> CompleteResult:
        """The values that fit what is typed so far: those that start with it, then those that hold it."""
        with asking(ctx):
            return await self._completed(params)

    async def _completed(self, params: CompleteRequestParams) -> CompleteResult:
        choices = self._choices(params)
        known = (params.context.arguments if params.context else None) or {}
        fitting = in_range if params.argument.name == VERSION else ranked
        values = await anyio.to_thread.run_sync(lambda: fitting(choices(known), params.argument.value))
        shown = values[:MOST]
        completion = Completion(values=shown, total=len(values), has_more=len(values) > len(shown))
        return CompleteResult(completion=completion)

    def _choices(self, params: CompleteRequestParams) -> Choices:
        arguments = self._arguments(params)
        choices = arguments.get(params.argument.name)
        if choices is None:
            raise MCPError(INVALID_PARAMS, f"No such argument. There are: {', '.join(arguments)}.")
        return choices

    def _arguments(self, params: CompleteRequestParams) -> Mapping[str, Choices]:
        if isinstance(params.ref, PromptReference):
            name, _ = parse_request(params.ref.name)
            if all(skill.name != name for skill in self._app.snapshot.shown):
                raise MCPError(INVALID_PARAMS, "No such prompt.")
            return {TASK: lambda _: (), VERSION: lambda _: self._app.catalog.versions(name)}
        found = self._templates.get(params.ref.uri)
        if found is None:
            raise MCPError(INVALID_PARAMS, f"No such template. There are: {', '.join(self._templates)}.")
        return found

    def _types(self, _: Mapping[str, str]) -> Iterable[str]:
        return (kind for kind, _ in self._schemas())

    def _type_versions(self, known: Mapping[str, str]) -> Iterable[str]:
        """The newest first."""
        return (str(version) for kind, version in reversed(self._schemas()) if kind == known.get("type"))

    def _schemas(self) -> Sequence[tuple[str, int]]:
        """A registered schema is as private as what is written against it."""
        if may_read_contexts():
            return self._stored.schemas()
        return [(schema.type, schema.version) for schema in self._app.schemas()]

    def _names(self, _: Mapping[str, str]) -> Iterable[str]:
        # A name with a slash is more than one segment, and the templates have one.
        return (skill.name for skill in self._app.catalog.skills if "/" not in skill.name)

    def _releases(self, known: Mapping[str, str]) -> Iterable[str]:
        """The head's version has no address of its own, so it is not among them."""
        releases = self._app.catalog.releases
        return sorted({skill.version for skill in releases if known.get("name") in {None, skill.name}})

    def _paths(self, known: Mapping[str, str]) -> Iterable[str]:
        return (file.path for skill in self._chosen(known) for file in skill.served)

    def _chosen(self, known: Mapping[str, str]) -> tuple[Skill, ...]:
        if "name" not in known:
            return ()
        request = "@".join(known[part] for part in ("name", "version") if part in known)
        try:
            return (self._app.catalog.get(request),)
        except BackwrightError:
            return ()


@dataclass(frozen=True)
class _Owned:
    """The choices for addresses of three parts: `lib/<distribution>/<name>` and `root/<folder>/<name>`.

    Args:
        app: what is served.
        prefix: the first part.
        owner: the argument that is the second.
    """

    app: App
    prefix: str
    owner: str

    def arguments(self) -> Mapping[str, Choices]:
        return {self.owner: self._owners, "name": self._names, "path": self._paths}

    def _skills(self, known: Mapping[str, str]) -> Iterator[tuple[str, str, Skill]]:
        """The skills that fit what is known, with the last two parts of their names."""
        for skill in self.app.catalog.skills:
            parts = skill.name.split("/")
            if len(parts) == 3 and parts[0] == self.prefix:  # noqa: PLR2004  see above
                found = {self.owner: parts[1], "name": parts[2]}
                if all(known.get(part, value) == value for part, value in found.items()):
                    yield parts[1], parts[2], skill

    def _owners(self, known: Mapping[str, str]) -> Iterable[str]:
        return (owner for owner, _, _ in self._skills(known))

    def _names(self, known: Mapping[str, str]) -> Iterable[str]:
        return (name for _, name, _ in self._skills(known))

    def _paths(self, known: Mapping[str, str]) -> Iterable[str]:
        if not {self.owner, "name"} <= known.keys():
            return ()
        return (file.path for _, _, skill in self._skills(known) for file in skill.served)


def ranked(choices: Iterable[str], typed: str) -> list[str]:
    """The choices that hold what is typed, whatever its case; those that start with it first, each group in order."""
    wanted = typed.casefold()
    holding = [choice for choice in dict.fromkeys(choices) if wanted in choice.casefold()]
    return sorted(holding, key=lambda choice: not choice.casefold().startswith(wanted))


def in_range(versions: Iterable[str], typed: str) -> list[str]:
    """The versions that hold what is typed, or, where none does and it is a range, those that lie in it."""
    there = list(versions)
    found = ranked(there, typed)
    try:
        return found or [version for version in there if Range.parse(typed).allows(Version.parse(version))]
    except InvalidVersionError:
        return []
