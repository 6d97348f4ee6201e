"""`backwright skills`: what the pack serves, and what it does not serve and why."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from backwright.cli._served import add_served_options, app_of
from backwright.cli._width import all_folded, width
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.catalog import Catalog
    from backwright.catalog.skill import Skill


# Which of the two positional names each action has.
_NAMES: Final = {"list": [False, False], "show": [True, False], "diff": [True, True]}


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=("list", "show", "diff"), default="list", help="list (default), show or diff"
    )
    parser.add_argument("skill", nargs="?", metavar="NAME[@RANGE]", help="the skill, or one of its versions")
    parser.add_argument("other", nargs="?", metavar="NAME@RANGE", help="for diff: the version to compare it with")
    parser.add_argument("--budget", type=int, metavar="TOKENS", help="for diff: cut the text to about this many tokens")
    parser.add_argument("--usage", action="store_true", help="list how often each skill was used, if that is counted")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_served_options(parser)


def _run(arguments: argparse.Namespace) -> int:
    from backwright.errors import InvalidInputError

    given = (arguments.skill, arguments.other)
    if [name is not None for name in given] != _NAMES[arguments.action]:
        raise InvalidInputError(
            "list takes no skill, show takes one, diff takes two versions of one",
            hint="write `backwright skills show NAME` or `backwright skills diff NAME@1.0 NAME@1.1`",
        )
    app = app_of(arguments)
    if arguments.usage:
        return _usage(app, as_json=arguments.json)
    if arguments.action == "show":
        return _show(app, arguments.skill, as_json=arguments.json)
    if arguments.action == "diff":
        return _diff(app, arguments.skill, arguments.other, arguments.budget, as_json=arguments.json)
    return _list(app.catalog, as_json=arguments.json)


def _usage(app: App, *, as_json: bool) -> int:
    from backwright.record.usage import Counts

    counts = Counts() if app.recall.usage is None else app.recall.usage.read()
    if as_json:
        print(counts.model_dump_json(indent=2))
        return Exit.CLEAN
    for name, count in sorted(counts.skills.items(), key=lambda each: (-each[1].uses, each[0])):
        versions = ", ".join(f"{version}: {uses}" for version, uses in count.versions.items())
        print(f"{count.uses:>6}  {name}  ({versions})  last {count.last}")
    if not counts.skills:
        print("nothing is counted; BACKWRIGHT_USAGE=1, or `usage: true` in backwright.yaml, turns it on")
    return Exit.CLEAN


def _diff(app: App, old: str, new: str, budget: int | None, *, as_json: bool) -> int:
    from backwright._hidden import printable
    from backwright.catalog.difference import compare_skills

    # About four bytes a token, as briefings count.
    limit = None if budget is None else budget * 4
    found = compare_skills(app.choose(old).skill, app.choose(new).skill, limit=limit)
    # The text of a foreign skill must not drive the terminal.
    lines = (printable(line.replace("\t", "    "), len(line) * 4) for line in found.text().split("\n"))
    print(found.model_dump_json(indent=2) if as_json else "\n".join(lines))
    return Exit.CLEAN


def _list(catalog: Catalog, *, as_json: bool) -> int:
    import json
    from dataclasses import asdict

    if as_json:
        answer = {
            "digest": catalog.digest,
            "skills": [_row(skill) for skill in catalog.skills],
            "discoverable": sorted(catalog.quiet),
            "blocked": sorted(catalog.blocked),
            "problems": [asdict(problem) for problem in catalog.problems],
        }
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print(all_folded(_list_lines(catalog)))
    return Exit.FINDINGS if any(problem.severity == "error" for problem in catalog.problems) else Exit.CLEAN


def _list_lines(catalog: Catalog) -> Iterator[str]:
    import shutil
    import textwrap

    columns = max(40, min(120, shutil.get_terminal_size().columns))
    for skill in catalog.skills:
        marks = "  discoverable: only when named" if skill.name in catalog.quiet else ""
        marks += f"  third-party: in {skill.package}" if skill.package else ""
        yield f"{skill.name}  {skill.version}  files: {len(skill.files)}  checklist: {len(skill.checklist)}{marks}"
        yield from textwrap.wrap(skill.description, columns, initial_indent="    ", subsequent_indent="    ")
    yield from (f"{name}  blocked by backwright.yaml" for name in sorted(catalog.blocked))
    for problem in catalog.problems:
        yield f"{problem}\n    fix: {problem.fix}"
    if not catalog.skills:
        yield "no skill is served"


def _show(app: App, request: str, *, as_json: bool) -> int:
    import json

    choice = app.choose(request)
    catalog, skill = app.catalog, choice.skill
    if as_json:
        detail = {
            **_row(skill),
            "pin": None if choice.pin is None else str(choice.pin),
            "versions": catalog.versions(skill.name),
            "frontmatter": skill.frontmatter,
            "triggers": skill.triggers.model_dump(mode="json", by_alias=True),
            "checklist": [item.model_dump(mode="json", exclude_none=True) for item in skill.checklist],
            "resources": [
                {"uri": skill.uri(file.path), "digest": file.digest, "size": file.size} for file in skill.files
            ],
        }
        print(json.dumps(detail, ensure_ascii=False, indent=2))
    else:
        lines = (*_show_lines(catalog, skill), *filter(None, [choice.note, app.sources.lacking(skill)]))
        print(all_folded(lines, hang=8))
    return Exit.CLEAN


def _show_lines(catalog: Catalog, skill: Skill) -> Iterator[str]:
    import textwrap

    from backwright._hidden import printable

    yield f"{skill.name}  {skill.version}  {skill.uri()}"
    yield from textwrap.wrap(
        skill.description, min(100, width() or 100), initial_indent="    ", subsequent_indent="    "
    )
    yield f"triggers: {', '.join(skill.keywords) or 'none'}"
    yield f"versions: {', '.join(catalog.versions(skill.name))}"
    yield "files:"
    yield from (f"    {file.size:>8}  {file.digest[7:19]}  {printable(file.path)}" for file in skill.files)
    if skill.checklist:
        yield "checklist:"
        yield from (f"    {item.id}: {item.text}" for item in skill.checklist)


def _row(skill: Skill) -> dict[str, object]:
    return {
        "name": skill.name,
        "version": skill.version,
        "description": skill.description,
        "uri": skill.uri(),
        "keywords": skill.keywords,
        "files": len(skill.files),
        "digest": skill.digest,
    }


COMMAND = Command(
    name="skills",
    help="list the skills that are served, and those that are left out and why",
    example="backwright skills show python-backend",
    configure=_configure,
    run=_run,
)
