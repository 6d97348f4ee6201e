"""What a command is: a name, a line of help, its arguments, and a function to an exit code."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of every command."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    UNEXPECTED = 3


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand of `backwright`, declared as `COMMAND` by the module that is named for its verb.

    Args:
        name: what the user types.
        help: one line, shown in the list of commands.
        example: shown under the command's own `--help`; a line that works as it stands.
        configure: adds the arguments. It must not import what only a run needs.
        run: does the work and returns the exit code; a `BackwrightError` may pass through it.
    """

    name: str
    help: str
    example: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
