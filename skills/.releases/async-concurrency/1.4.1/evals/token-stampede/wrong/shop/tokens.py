"""The access token that our requests to other services carry."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and when it expires by the monotonic clock."""

    value: str
    expires: float


class TokenCache:
    """Keeps the token until it expires.

    Args:
        fetch: asks the identity provider for a new one.
        clock: the time in seconds.
    """

    def __init__(self, fetch: Callable[[], Awaitable[Token]], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: Token | None = None
        self._running: asyncio.Future[Token] | None = None

    async def get(self) -> str:
        """A token that has not expired."""
        token = self._token
        if token is None or token.expires <= self._clock():
            if self._running is None:
                self._running = asyncio.ensure_future(self._fetch())
            try:
                token = self._token = await self._running
            finally:
                self._running = None
        return token.value
