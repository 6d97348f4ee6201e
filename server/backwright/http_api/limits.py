"""What one client may take of a server, and all of them together: requests a second, open streams, bytes that arrive.

On a loopback interface without authentication all clients are one user's, so nobody's rate is limited; everywhere else
it is, unless the process is told otherwise. Health and readiness are never counted: who watches is no client.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backwright.errors import InvalidInputError
from backwright.http_api.guard import Refused, problem
from backwright.identity.principal import principal_in

RATE: Final = 50.0
"""Requests a second of one client, where rates are limited and nothing else is said."""

BURST_SECONDS: Final = 4.0
"""For how many seconds of its rate a client that was quiet may come at once."""

SHARED: Final = 10.0
"""How many times a client's rate one address may use: behind it may be many, and none has shown a token yet."""

STREAMS: Final = 64
"""Streams of notices that one client may hold open, where clients are told apart."""

HELD_BYTES: Final = 256 * 1024 * 1024
"""Bytes of bodies that may be held at once, of all requests together."""

CLIENTS: Final = 10_000
"""Clients that are remembered; whoever was quiet for longest is forgotten first."""

_WATCHED: Final = frozenset({"/health", "/ready"})
_LISTEN: Final = b"subscriptions/listen"
_IPV6_NETWORK: Final = 64
# The parser takes any two digits.
_VERSIONS: Final = frozenset({"1.0", "1.1"})
_BUSY_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed.

    Args:
        rate: requests a second of one client; None for any number.
        streams: streams of notices of one client; None for as many as of all.
        held: bytes of bodies at once.
    """

    rate: float | None = None
    streams: int | None = None
    held: int = HELD_BYTES

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], *, apart: bool) -> Limits:
        """`BACKWRIGHT_RATE` and `BACKWRIGHT_STREAMS`, each `off` or a number from 1.

        Args:
            environment: where they are.
            apart: whether clients are told apart by what they show, so that each has its share unless it is said
                otherwise.

        Raises:
            InvalidInputError: one is neither.
        """
        rate = _number(environment, "BACKWRIGHT_RATE", RATE if apart else None)
        streams = _number(environment, "BACKWRIGHT_STREAMS", STREAMS if apart else None)
        return cls(rate, None if streams is None else int(streams))


def _number(environment: Mapping[str, str], name: str, default: float | None) -> float | None:
    said = environment.get(name, "").strip().lower()
    if said in {"", "off"}:
        return None if said else default
    if said.isascii() and said.isdigit() and 1 <= int(said) <= 1_000_000:  # noqa: PLR2004  more is no limit
        return float(said)
    raise InvalidInputError(f"{name}: {said[:20]!r} is no number from 1 to 1000000", hint="write a number, or off")


class Buckets:
    """A token bucket for each client: it fills by its rate and holds what a few seconds bring.

    Args:
        rate: tokens a second.
        clock: seconds, never set back.
        most: clients that are remembered.
    """

    def __init__(self, rate: float, *, clock: Callable[[], float] = time.monotonic, most: int = CLIENTS) -> None:
        self._rate = rate
        self._size = max(1.0, rate * BURST_SECONDS)
        self._clock = clock
        self._most = most
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._levels)

    def take(self, client: str) -> float:
        """Take a token: 0 where there was one, else the seconds until there is."""
        now = self._clock()
        level, at = self._levels.pop(client, (self._size, now))
        level = min(self._size, level + (now - at) * self._rate)
        taken = level >= 1
        self._levels[client] = (level - 1 if taken else level, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        return 0.0 if taken else (1 - level) / self._rate


class Crowd:
    """The first of all: bounds what arrives before it is known whose it is.

    Args:
        app: what answers.
        limits: what is allowed.
    """

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app = app
        self._buckets = None if limits.rate is None else Buckets(limits.rate * SHARED)
        self._most = limits.held
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            _check_framing(scope)
            if self._buckets is not None and scope["path"] not in _WATCHED:
                _check_rate(self._buckets.take(address_of(scope)))
        except Refused as refused:
            await problem(refused)(scope, receive, send)
            return
        mine = 0

        async def counted() -> Message:
            nonlocal mine
            message = await receive()
            size = len(message.get("body", b""))
            mine += size
            self._held += size
            if self._held > self._most:
                raise Refused(503, "too much is arriving at once; send it again", _after(_BUSY_SECONDS))
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._held -= mine


class Each:
    """The last before the endpoints: bounds what each client takes, by its token where it showed one.

    Args:
        app: what answers.
        limits: what is allowed.
    """

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app = app
        self._buckets = None if limits.rate is None else Buckets(limits.rate)
        self._streams = limits.streams
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        unlimited = self._buckets is None and self._streams is None
        if unlimited or scope["type"] != "http" or scope["path"] in _WATCHED:
            await self._app(scope, receive, send)
            return
        client = client_of(scope)
        listens = self._streams is not None and _listens(scope)
        try:
            if self._buckets is not None:
                _check_rate(self._buckets.take(client))
            if listens:
                self._check_streams(client)
        except Refused as refused:
            await problem(refused)(scope, receive, send)
            return
        if not listens:
            await self._app(scope, receive, send)
            return
        self._open[client] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[client] -= 1
            # A counter keeps what it counts to nothing.
            self._open += Counter()

    def _check_streams(self, client: str) -> None:
        if self._streams is not None and self._open[client] >= self._streams:
            reason = f"{self._streams} streams of notices are open already; close one, or listen to more in one"
            raise Refused(429, reason, _after(_BUSY_SECONDS))


def client_of(scope: Scope) -> str:
    """Who asks: the principal of its token, or where it comes from."""
    principal = principal_in(scope)
    return f"address {address_of(scope)}" if principal is None else principal.holder


def address_of(scope: Scope) -> str:
    """Where a request comes from. Of an IPv6 address the network: its holder has all addresses in it."""
    host = str((scope.get("client") or ("", 0))[0])
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        network = ipaddress.ip_network((address, _IPV6_NETWORK), strict=False)
        return str(network) if mapped is None else str(mapped)
    return str(address)


def _listens(scope: Scope) -> bool:
    """By its header: the protocol refuses a body that says another method."""
    return scope["path"] == "/mcp" and any(
        name == b"mcp-method" and value.strip() == _LISTEN for name, value in scope["headers"]
    )


def _check_framing(scope: Scope) -> None:
    """Two lengths of one body are how a request is smuggled past a proxy (RFC 9112, section 6.1)."""
    if scope.get("http_version", "1.1") not in _VERSIONS:
        raise Refused(505, "send HTTP/1.1", {"Connection": "close"})
    names = [name for name, _ in scope["headers"]]
    if b"transfer-encoding" in names and b"content-length" in names:
        raise Refused(400, "send Content-Length or Transfer-Encoding, not both", {"Connection": "close"})


def _check_rate(wait: float) -> None:
    if wait:
        raise Refused(429, "too many requests; send this one again later", _after(wait))


def _after(seconds: float) -> dict[str, str]:
    return {"Retry-After": str(max(1, math.ceil(seconds)))}
