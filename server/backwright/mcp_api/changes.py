"""Tells clients what a reload changed: one burst of notices for one swap, and to each only what it asked for.

On the modern protocol a client opens a `subscriptions/listen` stream. On the older one every session of a standing
connection is told that lists changed, and subscribes to single resources. Over stateless HTTP an older client has no
connection that it could be told on, so it is promised nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import anyio
import anyio.to_thread
from mcp.server.context import CallNext, HandlerResult
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import (
    PromptsListChanged,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
    ToolsListChanged,
    event_to_notification,
)
from mcp_types import (
    INVALID_PARAMS,
    EmptyResult,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from backwright.mcp_api._errors import Context
from backwright.mcp_api.resources import MANIFEST, PROBLEMS
from backwright.mcp_api.start import say

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.library import Swap

_LOG = logging.getLogger(__name__)

MAX_URIS: Final = 1_000
"""Addresses that one stream or session may listen to. The SDK has no limit of its own."""

MAX_URI: Final = 2_048
"""Characters of one of them."""

SEND_SECONDS: Final = 5.0
"""How long a session may take to read its notices before it is passed over."""

_JOIN_SECONDS: Final = 5.0
_PEER: Final = "peer"


@dataclass(slots=True)
class Peer:
    """One standing connection of an older client.

    Args:
        session: None until the client has initialized.
        uris: what it has subscribed to.
    """

    session: ServerSession | None = None
    uris: set[str] = field(default_factory=set)


class FollowingServer(Server[dict[str, Any]]):
    """A server whose handshake says that lists change, where a client can be told."""

    standing: bool = False
    end_streams: Callable[[], None] = staticmethod(lambda: None)
    """Ends each stream of notices with its last frame, so that a shutdown need not wait for its client."""

    def create_initialization_options(
        self,
        notification_options: NotificationOptions | None = None,
        experimental_capabilities: dict[str, dict[str, Any]] | None = None,
        extensions: dict[str, dict[str, Any]] | None = None,
    ) -> InitializationOptions:
        """What the older handshake answers."""
        told = notification_options or NotificationOptions(self.standing, self.standing, self.standing)
        return super().create_initialization_options(told, experimental_capabilities, extensions)


class Changes:
    """Follows the disk while a server runs, and tells its clients.

    Args:
        app: what is reloaded.
        tools: what `tools/list` says of the tools; asked again after each swap.
        standing: whether an older client has a connection to be told on.
    """

    def __init__(self, app: App, tools: Callable[[], object], *, standing: bool) -> None:
        self._app = app
        self._follows = app.settings.reload and bool(app.sources.followed()[0])
        self._wakes = self._follows or not app.snapshots.library.settled
        self._tools = tools
        self._standing = standing
        self._described: object = None
        self._bus = InMemorySubscriptionBus()
        self._streams = ListenHandler(self._bus)
        self._listened: Counter[str] = Counter()
        self._peers: list[Peer] = []
        self._answered = anyio.Event()

    def install(self, server: FollowingServer) -> None:
        """Answer the methods by which clients ask to be told; none where nothing is followed."""
        if self._wakes:
            server.middleware.append(self.meet)
        if not self._follows:
            return
        server.standing = self._standing
        server.end_streams = self.close
        server.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, self.listen)
        if self._standing:
            server.add_request_handler("resources/subscribe", SubscribeRequestParams, self.subscribe)
            server.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, self.unsubscribe)

    # What clients ask

    async def listen(self, ctx: Context, params: SubscriptionsListenRequestParams) -> SubscriptionsListenResult:
        """One stream of notices, until the client or the server ends it."""
        uris = set(params.notifications.resource_subscriptions or ())
        _check(uris)
        self._listened.update(uris)
        try:
            return await self._streams(ctx, params)
        finally:
            self._listened.subtract(uris)
            self._listened = +self._listened

    async def subscribe(self, ctx: Context, params: SubscribeRequestParams) -> EmptyResult:
        """An older client's wish to be told when a resource changes."""
        uris = _peer(ctx).uris
        _check({*uris, params.uri})
        uris.add(params.uri)
        return EmptyResult()

    async def unsubscribe(self, ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        """The end of that wish."""
        _peer(ctx).uris.discard(params.uri)
        return EmptyResult()

    async def meet(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Middleware: notes the session of an older client, and that the first answer is given."""
        if self._standing and ctx.method == "notifications/initialized":
            _peer(ctx).session = ctx.session
        try:
            return await call_next(ctx)
        finally:
            self._answered.set()

    def close(self) -> None:
        """End every stream, each with its last frame."""
        self._streams.close()

    # What happens on disk

    @asynccontextmanager
    async def lifespan(self, _: Server[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
        """Of one connection over stdio, of the whole server over HTTP: follow the disk meanwhile."""
        if not self._wakes:
            yield {}
            return
        peer = Peer()
        self._peers.append(peer)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._follow)
                yield {_PEER: peer}
                if self._peers == [peer]:
                    self.close()
                group.cancel_scope.cancel()
        finally:
            self._peers.remove(peer)

    async def _follow(self) -> None:
        # The first answer is what a client waits for, and it is given without the watcher's library.
        await self._answered.wait()
        loop = asyncio.get_running_loop()
        swaps: asyncio.Queue[Swap] = asyncio.Queue()
        snapshots = self._app.snapshots

        def look(again: Callable[[], Swap | None]) -> None:
            swap = again()
            if swap is not None:
                say(swap.problems)
                loop.call_soon_threadsafe(swaps.put_nowait, swap)

        self._described = self._tools()
        if not snapshots.library.settled:
            # Nobody waits for it at the end: what it writes is written whole or not at all.
            await anyio.to_thread.run_sync(_tried, partial(look, snapshots.settle), abandon_on_cancel=True)
        if not self._follows:
            return
        from backwright.catalog.watch import Watcher

        watcher = Watcher(*self._app.sources.followed(), partial(look, snapshots.reload))
        watcher.start()
        try:
            while True:
                await self._tell(await swaps.get())
        finally:
            watcher.stop()
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(watcher.join, _JOIN_SECONDS)

    async def _tell(self, swap: Swap) -> None:
        updated = set(_updated(swap))
        lists = [*self._lists(swap)]
        for event in (*lists, *_events(updated & self._listened.keys())):
            await self._bus.publish(event)
        for peer in tuple(self._peers):
            if peer.session is not None:
                await _send(peer.session, [*lists, *_events(updated & peer.uris)])

    def _lists(self, swap: Swap) -> Iterator[ServerEvent]:
        if swap.listed:
            yield ResourcesListChanged()
            # A prompt is its skill's text, and there is no other notice that a prompt is another.
            yield PromptsListChanged()
        before, self._described = self._described, self._tools()
        if before != self._described:
            yield ToolsListChanged()


def _tried(look: Callable[[], object]) -> None:
    try:
        look()
    except Exception:  # noqa: BLE001  whatever it is: what is loaded is served on, and each file as it is read
        _LOG.exception("the skills could not be read again")


def _updated(swap: Swap) -> Iterator[str]:
    yield from swap.uris
    if swap.before.manifest != swap.after.manifest:
        yield MANIFEST
    if swap.before.problems != swap.after.problems:
        yield PROBLEMS


def _events(uris: set[str]) -> Iterator[ServerEvent]:
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
