"""`backwright manifest`: write the file that pins what a pack serves, or check the pack against it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._pack import add_pack_option, pack_of
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.catalog.problem import Problem


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("write", "check"), help="write it, or compare it with the skills")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_pack_option(parser)


def _run(arguments: argparse.Namespace) -> int:
    pack = pack_of(arguments)
    if arguments.action == "write":
        return _write(pack, as_json=arguments.json)
    return _check(pack, as_json=arguments.json)


def _write(pack: Path, *, as_json: bool) -> int:
    from backwright.catalog.manifest import update

    done = update(pack)
    if done.problems:
        return _answer(done.problems, "nothing was written", as_json=as_json, written=False)
    count = sum(len(pin.files) for pin in done.manifest.skills.values())
    state = "written" if done.written else "unchanged"
    summary = f"manifest.yaml {state} (skills: {len(done.manifest.skills)}, files: {count})"
    return _answer((), summary, as_json=as_json, written=done.written)


def _check(pack: Path, *, as_json: bool) -> int:
    from backwright.catalog.manifest import check

    problems = check(pack)
    summary = f"problems: {len(problems)}" if problems else "the manifest and the skills agree"
    return _answer(problems, summary, as_json=as_json)


def _answer(problems: tuple[Problem, ...], summary: str, *, as_json: bool, written: bool | None = None) -> int:
    import json
    from dataclasses import asdict

    if as_json:
        answer = {"problems": [asdict(problem) for problem in problems], "summary": summary}
        print(json.dumps(answer if written is None else {**answer, "written": written}, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            print(f"{problem}\n    fix: {problem.fix}")
        print(summary)
    return Exit.FINDINGS if problems else Exit.CLEAN


COMMAND = Command(
    name="manifest",
    help="write or check manifest.yaml, which pins every file of every skill by digest",
    example="backwright manifest check",
    configure=_configure,
    run=_run,
)
