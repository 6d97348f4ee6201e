"""`backwright new`: a skill that passes every check, and says what is still to be written."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._pack import add_pack_option
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.catalog.problem import Problem


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("skill",), help="what to make")
    parser.add_argument("name", metavar="NAME", help="lower-case letters, digits and single hyphens")
    parser.add_argument("--description", metavar="TEXT", help="what it is for, then: Use when ..., Not for ...")
    parser.add_argument(
        "--trigger",
        action="append",
        default=[],
        metavar="PHRASE",
        help="a phrase that names its subject; may be repeated (default: the words of the name)",
    )
    parser.add_argument(
        "--match", action="append", default=[], metavar="TEXT", help="a request that must lead to it; may be repeated"
    )
    parser.add_argument(
        "--no-match", action="append", default=[], metavar="TEXT", help="a near miss that must not; may be repeated"
    )
    parser.add_argument(
        "--into", type=Path, default=Path("skills"), metavar="DIR", help="the folder of skills (default: skills)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_pack_option(parser)


def _run(arguments: argparse.Namespace) -> int:
    from backwright.authoring import author
    from backwright.catalog.checks._check import Subject
    from backwright.catalog.drafting import Draft
    from backwright.catalog.lint import lint
    from backwright.catalog.writing import check_free, write_skill
    from backwright.cli._served import app_of

    into: Path = arguments.into
    check_free(into / arguments.name)
    arguments.skills = [into] if into.is_dir() and not _is_pack(into) else []
    arguments.allow_unlocked = True
    if _is_pack(into) and arguments.pack is None:
        arguments.pack = into.parent
    draft = Draft(
        name=arguments.name,
        description=arguments.description,
        triggers=tuple(arguments.trigger),
        match=tuple(arguments.match),
        no_match=tuple(arguments.no_match),
    )
    skill = author(app_of(arguments).catalog, draft)
    folder = write_skill(skill, into)
    notes = lint([Subject(skill, folder.as_posix())])
    _print(folder, [file.path for file in skill.files], notes, as_json=arguments.json, in_pack=_is_pack(into))
    return Exit.CLEAN


def _is_pack(into: Path) -> bool:
    return into.name == "skills" and (into.parent / "manifest.yaml").is_file()


def _print(folder: Path, files: Sequence[str], notes: Sequence[Problem], *, as_json: bool, in_pack: bool) -> None:
    if as_json:
        import json
        from dataclasses import asdict

        answer = {"folder": folder.as_posix(), "files": files, "notes": [asdict(note) for note in notes]}
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    print("\n".join(_lines(folder, files, notes, in_pack=in_pack)))


def _lines(folder: Path, files: Sequence[str], notes: Sequence[Problem], *, in_pack: bool) -> Iterator[str]:
    yield f"{folder.as_posix()}/: {', '.join(files)}"
    yield from (str(note) for note in notes)
    yield f"then: backwright lint {folder.as_posix()}"
    yield (
        "      backwright manifest write" if in_pack else f"      backwright serve --skills {folder.parent.as_posix()}"
    )


COMMAND = Command(
    name="new",
    help="make a skill that is valid, routed and clean, with notes on what is still to be written",
    example='backwright new skill queue-workers --trigger "queue worker" --into skills',
    configure=_configure,
    run=_run,
)
