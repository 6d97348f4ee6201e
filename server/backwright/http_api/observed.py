"""What is told of each HTTP request: begun before anything can refuse it, ended when its answer is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Final

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backwright.identity.principal import principal_in
from backwright.mcp_api._observed import METHODS, carry
from backwright.observing.requests import LOCAL, OTHER, Observing, Seen, known, request_id, trace_id
from backwright.observing.spans import current_trace, serving, traced, under

ID_HEADER: Final = "x-request-id"
"""Names a request: taken from a client if it is a UUID, 32 hexadecimal digits or a ULID, and sent with the answer."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_REFUSED: Final = 400


class Observed:
    """An ASGI application that tells of each request to another.

    Args:
        app: what answers.
        observing: who is told.
        routes: what there is, to tell paths by their templates.
    """

    def __init__(self, app: ASGIApp, *, observing: Observing, routes: Iterable[Route]) -> None:
        self._app = app
        self._observing = observing
        self._routes = tuple(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and tell of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        seen = Seen("http", method=self._method(scope, headers), trace_id=trace_id(headers.get("traceparent")))
        seen.id = request_id(headers.get(ID_HEADER)) or seen.id
        carry(scope, seen)  # type: ignore[arg-type]
        end = self._observing.begin(seen)
        status = 0

        async def named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[ID_HEADER] = seen.id
            await send(message)

        try:
            with _spanned(seen, scope, headers) if traced() else nullcontext():
                await self._app(scope, receive, named)
        except anyio.get_cancelled_exc_class():
            seen.ended("cancelled")
            raise
        except Exception:
            seen.ended("refused", "500")
            raise
        finally:
            if seen.outcome == "ok" and status >= _REFUSED:
                seen.ended("refused", str(status))
            seen.principal = self._principal(scope, seen)
            end()

    def _principal(self, scope: Scope, seen: Seen) -> str:
        """Who asked: nobody that is known where a request was refused before it said so."""
        principal = principal_in(scope)
        if principal is not None or seen.principal:
            return seen.principal if principal is None else self._observing.pseudonym(principal.name)
        return "" if seen.outcome == "refused" else LOCAL

    def _method(self, scope: Scope, headers: Headers) -> str:
        """Of the protocol at /mcp, as the header says until the body has been read; else the route's template."""
        verb = known(scope["method"], _METHODS)
        if scope["path"] == "/mcp":
            return known(headers.get("mcp-method"), METHODS) if verb == "POST" else f"{verb} /mcp"
        for route in self._routes:
            match, _ = route.matches(scope)
            if match is not Match.NONE:
                return f"{verb} {route.path}"
        return f"{verb} {OTHER}"


@contextmanager
def _spanned(seen: Seen, scope: Scope, headers: Headers) -> Iterator[None]:
    """The trace that the headers name; what is no message of the protocol has its span here."""
    with under(headers):
        if scope["path"] == "/mcp":
            yield
            return
        with serving(seen.method, seen.method.partition(" ")[0]):
            seen.trace_id = current_trace() or seen.trace_id
            yield
