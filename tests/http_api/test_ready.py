"""`/ready`: what each part says when it is well and when it is not, soon, and never with a secret."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import httpx2
import pytest
from sqlalchemy import create_engine, text

from backwright.app import App
from backwright.contexts.events import uuid7
from backwright.http_api.app import http_app
from backwright.http_api.ready import OLD_SECONDS, Readiness, State
from backwright.settings import Settings
from tests.catalog._packs import write_pack
from tests.contexts._buses import made
from tests.contexts._redis import own_redis
from tests.http_api._raw import headers, send


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("pack"), "one")


@pytest.fixture
def settings(pack: Path, tmp_path: Path) -> Settings:
    return Settings(pack=pack, database=f"sqlite:///{tmp_path / 'contexts.db'}", contexts=True)


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    made_app = App(settings)
    yield made_app
    made_app.close()


async def asked(app: App, seconds: float = 20.0) -> State:
    readiness = Readiness(app, "backwright", seconds=seconds)
    try:
        return await readiness.state()
    finally:
        readiness.close()


def wrong(state: State) -> dict[str, str]:
    return {part: said.message for part, said in state.parts.items() if said is not None}


@asynccontextmanager
async def client_of(app: App) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(http_app(app))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


def test_a_process_is_ready_and_says_what_it_serves(port: int) -> None:
    answer = send(port, headers(b"", port), request="GET /ready")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    said = answer.json
    assert (said["status"], said["name"], said["skills"], said["checked"]) == ("ready", "backwright", 2, ["skills"])
    assert str(said["manifest"]).startswith("sha256:")
    assert str(said["catalog"]).startswith("sha256:")


async def test_store_and_bus_are_asked_where_there_are_contexts(app: App) -> None:
    async with client_of(app) as client:
        answer = await client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["checked"] == ["skills", "database", "bus"]


async def test_a_process_without_a_skill_is_not_ready_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "skills").mkdir()
    (tmp_path / "manifest.yaml").write_text("version: 1\nskills: {}\nreleases: {}\n")
    async with client_of(App(Settings(pack=tmp_path))) as client:
        answer = await client.get("/ready")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "1"
    said = answer.json()
    assert (said["code"], said["status"], said["retry"]) == ("NOT_READY", 503, True)
    assert [(each["part"], each["message"]) for each in said["failing"]] == [("skills", "no skill is served")]
    assert "/problems" in said["failing"][0]["hint"]


async def test_tables_that_another_version_has_migrated_are_named(app: App, tmp_path: Path) -> None:
    assert (await asked(app)).ready
    engine = create_engine(f"sqlite:///{tmp_path / 'contexts.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    said = wrong(await asked(app))
    assert list(said) == ["database"]
    assert "revision 9999" in said["database"]


async def test_a_database_that_cannot_be_opened_is_named_without_its_address(pack: Path) -> None:
    url = "postgresql://someone:hunter2@127.0.0.1:1/none"
    app = App(Settings(pack=pack, database=url, contexts=True))
    said = wrong(await asked(app))
    assert list(said) == ["database"]
    assert "hunter2" not in str(said)
    assert "127.0.0.1" not in str(said)


@pytest.mark.parametrize(("bus", "late"), [("file://{}/file/log.jsonl", True), ("memory://", False)])
async def test_an_event_that_waits_too_long_is_named_where_events_leave_the_process(
    settings: Settings,
    tmp_path: Path,
    bus: str,
    late: bool,  # noqa: FBT001  pytest gives it
) -> None:
    (tmp_path / "file").write_text("where the folder of the bus should be, so that nothing is handed on")
    at = datetime.now(UTC) - timedelta(seconds=OLD_SECONDS + 5)
    app = App(replace(settings, bus=bus.format(tmp_path)))
    try:
        app.contexts.store.write(lambda unit: unit.enqueue(replace(made(), at=at, id=_id_of(at))))
        said = wrong(await asked(app))
    finally:
        app.close()
    assert ("has waited for 6" in said.get("database", "")) == late
    assert list(said) == (["database", "bus"] if late else [])


def _id_of(at: datetime) -> str:
    milliseconds = int(at.timestamp() * 1000)
    return f"{milliseconds:012x}"[:8] + "-" + f"{milliseconds:012x}"[8:] + uuid7()[13:]


async def test_a_file_that_events_cannot_be_appended_to_is_named(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "events").write_text("a file where the folder should be")
    app = App(replace(settings, bus=f"file://{tmp_path / 'events' / 'log.jsonl'}"))
    try:
        assert list(wrong(await asked(app))) == ["bus"]
    finally:
        app.close()


async def test_a_redis_that_goes_away_and_comes_back_shows(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    with own_redis(tmp_path / "redis") as server:
        app = App(replace(settings, bus=server.url))
        try:
            assert list(wrong(await asked(app))) == ["bus"]
            server.start()
            assert (await asked(app)).ready
            server.kill()
            assert "Redis does not answer" in wrong(await asked(app))["bus"]
        finally:
            app.close()


async def test_a_database_that_does_not_answer_costs_no_more_than_the_time_for_it(pack: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        app = App(Settings(pack=pack, database=f"postgresql://a@127.0.0.1:{port}/a?connect_timeout=2", contexts=True))
        started = time.monotonic()
        said = wrong(await asked(app, seconds=0.2))
        assert time.monotonic() - started < 1.5
        assert said["database"] == "no answer within 0.2 seconds"


async def test_many_who_ask_at_once_are_one_question(app: App) -> None:
    questions = 0
    store = app.contexts.store
    read, lock = store.read, threading.Lock()

    def counted(work: object) -> object:
        nonlocal questions
        with lock:
            questions += 1
        return read(work)  # type: ignore[arg-type]  # whatever it is handed on as it is

    store.read = counted  # type: ignore[method-assign, assignment]  # counts, and does the same
    readiness = Readiness(app, "backwright")
    async with anyio.create_task_group() as group:
        for _ in range(50):
            group.start_soon(readiness.state)
    readiness.close()
    assert questions == 1
