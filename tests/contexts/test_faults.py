"""What goes wrong under a store is named, says whether to try again, and loses nothing that was acknowledged."""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.opening import open_store
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.contexts.stores import sqlite
from backwright.errors import (
    BackwrightError,
    InvalidInputError,
    RecordUnreadableError,
    StorageFullError,
    StoreUnavailableError,
)
from tests.contexts._databases import fresh_database
from tests.pack._postgres import SERVER

ONE = Address("a", "one")
TWO = Address("a", "two")


@contextmanager
def no_file_grows(limit: int) -> Iterator[None]:
    """As on a full disk: a write beyond the limit fails. The signal that comes with it is ignored by Python."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    # Bytecode of what is imported within would be cut off, and be read ever after.
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_named_reads_go_on_and_writes_come_back(tmp_path: Path) -> None:
    path = tmp_path / "contexts.db"
    contexts = Contexts(open_store(f"sqlite:///{path}"))
    contexts.put(LOCAL, ONE, {"framework": "flask"}, type="project")
    big: JsonObject = {"exclude": [f"{number}" * 100 for number in range(90)]}
    with no_file_grows(path.stat().st_size):
        with pytest.raises(StorageFullError) as refused:
            contexts.put(LOCAL, TWO, big, type="project")
        assert not refused.value.retry
        assert contexts.get(LOCAL, ONE).body == {"framework": "flask"}
    assert contexts.put(LOCAL, TWO, big, type="project").context.version == 1
    assert contexts.verify(LOCAL, "a").entries == 2
    contexts.store.close()


def test_a_file_that_another_process_holds_is_waited_for_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    path = tmp_path / "contexts.db"
    contexts = Contexts(open_store(f"sqlite:///{path}"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailableError) as refused:
        contexts.put(LOCAL, ONE, {}, type="project")
    assert refused.value.retry
    other.execute("ROLLBACK")
    other.close()
    assert contexts.put(LOCAL, ONE, {}, type="project").context.version == 1
    contexts.store.close()


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be one" * 50, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_file_that_is_no_database_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "contexts.db"
    path.write_bytes(content)
    with pytest.raises(RecordUnreadableError):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "contexts.db").mkdir()
    with pytest.raises(StorageFullError):
        open_store(f"sqlite:///{tmp_path / 'contexts.db'}")


def test_the_file_is_for_its_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "contexts.db"
    open_store(f"sqlite:///{path}").close()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_closed_store_refuses_and_says_to_ask_another(tmp_path: Path) -> None:
    contexts = Contexts(open_store(f"sqlite:///{tmp_path / 'contexts.db'}"))
    contexts.store.close()
    with pytest.raises(StoreUnavailableError):
        contexts.put(LOCAL, ONE, {}, type="project")


def test_work_that_fails_takes_nothing_of_its_group_with_it(tmp_path: Path) -> None:
    contexts = Contexts(open_store(f"sqlite:///{tmp_path / 'contexts.db'}"))
    start = threading.Barrier(9)
    outcomes: list[object] = []

    def write(number: int) -> None:
        start.wait()
        try:
            if_version = 5 if number % 2 else 0
            condition = Condition(if_version=if_version)
            outcomes.append(contexts.put(LOCAL, Address("a", f"n{number}"), {}, type="project", condition=condition))
        except Exception as error:  # noqa: BLE001  what it is is asserted below
            outcomes.append(type(error).__name__)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    start.wait()
    for thread in threads:
        thread.join()
    assert sum(outcome == "VersionConflictError" for outcome in outcomes) == 4
    assert [one.address.name for one in contexts.list(LOCAL).items] == ["n0", "n2", "n4", "n6"]
    assert contexts.verify(LOCAL, "a").entries == 4
    contexts.store.close()


def test_a_database_that_cuts_its_connections_is_found_again_at_once() -> None:
    with fresh_database() as url:
        contexts = Contexts(open_store(url))
        contexts.put(LOCAL, ONE, {}, type="project")
        with psycopg.connect(SERVER.set(drivername="postgresql").render_as_string(hide_password=False)) as admin:
            name = url.rsplit("/", 1)[1]
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
                (name,),
            )
        assert contexts.get(LOCAL, ONE).version == 1
        assert contexts.put(LOCAL, TWO, {}, type="project").context.version == 1
        contexts.store.close()


def test_a_database_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(StoreUnavailableError) as refused:
        open_store("postgresql://someone:hunter2@127.0.0.1:1/nothing")
    assert refused.value.retry
    assert "hunter2" not in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize("url", ["", "mysql://h/d", "contexts.db", "postgresql://h:port/d", "file:///etc/passwd"])
def test_a_url_that_no_store_has_is_refused(url: str) -> None:
    with pytest.raises(InvalidInputError):
        open_store(url)


def test_a_link_of_the_chain_that_was_changed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "contexts.db"
    contexts = Contexts(open_store(f"sqlite:///{path}"))
    for number in range(5):
        contexts.put(LOCAL, Address("a", f"n{number}"), {}, type="project")
    with sqlite3.connect(path) as other:
        other.execute("UPDATE audit SET actor = 'someone-else' WHERE seq = 3")
    other.close()
    found = contexts.verify(LOCAL, "a")
    assert (found.broken_at, found.reason) == (3, "its content is not what its hash was made of")
    with sqlite3.connect(path) as other:
        other.execute("DELETE FROM audit WHERE seq = 2")
    other.close()
    assert (contexts.verify(LOCAL, "a").broken_at, contexts.verify(LOCAL, "a").reason) == (3, "link 2 is missing")
    contexts.store.close()


def test_all_who_wait_for_a_locked_file_hear_of_it_together(tmp_path: Path) -> None:
    path = tmp_path / "contexts.db"
    contexts = Contexts(open_store(f"sqlite:///{path}"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    outcomes: list[object] = []
    held = threading.Event()

    def write(number: int) -> None:
        try:
            outcomes.append(contexts.put(LOCAL, Address("a", f"n{number}"), {}, type="project"))
        except BackwrightError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
        # So that one group is waiting for the file, and the others for that group.
        held.wait(0.01)
    threads[0].join()
    # Whoever waited for a turn of their own would have it now.
    other.execute("ROLLBACK")
    other.close()
    for thread in threads:
        thread.join()
    assert outcomes == ["UNAVAILABLE"] * 8
    assert contexts.put(LOCAL, ONE, {}, type="project").context.version == 1
    contexts.store.close()


def test_a_store_is_opened_while_another_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "contexts.db"
    open_store(f"sqlite:///{path}").close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    contexts = Contexts(open_store(f"sqlite:///{path}"))
    assert contexts.list(LOCAL).items == ()
    other.execute("ROLLBACK")
    other.close()
    contexts.store.close()


@contextmanager
def nobody(folder: Path) -> Iterator[None]:
    """As a user who is not root, whom a mode of a file stops; the folder is theirs."""
    if os.geteuid() != 0:
        yield
        return
    os.chown(folder, 65_534, -1)
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_that_may_only_be_read_is_named_reads_go_on_and_writes_come_back() -> None:
    # Outside of the folder of the tests, which only its owner may enter.
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        with nobody(folder):
            contexts = Contexts(open_store(f"sqlite:///{folder / 'contexts.db'}"))
            contexts.put(LOCAL, ONE, {"framework": "flask"}, type="project")
            folder.chmod(0o500)
            try:
                if sqlite3.sqlite_version_info < (3, 51, 3):
                    # A write-ahead log is open already, and goes on; a journal is made for each transaction.
                    with pytest.raises(StorageFullError) as refused:
                        contexts.put(LOCAL, TWO, {}, type="project")
                    assert not refused.value.retry
                assert contexts.get(LOCAL, ONE).body == {"framework": "flask"}
            finally:
                folder.chmod(0o700)
            assert contexts.put(LOCAL, TWO, {}, type="project").context.version == 1
            contexts.store.close()


@pytest.mark.skipif(
    sqlite3.sqlite_version_info >= (3, 51, 3), reason="a write-ahead log needs to write in its folder, to be read too"
)
def test_a_store_that_is_opened_where_it_may_only_be_read_is_read_and_takes_writes_later() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        path = folder / "contexts.db"
        with nobody(folder):
            first = Contexts(open_store(f"sqlite:///{path}"))
            first.put(LOCAL, ONE, {"framework": "flask"}, type="project")
            first.store.close()
            path.chmod(0o400)
            folder.chmod(0o500)
            contexts = Contexts(open_store(f"sqlite:///{path}"))
            try:
                assert contexts.get(LOCAL, ONE).body == {"framework": "flask"}
                with pytest.raises(StorageFullError):
                    contexts.put(LOCAL, TWO, {}, type="project")
                assert contexts.get(LOCAL, ONE).version == 1
            finally:
                folder.chmod(0o700)
                path.chmod(0o600)
            assert contexts.put(LOCAL, TWO, {}, type="project").context.version == 1
            contexts.store.close()
