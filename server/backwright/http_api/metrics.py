"""`/metrics` for Prometheus: on a port of its own, which listens to this machine alone, or beside MCP with a token."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import backwright
from backwright.app import App
from backwright.http_api.bearer import needs
from backwright.http_api.guard import MAX_HEADERS, Guard
from backwright.http_api.problems import not_served
from backwright.settings import OWN_BUS

if TYPE_CHECKING:
    from backwright.observing.metrics import Metrics, Standing

PATH = "/metrics"
_MAX_BODY = 0


def metrics_route(app: App, metrics: Metrics) -> Route:
    """The route that answers with the metrics, where callers say who they are to those with the scope for it."""

    async def page(request: Request) -> Response:
        accept = request.headers.get("accept", "")
        body, kind = await anyio.to_thread.run_sync(metrics.page, lambda: standing(app), accept)
        return Response(body, headers={"content-type": kind, "cache-control": "no-store"})

    return Route(PATH, needs("metrics:read", page), methods=["GET"])


def standing(app: App) -> Standing:
    """How a process stands now. It may ask the store."""
    from collections import Counter

    from backwright.observing.metrics import Standing

    catalog = app.catalog
    up, outbox, oldest = _outbox(app)
    return Standing(
        version=backwright.__version__,
        digest=catalog.digest,
        skills=len(catalog.skills),
        problems=Counter(str(problem.severity) for problem in catalog.problems),
        store_up=up,
        outbox=outbox,
        oldest=oldest,
    )


def _outbox(app: App) -> tuple[bool | None, int | None, float | None]:
    """Whether the store answers, how many events wait in it, and for how long the oldest has."""
    from backwright.contexts.outbox import waiting
    from backwright.errors import BackwrightError

    try:
        store = app.open_store
        if store is None:
            return None, None, None
        now = waiting(store)
    except BackwrightError:
        return False, None, None
    return (True, now.events, now.oldest_seconds) if app.settings.bus != OWN_BUS else (True, None, None)


def serve_metrics(app: App, metrics: Metrics, listener: socket.socket) -> None:
    """Answer `/metrics` on a port of its own, in a thread, as long as the process lives."""
    starlette = Starlette(
        routes=[metrics_route(app, metrics)],
        exception_handlers={404: not_served, 405: not_served},
        middleware=[Middleware(Guard, max_body=_MAX_BODY)],
    )
    config = uvicorn.Config(
        starlette,
        http="h11",
        h11_max_incomplete_event_size=MAX_HEADERS,
        ws="none",
        lifespan="off",
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=16,
    )
    # In a thread with a loop of its own, so that a busy server is still seen.
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="metrics", daemon=True).start()
