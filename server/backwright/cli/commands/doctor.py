"""`backwright doctor`: does this set-up work, and what is to be mended."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._served import add_served_options, app_of
from backwright.cli._width import folded, is_narrow
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backwright.cli._doctor.finding import Finding
    from backwright.cli._doctor.here import Here


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the project (default: this folder)")
    parser.add_argument("--http", metavar="URL", help="also look at a server that runs there: http://127.0.0.1:8000")
    parser.add_argument("--network", action="store_true", help="also ask the issuer of tokens, wherever it is")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_served_options(parser)


def _run(arguments: argparse.Namespace) -> int:
    import os

    from backwright.cli._doctor.here import Here
    from backwright.errors import InvalidInputError

    root = arguments.root.absolute()
    if not root.is_dir():
        raise InvalidInputError(f"--root: {str(root)!r} is not a folder", hint="name a folder that exists")
    here = Here(app_of(arguments, root), os.environ, root, arguments.http, arguments.network)
    found = list(_findings(here))
    print(_json(found) if arguments.json else "\n".join(_lines(found)))
    return Exit.FINDINGS if any(one.status == "problem" for one in found) else Exit.CLEAN


def _findings(here: Here) -> Iterator[Finding]:
    from backwright.cli._doctor import assistants, issuer, remote, stores
    from backwright.cli._doctor import here as own
    from backwright.cli._doctor.finding import looked

    looks = {
        "python": own.python,
        "pack": own.pack,
        "tools": own.tools,
        "backwright.yaml": own.project,
        "folders": own.folders,
        "database": stores.database,
        "bus": stores.bus,
        "issuer": issuer.issuer,
        "extras": own.extras,
        "port": own.ports,
        "server": assistants.server,
        "assistant": assistants.configurations,
        "http": remote.remote,
    }
    for part, look in looks.items():
        yield from looked(part, look, here)


def _lines(found: list[Finding]) -> Iterator[str]:
    widest = max(len(one.part) for one in found)
    # Beside each other the three columns leave a narrow terminal no room for the third.
    narrow = is_narrow()
    hang = 4 if narrow else 11 + widest
    for one in found:
        if narrow:
            yield f"{one.status:<7}  {one.part}"
        head = "" if narrow else f"{one.status:<7}  {one.part:<{widest}}"
        yield folded(f"{head:<{hang}}{one.says}", hang)
        if one.fix:
            yield folded(f"{'':<{hang}}mend it: {one.fix}", hang)
    counted = [f"{status}s: {sum(one.status == status for one in found)}" for status in ("problem", "warning")]
    yield ", ".join(counted)


def _json(found: list[Finding]) -> str:
    import json
    from dataclasses import asdict

    works = all(one.status != "problem" for one in found)
    return json.dumps({"ok": works, "findings": [asdict(one) for one in found]}, ensure_ascii=False, indent=2)


COMMAND = Command(
    name="doctor",
    help="look at this set-up and say what to mend",
    example="backwright doctor --http http://127.0.0.1:8000",
    configure=_configure,
    run=_run,
)
