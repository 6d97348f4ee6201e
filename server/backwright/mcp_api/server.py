"""The MCP server over an app: which request goes where, and what `server/discover` says of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import CallNext, HandlerResult
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
from backwright.mcp_api._caller import asking
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

INSTRUCTIONS: Final = (
    "Python backend work (FastAPI, SQLAlchemy, Pydantic, asyncio, tests). "
    "Call use_skill with the task BEFORE you write, change or review such code, and follow what it returns. "
    "To start a service or add a REST resource, call scaffold_service or scaffold_endpoint instead of writing the "
    "files yourself, then apply_scaffold. "
    "AFTER a change and before you hand it over, call review_diff (no arguments needed), mend what it finds and answer "
    "its questions with complete_review; explain_rule says why a finding matters."
)

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


def build_server(app: App, *, standing: bool = True) -> FollowingServer:
    """A server for every transport and for both eras of the protocol.

    Args:
        app: what answers.
        standing: whether an older client has a connection on which it can be told of changes; not over stateless HTTP.
    """
    shelf = Shelf(app)
    toolbox, prompts, resources = Toolbox(app), Prompts(app), Resources(app, shelf)
    changes = Changes(app, toolbox.described, standing=standing)
    server = FollowingServer(
        "backwright",
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
    server.middleware[:] = [
        *needed(server.middleware),
        one_error_language,
        partial(_current_instructions, app),
        partial(_one_snapshot, app),
    ]
    changes.install(server)
    return server


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

    async def list_tools(self, _: Context, params: PaginatedRequestParams | None) -> ListToolsResult:
        """Every tool, by name, always in the same order so that a client's prompt cache holds."""
        snapshot = self._app.catalog.digest
        if snapshot not in self._listed:
            known = stored_schemas()
            self._listed = {snapshot: tuple(_listed(self._app, tool, known) for tool in self._tools.values())}
        page = Pager("tools/list", snapshot, 50).page(self._listed[snapshot], params.cursor if params else None)
        return ListToolsResult(tools=list(page.items), next_cursor=page.next_cursor)

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
