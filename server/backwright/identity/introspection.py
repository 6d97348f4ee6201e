"""Access tokens that only their issuer can read: it is asked (RFC 7662), and its answer is believed for a moment.

A token that was taken back is refused once that moment is over. Tokens can be made up by anyone at no cost, so what is
known of those that hold is kept apart from them, and they have but a share of the questions.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from typing import Final, Protocol

from backwright.errors import AuthorityUnavailableError, UnauthenticatedError
from backwright.identity.configured import Configured
from backwright.identity.jwts import LEEWAY, principal_of
from backwright.identity.principal import Principal
from backwright.identity.refusals import unauthenticated

BELIEVED: Final = 15.0
"""Seconds for which an answer holds."""

MOST: Final = 4_096
"""Tokens that are remembered to hold; of more, the last used."""

MOST_NONE: Final = 1_024
"""Tokens that are remembered to be none; of more, the last used."""

STRANGERS: Final = 32
"""Tokens that may be asked about at once of which nothing is known."""

Answer = Principal | None


class Post(Protocol):
    """Sends a form to an address and returns the JSON object of the answer."""

    def __call__(self, url: str, form: Mapping[str, str], user: tuple[str, str]) -> Awaitable[dict[str, object]]:
        """Ask."""


class Introspection:
    """Verifies them.

    Args:
        configured: the issuer, where it is asked, and who asks.
        post: sends a form.
        clock: the time, in seconds since 1970.
    """

    def __init__(self, configured: Configured, post: Post, clock: Callable[[], float] = time.time) -> None:
        self._configured = configured
        self._post = post
        self._clock = clock
        self._good: OrderedDict[bytes, tuple[float, Principal]] = OrderedDict()
        self._none: OrderedDict[bytes, float] = OrderedDict()
        self._asking: dict[bytes, asyncio.Task[Answer]] = {}
        self._strangers = 0

    async def verify(self, token: str) -> Principal:
        """Whom a token speaks for.

        Raises:
            UnauthenticatedError: it does not hold here.
            AuthorityUnavailableError: the issuer cannot be asked.
        """
        key = hashlib.sha256(token.encode()).digest()
        principal = await self._answer(key, token)
        if principal is None or (principal.expires_at or 0.0) + LEEWAY <= self._clock():
            raise unauthenticated("the token does not hold here")
        return principal

    async def close(self) -> None:
        """Leave what is still being asked."""
        asking = tuple(self._asking.values())
        for each in asking:
            each.cancel()
        if asking:
            await asyncio.wait(asking)

    async def _answer(self, key: bytes, token: str) -> Answer:
        now = self._clock()
        until, principal = self._good.get(key, (0.0, None))
        if until > now:
            self._good.move_to_end(key)
            return principal
        if self._none.get(key, 0.0) > now:
            self._none.move_to_end(key)
            return None
        asking = self._asking.get(key)
        if asking is None:
            # In a context of its own: it is asked for whoever shows this token meanwhile.
            asking = asyncio.get_running_loop().create_task(self._ask(key, token), context=Context())
            self._asking[key] = asking
        # Whoever goes away does not end it for the others.
        return await asyncio.shield(asking)

    async def _ask(self, key: bytes, token: str) -> Answer:
        stranger = key not in self._good
        try:
            if stranger and self._strangers >= STRANGERS:
                raise AuthorityUnavailableError(
                    "the authorization server is being asked about many tokens already", hint="try again in a second"
                )
            self._strangers += stranger
            try:
                answer = await self._asked(token)
            finally:
                self._strangers -= stranger
        finally:
            del self._asking[key]
        self._remember(key, answer)
        return answer

    def _remember(self, key: bytes, answer: Answer) -> None:
        until = self._clock() + BELIEVED
        if answer is None:
            self._good.pop(key, None)
            self._none[key] = until
            self._none.move_to_end(key)
            if len(self._none) > MOST_NONE:
                self._none.popitem(last=False)
            return
        self._none.pop(key, None)
        self._good[key] = until, answer
        self._good.move_to_end(key)
        if len(self._good) > MOST:
            self._good.popitem(last=False)

    async def _asked(self, token: str) -> Answer:
        known = self._configured
        if known.introspection is None or known.client is None:
            return None
        form = {"token": token, "token_type_hint": "access_token"}
        found = await self._post(known.introspection, form, known.client)
        audience = found.get("aud")
        meant = audience == known.resource or (isinstance(audience, list) and known.resource in audience)
        # Without an end it would be believed for ever, and a stream that listens would never end.
        if found.get("active") is not True or not meant or found.get("iss", known.issuer) != known.issuer:
            return None
        if "cnf" in found:
            return None
        try:
            return principal_of({**found, "iss": known.issuer, "sub": found.get(known.subject)})
        except UnauthenticatedError:
            return None
