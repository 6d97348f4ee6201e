"""`backwright contexts`: stored contexts from a shell, and what their keeper needs: export, import, verify, backup."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from backwright.cli._contexts_kept import ACTIONS as KEPT
from backwright.cli._contexts_written import ACTIONS as WRITTEN
from backwright.cli.command import Command

_STORE: Final = """\
Contexts are kept in a file of yours, or where BACKWRIGHT_DATABASE_URL says (sqlite:///PATH, postgresql://...). Once
there are any, or with BACKWRIGHT_CONTEXTS=1, `backwright serve` offers them to assistants.
Exit codes: 0 done, 1 refused or a broken chain, 2 usage."""

Action = tuple[str, str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]
_ACTIONS: Final[tuple[Action, ...]] = (*WRITTEN, *KEPT)


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    raw = argparse.RawDescriptionHelpFormatter
    for name, help_, configure, _ in _ACTIONS:
        action = actions.add_parser(name, help=help_, description=help_, epilog=_STORE, formatter_class=raw)
        configure(action)
        action.add_argument("--json", action="store_true", help="print one JSON object")


def _run(arguments: argparse.Namespace) -> int:
    return next(run for name, _, _, run in _ACTIONS if name == arguments.action)(arguments)


COMMAND = Command(
    name="contexts",
    help="read, write and keep contexts: versioned documents that a team and its assistants work by",
    example="backwright contexts put shop/conventions backwright.yaml --type project",
    configure=_configure,
    run=_run,
)
