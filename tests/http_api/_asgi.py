"""The application in this process, asked as one principal or another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.types import ASGIApp, Receive, Scope, Send

from backwright.app import App
from backwright.http_api.app import http_app
from backwright.identity.authority import Authority
from backwright.identity.principal import SCOPE_KEY, Principal
from tests.http_api._raw import VERSION, message

ORIGIN = "http://127.0.0.1:8000"


@dataclass
class Speaking:
    """The application, as if the tokens of its requests had been verified."""

    app: ASGIApp
    principal: Principal | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.principal is not None:
            scope = {**scope, SCOPE_KEY: self.principal}
        await self.app(scope, receive, send)


class Asking:
    """A client of it."""

    def __init__(self, client: httpx2.AsyncClient, speaking: Speaking) -> None:
        self.client = client
        self._speaking = speaking

    def speak_for(self, principal: Principal | None) -> None:
        """From now on, requests are this principal's."""
        self._speaking.principal = principal

    async def post(
        self, method: str, token: str | None = None, *, also: Mapping[str, str] | None = None, **params: Any
    ) -> httpx2.Response:
        """The answer to a request of MCP."""
        head = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": VERSION,
            "mcp-method": method,
        }
        named = params.get("name", params.get("uri"))
        if isinstance(named, str):
            head["mcp-name"] = named
        head.update(also or {})
        if token is not None:
            head["authorization"] = f"Bearer {token}"
        return await self.client.post("/mcp", content=message(method, **params), headers=head)

    async def result(self, method: str, **params: Any) -> dict[str, Any]:
        """What a request of MCP is answered with; the error where it is one."""
        answer = await self.post(method, **params)
        loaded: dict[str, Any] = answer.json()
        found: dict[str, Any] = loaded.get("result", loaded.get("error", loaded))
        return found

    async def tool(self, name: str, /, **arguments: object) -> dict[str, Any]:
        """The structured content of a call."""
        result = await self.result("tools/call", name=name, arguments=arguments)
        content: dict[str, Any] = result["structuredContent"]
        return content


@asynccontextmanager
async def asked(app: App, authority: Authority | None = None) -> AsyncIterator[Asking]:
    """A client of an app's application, for as long as the block."""
    application = http_app(app, authority=authority)
    speaking = Speaking(application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(speaking), base_url=ORIGIN) as client,
    ):
        yield Asking(client, speaking)
