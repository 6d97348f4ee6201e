"""The store of contexts and the bus, as they are configured; nothing is made or migrated by looking."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from backwright.cli._doctor.finding import Finding, ok, problem, warning
from backwright.cli._doctor.here import Here
from backwright.settings import OWN_BUS

_SECONDS: Final = 3.0
_SQLITE: Final = "sqlite:///"
_PORTS: Final = {"redis": 6379, "rediss": 6379, "kafka": 9092}


def database(here: Here) -> Iterator[Finding]:
    """Whether the store can be reached, and its tables are as this version writes them."""
    from backwright.contexts.opening import name_of_store, state_of_store

    url = here.app.settings.database
    if url is None:
        yield ok("database", "none is configured, so no contexts are kept")
        return
    named = bool(here.environment.get("BACKWRIGHT_DATABASE_URL"))
    kind = name_of_store(url)
    if kind == "sqlite":
        yield from _file(Path(url.removeprefix(_SQLITE)))
    match state_of_store(url):
        case "current":
            yield ok("database", f"{kind}, its tables are as this version writes them")
        case "behind":
            fix = "back it up (`backwright contexts backup`, pg_dump); the next start migrates it"
            yield warning("database", f"{kind}, its tables are an earlier version's", fix)
        case "unknown":
            fix = "use the version that wrote them, or a later one"
            yield problem("database", f"{kind}, its tables are a later version's", fix)
        case "none":
            said = "has no tables yet" if named else "is not there yet"
            yield ok("database", f"{kind}, which {said}; it is made when something needs it")


def _file(path: Path) -> Iterator[Finding]:
    if path.exists() and os.name != "nt" and path.stat().st_mode & 0o077:
        yield warning("database", f"{path} can be read by others", f"chmod 600 {path}")
    folder = next(each for each in (path, *path.parents) if each.exists())
    if not os.access(folder, os.W_OK):
        yield problem("database", f"{folder} cannot be written", "let this user write to it, or name another database")


def bus(here: Here) -> Iterator[Finding]:
    """Whether something answers where the bus is."""
    from backwright.contexts.opening import kind_of_bus

    url = here.app.settings.bus
    kind = kind_of_bus(url)
    if url == OWN_BUS:
        yield ok("bus", "within each process; set BACKWRIGHT_BUS_URL where replicas or other programs should hear")
        return
    parts = urlsplit(url)
    if kind.name == "file":
        folder = Path(parts.path).parent
        if folder.is_dir() and os.access(folder, os.W_OK):
            yield ok("bus", f"file, in {folder}")
        else:
            yield problem("bus", f"{folder} is no folder that can be written", "make it, or name another file")
        return
    # Of the URL nothing is repeated but where it leads: it may hold a password.
    host, port = parts.hostname or "127.0.0.1", parts.port or _PORTS.get(parts.scheme, 0)
    try:
        socket.create_connection((host, port), timeout=_SECONDS).close()
    except OSError as error:
        said = error.strerror or "no answer"
        fix = "start it, or correct BACKWRIGHT_BUS_URL; until then events wait, and nothing is lost"
        yield problem("bus", f"{kind.name} at {host}:{port} cannot be reached: {said}", fix)
    else:
        yield ok("bus", f"{kind.name} at {host}:{port} takes connections")
