"""`backwright connect`: an entry for the server in an assistant's configuration, and proof that it works."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._width import is_narrow
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.cli._connected import Outcome
    from backwright.connecting.assistant import Assistant, Machine, Scope


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("assistants", nargs="*", metavar="ASSISTANT", help="which (default: all that are found here)")
    parser.add_argument(
        "--scope", choices=("project", "user"), default="project", help="for this project, or for all of yours"
    )
    parser.add_argument("--http", metavar="URL", help="a server that is running, instead of one that is started")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the project; the current folder")
    parser.add_argument("--no-instructions", action="store_true", help="leave AGENTS.md, CLAUDE.md and GEMINI.md alone")
    parser.add_argument(
        "--skills", metavar="NAMES", help="also copy these skills, with commas, where it looks for some"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--remove", action="store_true", help="take it all out again")
    what.add_argument("--print", action="store_true", help="show the changes and write nothing")
    what.add_argument("--check", action="store_true", help="only try the connections that are there")
    what.add_argument("--list", action="store_true", help="say which assistants are known, and which are found here")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def _run(arguments: argparse.Namespace) -> int:
    from backwright.cli._connected import machine_of, problems
    from backwright.connecting.assistant import Scope

    machine = machine_of(_root(arguments.root))
    if arguments.list:
        _print_list(machine, as_json=arguments.json)
        return Exit.CLEAN
    scope = Scope(arguments.scope)
    chosen = _chosen(arguments, machine, scope)
    if arguments.check:
        outcomes = _checked(chosen, machine, scope, arguments.http)
    else:
        outcomes = _connected(arguments, chosen, machine, scope)
    _print(outcomes, machine, as_json=arguments.json)
    if arguments.skills and not arguments.check:
        _copy_skills(arguments, outcomes, machine)
    return Exit.FINDINGS if problems(outcomes) else Exit.CLEAN


def _root(root: Path) -> Path:
    from backwright._hidden import printable
    from backwright.errors import InvalidInputError

    if not root.is_dir():
        raise InvalidInputError(f"there is no folder {printable(str(root))}", hint="give the root of a project")
    return root


def _chosen(arguments: argparse.Namespace, machine: Machine, scope: Scope) -> list[Assistant]:
    """The assistants that were named; without a name, those that are connected or, to connect, found."""
    from backwright.connecting.found import known, named, present
    from backwright.errors import ToolUnavailableError

    if arguments.assistants:
        return [named(name) for name in dict.fromkeys(arguments.assistants)]
    if arguments.check or arguments.remove:
        found = [each for each in known() if _may_name_us(each, machine, scope)]
        missing = f"no assistant's {scope} configuration names backwright"
    else:
        found = list(present(machine))
        missing = "no assistant is found on this machine or in this project"
    if not found:
        names = ", ".join(assistant.name for assistant in known())
        raise ToolUnavailableError(missing, hint=f"name one: backwright connect NAME, of {names}")
    return found


def _may_name_us(assistant: Assistant, machine: Machine, scope: Scope) -> bool:
    """Whether a configuration has our entry; one that cannot be read may, and what becomes of it is said."""
    from backwright.connecting.change import entry_of
    from backwright.errors import BackwrightError

    try:
        return entry_of(assistant, machine, assistant.scope(scope)) is not None
    except BackwrightError:
        return True


def _checked(chosen: Sequence[Assistant], machine: Machine, scope: Scope, url: str | None) -> list[Outcome]:
    from backwright.cli._connected import Outcome, try_out

    outcomes = [Outcome(assistant, assistant.scope(scope), []) for assistant in chosen]
    for outcome in outcomes:
        try_out(outcome, machine, url)
    return outcomes


def _connected(
    arguments: argparse.Namespace, chosen: Sequence[Assistant], machine: Machine, scope: Scope
) -> list[Outcome]:
    from backwright.cli._connected import Outcome
    from backwright.errors import BackwrightError

    outcomes = []
    for assistant in chosen:
        # One after the other: several share a file of instructions.
        outcome = Outcome(assistant, assistant.scope(scope), [])
        outcomes.append(outcome)
        try:
            _connect_one(arguments, outcome, machine)
        except BackwrightError as error:
            if len(chosen) == 1:
                raise
            # The others are connected all the same, and what was written for them is said.
            outcome.failure, outcome.broken = str(error), True
    return outcomes


def _connect_one(arguments: argparse.Namespace, outcome: Outcome, machine: Machine) -> None:
    from backwright.cli._connected import carry_out, plan, try_out
    from backwright.settings import Settings

    outcome.changes = plan(
        outcome.assistant,
        machine,
        outcome.scope,
        arguments.http,
        remove=arguments.remove,
        instructions=not arguments.no_instructions,
    )
    if arguments.print:
        return
    state = Settings.from_environment(machine.environment).state
    carry_out(outcome, None if state is None else state / "backups")
    if not arguments.remove:
        try_out(outcome, machine, arguments.http)


def _copy_skills(arguments: argparse.Namespace, outcomes: Sequence[Outcome], machine: Machine) -> None:
    from backwright.cli._copied import copy_into, print_copied

    folders = dict.fromkeys(outcome.assistant.skills for outcome in outcomes)
    names = [name.strip() for name in arguments.skills.split(",") if name.strip()]
    for folder in folders:
        done = copy_into(machine.root, folder, names, remove=arguments.remove, dry=arguments.print)
        if not arguments.json:
            print_copied(folder, done)


def _print(outcomes: Sequence[Outcome], machine: Machine, *, as_json: bool) -> None:
    if as_json:
        import json

        print(json.dumps({"assistants": [each.as_json(machine) for each in outcomes]}, ensure_ascii=False, indent=2))
        return
    for outcome in outcomes:
        print("\n".join(outcome.lines(machine)))


def _print_list(machine: Machine, *, as_json: bool) -> None:
    from backwright.connecting.found import known, present

    here = {assistant.name for assistant in present(machine)}
    if as_json:
        import json

        print(json.dumps({each.name: {"title": each.title, "found": each.name in here} for each in known()}, indent=2))
        return
    for each in known():
        found, project = "found" if each.name in here else "-", each.project[0] if each.project else "-"
        if is_narrow():
            print(f"{each.name:12} {found}\n    {project}\n    {each.user(machine)}")
        else:
            print(f"{each.name:12} {found:6} {project:22} {each.user(machine)}")


COMMAND = Command(
    name="connect",
    help="connect an assistant to this server, and try the connection as it would make it",
    example="backwright connect claude-code",
    configure=_configure,
    run=_run,
)
