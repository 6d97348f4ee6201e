"""The HTTP application: MCP at `/mcp`, contexts at `/v1`, a health check at `/health`, and a guard before all."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

import backwright
from backwright.app import App
from backwright.errors import BackwrightError
from backwright.http_api.guard import Guard
from backwright.http_api.problems import failed, handled, not_served
from backwright.mcp_api.server import build_server
from backwright.mcp_api.streamable import MAX_BODY, session_manager


def http_app(app: App) -> Starlette:
    """An ASGI application over an app. It serves one lifespan; build another for the next.

    Its `state.end_streams` ends what would stay open for as long as the clients do.
    """
    server = build_server(app, standing=False)
    mcp = session_manager(server)

    async def health(_: Request) -> JSONResponse:
        skills = [f"{skill.name}@{skill.version}" for skill in app.catalog.skills]
        return JSONResponse({"status": "ok", "version": backwright.__version__, "skills": skills})

    served = [Route("/mcp", _Mounted(mcp.asgi_app)), Route("/health", health, methods=["GET"])]
    if app.settings.offers_contexts:
        from backwright.http_api.contexts import routes

        served += routes(app)
    starlette = Starlette(
        routes=served,
        exception_handlers={BackwrightError: handled, HTTPException: not_served, Exception: failed},
        middleware=[Middleware(Guard, max_body=MAX_BODY)],
        lifespan=lambda _: mcp.run(),
    )
    starlette.state.end_streams = server.end_streams
    return starlette


class _Mounted:
    """Makes Starlette hand the whole request over: it wraps a plain function, but not an object."""

    def __init__(self, asgi: ASGIApp) -> None:
        self._asgi = asgi

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._asgi(scope, receive, send)
