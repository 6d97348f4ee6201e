"""A person with a browser, and the SDK's OAuth client that sends them to it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

import anyio
import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from tests.identity._authorization_server import USER
from tests.mcp_api._connect import PATIENCE, environment

REDIRECT = "http://127.0.0.1:9/callback"
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?')


@contextmanager
def authorization_server(*arguments: str, **variables: str) -> Iterator[str]:
    """An authorization server in a process of its own, and its issuer; stopped by its own handle."""
    command = (sys.executable, "-m", "tests.identity._authorization_server", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment() | variables) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def free_port() -> int:
    """A port that nothing listens to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class Person:
    """Who logs in and agrees; `asked` holds what each page asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._answer: AuthorizationCodeResult | None = None
        self._browser = httpx2.AsyncClient(follow_redirects=True)

    async def close(self) -> None:
        await self._browser.aclose()

    async def visit(self, url: str) -> None:
        """Follow a link to the page of the authorization server, log in if that is asked for, and agree."""
        self.asked.append(parse_qs(urlsplit(url).query).get("scope", [""])[0])
        page = await self.see(url)
        assert "Application requires" in page.text, page.text
        agreed = await self._submit(page, follow=False, allow="Authorize")
        query = parse_qs(urlsplit(agreed.headers["location"]).query)
        assert agreed.headers["location"].startswith(REDIRECT), agreed.headers["location"]
        found = {name: values[0] for name, values in query.items()}
        self._answer = AuthorizationCodeResult(code=found["code"], state=found.get("state"), iss=found.get("iss"))

    async def see(self, url: str) -> httpx2.Response:
        """The page at a link, after logging in if that is asked for."""
        page = await self._browser.get(url)
        return await self._submit(page, username=USER[0], password=USER[1]) if "password" in page.text else page

    async def come_back(self) -> AuthorizationCodeResult:
        """What the authorization server sent back with."""
        assert self._answer is not None
        return self._answer

    async def _submit(self, page: httpx2.Response, *, follow: bool = True, **typed: str) -> httpx2.Response:
        hidden = {name: unescape(value) for name, value in _FIELD.findall(page.text)}
        where = urljoin(str(page.url), "")
        return await self._browser.post(
            where, data={**hidden, **typed}, headers={"referer": where}, follow_redirects=follow
        )


class Kept:
    """Where the client keeps what it was given."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None
        self.issued: list[str] = []

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens
        self.issued.append(tokens.access_token)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Flow:
    """A connection, with what its authorization came to."""

    def __init__(self, client: Client, provider: OAuthClientProvider, kept: Kept, person: Person) -> None:
        self.client = client
        self.provider = provider
        self.kept = kept
        self.person = person


@asynccontextmanager
async def authorized(url: str, mode: str = "auto", document: str | None = None) -> AsyncIterator[Flow]:
    """A client of a URL that knows nothing but that; and where a document about itself is, if there is one."""
    kept, person = Kept(), Person()
    metadata = OAuthClientMetadata(
        client_name="A test",
        redirect_uris=[AnyUrl(REDIRECT)],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="none",
    )
    provider = OAuthClientProvider(url, metadata, kept, person.visit, person.come_back, document)
    with anyio.fail_after(PATIENCE):
        async with httpx2.AsyncClient(auth=provider, timeout=PATIENCE) as http:
            async with Client(streamable_http_client(url, http_client=http), mode=mode) as client:
                yield Flow(client, provider, kept, person)
            await person.close()
