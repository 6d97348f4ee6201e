"""PostgreSQL and Redis crash and come back under a server that writes: how soon it writes again, and what is lost.

    uv run python -m tests.bench.context_restarts [RESTARTS]

Both are servers of the script's own. Four clients write all the while, each write with a key of its own; after the
restarts each acknowledged one is sent again and must be answered with the same version. `back` is the time from when
the server answers again to the next acknowledged write (PostgreSQL), or the next event that a listener hears (Redis).
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backwright.app import App
from backwright.contexts.context import LOCAL, Address, Condition, Written
from backwright.contexts.events import ContextEvent
from backwright.errors import StoreUnavailableError
from backwright.settings import Settings
from tests.bench._wire import table
from tests.contexts._buses import in_order, until
from tests.contexts._postgres import own_postgres
from tests.contexts._redis import own_redis

CLIENTS = 4
DOWN_SECONDS = 0.3


class Writing:
    """Clients that write until the end of a block, and what they were told."""

    def __init__(self, app: App, tag: str) -> None:
        self._app = app
        self._tag = tag
        self._ending = threading.Event()
        self.told: list[tuple[Address, int, Written, float]] = []

    def put(self, address: Address, version: int) -> Written:
        """A version of a context, the same each time that it is asked for."""
        key = Condition(version - 1, f"{address.uri}/{version}")
        return self._app.contexts.put(LOCAL, address, {"exclude": [f"v{version}"]}, type="project", condition=key)

    def _client(self, me: int) -> None:
        address = Address(self._tag, f"client-{me}")
        for version in itertools.count(1):
            while not self._ending.is_set():
                try:
                    self.told.append((address, version, self.put(address, version), time.perf_counter()))
                    break
                except StoreUnavailableError:
                    self._ending.wait(0.005)
            # So that a listener keeps up on a slow machine.
            if self._ending.wait(0.005):
                return

    @contextmanager
    def at_work(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._client, args=(me,)) for me in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in threads:
                thread.join()

    def times(self) -> list[float]:
        """When each acknowledgement came."""
        return [at for _, _, _, at in self.told]

    def lost(self) -> int:
        """How many acknowledged writes are not answered with the same version again."""
        again = [(self.put(address, version), written) for address, version, written, _ in self.told]
        return sum(one.context != written.context or not one.replayed for one, written in again)


class Listening:
    """What a listener of another replica hears, and when."""

    def __init__(self) -> None:
        self.events: list[ContextEvent] = []
        self.times: list[float] = []

    def __call__(self, event: ContextEvent) -> None:
        self.events.append(event)
        self.times.append(time.perf_counter())

    def of(self, tag: str) -> list[ContextEvent]:
        """The events of one namespace."""
        return [event for event in self.events if event.uri.startswith(f"context://{tag}/")]


def restarted(
    writing: Writing,
    restarts: int,
    stop: Callable[[], None],
    start: Callable[[], None],
    came: Callable[[], list[float]],
) -> list[float]:
    """Restart something while clients write, and say how many milliseconds after each start something came."""
    back: list[float] = []
    with writing.at_work():
        for _ in range(restarts):
            enough = len(writing.told) + 20
            until(lambda enough=enough: len(writing.told) > enough)  # type: ignore[misc]
            stop()
            time.sleep(DOWN_SECONDS)
            start()
            up = time.perf_counter()
            until(lambda up=up: came()[-1] > up)  # type: ignore[misc]
            back.append((next(at for at in came() if at > up) - up) * 1000)
    return back


def main(restarts: int) -> None:
    """Print the table."""
    rows = []
    heard = Listening()
    with tempfile.TemporaryDirectory() as folder, own_postgres() as postgres, own_redis(Path(folder)) as redis:
        postgres.start()
        redis.start()
        app, other = (App(Settings(database=postgres.url, bus=redis.url, writes=0)) for _ in range(2))
        try:
            other.listen(heard)
            other.contexts.chains()
            for tag, stop, start in (("postgresql", postgres.stop, postgres.start), ("redis", redis.kill, redis.start)):
                writing = Writing(app, tag)
                waits = {"postgresql": writing.times, "redis": lambda: heard.times}
                back = restarted(writing, restarts, stop, start, waits[tag])
                whole = {(address.uri, version) for address, version, _, _ in writing.told}
                until(lambda tag=tag, whole=whole: whole <= {(one.uri, one.version) for one in heard.of(tag)})  # type: ignore[misc]
                facts = (len(writing.told), writing.lost(), sorted(back)[len(back) // 2], max(back))
                rows.append([tag, str(restarts), *(f"{fact:.0f}" for fact in facts), str(in_order(heard.of(tag)))])
        finally:
            app.close()
            other.close()
    head = ["restarted", "times", "acknowledged", "lost", "back p50 ms", "back max ms", "events in order"]
    table(f"crashes under {CLIENTS} clients that write", head, rows)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
