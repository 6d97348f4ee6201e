"""Uvicorn on the loopback interface; on another one only where callers have to say who they are."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import anyio.to_thread
import uvicorn
from starlette.applications import Starlette

from backwright.errors import InvalidInputError, ToolUnavailableError
from backwright.http_api import workers
from backwright.http_api.app import http_app
from backwright.http_api.draining import drain
from backwright.http_api.guard import MAX_HEADERS
from backwright.http_api.limits import Limits
from backwright.http_api.pages import shown
from backwright.http_api.wire import PatientH11
from backwright.mcp_api.start import started
from backwright.observing.requests import Observing
from backwright.observing.spans import flush
from backwright.settings import Settings

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.identity.authority import Authority
    from backwright.identity.configured import Configured
    from backwright.observing.metrics import Metrics

HOST: Final = "127.0.0.1"
STOP_SECONDS: Final = 10
"""What is in flight when the server is told to end has so long to finish."""


def serve_http(
    settings: Settings,
    port: int,
    observing: Observing | None = None,
    metrics_port: int | None = None,
    *,
    metrics_here: bool = False,
    host: str = HOST,
    configured: Configured | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; what is in flight then has ten seconds to finish.

    Args:
        settings: how this process serves.
        port: where; 0 for any free one.
        observing: who is told of each request; None for nobody.
        metrics_port: where `/metrics` is answered, on the loopback interface; None for nowhere.
        metrics_here: whether `/metrics` is answered on the server's own port too, to tokens with the scope for it.
        host: the address to listen on.
        configured: how callers say who they are; None where nobody has to.

    Raises:
        ManifestError: there is no pack, or the settings are strict and it has a problem.
        InvalidInputError: others than this machine could reach it, and nobody would have to say who it is; or what the
            environment says of limits or pages cannot be.
        ToolUnavailableError: a port is taken.
    """
    check_host(host, configured)
    _check_metrics(configured, here=metrics_here)
    serving = started(settings)
    app = _app(serving, observing, configured, metrics=metrics_here)
    listener = workers.inherited() or _listen(host, port, "--port")
    # Of several processes any can say what all have counted, so one does.
    silent = metrics_port is None or workers.is_another()
    metrics = None if silent else _listen(HOST, metrics_port or 0, "--metrics-port")
    config = _config(app, configured)
    _settle()
    say = _say if observing is None else observing.say
    if not workers.joined():
        say(f"serving {_url(host, listener)} (Ctrl-C stops it)")
    if metrics is not None and observing is not None and observing.metrics is not None:
        _serve_metrics(serving, observing.metrics, metrics, say)
    try:
        _Server(config, app.state.end_streams, serving.close).run(sockets=[listener])
    finally:
        # Whatever is still being written is written first.
        serving.close()


def _app(serving: App, observing: Observing | None, configured: Configured | None, *, metrics: bool) -> Starlette:
    """The application, with what the environment says of limits and pages."""
    apart = configured is not None
    limits = Limits.from_environment(os.environ, apart=apart)
    who_sees = shown(os.environ, apart=apart)
    authority = _authority(configured, serving)
    return http_app(serving, observing, authority, limits=limits, metrics=metrics, shown=who_sees)


def _settle() -> None:
    """What is there by now stays. To look through it for garbage again and again takes a good part of each answer."""
    gc.collect()
    gc.freeze()
    gc.enable()


def serve_by_workers(
    settings: Settings,
    port: int,
    count: int,
    observing: Observing | None = None,
    *,
    host: str = HOST,
    configured: Configured | None = None,
) -> None:
    """Serve by several processes until SIGINT or SIGTERM; each is this command over again.

    Args:
        settings: how they serve.
        port: where; 0 for any free one.
        count: how many.
        observing: who is told of their requests; each process has its own, made alike.
        host: the address to listen on.
        configured: how callers say who they are; None where nobody has to.

    Raises:
        InvalidInputError: as `serve_http`, or they could not share what they keep.
        ToolUnavailableError: the port is taken, or they end as soon as they start.
    """
    check_host(host, configured)
    workers.check_workers(count, settings)
    say = _say if observing is None else observing.say
    gc.enable()
    with _listen(host, port, "--port") as listener:
        say(f"serving {_url(host, listener)} by {count} processes (Ctrl-C stops it)")
        command = workers.command_of_this_process()
        workers.Supervisor(command, listener, count, stop_seconds=STOP_SECONDS + _LEEWAY_SECONDS).run()


def _url(host: str, listener: socket.socket) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}/mcp"


def _serve_metrics(app: App, metrics: Metrics, listener: socket.socket, say: Callable[[str], None]) -> None:
    from backwright.http_api.metrics import PATH, serve_metrics

    serve_metrics(app, metrics, listener)
    say(f"metrics at http://{HOST}:{listener.getsockname()[1]}{PATH}")


def _check_metrics(configured: Configured | None, *, here: bool) -> None:
    """Refuse to show metrics to whoever reaches the server.

    Raises:
        InvalidInputError: nobody would have to say who it is.
    """
    if here and configured is None:
        hint = "use --metrics-port, for this machine alone"
        raise InvalidInputError("--metrics is for a server whose callers say who they are", hint=hint)


def _config(app: Starlette, configured: Configured | None) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=PatientH11,  # of uvicorn's parsers the one that bounds the size of the headers, with patience for them
        h11_max_incomplete_event_size=MAX_HEADERS,
        ws="none",
        log_level="warning",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=configured is not None and bool(configured.proxies),
        forwarded_allow_ips=[] if configured is None else list(configured.proxies),
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def check_host(host: str, configured: Configured | None) -> None:
    """Refuse to be reached by others than this machine, unless callers have to say who they are.

    Raises:
        InvalidInputError: it would be so, or the host is no address.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise InvalidInputError(
            f"--host: {host[:80]!r} is no address", hint="give one of this machine's: 127.0.0.1, 0.0.0.0 or ::"
        ) from None
    if configured is None and not address.is_loopback:
        raise InvalidInputError(
            f"--host {address}: whoever reaches that address could use this server without saying who it is",
            hint="configure authentication (BACKWRIGHT_OAUTH_ISSUER and BACKWRIGHT_RESOURCE_URL, or "
            "BACKWRIGHT_API_TOKENS=1), or listen on 127.0.0.1; server/docs/authentication.md says how",
        )


def _authority(configured: Configured | None, app: App) -> Authority | None:
    if configured is None:
        return None
    from backwright.identity.authority import Authority

    if not configured.api_tokens:
        return Authority(configured)
    if app.settings.database is None:
        raise InvalidInputError(
            "API tokens are kept in the store of contexts, and there is none",
            hint="set BACKWRIGHT_DATABASE_URL, or leave BACKWRIGHT_API_TOKENS out",
        )
    from backwright.identity.api_tokens import ApiTokens

    return Authority(configured, tokens=ApiTokens(lambda: app.contexts.store))


def _say(text: str) -> None:
    sys.stderr.write(f"backwright: {text}\n")
    sys.stderr.flush()


_LEEWAY_SECONDS: Final = 5
"""What a worker has beside that, to close what it has written to."""


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
        await drain(self, sockets or ())
        await super().shutdown(sockets)
        await anyio.to_thread.run_sync(self._close)
        await anyio.to_thread.run_sync(flush)


def _listen(host: str, port: int, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, the event loop turns Nagle's algorithm off: it would hold a short answer back for 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ToolUnavailableError(
            f"port {port} of {host} cannot be had: {error.strerror}",
            hint=f"choose another {option}, or 0 for any free one",
        ) from None
    return listener
