"""`backwright outdated`: what the versions that a project pins miss."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._served import add_served_options, app_of
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.catalog.choice import PinState


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, metavar="DIR", help="the project; the current folder without it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_served_options(parser)


def _run(arguments: argparse.Namespace) -> int:
    from backwright.catalog.choice import pin_states

    app = app_of(arguments, arguments.root)
    states = pin_states(app.catalog, app.pins())
    if arguments.json:
        import json

        print(json.dumps({"pins": [state.model_dump(mode="json") for state in states]}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(states)))
    return Exit.FINDINGS if any(state.state != "current" for state in states) else Exit.CLEAN


def _lines(states: tuple[PinState, ...]) -> Iterator[str]:
    if not states:
        yield "the project pins no skill (skills: in backwright.yaml)"
    for state in states:
        if state.state == "unserved":
            yield f"{state.skill} {state.pin}: {state.problem}"
            continue
        news = f"{state.newest} is out" if state.state == "outdated" else "current"
        yield f"{state.skill} {state.pin}: {state.serves}, {news}"
        for entry in state.misses:
            yield f"  {entry.version}"
            yield from (f"    {line}".rstrip() for line in entry.text.split("\n"))


COMMAND = Command(
    name="outdated",
    help="say what the versions that the project pins miss, with the changelog",
    example="backwright outdated --root .",
    configure=_configure,
    run=_run,
)
