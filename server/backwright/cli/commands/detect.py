"""`backwright detect`: what a project's `backwright.yaml` could say, with the evidence for each member."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.detecting import Proposal, Written


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the project; the current folder")
    parser.add_argument("--write", action="store_true", help="add what is new to backwright.yaml; what is there stays")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _run(arguments: argparse.Namespace) -> int:
    from backwright._hidden import printable
    from backwright.detecting import propose, write
    from backwright.errors import InvalidInputError

    if not arguments.root.is_dir():
        raise InvalidInputError(
            f"there is no folder {printable(str(arguments.root))}", hint="give the root of a project"
        )
    proposal = propose(arguments.root)
    written = write(arguments.root, proposal) if arguments.write else None
    if arguments.json:
        import json

        print(json.dumps(_as_json(proposal, written), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(proposal, written)))
    return Exit.CLEAN


def _as_json(proposal: Proposal, written: Written | None) -> dict[str, object]:
    return {
        **proposal.as_json(),
        "written": None if written is None else {"added": list(written.added), "by_hand": list(written.by_hand)},
    }


def _lines(proposal: Proposal, written: Written | None) -> Iterator[str]:
    from backwright._hidden import printable
    from backwright.detecting import as_yaml

    if proposal.members:
        yield as_yaml(proposal.members).rstrip("\n")
    else:
        yield "# nothing that backwright.yaml does not say"
    if proposal.kept:
        yield f"# backwright.yaml says, and keeps: {', '.join(sorted(proposal.kept))}"
    for each in proposal.questions:
        choices = f" ({' or '.join(each.choices)})" if each.choices else ""
        yield f"# {each.name}? {printable(each.text + choices, 500)}"
    if written is None:
        return
    yield f"# {written.path}: {', '.join(written.added) or 'nothing'} added"
    for line in written.by_hand:
        yield f"# add by hand, where you have it on one line: {line}"


COMMAND = Command(
    name="detect",
    help="say what a project's backwright.yaml could hold, with the evidence for each member",
    example="backwright detect --root .",
    configure=_configure,
    run=_run,
)
