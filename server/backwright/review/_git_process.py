"""One git command: argv only, nothing of the repository's own configuration executed, bounded in time and output."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright._programs import on_path
from backwright.errors import TooLargeError, ToolUnavailableError
from backwright.review.diff import MAX_DIFF_BYTES
from backwright.review.watch import current

TIMEOUT: Final = 60.0
"""Seconds."""

# Configuration is code (CVE-2025-59536): each of these can name a program, and is set to none.
_INERT: Mapping[str, str] = {
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.hooksPath": os.devnull,
    "core.sshCommand": "false",
    "core.gitProxy": "false",
    "core.quotePath": "true",
    "core.attributesFile": os.devnull,
    "core.bigFileThreshold": "512m",
    "diff.orderFile": os.devnull,
    "credential.helper": "",
}
_PASSED_ON = ("PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP")
_ENVIRONMENT: Mapping[str, str] = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    # What is reviewed is what the commits hold, and what everyone else gets who fetches them.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "LC_ALL": "C",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a git command gave back."""

    status: int
    output: bytes
    error: str

    @property
    def text(self) -> str:
        """The output as one stripped string."""
        return self.output.decode("utf-8", "replace").strip()


def run_git(
    root: Path,
    arguments: Sequence[str],
    *,
    stdin: bytes = b"",
    config: Iterable[tuple[str, str]] = (),
    index: Path | None = None,
) -> Answer:
    """Run one git command in a folder.

    Args:
        root: the folder to run in.
        arguments: what follows `git`; a value from outside stands behind `--end-of-options`.
        stdin: what the command reads.
        config: further configuration that overrides the repository's.
        index: the index to use instead of the repository's own.

    Raises:
        ToolUnavailableError: git is not there, or took longer than `TIMEOUT` or than the review may.
        Cancelled: nobody wants the review any more.
        TooLargeError: it printed more than a diff may have.
    """
    program = on_path("git")
    if program is None:
        raise ToolUnavailableError("git is not installed", hint="install git, or give a diff file")
    try:
        process = subprocess.Popen(  # noqa: S603  argv only; see `arguments`
            [program, "--no-pager", "--literal-pathspecs", *arguments],
            cwd=root,
            env=_environment(config, index),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise ToolUnavailableError(
            f"git could not be started: {error.strerror}", hint="check that the folder exists"
        ) from error
    return _finished(process, arguments[0], stdin)


def _finished(process: subprocess.Popen[bytes], verb: str, stdin: bytes) -> Answer:
    errors: list[bytes] = []
    # Both side channels have threads of their own, so that a full pipe on one never blocks the other.
    threads = [
        threading.Thread(target=_feed, args=(process, stdin), daemon=True),
        threading.Thread(target=_drain, args=(process, errors), daemon=True),
    ]
    watch = current()
    try:
        with watch.over_process(process, TIMEOUT) as late:
            for thread in threads:
                thread.start()
            output = process.stdout.read(MAX_DIFF_BYTES + 1) if process.stdout is not None else b""
            too_large = len(output) > MAX_DIFF_BYTES
            if too_large:
                process.kill()
            status = process.wait()
            for thread in threads:
                thread.join()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
    watch.check()
    if too_large:
        raise TooLargeError(f"the output of git {verb}", size=len(output), limit=MAX_DIFF_BYTES)
    if late.is_set():
        reason = watch.reason if watch.over else f"it took longer than {TIMEOUT:.0f} s"
        raise ToolUnavailableError(
            f"git {verb} was stopped: {reason}", hint="review a smaller change, or give it longer"
        )
    return Answer(status, output, b"".join(errors).decode("utf-8", "replace"))


def _feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    if process.stdin is not None:
        try:
            process.stdin.write(data)
            process.stdin.close()
        except BrokenPipeError:
            # It ended without wanting the rest; its status tells.
            return


def _drain(process: subprocess.Popen[bytes], into: list[bytes]) -> None:
    if process.stderr is not None:
        into.append(process.stderr.read(64 * 1024))
        while process.stderr.read(64 * 1024):
            pass
        process.stderr.close()


def _environment(config: Iterable[tuple[str, str]], index: Path | None) -> dict[str, str]:
    """A fresh environment: what the caller's holds for git (`GIT_DIR`, `GIT_EXTERNAL_DIFF`) is not passed on."""
    pairs = [*_INERT.items(), *config]
    numbered = {f"GIT_CONFIG_KEY_{number}": key for number, (key, _) in enumerate(pairs)}
    numbered |= {f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(pairs)}
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    own_index = {} if index is None else {"GIT_INDEX_FILE": str(index)}
    return {**passed, **_ENVIRONMENT, **own_index, **numbered, "GIT_CONFIG_COUNT": str(len(pairs))}
