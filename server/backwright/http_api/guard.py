"""What is refused before the protocol sees it: other hosts' pages, other media types, and bodies without an end.

A page in the user's browser can reach a port on 127.0.0.1. It is told apart by its Host header (DNS rebinding,
CVE-2025-66416) and its Origin, and both are matched whole: a prefix check lets `localhost:1@evil` through.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backwright.http_api.discovery import ANY_ORIGIN

Admit = Callable[[Scope], Awaitable[Response | None]]
"""The answer to a request that may not come in; None to one that may."""

_LOCAL: Final = r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?"
_HOST: Final = re.compile(_LOCAL)
_ORIGIN: Final = re.compile(rf"https?://{_LOCAL}")
_JSON: Final = re.compile(r"application/json(?:[ \t]*;[ \t]*charset=\"?utf-8\"?)?[ \t]*", re.IGNORECASE)

# OPTIONS is what a browser asks before it reads (CORS).
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})

# What decides what is done; Host, Origin, Authorization and Content-Type are looked at where they are read.
_ONCE: Final = frozenset(
    {b"mcp-method", b"mcp-name", b"mcp-protocol-version", b"mcp-session-id", b"if-match", b"idempotency-key"}
)

BODY_SECONDS: Final = 30.0
"""How long a body may take to arrive."""

MAX_HEADERS: Final = 32 * 1024
"""Bytes of all headers of a request."""


class Refused(Exception):  # noqa: N818  it is an answer, not an error of ours
    """The request is answered with this status and sentence, and goes no further."""

    def __init__(self, status: int, reason: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


def problem(refused: Refused) -> JSONResponse:
    """A refusal as problem details (RFC 9457); the status says what kind it is, so there is no `type`."""
    title = HTTPStatus(refused.status).phrase
    body = {"title": title, "status": refused.status, "detail": refused.reason}
    return JSONResponse(body, refused.status, refused.headers, media_type="application/problem+json")


class Guard:
    """An ASGI application that lets only local requests through to another, and their bodies only whole.

    Args:
        app: what answers.
        max_body: bytes of a request.
        body_seconds: how long its body may take to arrive.
        admit: asked before a body is read; None where everyone who reaches the server may come in.
        sources: the hosts and origins that are answered beside those of this machine.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_body: int,
        body_seconds: float = BODY_SECONDS,
        admit: Admit | None = None,
        sources: Sources | None = None,
    ) -> None:
        self._app = app
        self._max_body = max_body
        self._body_seconds = body_seconds
        self._admit = admit
        self._sources = sources or Sources()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            headers = Headers(scope=scope)
            _check_size(scope)
            _check_once(scope)
            any_origin = scope["path"] in ANY_ORIGIN and scope["method"] in _READING
            self._sources.check(headers, any_origin=any_origin)
            if scope["path"] == "/mcp":
                _check_post(scope["method"], headers)
            elif headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
                _check_json(headers)
            refusal = None if self._admit is None else await self._admit(scope)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
            body = await self._body(headers, receive)
        except Refused as refused:
            response = problem(refused)
            await response(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _body(self, headers: Headers, receive: Receive) -> bytes:
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > self._max_body:
            raise Refused(413, f"the body is over {self._max_body} bytes")
        body = bytearray()
        try:
            # A cancel scope of anyio takes several times as long, for each request.
            async with asyncio.timeout(self._body_seconds):
                while len(body) <= self._max_body:
                    message = await receive()
                    body += message.get("body", b"")
                    if not message.get("more_body", False) and len(body) <= self._max_body:
                        return bytes(body)
        except TimeoutError:
            raise Refused(408, f"the body did not arrive within {self._body_seconds:g} seconds") from None
        raise Refused(413, f"the body is over {self._max_body} bytes")


def _check_size(scope: Scope) -> None:
    """The parser bounds only what arrives in parts; a whole block of headers comes through at any size."""
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS:
        raise Refused(431, f"the headers are over {MAX_HEADERS} bytes")


def _check_once(scope: Scope) -> None:
    """One proxy goes by the first of two headers, another by the last or by both: then they agree on nothing."""
    names = [name for name, _ in scope["headers"]]
    if len(set(names)) != len(names):
        twice = sorted(name for name in _ONCE if names.count(name) > 1)
        if twice:
            raise Refused(400, f"{twice[0].decode()} is there twice")


@dataclass(frozen=True, slots=True)
class Sources:
    """Whom a request may be meant for, and which pages it may come from: those of this machine, and some more.

    Args:
        hosts: values of Host, in lower case.
        origins: values of Origin, as browsers write them.
    """

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()

    @classmethod
    def of(cls, origin: str, hosts: frozenset[str], origins: frozenset[str]) -> Sources:
        """The host and the origin of a server that is reached at an address, and some more."""
        own = origin.lower()
        host = own.partition("://")[2]
        # A browser leaves the port of the scheme out, and some proxies write it.
        port = ":443" if own.startswith("https:") else ":80"
        bare = host.removesuffix(port)
        return cls(hosts | {bare, bare if re.search(r":[0-9]+$", bare) else bare + port}, origins | {own})

    def check(self, headers: Headers, *, any_origin: bool) -> None:
        """Let a request go on.

        Raises:
            Refused: it is meant for another server (421), or comes from a page of another origin (403).
        """
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not (_HOST.fullmatch(hosts[0]) or hosts[0].lower() in self.hosts):
            raise Refused(421, "this server does not answer for that host; see Host")
        given = [] if any_origin else headers.getlist("origin")
        if not all(_ORIGIN.fullmatch(origin) or origin in self.origins for origin in given):
            raise Refused(403, "this server does not answer pages of other origins")


def _check_post(method: str, headers: Headers) -> None:
    if method != "POST":
        raise Refused(405, "send a POST; this server keeps no session and no stream", {"Allow": "POST"})
    _check_json(headers)


def _check_json(headers: Headers) -> None:
    """A page of another origin cannot send this type without asking first."""
    kinds = headers.getlist("content-type")
    if len(kinds) != 1 or not _JSON.fullmatch(kinds[0]):
        raise Refused(415, "send application/json")


def _replay(body: bytes, receive: Receive) -> Receive:
    """The body once more, then whatever the connection says: that it is gone."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
