"""Who can say whether a token holds: the keys of the issuer, the issuer itself, or our own table of API tokens."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Final, Protocol

import anyio
import anyio.to_thread

from backwright.errors import BackwrightError
from backwright.identity.api_tokens import ApiTokens
from backwright.identity.configured import Configured
from backwright.identity.fetching import Fetcher
from backwright.identity.introspection import Introspection
from backwright.identity.jwts import Jwts
from backwright.identity.keys import Keys
from backwright.identity.principal import Principal
from backwright.identity.refusals import unauthenticated

_OURS: Final = "bwt_"
MAX_TOKEN: Final = 8_192
"""Characters of a token."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_JWT: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


class Verifier(Protocol):
    """Says whom one kind of token speaks for."""

    async def verify(self, token: str) -> Principal:
        """Whom a token speaks for.

        Raises:
            UnauthenticatedError: it does not hold here.
            AuthorityUnavailableError: that cannot be found out now.
        """


class Authority:
    """Verifies the tokens of a server.

    Args:
        configured: which ones it takes.
        clock: the time, in seconds since 1970.
        tokens: the API tokens; None where none are taken.
    """

    def __init__(
        self, configured: Configured, clock: Callable[[], float] = time.time, tokens: ApiTokens | None = None
    ) -> None:
        self.configured = configured
        self._clock = clock
        self._tokens = tokens
        self._fetcher = Fetcher()
        self._jwts: Verifier | None = None
        self._keys: Keys | None = None
        if configured.jwks is not None:
            self._keys = Keys(configured.jwks, self._fetcher.get)
            self._jwts = Jwts(configured, self._keys)
        self._asked: Introspection | None = None
        if configured.introspection is not None:
            self._asked = Introspection(configured, self._fetcher.post, clock)

    async def verify(self, token: str) -> Principal:
        """Whom a token speaks for.

        Raises:
            UnauthenticatedError: it does not hold here.
            AuthorityUnavailableError: that cannot be found out now.
        """
        if len(token) > MAX_TOKEN or not _TOKEN.fullmatch(token):
            raise unauthenticated("the token cannot be read")
        if self._tokens is not None and token.startswith(_OURS):
            known = self._tokens.known(token)
            return await anyio.to_thread.run_sync(self._tokens.check, token) if known is None else known
        if self._jwts is not None and _JWT.fullmatch(token):
            return await self._jwts.verify(token)
        if self._asked is not None:
            return await self._asked.verify(token)
        raise unauthenticated("the token does not hold here")

    async def alive(self, principal: Principal) -> bool:
        """Whether what a principal has shown still holds, long after it was verified."""
        if principal.expires_at is not None and principal.expires_at <= self._clock():
            return False
        if self._tokens is None or not principal.credential:
            return True
        try:
            return await anyio.to_thread.run_sync(self._tokens.holds, principal.credential)
        except BackwrightError:
            # Whoever cannot be asked has not said so.
            return False

    async def keep(self) -> None:
        """Have the keys of the issuer before they are needed, until it is cancelled."""
        while self._keys is not None:  # noqa: ASYNC110  time passes, and nobody says so
            await anyio.sleep(await self._keys.kept())

    async def close(self) -> None:
        """Let go of what is open."""
        if self._keys is not None:
            await self._keys.close()
        if self._asked is not None:
            await self._asked.close()
        await self._fetcher.close()
