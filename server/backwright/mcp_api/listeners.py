"""Who listens, to what, and in whose name: streams of the modern protocol, standing connections of the older one.

Listeners of one caller share a room, so that what a caller may hear is asked once, however many listen.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import anyio
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated, ServerEvent, event_to_notification
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from backwright._work import tell
from backwright.errors import UnknownUriError
from backwright.mcp_api._caller import caller_of, principal_of
from backwright.mcp_api._errors import Context

if TYPE_CHECKING:
    from backwright.contexts.context import Caller
    from backwright.identity.principal import Principal

MAX_URIS: Final = 1_000
"""Addresses that one stream or session may listen to. The SDK has no limit of its own."""

MAX_URI: Final = 2_048
"""Characters of one of them."""

MAX_STREAMS: Final = 1_024
"""Streams that may be open at once, of all callers together."""

SEND_SECONDS: Final = 5.0
"""How long a session may take to read its notices before it is passed over."""

READY_SECONDS: Final = 5.0
"""How long an answer waits for changes of contexts to be heard of."""

_PEER: Final = "peer"
_CONTEXT: Final = "context://"

May = Callable[["Caller", str], Awaitable[bool]]
"""Whether a caller may read a namespace now."""

Alive = Callable[["Principal"], Awaitable[bool]]
"""Whether the token of a principal still holds."""


@dataclass(slots=True)
class Peer:
    """One standing connection of an older client.

    Args:
        session: None until the client has initialized.
        uris: what it has subscribed to.
        caller: whose it is.
    """

    session: ServerSession | None = None
    uris: set[str] = field(default_factory=set)
    caller: Caller | None = None


class _Room:
    """The open streams of one caller, by one token where there are any."""

    def __init__(self, caller: Caller, principal: Principal | None) -> None:
        self.caller = caller
        self.principal = principal
        self.reads = principal is None or "contexts:read" in principal.scopes
        self.bus = InMemorySubscriptionBus()
        self.streams = ListenHandler(self.bus, max_subscriptions=MAX_STREAMS)
        self.uris: Counter[str] = Counter()
        self.open = 0

    def enter(self, uris: Collection[str]) -> None:
        self.open += 1
        self.uris.update(uris)

    def leave(self, uris: Collection[str]) -> None:
        self.open -= 1
        self.uris.subtract(uris)
        self.uris = +self.uris

    async def publish(self, events: Iterable[ServerEvent]) -> None:
        for event in events:
            await self.bus.publish(event)


@dataclass(slots=True)
class Burst:
    """What changed in one namespace of contexts: the latest versions of these, and whether any came or went."""

    uris: set[str] = field(default_factory=set)
    listed: bool = False


class Listeners:
    """Takes in who wants to be told, and tells them.

    Args:
        may: whether a caller may read a namespace of contexts; asked when someone begins to listen and at each notice,
            for a grant may be taken back meanwhile. None where there are no contexts.
        alive: whether the token of a principal still holds; asked at each notice, for so may a token. None where there
            are none.
    """

    def __init__(self, may: May | None, alive: Alive | None = None) -> None:
        self._may = may
        self._alive = alive
        self._rooms: dict[object, _Room] = {}
        self._peers: list[Peer] = []
        self.wanted = anyio.Event()
        """Someone listens to what may be a context, or to the list of resources."""
        self.ready = anyio.Event()
        """Changes of contexts are heard of from now on."""

    # What clients ask

    async def listen(self, ctx: Context, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        """One stream of notices, until the client or the server ends it.

        Contexts that the caller may not read are left out of what the first frame says will be told.
        """
        asked = params.notifications
        _check(set(asked.resource_subscriptions or ()))
        caller, principal = caller_of(ctx), principal_of(ctx)
        if self._may is not None:
            heard = await self._may_hear(caller, asked.resource_subscriptions or ())
            params = params.model_copy(
                update={"notifications": asked.model_copy(update={"resource_subscriptions": heard})}
            )
            if asked.resources_list_changed or any(uri.startswith(_CONTEXT) for uri in heard):
                await self._hearing()
        uris = set(params.notifications.resource_subscriptions or ())
        if sum(room.open for room in self._rooms.values()) >= MAX_STREAMS:
            raise MCPError(INTERNAL_ERROR, "Subscription limit reached")
        # Those of one token end together, and those of another go on.
        key = (caller.subject, caller.local) if principal is None else principal
        room = self._rooms.setdefault(key, _Room(caller, principal))
        room.enter(uris)
        self._told()
        end = _ending(room)
        try:
            return await room.streams(ctx, params)
        finally:
            if end is not None:
                end.cancel()
            room.leave(uris)
            self._told()
            if not room.open:
                self._rooms.pop(key, None)

    def _told(self) -> None:
        tell("listeners", open=sum(room.open for room in self._rooms.values()))

    async def subscribe(self, ctx: Context, params: SubscribeRequestParams) -> EmptyResult:
        """An older client's wish to be told when a resource changes."""
        peer = _peer(ctx)
        _check({*peer.uris, params.uri})
        peer.caller = caller_of(ctx)
        if not await self._may_hear(peer.caller, [params.uri]):
            raise UnknownUriError("resource", params.uri)
        peer.uris.add(params.uri)
        if self._may is not None and params.uri.startswith(_CONTEXT):
            await self._hearing()
        return EmptyResult()

    async def unsubscribe(self, ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        """The end of that wish."""
        _peer(ctx).uris.discard(params.uri)
        return EmptyResult()

    def met(self, ctx: Context) -> None:
        """An older client has initialized: from now on it can be told."""
        peer = _peer(ctx)
        peer.session = ctx.session
        peer.caller = caller_of(ctx)
        self.wanted.set()

    def close(self) -> None:
        """End every stream, each with its last frame."""
        for room in self._rooms.values():
            room.streams.close()

    # Connections

    def opened(self) -> tuple[Peer, dict[str, Any]]:
        """A connection, or over HTTP the server, and what its requests find of it."""
        peer = Peer()
        self._peers.append(peer)
        return peer, {_PEER: peer}

    def last(self, peer: Peer) -> bool:
        """Whether there is no connection but this."""
        return self._peers == [peer]

    def closed(self, peer: Peer) -> None:
        """The end of a connection."""
        self._peers.remove(peer)

    # What they are told

    async def tell(self, lists: Collection[ServerEvent], uris: Collection[str]) -> None:
        """What everyone may know: which lists changed, and these resources."""
        updated = set(uris)
        for room in tuple(self._rooms.values()):
            if await self._holds(room):
                await room.publish([*lists, *_events(updated & room.uris.keys())])
        for peer in tuple(self._peers):
            if peer.session is not None:
                await _send(peer.session, [*lists, *_events(updated & peer.uris)])

    async def tell_contexts(self, bursts: Mapping[str, Burst]) -> None:
        """What changed, by namespace, to those who may read it now."""
        known: dict[tuple[str, bool, str], bool] = {}
        for room in tuple(self._rooms.values()):
            if room.reads and await self._holds(room):
                await room.publish(await self._allowed(bursts, room.caller, room.uris.keys(), known))
        for peer in tuple(self._peers):
            if peer.session is not None and peer.caller is not None:
                await _send(peer.session, await self._allowed(bursts, peer.caller, peer.uris, known))

    async def _holds(self, room: _Room) -> bool:
        """Whether a room may still be told of anything; its streams end where it may not."""
        if room.principal is None or self._alive is None or await self._alive(room.principal):
            return True
        room.streams.close()
        return False

    async def _allowed(
        self,
        bursts: Mapping[str, Burst],
        caller: Caller,
        wanted: Collection[str],
        known: dict[tuple[str, bool, str], bool],
    ) -> list[ServerEvent]:
        """What of it one caller is told; `known` holds what was asked before, in this burst."""
        updated: set[str] = set()
        listed = False
        for namespace, burst in bursts.items():
            uris = burst.uris.intersection(wanted)
            if not uris and not burst.listed:
                continue
            key = (caller.subject, caller.local, namespace)
            if key not in known:
                known[key] = self._may is not None and await self._may(caller, namespace)
            if known[key]:
                updated |= uris
                listed = listed or burst.listed
        return [*([ResourcesListChanged()] if listed else []), *_events(updated)]

    async def _may_hear(self, caller: Caller, uris: Sequence[str]) -> list[str]:
        """Those of some addresses that a caller may be told of; what is no context, anyone may."""
        contexts = {namespace_of(uri) for uri in uris if uri.startswith(_CONTEXT)}
        allowed = {space for space in contexts if self._may is None or await self._may(caller, space)}
        return [uri for uri in uris if not uri.startswith(_CONTEXT) or namespace_of(uri) in allowed]

    async def _hearing(self) -> None:
        """What changes after the answer is told, so the answer waits until changes are heard of."""
        self.wanted.set()
        with anyio.move_on_after(READY_SECONDS):
            await self.ready.wait()


def _ending(room: _Room) -> asyncio.TimerHandle | None:
    """Ends the streams of a room with the token that they were opened with."""
    if room.principal is None or room.principal.expires_at is None:
        return None
    left = max(0.0, room.principal.expires_at - time.time())
    return asyncio.get_running_loop().call_later(left, room.streams.close)


def namespace_of(uri: str) -> str:
    """The namespace that the URI of a context says."""
    return uri.removeprefix(_CONTEXT).partition("/")[0]


def _events(uris: set[str]) -> Iterable[ServerEvent]:
    return (ResourceUpdated(uri) for uri in sorted(uris))


async def _send(session: ServerSession, events: list[ServerEvent]) -> None:
    with anyio.move_on_after(SEND_SECONDS):
        for event in events:
            await session.send_notification(event_to_notification(event, {}))


def _peer(ctx: Context) -> Peer:
    peer: Peer = ctx.lifespan_context[_PEER]
    return peer


def _check(uris: set[str]) -> None:
    if len(uris) > MAX_URIS or any(len(uri) > MAX_URI for uri in uris):
        message = f"At most {MAX_URIS} URIs of {MAX_URI} characters can be listened to; listen to the lists instead."
        raise MCPError(INVALID_PARAMS, message)
