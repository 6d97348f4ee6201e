"""`backwright relay`: hands the events of contexts on to a bus, as a process of its own."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from threading import Event

    from backwright.contexts.bus import Bus
    from backwright.contexts.store import Store

_PAUSE_SECONDS = 1.0


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="hand on what is due, and end (for cron)")


def _run(arguments: argparse.Namespace) -> int:
    import logging
    import sys

    from backwright.contexts.opening import kind_of_bus
    from backwright.errors import InvalidInputError
    from backwright.settings import Settings

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = Settings.from_environment()
    if settings.database is None:
        raise InvalidInputError("there is no store of contexts", hint="set BACKWRIGHT_DATABASE_URL")
    kind = kind_of_bus(settings.bus)
    if not kind.shared:
        raise InvalidInputError(
            f"the bus {kind.name} is heard in one process, and a relay's is no other's",
            hint="set BACKWRIGHT_BUS_URL to redis://HOST:PORT/0, file:///PATH or kafka://HOST:PORT",
        )
    bus = kind.open(settings.bus)
    try:
        return _once(settings.database, bus) if arguments.once else _until_told(settings.database, bus)
    finally:
        bus.close()


def _once(database: str, bus: Bus) -> int:
    """What is due now; exit code 1 if some of it is refused."""
    from backwright.contexts.opening import open_store
    from backwright.contexts.relay import Relay
    from backwright.contexts.store import Opened

    refused = 0
    with Opened(open_store(database)) as store:
        relay = Relay(store, bus)
        while True:
            step = relay.step()
            refused += step.refused
            if step.error is not None:
                raise step.error
            if not step.more:
                return Exit.FINDINGS if refused else Exit.CLEAN


def _until_told(database: str, bus: Bus) -> int:
    """Until SIGTERM or SIGINT; a database that is not there yet is waited for."""
    import signal
    from threading import Event

    from backwright.contexts.relay import Relay

    ending = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    store = _opened(database, ending)
    if store is None:
        return Exit.CLEAN
    relay = Relay(store, bus)
    relay.start()
    ending.wait()
    relay.stop()
    store.close()
    return Exit.CLEAN


def _opened(database: str, ending: Event) -> Store | None:
    import logging

    from backwright.contexts.opening import open_store
    from backwright.errors import StoreUnavailableError

    said = False
    while not ending.is_set():
        try:
            return open_store(database)
        except StoreUnavailableError as error:
            if not said:
                logging.getLogger(__name__).warning("%s; it is tried again each second", error.message)
            said = True
            ending.wait(_PAUSE_SECONDS)
    return None


COMMAND = Command(
    name="relay",
    help="hand the events of contexts on to the bus that BACKWRIGHT_BUS_URL names",
    example="BACKWRIGHT_BUS_URL=redis://127.0.0.1:6379/0 backwright relay --once",
    configure=_configure,
    run=_run,
)
