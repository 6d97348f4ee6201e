"""The last moments of a server behind a proxy: what is on its way when it stops listening is still answered.

A proxy that has just made a connection sends its request a moment later. Uvicorn closes whatever is without a request
when it is told to stop, and a request that writes cannot be sent to another server by then.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

import uvicorn

QUIET_SECONDS: Final = 0.5
"""How long a connection without a request is left open."""

_LAST: Final = (b"connection", b"close")
_STEP_SECONDS: Final = 0.02


async def drain(server: uvicorn.Server, listeners: Sequence[socket.socket]) -> None:
    """Stop listening, and wait a moment for connections that have not said what they want.

    Whatever is answered from now on tells its client that the connection ends. What is being worked on is waited for
    by uvicorn.

    Args:
        server: what is told to end.
        listeners: the sockets that it listens on.
    """
    state = server.server_state
    state.default_headers = [*state.default_headers, _LAST]
    for connection in state.connections:
        cycle = getattr(connection, "cycle", None)
        if cycle is not None and not cycle.response_started:
            # It has the headers of when it began. Uvicorn ends the connection after this answer, and does not say so.
            cycle.default_headers = [*cycle.default_headers, _LAST]
    # Whoever has connected is taken in before the door is closed, without letting the loop do anything between: the
    # system would cut them off, who may have sent all they had to say. Who comes later is refused, and goes elsewhere.
    waiting = [connection for listener in listeners for connection in _accepted(listener)]
    for listening in server.servers:
        listening.close()
    loop = asyncio.get_running_loop()
    for accepted in waiting:
        await loop.connect_accepted_socket(lambda: _protocol(server), accepted)
    end = time.monotonic() + QUIET_SECONDS
    # Uvicorn tells nobody what its connections do, so they are looked at.
    while time.monotonic() < end and any(map(_is_quiet, state.connections)):  # noqa: ASYNC110
        await asyncio.sleep(_STEP_SECONDS)


def _accepted(listener: socket.socket) -> Iterator[socket.socket]:
    """The connections that wait to be accepted; the socket does not block."""
    with suppress(OSError):
        while True:
            accepted, _ = listener.accept()
            accepted.setblocking(False)  # noqa: FBT003  it takes no keyword
            yield accepted


def _protocol(server: uvicorn.Server) -> asyncio.Protocol:
    """What speaks over a connection, as uvicorn makes it."""
    kind = server.config.http_protocol_class
    return kind(config=server.config, server_state=server.server_state, app_state=server.lifespan.state)  # type: ignore[call-arg]  # as uvicorn calls it


def _is_quiet(connection: object) -> bool:
    cycle = getattr(connection, "cycle", None)
    return cycle is None or bool(cycle.response_complete)
