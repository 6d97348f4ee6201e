"""The only requests that this server makes on its own: to addresses that its operator configured, and to no others.

No redirect is followed, since where it leads was configured by nobody; an answer has a size and a time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import anyio
import httpx2

from backwright.errors import AuthorityUnavailableError

SECONDS: Final = 5.0
"""How long an answer may take."""

MAX_BYTES: Final = 256 * 1024
"""Bytes of one."""


class Fetcher:
    """Asks the authorization server.

    Args:
        seconds: see `SECONDS`; of the whole answer, which otherwise could come a byte at a time for ever.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._client: httpx2.AsyncClient | None = None
        self._seconds = seconds

    async def close(self) -> None:
        """Let go of the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def get(self, url: str) -> dict[str, object]:
        """The JSON object at an address.

        Raises:
            AuthorityUnavailableError: there is none to be had now.
        """
        return await self._ask("GET", url)

    async def post(self, url: str, form: Mapping[str, str], user: tuple[str, str]) -> dict[str, object]:
        """The JSON object that a form is answered with.

        Raises:
            AuthorityUnavailableError: there is none to be had now.
        """
        return await self._ask("POST", url, form, user)

    async def _ask(
        self, method: str, url: str, form: Mapping[str, str] | None = None, user: tuple[str, str] | None = None
    ) -> dict[str, object]:
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=self._seconds, follow_redirects=False)
        try:
            with anyio.fail_after(self._seconds):
                status, body = await _answer(self._client, method, url, form, user)
        except TimeoutError:
            raise _unavailable(f"it did not answer within {self._seconds:g} seconds") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
            raise _unavailable(type(error).__name__) from None
        if status != 200:  # noqa: PLR2004  what an answer to both questions is
            raise _unavailable(f"it answers with status {status}")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise _unavailable("its answer is no JSON object")
        return found


async def _answer(
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    form: Mapping[str, str] | None,
    user: tuple[str, str] | None,
) -> tuple[int, bytes]:
    body = bytearray()
    sent = client.stream(
        method,
        url,
        data=None if form is None else dict(form),
        auth=None if user is None else httpx2.BasicAuth(*user),
        headers={"Accept": "application/json"},
    )
    async with sent as answer:
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise _unavailable("its answer is too large")
        return answer.status_code, bytes(body)


def _unavailable(reason: str) -> AuthorityUnavailableError:
    return AuthorityUnavailableError(
        f"the authorization server cannot be asked: {reason}",
        hint="try again in a few seconds; if it stays so, look at BACKWRIGHT_OAUTH_ISSUER and what its address answers",
    )
