"""The access token that our requests to other services carry."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and when it expires by the monotonic clock."""

    value: str
    expires: float


class TokenCache:
    """Keeps the token until it expires; callers who find it expired share one request for the next.

    Args:
        fetch: asks the identity provider for a new one.
        clock: the time in seconds.
    """

    def __init__(self, fetch: Callable[[], Awaitable[Token]], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: Token | None = None
        self._running: asyncio.Task[Token] | None = None

    async def get(self) -> str:
        """A token that has not expired."""
        token = self._token
        if token is None or token.expires <= self._clock():
            if self._running is None:
                self._running = asyncio.create_task(self._renew())
                self._running.add_done_callback(self._done)
            # A caller that is cancelled leaves alone; the others go on waiting.
            token = await asyncio.shield(self._running)
        return token.value

    async def _renew(self) -> Token:
        # It may outlive all who asked for it, so it ends by itself.
        async with asyncio.timeout(SECONDS):
            self._token = await self._fetch()
        return self._token

    def _done(self, task: asyncio.Task[Token]) -> None:
        self._running = None
        if not task.cancelled():
            # Where nobody waits any more, a failure is nobody's; the next caller asks again.
            task.exception()
