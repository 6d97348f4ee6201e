"""The public keys of the authorization server (RFC 7517), fetched from the one address that was configured.

Nobody waits for them who can be answered without: keys that are old are used on while one fetch runs beside, for a
bounded time. A token can name a key that is not known, and each such name could cost a fetch. So between two of them
lies a time, however many tokens ask, and however they end.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextvars import Context
from typing import Final

import jwt

from backwright.errors import AuthorityUnavailableError

_LOG = logging.getLogger(__name__)

LIFESPAN: Final = 300.0
"""Seconds after which keys are fetched again."""

FLOOR: Final = 30.0
"""Seconds between two fetches, whatever tokens say and whether or not the first came to anything."""

RETRY: Final = 2.0
"""Seconds between two of them while there are no keys to go on with."""

STALE: Final = 3_600.0
"""Seconds for which keys are used that cannot be fetched again."""

MOST: Final = 64
"""Keys of one server; of more, the first."""

_KINDS: Final = {"RS": ("RSA",), "PS": ("RSA",), "ES": ("EC",), "Ed": ("OKP",)}
_CURVES: Final = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_PRIVATE: Final = frozenset({"d", "k", "p", "q", "dp", "dq", "qi"})
_RSA_BITS: Final = 2_048
_MOST_MISSES: Final = 10

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
        self._tried: float | None = None
        self._misses = 0
        self._said = ""
        self._running: asyncio.Task[None] | None = None

    async def kept(self) -> float:
        """Fetch the keys if they are old, though nobody asks: seconds until that is to be done again.

        So nobody waits for the first ones, and a key that was taken away is not used on because nobody came.
        """
        if self._age() >= LIFESPAN:
            await self._refreshed()
        # While nobody comes there is no hurry; whoever does come begins a fetch of their own.
        return max(self._wait(), LIFESPAN - self._age(), min(RETRY * (1 << self._misses), FLOOR))

    async def close(self) -> None:
        """Leave a fetch that runs."""
        running, self._running = self._running, None
        if running is not None:
            running.cancel()
            await asyncio.wait({running})

    async def find(self, name: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key of that name for that signature; without a name, the only one for it. None where there is none.

        Raises:
            AuthorityUnavailableError: it cannot be known, as the keys cannot be had now.
        """
        if self._age() > STALE:
            await self._refreshed()
        elif self._age() > LIFESPAN:
            self._begun()
        if self._age() > STALE:
            raise _unavailable()
        found = self._known(name, algorithm)
        # It may have been added since. Without a name, nothing says that there is another.
        if found is None and name is not None:
            await self._refreshed()
            found = self._known(name, algorithm)
            if found is None and self._misses:
                raise _unavailable()
        return found

    def _age(self) -> float:
        return float("inf") if self._fetched is None else self._clock() - self._fetched

    def _wait(self) -> float:
        """Seconds until they may be fetched again."""
        floor = RETRY if self._age() > STALE else FLOOR
        return 0.0 if self._tried is None else max(0.0, self._tried + floor - self._clock())

    def _begun(self) -> asyncio.Task[None] | None:
        """The fetch that runs, or one that is begun now; None where it is too early for one."""
        if self._running is None and self._wait() == 0.0:
            # In a context of its own: it is nobody's request.
            self._running = asyncio.get_running_loop().create_task(self._refresh(), context=Context())
        return self._running

    async def _refreshed(self) -> None:
        """Wait for the fetch that runs or may be begun; whoever goes away meanwhile does not end it for the others."""
        running = self._begun()
        if running is not None:
            await asyncio.shield(running)

    async def _refresh(self) -> None:
        self._misses = min(self._misses + 1, _MOST_MISSES)
        try:
            self._take(await self._fetch(self._url))
            self._misses, self._said = 0, ""
        except AuthorityUnavailableError as error:
            # Once for each reason, and not every two seconds for as long as the issuer is away.
            if error.message != self._said:
                _LOG.warning("the keys of the authorization server: %s", error.message)
            self._said = error.message
        finally:
            self._tried = self._clock()
            self._running = None

    def _take(self, found: Mapping[str, object]) -> None:
        keys = found.get("keys")
        if not isinstance(keys, list):
            raise AuthorityUnavailableError("what is at its address is no set of keys", hint="see RFC 7517, section 5")
        self._keys = tuple(key for key in keys[:MOST] if isinstance(key, dict) and _usable(key))
        self._ready = {}
        self._fetched = self._clock()

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


def verifiable(found: Mapping[str, object], algorithms: Iterable[str]) -> tuple[int, tuple[str, ...]]:
    """How many keys of a set are for verifying signatures, and for which of some algorithms there is one."""
    keys = found.get("keys")
    usable = [key for key in keys[:MOST] if isinstance(key, dict) and _usable(key)] if isinstance(keys, list) else []
    served = [name for name in algorithms if any(_fits(key, name) and _made(key, name) for key in usable)]
    return len(usable), tuple(served)


def _unavailable() -> AuthorityUnavailableError:
    return AuthorityUnavailableError(
        "the keys of the authorization server cannot be had", hint="try again in a few seconds"
    )


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
