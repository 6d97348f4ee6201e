"""The `backwright` command: finds the subcommand, runs it, and turns every error into one line and an exit code."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from collections.abc import Sequence
from typing import Final, TextIO

import backwright
from backwright._discover import discover
from backwright.cli import commands
from backwright.cli._width import Help, all_folded
from backwright.cli.command import Command, Exit
from backwright.errors import BackwrightError

YOUNG: Final = 20_000
"""Objects made and not yet gone before the collector looks at them."""


def parser() -> argparse.ArgumentParser:
    """The argument parser with every command that the `commands` folder declares."""
    top = argparse.ArgumentParser(
        prog="backwright",
        formatter_class=Help,
        description="Versioned skills for Python backend work: routed, scaffolded, reviewed by rule.",
        epilog="Exit codes: 0 clean, 1 findings or a failed check, 2 usage, 3 unexpected.",
    )
    top.add_argument("--version", action="version", version=f"backwright {backwright.__version__}")
    verbs = top.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in discover(commands, "COMMAND", Command, key=lambda command: command.name):
        verb = verbs.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            epilog=f"example:\n  {command.example}",
            formatter_class=Help,
        )
        command.configure(verb)
        verb.set_defaults(run=command.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    # A command keeps nearly all that it makes until it ends. A large review took a third of its time for the collector.
    gc.set_threshold(YOUNG)
    try:
        try:
            return _ended(argv)
        finally:
            # What is still in the buffer would fail where nobody can say so any more: when Python ends.
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader went away (`| head`); what it wanted it has.
        _let_go(sys.stdout, sys.stderr)
        return Exit.CLEAN


def _ended(argv: Sequence[str] | None) -> int:
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except BackwrightError as error:
        _report(error, as_json=getattr(arguments, "json", False))
        return error.exit_code
    except KeyboardInterrupt:
        # Where a terminal shows `^C`, that stands on a line of its own.
        print(("\n" if sys.stderr.isatty() else "") + "backwright: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  the one boundary where an unexpected error becomes an exit code
        print(f"backwright: unexpected {type(error).__name__}: {error}", file=sys.stderr)
        print("This is a defect; please report it with the command that you ran.", file=sys.stderr)
        return Exit.UNEXPECTED


def _let_go(*streams: TextIO) -> None:
    """Lead what nobody reads any more to nowhere, so that the last flush of Python succeeds."""
    for stream in streams:
        try:
            stream.flush()
        except BrokenPipeError:
            with open(os.devnull, "wb") as nowhere:  # noqa: PTH123  a device, and no path of anybody's
                os.dup2(nowhere.fileno(), stream.fileno())


def _report(error: BackwrightError, *, as_json: bool) -> None:
    where = f"line {error.line}: " if error.line is not None else ""
    said = f"backwright: {error.code}: {where}{error.message}\n  hint: {error.hint}"
    print(all_folded(said.split("\n")), file=sys.stderr)
    if as_json:
        plain = {"code": error.code, "message": error.message, "hint": error.hint, "line": error.line}
        body = {**plain, "details": error.details, "retry": error.retry}
        print(json.dumps({"error": body}, ensure_ascii=False))
