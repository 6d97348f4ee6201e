"""The public keys of the authorization server (RFC 7517), fetched from the one address that was configured.

A token can name a key that is not known, and each such name could cost a request. So between two fetches lies a time,
however many tokens ask; and what was fetched is used on for a while when it cannot be fetched again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import anyio
import jwt

from backwright.errors import AuthorityUnavailableError

_LOG = logging.getLogger(__name__)

LIFESPAN: Final = 300.0
"""Seconds after which keys are fetched again."""

FLOOR: Final = 30.0
"""Seconds between two fetches, whatever tokens say."""

RETRY: Final = 2.0
"""Seconds after a fetch that failed."""

STALE: Final = 3_600.0
"""Seconds for which keys are used that cannot be fetched again."""

MOST: Final = 64
"""Keys of one server; of more, the first."""

_KINDS: Final = {"RS": ("RSA",), "PS": ("RSA",), "ES": ("EC",), "Ed": ("OKP",)}
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_PRIVATE: Final = frozenset({"d", "k", "p", "q", "dp", "dq", "qi"})
_RSA_BITS: Final = 2_048

Fetch = Callable[[str], Awaitable[dict[str, object]]]
Jwk = dict[str, object]


class Keys:
    """The keys at one address.

    Args:
        url: where they are.
        fetch: gets the JSON object at an address.
        clock: the time, in seconds; only its differences count.
    """

    def __init__(self, url: str, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._fetch = fetch
        self._clock = clock
        self._keys: tuple[Jwk, ...] = ()
        self._ready: dict[tuple[str | None, str], jwt.PyJWK] = {}
        self._fetched: float | None = None
        self._next = clock()
        self._alone = anyio.Lock()

    async def find(self, name: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key of that name for that signature; without a name, the only one for it. None where there is none.

        Raises:
            AuthorityUnavailableError: no keys can be had.
        """
        if self._age() > LIFESPAN:
            await self._refresh(LIFESPAN)
        found = self._known(name, algorithm)
        if found is None:
            # It may have been added since. Without a name, nothing says that there is another.
            if name is not None:
                await self._refresh(FLOOR)
            found = self._known(name, algorithm)
        return found

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    async def _refresh(self, older: float) -> None:
        """Fetch the keys, unless somebody has just done or tried that."""
        async with self._alone:
            if self._age() > older and self._clock() >= self._next:
                try:
                    self._take(await self._fetch(self._url))
                except AuthorityUnavailableError as error:
                    self._next = self._clock() + RETRY
                    _LOG.warning("the keys of the authorization server: %s", error.message)
            if self._age() > STALE:
                raise AuthorityUnavailableError(
                    "the keys of the authorization server cannot be had", hint="try again in a few seconds"
                )

    def _take(self, found: Mapping[str, object]) -> None:
        keys = found.get("keys")
        if not isinstance(keys, list):
            raise AuthorityUnavailableError("what is at its address is no set of keys", hint="see RFC 7517, section 5")
        self._keys = tuple(key for key in keys[:MOST] if isinstance(key, dict) and _usable(key))
        self._ready = {}
        self._fetched = self._clock()
        self._next = self._fetched + FLOOR

    def _known(self, name: str | None, algorithm: str) -> jwt.PyJWK | None:
        if (name, algorithm) not in self._ready:
            fitting = [key for key in self._keys if _fits(key, algorithm) and name in {None, key.get("kid")}]
            # Two keys of one name, or none named: which one is meant is not ours to guess.
            if len(fitting) != 1:
                return None
            made = _made(fitting[0], algorithm)
            if made is None:
                return None
            self._ready[name, algorithm] = made
        return self._ready[name, algorithm]


def _usable(key: Jwk) -> bool:
    """Whether a key is public and for signatures (RFC 7517, sections 4.2 and 4.3)."""
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and not _PRIVATE & key.keys()
    )


def _fits(key: Jwk, algorithm: str) -> bool:
    """Whether a key is one for this signature: what it says itself, and its kind."""
    return (
        key.get("alg", algorithm) == algorithm
        and key.get("kty") in _KINDS[algorithm[:2]]
        and key.get("crv") == _CURVES.get(algorithm, key.get("crv"))
    )


def _made(key: Jwk, algorithm: str) -> jwt.PyJWK | None:
    try:
        made = jwt.PyJWK(key, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError):
        _LOG.warning("a key of the authorization server cannot be read")
        return None
    if getattr(made.key, "key_size", _RSA_BITS) < _RSA_BITS and key.get("kty") == "RSA":
        _LOG.warning("a key of the authorization server is too short to be trusted")
        return None
    return made
