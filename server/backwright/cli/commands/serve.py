"""`backwright serve`: the MCP server, over stdio or HTTP."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.identity.configured import Configured
    from backwright.observing.requests import Observing
    from backwright.settings import Settings

DEFAULT_PORT = 8000


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", metavar="DIR", help="the project to work in (default: the current folder)")
    parser.add_argument("--strict", action="store_true", help="do not start if any skill of the pack has a problem")
    parser.add_argument("--allow-unlocked", action="store_true", help="serve skills that the manifest does not pin")
    parser.add_argument("--pack", metavar="DIR", help="serve this pack instead of the one that ships with Backwright")
    parser.add_argument(
        "--skills",
        action="append",
        default=[],
        metavar="DIR",
        help="also serve the skills in this folder as they are, of whatever dialect; may be given again",
    )
    parser.add_argument(
        "--no-reload",
        action="store_true",
        help="do not follow the skills on disk (they are, unless it is the pack inside an installed Backwright)",
    )
    parser.add_argument("--http", action="store_true", help="streamable HTTP at http://127.0.0.1:PORT/mcp, no stdio")
    parser.add_argument(
        "--host",
        metavar="ADDRESS",
        help="for --http; one that others reach needs authentication, see server/docs/authentication.md (127.0.0.1)",
    )
    parser.add_argument(
        "--log-json", action="store_true", help="a line of JSON on stderr for each request (BACKWRIGHT_LOG=json)"
    )
    parser.add_argument("--workers", type=int, default=1, metavar="N", help="for --http: so many processes (1)")
    parser.add_argument("--port", type=_port, metavar="N", help=f"for --http; 0 for any free one ({DEFAULT_PORT})")
    parser.add_argument(
        "--metrics-port", type=_port, metavar="N", help="for --http: Prometheus's metrics at http://127.0.0.1:N/metrics"
    )
    parser.add_argument(
        "--metrics", action="store_true", help="for --http: metrics at /metrics, to tokens with the scope metrics:read"
    )


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else -1
    if not 0 <= port <= 65_535:  # noqa: PLR2004  what a port is
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text[:20]!r}")
    return port


def _run(arguments: argparse.Namespace) -> int:
    import gc

    # What a start imports and loads stays, and to look through it for garbage takes a twentieth of the time until the
    # first answer. Whoever serves lets the collector look from then on.
    gc.disable()
    try:
        return _serve(arguments)
    finally:
        gc.enable()


def _serve(arguments: argparse.Namespace) -> int:
    import logging
    import sys

    # Plain lines on stderr. stdout belongs to the protocol.
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = _settings(arguments)
    observing = _observing(arguments)
    from backwright.mcp_api.lean import serving_half

    if arguments.http:
        with serving_half():
            from backwright.http_api.server import HOST, serve_by_workers, serve_http
            from backwright.http_api.workers import is_worker

        port = DEFAULT_PORT if arguments.port is None else arguments.port
        host, known = HOST if arguments.host is None else arguments.host, _configured()
        if arguments.workers > 1 and not is_worker():
            serve_by_workers(settings, port, arguments.workers, observing, host=host, configured=known)
            return Exit.CLEAN
        apart, here = arguments.metrics_port, arguments.metrics
        serve_http(settings, port, observing, apart, metrics_here=here, host=host, configured=known)
    else:
        with serving_half():
            from backwright.mcp_api.stdio import serve_stdio

        serve_stdio(settings, observing)
    return Exit.CLEAN


def _configured() -> Configured | None:
    """How callers have to say who they are, over HTTP."""
    import os

    from backwright.identity.configured import configured

    return configured(os.environ)


def _observing(arguments: argparse.Namespace) -> Observing | None:
    """Who is told of each request. Over stdio nobody is, unless somebody asks; then nothing of it is imported."""
    import os

    asked = ("BACKWRIGHT_LOG", "OTEL_")
    if not (arguments.http or arguments.log_json or any(name.startswith(asked) for name in os.environ)):
        return None
    from backwright.observing.opening import observing

    metrics = arguments.metrics or arguments.metrics_port is not None
    return observing(os.environ, http=arguments.http, log_json=arguments.log_json, metrics=metrics)


def _settings(arguments: argparse.Namespace) -> Settings:
    from dataclasses import replace
    from pathlib import Path

    from backwright.errors import InvalidInputError
    from backwright.settings import Settings

    if arguments.http and arguments.root is not None:
        raise InvalidInputError(
            "--root and --http exclude each other: over HTTP no project is read or written",
            hint="leave --root out, or serve over stdio",
        )
    if arguments.port is not None and not arguments.http:
        raise InvalidInputError("--port is for --http", hint="add --http, or leave --port out")
    for option, given in (("--metrics-port", arguments.metrics_port is not None), ("--metrics", arguments.metrics)):
        if given and not arguments.http:
            raise InvalidInputError(f"{option} is for --http", hint=f"add --http, or leave {option} out")
    if arguments.host is not None and not arguments.http:
        raise InvalidInputError("--host is for --http", hint="add --http, or leave --host out")
    if arguments.workers != 1 and not arguments.http:
        raise InvalidInputError("--workers is for --http", hint="add --http, or leave --workers out")
    folders = [
        ("--root", arguments.root),
        ("--pack", arguments.pack),
        *(("--skills", each) for each in arguments.skills),
    ]
    for option, folder in folders:
        if folder is not None and not Path(folder).is_dir():
            raise InvalidInputError(f"{option}: {folder!r} is not a folder", hint="name a folder that exists")
    settings = Settings.from_environment(root=None if arguments.root is None else Path(arguments.root))
    return replace(
        settings,
        root=None if arguments.http else settings.root,
        state=None if arguments.http else settings.state,
        cache=None if arguments.http else settings.cache,
        pack=settings.pack if arguments.pack is None else Path(arguments.pack),
        skills=tuple(Path(folder) for folder in arguments.skills) or settings.skills,
        strict=arguments.strict,
        allow_unlocked=arguments.allow_unlocked,
        reload=not arguments.no_reload,
    )


COMMAND = Command(
    name="serve",
    help="serve skills, scaffold and review to an assistant over MCP",
    example="backwright serve --root ~/code/shop",
    configure=_configure,
    run=_run,
)
