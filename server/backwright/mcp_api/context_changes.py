"""Tells clients which contexts changed, here or in another replica, as far as they may know.

A burst of changes is one notice for each context: no notice holds a document, and who wants one reads the latest.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

import anyio
import anyio.to_thread

from backwright.errors import BackwrightError, StoreUnavailableError
from backwright.mcp_api.listeners import Burst, Listeners, namespace_of

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.contexts.context import Caller
    from backwright.contexts.events import ContextEvent

_LOG = logging.getLogger(__name__)

_PAUSE_SECONDS: Final = 0.5
_TRIES: Final = 20
_CONTEXT: Final = "context://"
_ANYONES: Final = ""


class ContextChanges:
    """Hears of changes while a server runs.

    Args:
        app: whose contexts.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._alone = anyio.Lock()

    async def may(self, caller: Caller, namespace: str) -> bool:
        """Whether a caller may read a namespace now; not, where that cannot be found out."""
        if caller.local or namespace == _ANYONES:
            return True
        for _ in range(_TRIES):
            try:
                return await anyio.to_thread.run_sync(self._app_may, caller, namespace)
            except StoreUnavailableError:
                await anyio.sleep(_PAUSE_SECONDS)
        _LOG.warning("who may hear of a change could not be found out; nobody was told")
        return False

    def _app_may(self, caller: Caller, namespace: str) -> bool:
        return self._app.contexts.may(caller, namespace, "read")

    async def follow(self, listeners: Listeners) -> None:
        """Tell listeners of each change until it is cancelled; of several at once, one does."""
        async with self._alone:
            events: asyncio.Queue[ContextEvent] = asyncio.Queue()
            loop = asyncio.get_running_loop()

            def hear(event: ContextEvent) -> None:
                loop.call_soon_threadsafe(events.put_nowait, event)

            try:
                end = await anyio.to_thread.run_sync(self._app.listen, hear)
            except BackwrightError as error:
                _LOG.warning("changes of contexts are not told: %s; %s", error.message, error.hint)
                return
            finally:
                listeners.ready.set()
            try:
                async with anyio.create_task_group() as group:
                    group.start_soon(self._open)
                    while True:
                        await listeners.tell_contexts(_bursts(await _all(events)))
            finally:
                end()

    async def _open(self) -> None:
        """Open the store, without which nobody hands on or follows what others write; it may come later than we."""
        said = False
        while True:
            try:
                await anyio.to_thread.run_sync(partial(getattr, self._app, "contexts"), abandon_on_cancel=True)
            except StoreUnavailableError as error:
                if not said:
                    _LOG.warning("%s; it is tried again", error.message)
                said = True
                await anyio.sleep(_PAUSE_SECONDS)
            except BackwrightError as error:
                _LOG.warning("the contexts cannot be opened: %s; %s", error.message, error.hint)
                return
            else:
                return


async def _all(events: asyncio.Queue[ContextEvent]) -> list[ContextEvent]:
    """The next event, and those that are there with it."""
    found = [await events.get()]
    while not events.empty():
        found.append(events.get_nowait())
    return found


def _bursts(events: list[ContextEvent]) -> dict[str, Burst]:
    """What changed, by namespace; schemas are anyone's to know."""
    bursts: dict[str, Burst] = {}
    for event in events:
        if event.uri.startswith(_CONTEXT):
            burst = bursts.setdefault(namespace_of(event.uri), Burst())
            burst.uris.add(event.uri)
            burst.listed = burst.listed or event.created or event.kind == "deleted"
        else:
            bursts.setdefault(_ANYONES, Burst()).listed = True
    return bursts
