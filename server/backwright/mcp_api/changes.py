"""Tells clients what a reload changed: one burst of notices for one swap, and to each only what it asked for.

On the modern protocol a client opens a `subscriptions/listen` stream. On the older one every session of a standing
connection is told that lists changed, and subscribes to single resources. Over stateless HTTP an older client has no
connection that it could be told on, so it is promised nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import anyio
import anyio.to_thread
from mcp.server.context import CallNext, HandlerResult
from mcp.server.lowlevel import NotificationOptions, Server
from mcp.server.models import InitializationOptions
from mcp.shared.subscriptions import PromptsListChanged, ResourcesListChanged, ServerEvent, ToolsListChanged
from mcp_types import SubscribeRequestParams, SubscriptionsListenRequestParams, UnsubscribeRequestParams

from backwright.mcp_api._errors import Context
from backwright.mcp_api.context_changes import ContextChanges
from backwright.mcp_api.listeners import Alive, Listeners
from backwright.mcp_api.resources import MANIFEST, PROBLEMS
from backwright.mcp_api.start import say
from backwright.settings import OWN_BUS

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.library import Swap

_LOG = logging.getLogger(__name__)

_JOIN_SECONDS: Final = 5.0


class FollowingServer(Server[dict[str, Any]]):
    """A server whose handshake says that lists change, where a client can be told."""

    standing: bool = False
    end_streams: Callable[[], None] = staticmethod(lambda: None)
    """Ends each stream of notices with its last frame, so that a shutdown need not wait for its client."""

    @property
    def server_info_stamp(self) -> dict[str, Any]:
        """What each result says of this server. All of it is text, so there is nothing deeper to copy."""
        return dict(self._server_info_stamp_source)

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
        alive: whether the token of a principal still holds; None where there are none.
    """

    def __init__(self, app: App, tools: Callable[[], object], *, standing: bool, alive: Alive | None = None) -> None:
        self._app = app
        self._follows = app.settings.reload and bool(app.sources.followed()[0])
        self._wakes = self._follows or not app.snapshots.library.settled
        self._tools = tools
        self._standing = standing
        self._described: object = None
        self._contexts = ContextChanges(app) if app.settings.offers_contexts else None
        self._listeners = Listeners(None if self._contexts is None else self._contexts.may, alive)
        self._answered = anyio.Event()

    def install(self, server: FollowingServer) -> None:
        """Answer the methods by which clients ask to be told; none where nothing is followed."""
        listeners = self._listeners
        if self._wakes or self._contexts is not None:
            server.middleware.append(self.meet)
        if not self._follows and self._contexts is None:
            return
        server.standing = self._standing
        server.end_streams = listeners.close
        server.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, listeners.listen)
        if self._standing:
            server.add_request_handler("resources/subscribe", SubscribeRequestParams, listeners.subscribe)
            server.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, listeners.unsubscribe)

    async def meet(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Middleware: notes the session of an older client, and that the first answer is given."""
        if self._standing and ctx.method == "notifications/initialized":
            self._listeners.met(ctx)
        try:
            return await call_next(ctx)
        finally:
            self._answered.set()

    # What happens on disk

    @asynccontextmanager
    async def lifespan(self, _: Server[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
        """Of one connection over stdio, of the whole server over HTTP: follow the disk and the contexts meanwhile."""
        if not self._wakes and self._contexts is None:
            yield {}
            return
        peer, found = self._listeners.opened()
        try:
            async with anyio.create_task_group() as group:
                if self._wakes:
                    group.start_soon(self._follow)
                if self._contexts is not None:
                    group.start_soon(self._hear, self._contexts)
                yield found
                if self._listeners.last(peer):
                    self._listeners.close()
                group.cancel_scope.cancel()
        finally:
            self._listeners.closed(peer)

    async def _hear(self, contexts: ContextChanges) -> None:
        if self._app.settings.bus == OWN_BUS:
            # There is nothing to hand on to others, and nobody is told before someone listens.
            await self._listeners.wanted.wait()
        elif self._standing:
            await self._answered.wait()
        await contexts.follow(self._listeners)

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
        await self._listeners.tell([*self._lists(swap)], [*_updated(swap)])

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
