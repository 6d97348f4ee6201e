"""Commands of the project: ended in time with all that they started, heard in bounds."""

from __future__ import annotations

import os
import select
import sys
import threading
from pathlib import Path

import pytest

from backwright.review.watch import Cancelled, Watch
from backwright.verifying.process import KEPT, run

# Starts a child that holds the pipe, writes both pids, and waits.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open("pids", "w").write(f"{child.pid}")
print("started", flush=True)
WAIT
"""


def ends(pid: int) -> bool:
    """Whether a process ends within a minute; that of a signal it has been sent already takes a moment."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 60)[0])
    finally:
        os.close(descriptor)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_command_says_what_it_did_in_the_folder_that_it_was_given(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getcwd()); print('wrong', file=sys.stderr); sys.exit(3)"
    ended = run(python(code), tmp_path, {}, 60)
    assert (ended.status, sorted(ended.lines), ended.late) == (3, sorted([str(tmp_path.resolve()), "wrong"]), None)


def test_a_command_inherits_what_it_is_given_and_no_input(tmp_path: Path) -> None:
    code = "import os, sys; print(sorted(set(os.environ) - {'LC_CTYPE'}), repr(sys.stdin.read()))"
    assert run(python(code), tmp_path, {"ONLY": "this"}, 60).lines == ("['ONLY'] ''",)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process that is no child")
def test_a_command_that_takes_too_long_ends_with_what_it_started(tmp_path: Path) -> None:
    ended = run(python(PARENT.replace("WAIT", "time.sleep(600)")), tmp_path, dict(os.environ), 2)
    assert (ended.lines, ended.late) == (("started",), "it took longer than 2 s")
    assert ends(int((tmp_path / "pids").read_text(encoding="utf-8")))


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process that is no child")
def test_what_a_command_left_in_the_background_ends_with_it(tmp_path: Path) -> None:
    ended = run(python(PARENT.replace("WAIT", "")), tmp_path, dict(os.environ), 60)
    assert (ended.status, ended.lines, ended.late) == (0, ("started",), None)
    assert ends(int((tmp_path / "pids").read_text(encoding="utf-8")))


def test_a_command_that_nobody_waits_for_ends(tmp_path: Path) -> None:
    watch = Watch()
    os.mkfifo(tmp_path / "started")

    def cancel() -> None:
        (tmp_path / "started").read_text(encoding="utf-8")
        watch.cancel()

    waiting = threading.Thread(target=cancel)
    waiting.start()
    code = "import time; open('started', 'w').close(); time.sleep(600)"
    with watch.kept(), pytest.raises(Cancelled):
        run(python(code), tmp_path, {}, 60)
    waiting.join(60)
    assert not waiting.is_alive()


def test_a_command_that_says_much_is_read_to_its_end_and_kept_in_bounds(tmp_path: Path) -> None:
    code = "print('first'); [print('x' * 99) for _ in range(20_000)]; print('last')"
    lines = run(python(code), tmp_path, {}, 60).lines
    assert (lines[0], lines[-1]) == ("first", "last")
    assert "[...]" in lines
    assert sum(map(len, lines)) < 2 * KEPT + 1_000


def test_what_a_terminal_could_be_fooled_by_is_escaped(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.buffer.write(b'\\x1b[31mred\\x07 \\xe2\\x80\\xae\\xff\\r\\n' + b'y' * 500)"
    first, second = run(python(code), tmp_path, {}, 60).lines
    assert first == "\\x1b[31mred\\x07 \\u202e\ufffd"
    assert second == "y" * 200 + "..."


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        run([str(tmp_path / "none")], tmp_path, {}, 60)
