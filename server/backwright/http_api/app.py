"""The HTTP application: MCP at `/mcp`, contexts at `/v1`, pages for people at `/`, and a guard before all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import anyio
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import backwright
from backwright.app import App
from backwright.errors import BackwrightError, InsufficientScopeError
from backwright.http_api import discovery, pages
from backwright.http_api.bearer import DENIED_KEY, Admission, Denials, Endpoint, metadata_routes, needs
from backwright.http_api.etags import Kept
from backwright.http_api.guard import Guard, Sources
from backwright.http_api.limits import Crowd, Each, Limits
from backwright.http_api.problems import failed, handled, not_served
from backwright.http_api.ready import Readiness
from backwright.http_api.strict_json import StrictJson
from backwright.mcp_api._errors import Context
from backwright.mcp_api.changes import FollowingServer
from backwright.mcp_api.server import build_server
from backwright.mcp_api.streamable import MAX_BODY, session_manager
from backwright.observing.requests import Observing

if TYPE_CHECKING:
    from backwright.identity.authority import Authority
    from backwright.mcp_api._allowed import Tokens


def http_app(
    app: App,
    observing: Observing | None = None,
    authority: Authority | None = None,
    *,
    limits: Limits | None = None,
    metrics: bool = False,
    shown: pages.Shown | None = None,
) -> Starlette:
    """An ASGI application over an app. It serves one lifespan; build another for the next.

    Its `state.end_streams` ends what would stay open for as long as the clients do.

    Args:
        app: what answers.
        observing: who is told of each request; None for nobody.
        authority: verifies tokens; None where nobody has to say who it is.
        limits: what one client may take; None for what it wants.
        metrics: whether `/metrics` is answered here too, where callers say who they are.
        shown: who sees the pages; None for what is usual.
    """
    limits, shown = limits or Limits(), shown or pages.shown({}, apart=authority is not None)
    server = build_server(app, standing=False, observing=observing, tokens=_tokens(authority))
    mcp, readiness = session_manager(server), Readiness(app, server.name)
    served = [
        # An object: Starlette would wrap a plain function, and not hand the whole request over.
        Route("/mcp", StrictJson(mcp.asgi_app if authority is None else Denials(mcp.asgi_app))),
        Route("/health", _health(app, shows=authority is None), methods=["GET"]),
        Route("/ready", readiness.answer, methods=["GET"]),
        *_found(app, server, authority),
        *_contexts(app),
        *_counted(app, observing if metrics and authority is not None else None),
        *pages.routes(app, shown, apart=authority is not None),
    ]
    starlette = Starlette(
        routes=served,
        exception_handlers={BackwrightError: handled, HTTPException: not_served, Exception: failed},
        middleware=[
            *_told(observing, served),
            Middleware(Crowd, limits=limits),
            _guard(app, authority, shown),
            Middleware(Each, limits=limits),
        ],
        lifespan=lambda _: _running(mcp.run(), readiness, authority),
    )
    # It would send to a host that the request names, for a path that nothing has.
    starlette.router.redirect_slashes = False
    starlette.state.end_streams = server.end_streams
    return starlette


def _health(app: App, *, shows: bool) -> Endpoint:
    """Whether this process is alive; and what it serves, where everyone may know."""

    async def health(_: Request) -> Response:
        known: dict[str, object] = {"status": "ok", "version": backwright.__version__}
        if shows:
            known["skills"] = [f"{skill.name}@{skill.version}" for skill in app.catalog.skills]
        return JSONResponse(known)

    return health


def _found(app: App, server: FollowingServer, authority: Authority | None) -> list[Route]:
    """What can be found without a connection; skills only by those who may read them."""
    skills = discovery.skill_routes(app, partial(needs, "skills:read"))
    if authority is None:
        return [*discovery.card_routes(server), *skills]
    known = authority.configured
    return [*discovery.card_routes(server, known.resource), *metadata_routes(known), *skills]


def _contexts(app: App) -> list[Route]:
    if not app.settings.offers_contexts:
        return []
    from backwright.http_api.contexts import routes

    return routes(app)


def _counted(app: App, observing: Observing | None) -> list[Route]:
    if observing is None or observing.metrics is None:
        return []
    from backwright.http_api.metrics import metrics_route

    return [metrics_route(app, observing.metrics)]


def _guard(app: App, authority: Authority | None, shown: pages.Shown) -> Middleware:
    if authority is None:
        return Middleware(Guard, max_body=MAX_BODY)
    known = authority.configured
    open_too = pages.is_page if shown == "public" else None
    admission = Admission(authority, contexts=app.settings.offers_contexts, open_too=open_too)
    sources = Sources.of(known.origin, known.hosts, known.origins)
    return Middleware(Guard, max_body=MAX_BODY, admit=admission, sources=sources)


def _told(observing: Observing | None, served: Sequence[Route]) -> list[Middleware]:
    """What sees each answer, those to refused requests too: it tells of them, where anyone is told."""
    kept = Middleware(Kept)
    if observing is None:
        return [kept]
    from backwright.http_api.observed import Observed

    return [Middleware(Observed, observing=observing, routes=served), kept]


@asynccontextmanager
async def _running(
    mcp: AbstractAsyncContextManager[None], readiness: Readiness, authority: Authority | None
) -> AsyncIterator[None]:
    async with mcp, anyio.create_task_group() as beside:
        if authority is not None:
            beside.start_soon(authority.keep)
        try:
            yield
        finally:
            beside.cancel_scope.cancel()
            readiness.close()
            if authority is not None:
                # What it waits for is not to be cut off by the end of the rest.
                with anyio.CancelScope(shield=True):
                    await authority.close()


def _tokens(authority: Authority | None) -> Tokens | None:
    if authority is None:
        return None
    from backwright.mcp_api._allowed import Tokens

    return Tokens(_denied, authority.alive)


def _denied(ctx: Context, error: InsufficientScopeError) -> None:
    if ctx.request is not None:
        ctx.request.scope[DENIED_KEY] = error
