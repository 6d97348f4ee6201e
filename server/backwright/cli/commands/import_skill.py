"""`backwright import`: somebody's skill, whatever its dialect, to a folder that every host takes."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.catalog.importing import Imported
    from backwright.catalog.problem import Problem


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="PATH", help="a file, a skill's folder, or a folder of skills")
    parser.add_argument("--into", type=Path, metavar="DIR", help="where the skill's folder goes (default: here)")
    parser.add_argument("--dry-run", action="store_true", help="list the repairs and write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _run(arguments: argparse.Namespace) -> int:
    from backwright.catalog.importing import import_foreign
    from backwright.catalog.problem import ProblemError
    from backwright.catalog.writing import check_free, write_skill
    from backwright.cli._foreign import foreign_at

    into = Path() if arguments.into is None else arguments.into
    done: list[Imported] = []
    problems: list[Problem] = []
    for foreign in foreign_at(arguments.path, problems):
        try:
            done.append(import_foreign(foreign, taken={each.skill.name for each in done}))
        except ProblemError as error:
            problems.append(error.problem)
    if not arguments.dry_run:
        # All names first, so that of several skills none is written if one cannot be.
        for each in done:
            check_free(into / each.skill.name)
        for each in done:
            write_skill(each.skill, into)
    _print(done, problems, into, as_json=arguments.json, dry_run=arguments.dry_run)
    return Exit.FINDINGS if problems else Exit.CLEAN


def _print(done: list[Imported], problems: list[Problem], into: Path, *, as_json: bool, dry_run: bool) -> None:
    import json
    from dataclasses import asdict

    if not as_json:
        print("\n".join(_lines(done, problems, into, dry_run=dry_run)))
        return
    skills = [
        {
            "name": each.skill.name,
            "version": each.skill.version,
            "path": (into / each.skill.name).as_posix(),
            "files": [file.path for file in each.skill.files],
            "keywords": each.skill.keywords,
            "checklist": len(each.skill.checklist),
            "repairs": [asdict(problem) for problem in each.repairs],
        }
        for each in done
    ]
    answer = {"skills": skills, "problems": [asdict(problem) for problem in problems], "written": not dry_run}
    print(json.dumps(answer, ensure_ascii=False, indent=2))


def _lines(done: list[Imported], problems: list[Problem], into: Path, *, dry_run: bool) -> Iterator[str]:
    for each in done:
        skill = each.skill
        state = "would be" if dry_run else "is"
        yield f"{skill.name} {skill.version} {state} in {(into / skill.name).as_posix()}"
        yield f"    files: {len(skill.files)}  checklist: {len(skill.checklist)}  repairs: {len(each.repairs)}"
        yield from (f"    {problem}" for problem in each.repairs)
    for problem in problems:
        yield f"{problem}\n    fix: {problem.fix}"


COMMAND = Command(
    name="import",
    help="turn a skill of another dialect into a strict one, and list every repair with its line",
    example="backwright import notes/python-rules.mdc --into skills --dry-run",
    configure=_configure,
    run=_run,
)
