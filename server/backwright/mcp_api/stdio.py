"""The server over standard input and output: nothing but the protocol on stdout, and the end when stdin ends."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING, Final, NoReturn

import anyio

from backwright.mcp_api._pipes import streams
from backwright.mcp_api.server import ServerType, build_server
from backwright.mcp_api.start import started
from backwright.settings import Settings

if TYPE_CHECKING:
    from backwright.observing.requests import Observing

_YOUNG: Final = 20_000
"""Objects made and not yet gone before the collector looks at them."""


def serve_stdio(settings: Settings, observing: Observing | None = None) -> NoReturn:
    """Serve until stdin ends, then end the process at once.

    Args:
        settings: how this process serves.
        observing: who is told of each request; None for nobody.

    Raises:
        ManifestError: there is no pack, or the settings are strict and it has a problem.
    """
    app = started(settings)
    server = build_server(app, observing=observing)
    # Reading stdin blocks a thread that nothing can interrupt, so Ctrl-C must not wait for the event loop to unwind.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # What has been loaded stays, and of what an answer makes hardly anything outlives it: the collector need not look
    # as often as its default, which is several times an answer.
    gc.freeze()
    gc.set_threshold(_YOUNG)
    gc.enable()
    anyio.run(_serve, server)
    app.recall.flush()
    app.close()
    if "backwright.observing.spans" in sys.modules:
        from backwright.observing.spans import flush

        flush()
    logging.shutdown()
    sys.stdout.flush()
    # Tearing the interpreter down takes longer than some clients wait, and there is nothing left to tidy.
    os._exit(0)


async def _serve(server: ServerType) -> None:
    async with streams() as (read, write):
        await server.run(read, write, server.create_initialization_options())
