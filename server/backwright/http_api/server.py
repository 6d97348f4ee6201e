"""Uvicorn on the loopback interface, and nowhere else: there is no authentication to offer it anywhere else with."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from typing import Final

import anyio.to_thread
import uvicorn

from backwright.errors import ToolUnavailableError
from backwright.http_api.app import http_app
from backwright.http_api.guard import MAX_HEADERS
from backwright.mcp_api.start import started
from backwright.settings import Settings

HOST: Final = "127.0.0.1"
_STOP_SECONDS: Final = 10


def serve_http(settings: Settings, port: int) -> None:
    """Serve until SIGINT or SIGTERM; what is in flight then has ten seconds to finish.

    Raises:
        ManifestError: there is no pack, or the settings are strict and it has a problem.
        ToolUnavailableError: the port is taken.
    """
    serving = started(settings)
    app = http_app(serving)
    listener = _listen(port)
    config = uvicorn.Config(
        app,
        http="h11",  # the one of uvicorn's parsers that bounds the size of the headers
        h11_max_incomplete_event_size=MAX_HEADERS,
        ws="none",
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    url = f"http://{HOST}:{listener.getsockname()[1]}/mcp"
    sys.stderr.write(f"backwright: serving {url} (Ctrl-C stops it)\n")
    sys.stderr.flush()
    try:
        _Server(config, app.state.end_streams, serving.close).run(sockets=[listener])
    finally:
        # Whatever is still being written is written first.
        serving.close()


class _Server(uvicorn.Server):
    """Uvicorn, which would wait for streams of notices until its patience ends.

    A signal that it was told to end by ends the process as soon as `run` is done, so what must be closed in order is
    closed before.
    """

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None], close: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams
        self._close = close

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, let what is in flight finish, then close what it has written to."""
        self._end_streams()
        await super().shutdown(sockets)
        await anyio.to_thread.run_sync(self._close)


def _listen(port: int) -> socket.socket:
    # With the protocol named, the event loop turns Nagle's algorithm off: it would hold a short answer back for 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ToolUnavailableError(
            f"port {port} of {HOST} cannot be had: {error.strerror}",
            hint="choose another --port, or 0 for any free one",
        ) from None
    return listener
