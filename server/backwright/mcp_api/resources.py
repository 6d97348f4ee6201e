"""Everything that is read by a URI: files of skills, rule pages, context schemas, the manifest, the problems."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import anyio.to_thread
from mcp_types import (
    BlobResourceContents,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from backwright.errors import PlanNotFoundError, ReviewNotFoundError, SessionNotFoundError, UnknownUriError, UsageError
from backwright.mcp_api import _stored, view
from backwright.mcp_api._caller import caller_of, holder_of, reads_contexts
from backwright.mcp_api._cursors import Chained, Pager
from backwright.mcp_api._errors import Context
from backwright.mcp_api._mime import DIFF, JSON, MARKDOWN, mime_type, text_of
from backwright.mcp_api._shelf import Shelf
from backwright.mcp_api.skills_extension import TTL_MS, ttl_of

if TYPE_CHECKING:
    from backwright.app import App

MANIFEST: Final = "backwright://manifest"
PROBLEMS: Final = "backwright://problems"
PROJECT: Final = "backwright://project"
PAGE: Final = 100

_LOADED: Final = re.compile(r"backwright://loaded/([a-z2-7]{20})")
_PLAN: Final = re.compile(r"plan://([0-9a-f]{64})(/app)?")
_SKILL: Final = re.compile(r"backwright://skill/([a-z0-9-]+(?:/[a-z0-9-]+)*@[0-9A-Za-z.+-]{1,100})")
_REVIEW: Final = re.compile(r"review://([a-z2-7]{20})(?:/([a-z-]{1,20}))?")
_RULE: Final = re.compile(r"rule://([A-Z]{1,8}[0-9]{1,5})")

SKILL_TEMPLATE: Final = "skill://{name}/{+path}"
RELEASE_TEMPLATE: Final = "skill://v{version}/{name}/{+path}"
LIBRARY_TEMPLATE: Final = "skill://lib/{distribution}/{name}/{+path}"
ROOT_TEMPLATE: Final = "skill://root/{folder}/{name}/{+path}"
RULE_TEMPLATE: Final = "rule://{code}"
REVIEW_TEMPLATE: Final = "review://{review}/{format}"
PLAN_TEMPLATE: Final = "plan://{digest}"
LOADED_TEMPLATE: Final = "backwright://loaded/{session}"

TEMPLATES: Final = (
    ResourceTemplate(
        uri_template=LOADED_TEMPLATE,
        name="loaded-skills",
        title="What was loaded in a session",
        description="Skill, version and digest of what use_skill gave under a session, to load it again.",
        mime_type=JSON,
    ),
    _stored.SCHEMA,
    ResourceTemplate(
        uri_template=PLAN_TEMPLATE,
        name="plan",
        title="The whole diff of a scaffold's plan",
        description="By the digest of the plan, without its sha256 in front.",
        mime_type=DIFF,
    ),
    ResourceTemplate(
        uri_template=REVIEW_TEMPLATE,
        name="review",
        title="The whole report of a review",
        description="By the `review` of an answer, with what complete_review accepted: markdown, sarif, github-review "
        "and so on; without a format it is JSON.",
    ),
    ResourceTemplate(
        uri_template=RULE_TEMPLATE,
        name="rule",
        title="A review rule",
        description="The page of a rule by its code, such as BW104 or ruff's B006.",
        mime_type=MARKDOWN,
    ),
    ResourceTemplate(
        uri_template=LIBRARY_TEMPLATE,
        name="library-skill-file",
        title="A file of a skill inside an installed package",
        description="At the installed version; another party's text, pinned by no manifest.",
    ),
    ResourceTemplate(
        uri_template=RELEASE_TEMPLATE,
        name="released-skill-file",
        title="A file of a released skill",
        description="A file of a version that never changes again.",
    ),
    ResourceTemplate(
        uri_template=ROOT_TEMPLATE,
        name="root-skill-file",
        title="A file of a user's skill whose name another has",
        description="SKILL.md, or a file that it points to, by the folder that the skill is in.",
    ),
    ResourceTemplate(
        uri_template=SKILL_TEMPLATE,
        name="skill-file",
        title="A file of a skill",
        description="SKILL.md, or a file that it points to.",
    ),
)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A resource that is no file of a skill."""

    resource: Resource
    read: Callable[[], bytes]
    scope: Literal["public", "private"] = "public"
    ttl_ms: int = TTL_MS


