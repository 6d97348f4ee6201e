"""PostgreSQL and Redis come late, crash, and come back: whatever the order, nobody restarts, and nothing is lost."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.context import LOCAL, Address, Condition, Written
from backwright.errors import BackwrightError, StorageFullError, StoreUnavailableError
from backwright.settings import Settings
from tests.contexts._buses import Heard, until
from tests.contexts._postgres import OwnPostgres, own_postgres
from tests.contexts._redis import own_redis
from tests.http_api._raw import Answer, headers, message, send
from tests.mcp_api._connect import http_server
from tests.mcp_api._packs import write_test_pack

CLIENTS = 4


@pytest.fixture(scope="module")
def cluster() -> Iterator[OwnPostgres]:
    with own_postgres() as server:
        yield server


@pytest.fixture
def away(cluster: OwnPostgres) -> OwnPostgres:
    """The cluster, not running."""
    cluster.stop()
    return cluster


@contextmanager
def opened(settings: Settings) -> Iterator[App]:
    app = App(settings)
    try:
        yield app
    finally:
        app.close()


def put(app: App, address: Address, version: int = 1) -> Written:
    """Version N, with a key, so that it can be sent again."""
    key = Condition(if_version=version - 1, idempotency_key=f"{address.uri}/{version}")
    return app.contexts.put(LOCAL, address, {"exclude": [f"v{version}"]}, type="project", condition=key)


def sent_until_done(app: App, address: Address, version: int = 1) -> Written:
    """The answer to a write, sent again for as long as it says that it may be."""
    answers: list[Written] = []

    def sent() -> bool:
        with suppress(StoreUnavailableError):
            answers.append(put(app, address, version))
        return bool(answers)

    until(sent)
    return answers[0]


def test_an_app_that_starts_before_its_database_says_to_try_again_and_then_works(away: OwnPostgres) -> None:
    one = Address("late", "one")
    with opened(Settings(database=away.url)) as app:
        for call in (partial(put, app, one), lambda: app.contexts.get(LOCAL, one)):
            with pytest.raises(StoreUnavailableError) as refused:
                call()
            assert refused.value.retry
            assert "postgres@" not in f"{refused.value.message}{refused.value.hint}"
        away.start()
        assert sent_until_done(app, one).context.version == 1
        away.stop()
        with pytest.raises(StoreUnavailableError):
            app.contexts.get(LOCAL, one)
        away.start()
        assert app.contexts.get(LOCAL, one).version == 1


def test_those_who_wait_for_a_database_that_does_not_answer_wait_for_one_another_only_once() -> None:
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(30)

        def hang_up() -> None:
            with suppress(OSError):
                while True:
                    listener.accept()[0].close()
                    asked.append(1)

        server = threading.Thread(target=hang_up, daemon=True)
        server.start()
        url = f"postgresql://postgres@127.0.0.1:{listener.getsockname()[1]}/postgres?sslmode=disable"
        with opened(Settings(database=url)) as app:
            start = threading.Barrier(8)

            def ask() -> None:
                start.wait()
                with pytest.raises(StoreUnavailableError, match="cannot be reached"):
                    app.contexts.chains()

            threads = [threading.Thread(target=ask) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert 1 <= len(asked) < 8
        listener.shutdown(socket.SHUT_RDWR)
    server.join()


@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGINT], ids=["crash", "cut"])
def test_a_database_that_is_restarted_while_clients_write_loses_nothing_that_was_acknowledged(
    away: OwnPostgres, how: signal.Signals
) -> None:
    away.start()
    space, ending = f"restart-{how.name.lower()}", threading.Event()
    told: list[tuple[Address, Written]] = []
    refused: list[BackwrightError] = []
    others: list[Exception] = []

    def client(app: App, me: int) -> None:
        for number in itertools.count():
            if ending.is_set():
                return
            address = Address(space, f"c{me}-{number}")
            try:
                told.append((address, put(app, address)))
            except StoreUnavailableError as error:
                refused.append(error)
                ending.wait(0.01)
            except Exception as error:  # noqa: BLE001  what it is is asserted below
                others.append(error)
                return

    with opened(Settings(database=away.url, writes=0)) as app:
        threads = [threading.Thread(target=client, args=(app, me)) for me in range(CLIENTS)]
        for thread in threads:
            thread.start()
        until(lambda: len(told) > 20)
        away.stop(how)
        until(lambda: len(refused) >= CLIENTS)
        away.start()
        before = len(told)
        until(lambda: len(told) > before + 20)
        ending.set()
        for thread in threads:
            thread.join()
        assert others == []
        for address, written in told:
            again = put(app, address)
            assert (again.context, again.replayed) == (written.context, True)
        assert app.contexts.verify(LOCAL, space).broken_at is None


def test_a_database_whose_disk_is_full_is_named_reads_go_on_and_writes_come_back(away: OwnPostgres) -> None:
    away.start()
    one, two = Address("full", "one"), Address("full", "two")
    with opened(Settings(database=away.url)) as app:
        put(app, one)
        away.run(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        away.run("CREATE TRIGGER full_disk BEFORE INSERT ON outbox EXECUTE FUNCTION full_disk()")
        with pytest.raises(StorageFullError, match="SQLSTATE 53100") as refused:
            put(app, two)
        assert not refused.value.retry
        assert app.contexts.get(LOCAL, one).version == 1
        away.run("DROP FUNCTION full_disk CASCADE")
        assert put(app, two).replayed is False
        assert app.contexts.verify(LOCAL, "full").entries == 2


@pytest.mark.parametrize("order", [("postgres", "redis"), ("redis", "postgres")], ids=" then ".join)
def test_two_replicas_that_were_there_first_hear_each_other_whatever_comes_first_and_after_restarts_too(
    away: OwnPostgres, tmp_path: Path, order: tuple[str, str]
) -> None:
    one = Address("order", order[0])
    heard = Heard()
    with own_redis(tmp_path / "redis") as redis:
        settings = Settings(database=away.url, bus=redis.url)
        starts: dict[str, Callable[[], None]] = {"postgres": away.start, "redis": redis.start}
        stops: dict[str, Callable[[], None]] = {"postgres": away.stop, "redis": redis.kill}
        with opened(settings) as writer, opened(settings) as listener:
            listener.listen(heard)
            for each in (writer, listener):
                with pytest.raises(StoreUnavailableError):
                    each.contexts.chains()
            starts[order[0]]()
            if order[0] == "postgres":
                sent_until_done(writer, one)
            starts[order[1]]()
            sent_until_done(writer, one)
            until(lambda: _there(listener, one))
            assert heard.distinct(1)[0].version == 1
            for name in order:
                stops[name]()
            for name in reversed(order):
                starts[name]()
            sent_until_done(writer, one, 2)
            assert _next_version(heard) == 2


def _there(app: App, address: Address) -> bool:
    try:
        return app.contexts.get(LOCAL, address).version == 1
    except StoreUnavailableError:
        return False


def _next_version(heard: Heard) -> int:
    """The version of the next event that is none of the first once more."""
    version = 1
    while version == 1:
        version = heard.next(1)[0].version
    return version


def test_a_server_that_starts_before_its_database_answers_503_and_then_the_context(
    away: OwnPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack: Path = write_test_pack(tmp_path / "pack")
    monkeypatch.setenv("BACKWRIGHT_DATABASE_URL", away.url)
    body = json.dumps({"type": "project", "body": {}}).encode()
    with http_server(pack) as url:
        port = int(url.removesuffix("/mcp").rpartition(":")[2])
        head = {"host": f"127.0.0.1:{port}", "connection": "close", "content-length": str(len(body))}

        def write() -> Answer:
            return send(port, {**head, "content-type": "application/json"}, body, "PUT /v1/contexts/server/one")

        refused = write()
        assert (refused.status, refused.json["code"], refused.json["retry"]) == (503, "UNAVAILABLE", True)
        assert refused.headers["retry-after"] == "1"
        call = message("tools/call", name="get_context", arguments={"context": "server/one"})
        tool = send(port, headers(call, port, "tools/call", mcp_name="get_context"), call).json["result"]
        assert isinstance(tool, dict)
        assert (tool["isError"], tool["structuredContent"]["code"]) == (True, "UNAVAILABLE")
        away.start()
        until(lambda: write().status in {200, 201})
        tool = send(port, headers(call, port, "tools/call", mcp_name="get_context"), call).json["result"]
        assert isinstance(tool, dict)
        assert tool["structuredContent"]["version"] == 1
