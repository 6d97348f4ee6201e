"""Access tokens that only their issuer can read: it is asked (RFC 7662), and its answer is believed for a moment.

A token that was taken back is refused once that moment is over.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

from backwright.identity.configured import Configured
from backwright.identity.jwts import LEEWAY, principal_of
from backwright.identity.principal import Principal
from backwright.identity.refusals import unauthenticated

BELIEVED: Final = 15.0
"""Seconds for which an answer holds."""

MOST: Final = 4_096
"""Answers that are remembered; of more, the last used."""


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
        self._known: OrderedDict[bytes, tuple[float, Principal | None]] = OrderedDict()

    async def verify(self, token: str) -> Principal:
        """Whom a token speaks for.

        Raises:
            UnauthenticatedError: it does not hold here.
            AuthorityUnavailableError: the issuer cannot be asked.
        """
        key = hashlib.sha256(token.encode()).digest()
        until, principal = self._known.get(key, (0.0, None))
        if until <= self._clock():
            principal = await self._asked(token)
            self._known[key] = self._clock() + BELIEVED, principal
            if len(self._known) > MOST:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        if principal is None or (principal.expires_at or 0.0) + LEEWAY <= self._clock():
            raise unauthenticated("the token does not hold here")
        return principal

    async def _asked(self, token: str) -> Principal | None:
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
        return principal_of({**found, "iss": known.issuer, "sub": found.get(known.subject)})