class Resources:
    """The handlers of `resources/*` over one app and one shelf."""

    def __init__(self, app: App, shelf: Shelf, *, page: int = PAGE) -> None:
        self._app = app
        self._shelf = shelf
        self._page = page
        self._fixed: dict[str, Fixed] | None = None
        self._stored = _stored.StoredContexts(app)

    async def list_resources(self, ctx: Context, params: PaginatedRequestParams | None) -> ListResourcesResult:
        """The files of the listed skills, then everything else, then the contexts that the caller may read."""
        cursor = params.cursor if params else None
        stored = self._stored.offered and reads_contexts(ctx)
        if stored and self._stored.is_cursor(cursor):
            found, more = await anyio.to_thread.run_sync(self._stored.listed, caller_of(ctx), cursor, self._page)
            return _private(found, more)
        fixed = await anyio.to_thread.run_sync(self._all_fixed)
        views = [one.resource for one in view.views().values()] if view.shows(ctx) else []
        listed = Chained(self._shelf.resources(), [*(one.resource for one in fixed.values()), *views])
        page = Pager("resources/list", self._shelf.digest, self._page).page(listed, cursor)
        if page.next_cursor is not None or not stored:
            return ListResourcesResult(resources=list(page.items), next_cursor=page.next_cursor)
        room = self._page - len(page.items)
        found, more = await anyio.to_thread.run_sync(self._stored.first, caller_of(ctx), room)
        return _private([*page.items, *found], more)

    async def list_templates(self, _: Context, params: PaginatedRequestParams | None) -> ListResourceTemplatesResult:
        """The templates, by name."""
        templates = (*_stored.TEMPLATES, *TEMPLATES) if self._stored.offered else TEMPLATES
        page = Pager("resources/templates/list", "", self._page).page(templates, params.cursor if params else None)
        return ListResourceTemplatesResult(resource_templates=list(page.items), next_cursor=page.next_cursor)

    async def read_resource(self, ctx: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
        """The bytes of one resource, exactly as they are."""
        uri = params.uri
        file = self._shelf.file(uri)
        if file is not None:
            # In memory and checked against its digest: less work than handing it to a thread.
            return _result(uri, mime_type(file.path, file.data), file.verified(), ttl_of(uri))
        if uri.startswith(view.SCHEME) and uri in view.views():
            return _view(view.views()[uri])
        skill = _SKILL.fullmatch(uri)
        if skill is not None:
            return _result(uri, JSON, self._skill(uri, skill[1]).encode(), TTL_MS)
        return await self._read_made(ctx, uri)

    async def _read_made(self, ctx: Context, uri: str) -> ReadResourceResult:
        """What is made when it is asked for, and no file."""
        loaded, holder = _LOADED.fullmatch(uri), holder_of(ctx)
        if loaded is not None:
            record = await anyio.to_thread.run_sync(partial(self._loaded, uri, loaded[1], holder))
            return _result(uri, JSON, record, 0, "private")
        plan = _PLAN.fullmatch(uri)
        if plan is not None:
            form = JSON if plan[2] else DIFF
            made = await anyio.to_thread.run_sync(partial(self._plan, uri, plan[1], form, holder))
            return _result(uri, form, made.encode(), 0, "private")
        review = _REVIEW.fullmatch(uri)
        if review is not None:
            form = review[2] or "json"
            report, kind = await anyio.to_thread.run_sync(partial(self._review, uri, review[1], form, holder))
            return _result(uri, kind, report.encode(), 0, "private")
        rule = _RULE.fullmatch(uri)
        if rule is not None:
            page = await anyio.to_thread.run_sync(partial(self._app.explain, rule[1]), abandon_on_cancel=True)
            return _result(uri, MARKDOWN, page.encode(), TTL_MS)
        fixed = (await anyio.to_thread.run_sync(self._all_fixed)).get(uri)
        if fixed is None:
            return await self._read_stored(ctx, uri)
        # What is read of a project may take longer than the event loop should wait.
        data = await anyio.to_thread.run_sync(fixed.read, abandon_on_cancel=True)
        return _result(uri, fixed.resource.mime_type or JSON, data, fixed.ttl_ms, fixed.scope)

    async def _read_stored(self, ctx: Context, uri: str) -> ReadResourceResult:
        read = partial(self._stored.read, caller_of(ctx), uri)
        # A registered schema is as private as what is written against it.
        stored = self._stored.offered and reads_contexts(ctx)
        found = await anyio.to_thread.run_sync(read) if stored else None
        if found is None:
            raise UnknownUriError("resource", uri, self._shelf.hint(uri))
        contents = TextResourceContents(uri=uri, mime_type=found.mime_type, text=found.text, _meta=found.meta)
        scope: Literal["public", "private"] = "public" if found.public else "private"
        return ReadResourceResult(contents=[contents], ttl_ms=found.ttl_ms, cache_scope=scope)

    def _skill(self, uri: str, request: str) -> str:
        try:
            return view.skill_for_view(self._app.catalog, request)
        except UsageError:
            raise UnknownUriError("resource", uri) from None

    def _plan(self, uri: str, digest: str, form: str, holder: str | None) -> str:
        from backwright.mcp_api._plan_answer import whole_diff

        try:
            plan = self._app.scaffolding.proposed(f"sha256:{digest}", holder)
        except PlanNotFoundError:
            raise UnknownUriError("resource", uri) from None
        applies = self._app.settings.root is not None
        return whole_diff(plan) if form == DIFF else view.plan_for_view(plan, applies=applies)

    def _review(self, uri: str, review: str, form: str, holder: str | None) -> tuple[str, str]:
        try:
            if form == view.FORM:
                return view.report_for_view(*self._app.judging.read(review, holder)), JSON
            found = self._app.judging.rendered(review, form, holder)
        except ReviewNotFoundError:
            found = None
        if found is None:
            raise UnknownUriError("resource", uri)
        return found

    def _loaded(self, uri: str, session: str, holder: str | None) -> bytes:
        try:
            return self._app.recall.read(session, holder).model_dump_json(indent=1).encode()
        except SessionNotFoundError:
            raise UnknownUriError("resource", uri) from None

    def _all_fixed(self) -> dict[str, Fixed]:
        """Built on first use, because it imports every rule and generates the schemas."""
        if self._fixed is None:
            every = [*self._rules(), *self._schemas(), *self._own()]
            self._fixed = {fixed.resource.uri: fixed for fixed in every}
        return self._fixed

    def _rules(self) -> list[Fixed]:
        return [
            Fixed(
                Resource(
                    uri=f"rule://{rule.code}",
                    name=rule.code,
                    title=rule.name,
                    description=rule.summary,
                    mime_type=MARKDOWN,
                ),
                partial(_explain, self._app, rule.code),
            )
            for rule in self._app.rules()
        ]

    def _schemas(self) -> list[Fixed]:
        return [
            Fixed(
                Resource(
                    uri=schema.uri,
                    name=f"{schema.type}-v{schema.version}",
                    title=f"{schema.type.capitalize()} context, version {schema.version}",
                    description="The JSON Schema of a context that the tools take.",
                    mime_type="application/schema+json",
                ),
                schema.canonical,
            )
            for schema in self._app.schemas()
        ]

    def _own(self) -> list[Fixed]:
        manifest = Resource(
            uri=MANIFEST,
            name="manifest",
            title="The manifest",
            description="Which skill, version and digest this pack pins.",
            mime_type="application/yaml",
        )
        problems = Resource(
            uri=PROBLEMS,
            name="problems",
            title="What is not served",
            description="The skills that were left out, mended or look doubtful: file, line, reason and fix.",
            mime_type=JSON,
        )
        project = Resource(
            uri=PROJECT,
            name="project",
            title="What backwright.yaml could say",
            description="A ProjectContext read from the project's files: each member with its evidence, and questions "
            "where it is doubtful. Nothing is executed.",
            mime_type=JSON,
        )
        # The problems name files of this machine, so no shared cache may keep them.
        own = [Fixed(manifest, self._app.manifest), Fixed(problems, self._problems, "private")]
        return own if self._app.settings.root is None else [*own, Fixed(project, self._project, "private", 0)]

    def _project(self) -> bytes:
        return json.dumps(self._app.detect().as_json(), ensure_ascii=False, indent=1).encode()

    def _problems(self) -> bytes:
        found = [asdict(problem) for problem in self._app.problems()]
        return json.dumps({"problems": found}, ensure_ascii=False, indent=1).encode()


def _private(resources: list[Resource], more: str | None) -> ListResourcesResult:
    return ListResourcesResult(
        resources=resources, next_cursor=more, ttl_ms=_stored.LATEST_TTL_MS, cache_scope="private"
    )


def _view(chosen: view.View) -> ReadResourceResult:
    page = view.page(chosen.name)
    contents = TextResourceContents(uri=chosen.uri, mime_type=view.MIME_TYPE, text=page, _meta=dict(view.META))
    return ReadResourceResult(contents=[contents], ttl_ms=TTL_MS, cache_scope="public")


def _explain(app: App, code: str) -> bytes:
    return app.explain(code).encode()


def _result(
    uri: str, kind: str, data: bytes, ttl_ms: int, scope: Literal["public", "private"] = "public"
) -> ReadResourceResult:
    text = text_of(data)
    contents = (
        BlobResourceContents(uri=uri, mime_type=kind, blob=base64.b64encode(data).decode("ascii"))
        if text is None
        else TextResourceContents(uri=uri, mime_type=kind, text=text)
    )
    return ReadResourceResult(contents=[contents], ttl_ms=ttl_ms, cache_scope=scope)
