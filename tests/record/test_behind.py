from __future__ import annotations

import subprocess
import sys
import threading

from backwright.record.behind import Behind

PATIENCE = 10.0


def test_a_value_is_written_without_anyone_waiting() -> None:
    written = threading.Event()
    behind: Behind[str] = Behind(lambda value: written.set() if value == "last" else None, delay=0)
    behind.put("a", "first")
    behind.put("b", "last")
    assert written.wait(PATIENCE)


def test_what_waits_is_there_to_read_and_of_two_the_last_is_written() -> None:
    written: list[str] = []
    behind = Behind(written.append, delay=PATIENCE)
    behind.put("a", "first")
    behind.put("b", "other")
    behind.put("a", "second")
    assert (behind.get("a"), behind.get("b"), behind.get("c")) == ("second", "other", None)
    behind.flush()
    assert written == ["second", "other"]
    assert behind.get("a") is None
    behind.flush()
    assert written == ["second", "other"]


def test_what_is_put_while_another_is_written_is_written_as_well() -> None:
    written: list[str] = []
    last = threading.Event()

    def write(value: str) -> None:
        written.append(value)
        if value == "first":
            behind.put("b", "second")
        else:
            last.set()

    behind = Behind(write, delay=0)
    behind.put("a", "first")
    assert last.wait(PATIENCE)
    assert written == ["first", "second"]


def test_what_the_disk_refuses_keeps_nothing_else_from_being_written() -> None:
    written: list[str] = []

    def write(value: str) -> None:
        if value == "bad":
            raise OSError(28, "No space left on device")
        written.append(value)

    behind = Behind(write, delay=PATIENCE)
    behind.put("a", "good")
    behind.put("b", "bad")
    behind.flush()
    assert (written, behind.refused, behind.get("b")) == (["good"], True, None)
    behind.put("c", "good again")
    behind.flush()
    assert (written, behind.refused) == (["good", "good again"], False)


def test_a_process_that_ends_in_order_loses_nothing() -> None:
    program = "from backwright.record.behind import Behind; Behind(print, delay=60).put('a', 'written')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "written\n"
