"""`backwright lint`: hostile text and what is not well made, in skills of any dialect."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._problems import FORMATS
from backwright.cli._served import add_served_options, app_of
from backwright.cli._width import all_folded
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backwright.catalog.problem import Problem


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="files, skills' folders or folders of skills (default: what would be served)",
    )
    parser.add_argument("--format", choices=FORMATS, default=None, help="text (default), json or sarif")
    parser.add_argument("--json", action="store_true", help="the same as --format json")
    add_served_options(parser)


def _run(arguments: argparse.Namespace) -> int:
    from backwright.catalog.lint import all_checks
    from backwright.cli._problems import render
    from backwright.errors import InvalidInputError

    if arguments.paths and (arguments.pack or arguments.skills or arguments.allow_unlocked):
        raise InvalidInputError(
            "--pack, --skills and --allow-unlocked say what would be served, and paths were named",
            hint="leave the paths out, or the options",
        )
    problems = _of_paths(arguments.paths) if arguments.paths else app_of(arguments).problems()
    form = arguments.format or ("json" if arguments.json else "text")
    text = render(problems, form, {check.code: check.summary for check in all_checks()})
    print(all_folded(text.split("\n"), hang=8) if form == "text" else text)
    return Exit.FINDINGS if any(problem.severity != "note" for problem in problems) else Exit.CLEAN


def _of_paths(paths: Iterable[Path]) -> tuple[Problem, ...]:
    """The repairs that the skills at some paths need, and what the checks find in them, by file and line."""
    from backwright.catalog.importing import import_foreign
    from backwright.catalog.lint import lint, subject_of
    from backwright.catalog.problem import ProblemError
    from backwright.cli._foreign import foreign_at

    problems: list[Problem] = []
    subjects = []
    for path in paths:
        for foreign in foreign_at(path, problems):
            try:
                done = import_foreign(foreign)
            except ProblemError as error:
                problems.append(error.problem)
                continue
            problems += done.repairs
            subjects.append(subject_of(foreign, done))
    problems += lint(subjects)
    return tuple(sorted(problems, key=lambda problem: (problem.path, problem.line or 0, problem.code)))


COMMAND = Command(
    name="lint",
    help="look for hostile text, broken links and vague descriptions in skills",
    example="backwright lint .claude/skills --format sarif",
    configure=_configure,
    run=_run,
)
