"""Processes that write into one SQLite file take turns, and none of them waits for one that rests."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from backwright.contexts.context import LOCAL, Address
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts
from backwright.contexts.store import Opened
from backwright.contexts.stores import sqlite
from backwright.contexts.stores._turn import Patience, Turn
from backwright.errors import StoreUnavailableError
from tests.contexts._buses import until

ROOT = Path(__file__).parents[3]


@contextmanager
def turn(folder: Path) -> Iterator[Turn]:
    one = Turn(folder)
    yield one
    one.close()


def impatient(path: Path) -> Patience:
    """Patience that is at an end."""
    return Patience(path, 0, 0)


def counted(path: Path) -> int:
    """The transactions that a file has seen; in its header (sqlite.org/fileformat2.html, section 1.3.7)."""
    return int.from_bytes(path.read_bytes()[24:28], "big")


def is_taken(folder: Path) -> bool:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def test_a_turn_is_one_s_own_within_its_block(tmp_path: Path) -> None:
    with turn(tmp_path) as one:
        with one.taken(impatient(tmp_path)):
            assert is_taken(tmp_path)
        assert not is_taken(tmp_path)


def test_who_does_not_get_the_turn_goes_on_without_and_takes_it_from_nobody(tmp_path: Path) -> None:
    with turn(tmp_path) as one, turn(tmp_path) as other, one.taken(impatient(tmp_path)):
        with other.taken(impatient(tmp_path)):
            assert is_taken(tmp_path)
        assert is_taken(tmp_path)


def test_a_block_that_raises_gives_the_turn_to_another(tmp_path: Path) -> None:
    with turn(tmp_path) as one:
        with pytest.raises(ValueError, match="within"), one.taken(impatient(tmp_path)):
            raise ValueError("within")
        assert not is_taken(tmp_path)


def test_a_folder_that_cannot_be_locked_gives_no_turns_and_no_errors(tmp_path: Path) -> None:
    with turn(tmp_path / "nowhere") as one, one.taken(impatient(tmp_path)):
        pass


def test_a_turn_that_was_closed_opens_its_folder_anew(tmp_path: Path) -> None:
    with turn(tmp_path) as one:
        one.close()
        with one.taken(impatient(tmp_path)):
            assert is_taken(tmp_path)


@pytest.mark.parametrize("end", ["", "-wal", "-journal"])
def test_patience_lasts_while_somebody_writes_and_no_longer_than_in_all(tmp_path: Path, end: str) -> None:
    now = [100.0]
    path = tmp_path / "contexts.db"
    path.touch()
    patience = Patience(path, 1.0, 3.0, clock=lambda: now[0])
    asked = []
    for number in range(6):
        now[0] += 0.7
        written = tmp_path / f"contexts.db{end}"
        written.touch()
        os.utime(written, ns=(number, number))
        asked.append(patience.over())
    assert asked == [False, False, False, False, True, True]


def test_patience_ends_soon_where_nobody_writes_and_half_of_it_sooner(tmp_path: Path) -> None:
    now = [100.0]
    patience = Patience(tmp_path / "contexts.db", 1.0, 4.0, clock=lambda: now[0])
    now[0] += 0.6
    assert (patience.over(0.5), patience.over()) == (True, False)
    now[0] += 0.6
    assert patience.over()


def test_a_turn_that_somebody_keeps_holds_no_write_up_for_long(tmp_path: Path) -> None:
    contexts = Contexts(open_store(f"sqlite:///{tmp_path / 'contexts.db'}"))
    with turn(tmp_path) as kept, kept.taken(impatient(tmp_path)):
        assert contexts.put(LOCAL, Address("a", "one"), {}, type="project").changed
    contexts.store.close()


def test_what_waits_for_another_process_goes_into_one_transaction(tmp_path: Path) -> None:
    path = tmp_path / "contexts.db"
    with Opened(open_store(f"sqlite:///{path}")) as store, ThreadPoolExecutor(20) as pool:
        contexts = Contexts(store)
        other = sqlite3.connect(path, isolation_level=None)
        changes = counted(path)
        other.execute("BEGIN IMMEDIATE")
        put = [pool.submit(contexts.put, LOCAL, Address("a", f"n{number}"), {}, type="project") for number in range(20)]
        assert isinstance(store, sqlite.SqliteStore)
        until(lambda: store._pieces.qsize() == 19)
        other.execute("ROLLBACK")
        assert [one.result().changed for one in put] == [True] * 20
        assert counted(path) == changes + 1
        other.close()


def test_one_who_writes_now_and_then_is_never_refused_beside_one_who_writes_without_a_pause(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'contexts.db'}"
    open_store(url).close()
    busy = subprocess.Popen(
        [sys.executable, "-m", "tests.contexts._writer", url, "busy"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    said = busy.stdout
    assert said is not None
    drain = threading.Thread(target=said.read, daemon=True)
    try:
        said.readline()
        drain.start()
        with Opened(open_store(url)) as store:
            contexts = Contexts(store)
            refused = []
            for number in range(30):
                try:
                    contexts.put(LOCAL, Address("own", f"n{number}"), {}, type="project")
                except StoreUnavailableError as error:
                    refused.append(error.message)
            assert refused == []
            assert busy.poll() is None
    finally:
        busy.kill()
        busy.wait()
        drain.join()
        said.close()


def test_opening_a_file_again_gives_up_no_lock_that_this_process_holds_on_it(tmp_path: Path) -> None:
    path = tmp_path / "contexts.db"
    open_store(f"sqlite:///{path}").close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    open_store(f"sqlite:///{path}").close()
    # Another process, because those of one process do not shut each other out by the file's locks.
    tried = (
        f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0, isolation_level=None).execute('BEGIN IMMEDIATE')"
    )
    ended = subprocess.run([sys.executable, "-c", tried], capture_output=True, text=True, check=False)
    holder.execute("ROLLBACK")
    holder.close()
    assert "database is locked" in ended.stderr
