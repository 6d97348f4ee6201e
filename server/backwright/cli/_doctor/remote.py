"""A server over HTTP, looked at as a client sees it. Nothing but its own address is asked."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

import backwright
from backwright.cli._doctor.assistants import LIST, tools_of
from backwright.cli._doctor.finding import Finding, ok, problem, warning
from backwright.cli._doctor.here import Here
from backwright.errors import InvalidInputError

_SECONDS: Final = 10.0
_MOST: Final = 1 << 22
_OK, _UNAUTHORIZED, _NOT_FOUND = 200, 401, 404


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Mapping[str, object]:
        try:
            loaded = json.loads(self.body)
        except ValueError:
            return {}
        return loaded if isinstance(loaded, dict) else {}


def remote(here: Here) -> Iterator[Finding]:
    """Whether it is alive, ready, of this version, and lists its tools or says how to be let in."""
    if here.url is None:
        return
    parts = urlsplit(here.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidInputError("--http takes a URL", hint="write http://127.0.0.1:8000")
    try:
        yield from _health(parts)
        yield from _ready(parts)
        yield from _tools(parts)
    except (OSError, http.client.HTTPException) as error:
        said = getattr(error, "strerror", None) or type(error).__name__
        yield problem("http", f"{parts.hostname} does not answer: {said}", "start it, or correct the URL")


def _health(parts: SplitResult) -> Iterator[Finding]:
    answer = _ask(parts, "GET", "/health")
    if answer.status != _OK or answer.json.get("status") != "ok":
        yield problem("http", f"/health answers {answer.status}", "see its log; is it a Backwright?")
        return
    version = str(answer.json.get("version"))
    if version == backwright.__version__:
        yield ok("http", f"alive, version {version}")
    else:
        fix = "update the older of the two"
        yield warning("http", f"alive, version {version}; this is {backwright.__version__}", fix)


def _ready(parts: SplitResult) -> Iterator[Finding]:
    answer = _ask(parts, "GET", "/ready")
    if answer.status == _OK:
        yield ok("ready", "it says that it can do its work")
    elif answer.status != _NOT_FOUND:
        said = answer.json.get("detail") or answer.json.get("reason") or f"status {answer.status}"
        yield problem("ready", f"it is not ready: {said}", "see its log for what it waits for")


def _tools(parts: SplitResult) -> Iterator[Finding]:
    body = json.dumps(LIST).encode()
    headers = {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/list",
    }
    answer = _ask(parts, "POST", "/mcp", body, headers)
    if answer.status == _UNAUTHORIZED:
        if "resource_metadata=" in answer.headers.get("www-authenticate", ""):
            yield ok("mcp", "it asks for a token and says where one is had")
        else:
            yield warning("mcp", "it asks for a token and does not say where one is had", "configure its issuer")
        return
    names = tools_of(answer.body)
    if names:
        yield ok("mcp", f"lists {len(names)} tools")
    else:
        fix = "is something in front of it that changes POST /mcp, or its Host header?"
        yield problem("mcp", f"tools/list is answered with status {answer.status}", fix)


def _ask(
    parts: SplitResult, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> _Answer:
    """One request to that address; a redirect is an answer like any other, and no proxy is asked."""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    prefix = parts.path.rstrip("/").removesuffix("/mcp")
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.request(method, prefix + path, body, dict(headers or {}))
        answer = connection.getresponse()
        return _Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read(_MOST))
    finally:
        connection.close()
