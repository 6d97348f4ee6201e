"""`backwright release`: a version of a skill that never changes again."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._pack import add_pack_option, pack_of
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.catalog.release import ReleasePlan


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("skill", metavar="SKILL", help="the skill to release")
    parser.add_argument(
        "level",
        nargs="?",
        choices=("major", "minor", "patch"),
        help="what to raise above the last release; without it, the version that SKILL.md has",
    )
    parser.add_argument(
        "--from",
        dest="source",
        type=Path,
        metavar="DIR",
        help="release a fix of an older line: a copy of one of its releases, edited outside of skills/",
    )
    parser.add_argument("--message", metavar="TEXT", help="the changelog entry; else what stands under ## Unreleased")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_pack_option(parser)


def _run(arguments: argparse.Namespace) -> int:
    from backwright.catalog.release import plan_release, write_release

    plan = plan_release(
        pack_of(arguments), arguments.skill, arguments.level, arguments.message, source=arguments.source
    )
    if not arguments.dry_run:
        write_release(plan)
    if arguments.json:
        import json

        print(json.dumps(_answer(plan, written=not arguments.dry_run), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(plan, written=not arguments.dry_run)))
    return Exit.CLEAN


def _answer(plan: ReleasePlan, *, written: bool) -> dict[str, object]:
    return {
        "skill": plan.release.name,
        "version": plan.release.version,
        "previous": plan.previous,
        "uri": plan.release.uri(),
        "folder": plan.folder.relative_to(plan.pack).as_posix(),
        "digest": plan.release.digest,
        "files": len(plan.release.files),
        "changed": plan.changed,
        "entry": plan.entry,
        "written": written,
    }


def _lines(plan: ReleasePlan, *, written: bool) -> Iterator[str]:
    skill = plan.release
    since = f"after {plan.previous}" if plan.previous else "the first release"
    yield f"{skill.name} {skill.version} {'released' if written else 'would be released'} ({since})"
    yield f"  {plan.folder.relative_to(plan.pack).as_posix()}/  {skill.uri()}"
    yield f"  files: {len(skill.files)}, changed: {len(plan.changed)}"
    if plan.previous:
        yield from (f"    {path}" for path in plan.changed)
    yield "  changelog:"
    yield from (f"    {line}".rstrip() for line in plan.entry.split("\n"))
    if not written:
        yield "nothing was written (--dry-run)"


COMMAND = Command(
    name="release",
    help="release a skill: bump its version, add its changelog entry, and keep a copy that never changes",
    example='backwright release code-review minor --message "Ask how a retry ends." --dry-run',
    configure=_configure,
    run=_run,
)
