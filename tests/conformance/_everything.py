"""Our own server, made by its own factory, with the suite's fixtures beside it.

`python -m tests.conformance._everything PACK` serves it. Whatever the fixtures do not have goes through our handlers
and our middleware, and every list is ours with theirs after it. The one thing that is not as it is shipped is the
endpoint: the older protocol's scenarios have the server ask its client in the midst of an answer, which needs sessions
and streams, and ours keeps neither.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.subscriptions import PromptsListChanged, ServerEvent, ToolsListChanged
from mcp_types import CallToolResult, EmptyResult, SetLevelRequestParams, TextContent, Tool
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from backwright.app import App
from backwright.http_api.guard import Guard
from backwright.http_api.strict_json import StrictJson
from backwright.mcp_api._errors import Context
from backwright.mcp_api.listeners import Listeners
from backwright.mcp_api.server import build_server
from backwright.mcp_api.streamable import MAX_BODY
from backwright.settings import Settings
from tests.conformance._fixtures import fixtures

Handler = Callable[[Context, Any], Awaitable[Any]]

TRIGGERS: Final[dict[str, ServerEvent]] = {
    "test_trigger_tool_change": ToolsListChanged(),
    "test_trigger_prompt_change": PromptsListChanged(),
}

# JSON Schema of 2020-12 has to come through the list as it is.
SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}


class Everything:
    """Our server and the fixtures, answering as one.

    Args:
        app: what ours answers from.
    """

    def __init__(self, app: App) -> None:
        self.server = build_server(app)
        self._prompt = app.catalog.skills[0].name
        self._more: Server[Any] = fixtures()._lowlevel_server
        self._listed("tools/list", "tools")
        self._listed("prompts/list", "prompts")
        self._listed("resources/list", "resources")
        self._listed("resources/templates/list", "resource_templates")
        self._chosen("tools/call", lambda params: params.name.startswith("test_"))
        self._chosen("prompts/get", lambda params: params.name.startswith("test_"))
        self._chosen("resources/read", lambda params: _is_fixture(params.uri))
        self._replace("tools/call", self._triggering)
        self._replace("completion/complete", self._completing)
        self.server.add_request_handler("logging/setLevel", SetLevelRequestParams, _accept)
        self.server.middleware.append(
            RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience="backwright")
        )

    def _replace(self, method: str, around: Callable[[Context, Any, Handler], Awaitable[Any]]) -> None:
        entry = self.server.get_request_handler(method)
        assert entry is not None

        async def handler(ctx: Context, params: Any) -> Any:
            return await around(ctx, params, entry.handler)

        self.server.add_request_handler(method, entry.params_type, handler)

    def _theirs(self, method: str) -> Handler:
        entry = self._more.get_request_handler(method)
        assert entry is not None
        return entry.handler

    def _listed(self, method: str, field: str) -> None:
        async def both(ctx: Context, params: Any, ours: Handler) -> Any:
            page = await ours(ctx, params)
            if page.next_cursor is not None:
                return page
            more = getattr(await self._theirs(method)(ctx, params.model_copy(update={"cursor": None})), field)
            own = _OWN_TOOLS if field == "tools" else ()
            return page.model_copy(update={field: [*getattr(page, field), *more, *own]})

        self._replace(method, both)

    def _chosen(self, method: str, is_theirs: Callable[[Any], bool]) -> None:
        async def one(ctx: Context, params: Any, ours: Handler) -> Any:
            return await (self._theirs(method) if is_theirs(params) else ours)(ctx, params)

        self._replace(method, one)

    async def _triggering(self, ctx: Context, params: Any, others: Handler) -> Any:
        """A list changes, and whoever listens is told by what tells them of a skill that changed."""
        if params.name not in TRIGGERS:
            return await others(ctx, params)
        entry = self.server.get_request_handler("subscriptions/listen")
        assert entry is not None
        listeners: Listeners = entry.handler.__self__  # type: ignore[attr-defined]  # it is a method of theirs
        await listeners.tell([TRIGGERS[params.name]], [])
        return CallToolResult(content=[TextContent(text="told")])

    async def _completing(self, ctx: Context, params: Any, ours: Handler) -> Any:
        """Our completions, for a prompt of ours in the place of the fixture that the suite names."""
        if getattr(params.ref, "name", "") == "test_prompt_with_arguments":
            ref = params.ref.model_copy(update={"name": self._prompt})
            argument = params.argument.model_copy(update={"name": "version"})
            params = params.model_copy(update={"ref": ref, "argument": argument})
        return await ours(ctx, params)


_OWN_TOOLS: Final = (
    Tool(name="json_schema_2020_12_tool", description="A schema of 2020-12.", input_schema=SCHEMA),
    *(Tool(name=name, description="Changes a list.", input_schema={"type": "object"}) for name in TRIGGERS),
)


def _is_fixture(uri: str) -> bool:
    return uri in {"test://static-text", "test://static-binary"} or uri.startswith("test://template/")


async def _accept(_: Context, __: SetLevelRequestParams) -> EmptyResult:
    return EmptyResult()


def main(arguments: Sequence[str]) -> None:
    """Serve a pack on any free port of the loopback interface, and say where on stderr."""
    everything = Everything(App(Settings(pack=Path(arguments[0]), allow_unlocked=True, reload=True)))
    manager = StreamableHTTPSessionManager(app=everything.server, max_request_body_size=MAX_BODY)
    app = Starlette(
        routes=[Route("/mcp", StrictJson(manager.asgi_app))],
        middleware=[Middleware(Guard, max_body=MAX_BODY)],
        lifespan=lambda _: manager.run(),
    )
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stderr.write(f"serving http://127.0.0.1:{listener.getsockname()[1]}/mcp\n")
    sys.stderr.flush()
    config = uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1:])
