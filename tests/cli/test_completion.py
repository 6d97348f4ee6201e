"""`backwright completion`: each shell that is installed completes, at a terminal and with the Tab key."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from backwright.cli.commands.completion import SHELLS
from backwright.cli.commands.completion import script as script_of
from backwright.cli.main import main
from backwright.review.engine import all_rules

ROOT = Path(__file__).parents[2]
WAIT = 20.0
"""Seconds for a shell to answer; it takes a fraction of one."""

INTERACTIVE = {"bash": ["--norc", "--noprofile", "-i"], "zsh": ["-f", "-i"]}
FIRST = {
    "bash": "bind 'set bell-style none'; bind 'set enable-bracketed-paste off'",
    "zsh": "unsetopt beep; autoload -Uz compinit; compinit -u -D",
}
CASES = [
    ("backwright comple", "tion "),
    ("backwright review --form", "at "),
    ("backwright review --format sar", "if "),
    ("backwright scaffold endp", "oint "),
    ("backwright scaffold endpoint invoice --acti", "on "),
    ("backwright explain BW108", " "),
    ("backwright release fastapi-end", "point "),
    ("backwright connect claude-c", "ode "),
    ("backwright docs build --into ski", "lls"),
    ("backwright review READ", "ME.md"),
]


@cache
def script(shell: str) -> str:
    return script_of(shell)


class Terminal:
    """A shell at a terminal of its own."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self._descriptor, text.encode())

    def until(self, expected: str) -> str:
        """What is shown up to and with this text; all that came where it never does."""
        shown, end = "", time.monotonic() + WAIT
        while expected not in shown and (left := end - time.monotonic()) > 0:
            if select.select([self._descriptor], [], [], left)[0]:
                try:
                    shown += os.read(self._descriptor, 65_536).decode(errors="replace")
                except OSError:
                    break
        return shown


@contextmanager
def terminal(shell: str, folder: Path) -> Iterator[Terminal]:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    ours, theirs = os.openpty()
    said = {"HOME": str(folder), "TERM": "dumb", "PS1": "$ ", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        [program, *INTERACTIVE[shell]],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, **said},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            yield Terminal(ours)
        finally:
            process.kill()
            os.close(ours)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
@pytest.mark.parametrize("shell", INTERACTIVE)
def test_the_tab_key_completes_commands_options_values_and_paths(shell: str, tmp_path: Path) -> None:
    (tmp_path / "completion").write_text(script(shell), encoding="utf-8")
    with terminal(shell, tmp_path) as screen:
        screen.type(f"{FIRST[shell]}; eval \"$(cat '{tmp_path}/completion')\"; echo re''ady\n")
        assert "ready\r\n" in screen.until("ready\r\n")
        for typed, rest in CASES:
            screen.type(f"{typed}\t")
            expected = f"{typed.split()[-1]}{rest}"
            assert expected in screen.until(expected), typed
            screen.type("\x15")


def test_fish_completes_commands_options_values_and_paths(tmp_path: Path) -> None:
    program = shutil.which("fish")
    if program is None:
        pytest.skip("fish is not installed")
    asked = "\n".join(f"complete -C '{typed}' | string replace -r '\\t.*' ' '" for typed, _ in CASES)
    (tmp_path / "asked.fish").write_text(f"{script('fish')}\n{asked}\n", encoding="utf-8")
    run = [program, "--no-config", str(tmp_path / "asked.fish")]
    ended = subprocess.run(
        run, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "HOME": str(tmp_path)}
    )
    assert ended.stderr == ""
    assert [typed for typed, rest in CASES if f"{typed.split()[-1]}{rest}" not in ended.stdout] == []


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_knows_what_there_is_and_starts_no_program(shell: str) -> None:
    text = script(shell)
    assert [rule.code for rule in all_rules() if rule.code not in text] == []
    assert [name for name in ("review", "fastapi-endpoint", "claude-code", "--fail-on") if name not in text] == []
    assert "$(backwright" not in text
    assert str(ROOT) not in text


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_reads_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash"]) == 0
    printed = capsys.readouterr().out
    ended = subprocess.run(["bash", "-eu", "-n"], input=printed, capture_output=True, text=True, check=False)  # noqa: S607
    assert (ended.returncode, ended.stderr) == (0, "")
    assert printed.endswith("complete -o bashdefault -F _shtab_backwright backwright\n")


def test_another_shell_is_a_wrong_call(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["completion", "csh"])
    assert stopped.value.code == 2
    assert "invalid choice: 'csh'" in capsys.readouterr().err
