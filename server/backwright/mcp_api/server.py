"""The MCP server over an app: which request goes where, and what `server/discover` says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import CallNext, HandlerResult, ServerMiddleware
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
)
from mcp_types import Tool as ListedTool

import backwright
from backwright._discover import discover
from backwright.app import App
from backwright.mcp_api import tools
from backwright.mcp_api._caller import asking, holder_of, principal_of
from backwright.mcp_api._cursors import Pager
from backwright.mcp_api._errors import Context, one_error_language
from backwright.mcp_api._schema import Schemas, schemas_of, stored_schemas
from backwright.mcp_api._shelf import Shelf
from backwright.mcp_api._tracing import needed
from backwright.mcp_api.changes import Changes, FollowingServer
from backwright.mcp_api.completions import Completions
from backwright.mcp_api.prompts import Prompts
from backwright.mcp_api.resources import Resources
from backwright.mcp_api.skills_extension import TTL_MS, SkillsExtension
from backwright.mcp_api.tool import Tool, call_tool
from backwright.mcp_api.view import IDENTIFIER, meta_of, shows

if TYPE_CHECKING:
    from backwright.mcp_api._allowed import Allowed, Tokens
    from backwright.observing.requests import Observing

INSTRUCTIONS: Final = (
    "Python backend work (FastAPI, SQLAlchemy, Pydantic, asyncio, tests). "
    "Call use_skill with the task BEFORE you write, change or review such code, and follow what it returns. "
    "To start a service or add a REST resource, call scaffold_service or scaffold_endpoint instead of writing the "
    "files yourself, then apply_scaffold. "
    "AFTER a change and before you hand it over, call review_diff (no arguments needed), mend what it finds and answer "
    "its questions with complete_review; explain_rule says why a finding matters."
)

NAME: Final = "backwright"
"""The same in every process of a service: what clients carry is sealed for it."""

ServerType = Server[dict[str, Any]]

_CACHEABLE: Final[tuple[CacheableMethod, ...]] = (
    "server/discover",
    "tools/list",
    "prompts/list",
    "resources/list",
    "resources/templates/list",
    "resources/read",
)


_GREETINGS: Final = frozenset({"initialize", "server/discover"})
# A stream of notices would also keep its snapshot alive for as long as it is open.
_READING_NOTHING: Final = _GREETINGS | {"ping", "subscriptions/listen"}


def build_server(
    app: App, *, standing: bool = True, observing: Observing | None = None, tokens: Tokens | None = None
) -> FollowingServer:
    """A server for every transport and for both eras of the protocol.

    Args:
        app: what answers.
        standing: whether an older client has a connection on which it can be told of changes; not over stateless HTTP.
        observing: who is told of each request; None for nobody.
        tokens: what is done about the tokens of requests; None where there are none.
    """
    shelf = Shelf(app)
    toolbox, prompts, resources = Toolbox(app), Prompts(app), Resources(app, shelf)
    changes = Changes(app, toolbox.described, standing=standing, alive=None if tokens is None else tokens.alive)
    server = FollowingServer(
        NAME,
        version=backwright.__version__,
        title="Backwright",
        description="Versioned skills for Python backend work: routed, scaffolded, reviewed by rule.",
        instructions=INSTRUCTIONS,
        # Everything listed is the pack's and the same for everyone; what is not sets its own scope.
        cache_hints=dict.fromkeys(_CACHEABLE, CacheHint(TTL_MS, "public")),
        # No tool mirrors an argument in a header, so the SDK need not list the tools before each call.
        get_tool_input_schema=lambda _: None,
        on_list_tools=toolbox.list_tools,
        on_call_tool=toolbox.call_tool,
        on_list_prompts=prompts.list_prompts,
        on_get_prompt=prompts.get_prompt,
        on_list_resources=resources.list_resources,
        on_list_resource_templates=resources.list_templates,
        on_read_resource=resources.read_resource,
        on_completion=Completions(app).complete,
        lifespan=changes.lifespan,
    )
    SkillsExtension(shelf).install(server)
    server.extensions[IDENTIFIER] = {}
    server.middleware[:] = [
        *needed(server.middleware, toolbox.names),
        *_told(observing, toolbox),
        one_error_language,
        *_allowing(toolbox, tokens),
        partial(_current_instructions, app),
        partial(_one_snapshot, app),
        *_sealing(app),
    ]
    changes.install(server)
    return server


def _sealing(app: App) -> Iterable[ServerMiddleware[dict[str, Any]]]:
    """Middleware: what an answer gives a client to carry to its next request is sealed, whichever process reads it.

    Nothing that ships gives a client such a state: handles stand for what the store keeps. It costs a start the
    import of a cipher, so it is there where keys are.
    """
    if not app.settings.state_keys:
        return ()
    from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity

    security = RequestStateSecurity(keys=app.settings.state_keys, bind_principal=holder_of)
    return (RequestStateBoundary(security, default_audience=NAME),)


def _allowing(toolbox: Toolbox, tokens: Tokens | None) -> list[Allowed]:
    if tokens is None:
        return []
    from backwright.mcp_api._allowed import Allowed

    return [Allowed(toolbox.tool, tokens.denied)]


def _told(observing: Observing | None, toolbox: Toolbox) -> list[ServerMiddleware[Any]]:
    """The middleware that tells of each request, where anyone is told."""
    if observing is None:
        return []
    from backwright.mcp_api._observed import Observed

    return [Observed(observing, toolbox.names)]


async def _current_instructions(app: App, ctx: Context, call_next: CallNext) -> HandlerResult:
    """Middleware: each greeting says what is left out by then.

    The SDK takes the instructions as one text, and over stdio it takes them when the process starts.
    """
    result = await call_next(ctx)
    if ctx.method in _GREETINGS and isinstance(result, dict):
        missing = sum(problem.severity == "error" for problem in app.catalog.problems)
        if missing:
            return result | {"instructions": f"{INSTRUCTIONS} Skills left out: {missing}; skill_problems says why."}
    return result


async def _one_snapshot(app: App, ctx: Context, call_next: CallNext) -> HandlerResult:
    """Middleware: what one request reads is of one snapshot."""
    if ctx.method in _READING_NOTHING or ctx.method.startswith("notifications/"):
        return await call_next(ctx)
    with app.snapshots.pinned():
        return await call_next(ctx)


class Toolbox:
    """The tools that the `tools` folder declares."""

    def __init__(self, app: App) -> None:
        self._app = app
        every = discover(tools, "TOOL", Tool, key=lambda tool: tool.name)
        self._tools = {tool.name: tool for tool in every if tool.served(app)}
        self._listed: dict[str, tuple[ListedTool, ...]] = {}

    @property
    def names(self) -> frozenset[str]:
        """The names of the tools."""
        return frozenset(self._tools)

    async def list_tools(self, ctx: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        """Every tool, by name, always in the same order so that a client's prompt cache holds."""
        snapshot = self._app.catalog.digest
        if snapshot not in self._listed:
            known = stored_schemas()
            self._listed = {snapshot: tuple(_listed(self._app, tool, known) for tool in self._tools.values())}
        page = Pager("tools/list", snapshot, 50).page(self._shown(ctx), params.cursor if params else None)
        if not shows(ctx):
            return ListToolsResult(tools=list(page.items), next_cursor=page.next_cursor)
        # No cache that others share may keep it: it says more than they are told.
        seen = [_with_view(tool) for tool in page.items]
        return ListToolsResult(tools=seen, next_cursor=page.next_cursor, ttl_ms=TTL_MS, cache_scope="private")

    def _shown(self, ctx: Context) -> tuple[ListedTool, ...]:
        """Those that the token of a request allows, where it cannot be one that allows more: an API token. Whoever has
        an authorization server behind it is shown all, and asks for more when it calls one.
        """
        (listed,) = self._listed.values()
        principal = principal_of(ctx)
        if principal is None or not principal.credential:
            return listed
        return tuple(each for each in listed if self._tools[each.name].scope in principal.scopes)

    def tool(self, name: str) -> Tool[Any, Any] | None:
        """The tool of a name; None where there is none."""
        return self._tools.get(name)

    def described(self) -> tuple[str, ...]:
        """What the list says of each tool, as far as that may change."""
        return tuple(tool.describe(self._app) for tool in self._tools.values())

    async def call_tool(self, ctx: Context, params: CallToolRequestParams) -> CallToolResult:
        """Call one; that there is no such tool is an error of the protocol, since no argument would mend it."""
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"Unknown tool. There are: {', '.join(self._tools)}.")
        # It tells nobody where the client did not ask to be told.
        with asking(ctx):
            return await call_tool(self._app, tool, params.arguments or {}, ctx.session.report_progress)


def _with_view(tool: ListedTool) -> ListedTool:
    """A listed tool with the view of its answers, where there is one."""
    meta = meta_of(tool.name)
    return tool if meta is None else tool.model_copy(update={"meta": {**(tool.meta or {}), **meta}})


def _listed(app: App, tool: Tool[Any, Any], known: Mapping[str, Schemas]) -> ListedTool:
    schemas = known.get(tool.name) or schemas_of(tool)
    hidden = tool.hidden(app)
    arguments = {name: schema for name, schema in schemas["input"]["properties"].items() if name not in hidden}
    return ListedTool(
        name=tool.name,
        title=tool.title,
        description=tool.describe(app),
        input_schema=schemas["input"] | {"properties": arguments},
        output_schema=schemas["output"] if tool.lists_output else None,
        annotations=tool.annotations,
        _meta=dict(tool.meta) if tool.meta else None,
    )
