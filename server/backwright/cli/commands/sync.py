"""`backwright sync`: copies of skills in assistants' own folders, made what is served now."""

from __future__ import annotations

import argparse
from pathlib import Path

from backwright.cli.command import Command, Exit


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the project; the current folder")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a copy is out of date")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _run(arguments: argparse.Namespace) -> int:
    from backwright._hidden import printable
    from backwright.cli._copied import print_copied, refresh
    from backwright.connecting.copies import Outcome
    from backwright.connecting.found import known
    from backwright.errors import InvalidInputError

    if not arguments.root.is_dir():
        raise InvalidInputError(f"there is no folder {printable(str(arguments.root))}", hint="give a project's root")
    folders = sorted({assistant.skills for assistant in known()})
    done = {folder: refresh(arguments.root, folder, dry=arguments.check) for folder in folders}
    copies = [each for folder in folders for each in done[folder]]
    if arguments.json:
        import json
        from dataclasses import asdict

        print(json.dumps({folder: [asdict(each) for each in made] for folder, made in done.items() if made}, indent=2))
    elif copies:
        for folder, made in done.items():
            print_copied(folder, made)
    else:
        print("no copies here; backwright connect ASSISTANT --skills NAMES makes some")
    kept = any(outcome is Outcome.KEPT for each in copies for outcome in each.files.values())
    stale = arguments.check and any(each.files for each in copies)
    return Exit.FINDINGS if kept or stale else Exit.CLEAN


COMMAND = Command(
    name="sync",
    help="refresh the copies of skills that `connect --skills` made",
    example="backwright sync --check",
    configure=_configure,
    run=_run,
)
