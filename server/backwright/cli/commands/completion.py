"""`backwright completion`: what a shell needs to complete commands, options, paths, rules and skills."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from backwright.cli.command import Command, Exit

SHELLS = ("bash", "zsh", "fish")

_FOLDERS = frozenset({"DIR"})
_FILES = frozenset({"FILE", "PATH", "HANDLE|FILE"})


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, help="whose completion to print")


def _run(arguments: argparse.Namespace) -> int:
    print(script(arguments.shell), end="")
    return Exit.CLEAN


def script(shell: str) -> str:
    """What the shell reads to complete `backwright`; one of `SHELLS`.

    Rules, assistants and the skills of the pack that ships are written into it, so that completing starts no Python.
    """
    import shtab

    from backwright.cli.main import parser

    top = parser()
    known = _known()
    for action in _actions(top):
        _describe(action, known)
    return shtab.complete(top, shell).rstrip("\n") + "\n"


def _known() -> Mapping[str, Sequence[str]]:
    """The values of a place of an argument, by the word that help has for it."""
    from backwright._discover import discover
    from backwright.bundling import targets
    from backwright.bundling.bundle import Bundle
    from backwright.catalog.catalog import load_catalog
    from backwright.catalog.pack import find_pack
    from backwright.connecting.found import known
    from backwright.review.engine import all_rules

    skills = [skill.name for skill in load_catalog(find_pack()).skills]
    return {
        "ASSISTANT": [assistant.name for assistant in known()],
        "CODE": [rule.code for rule in all_rules()],
        "NAME[@RANGE]": skills,
        "SKILL": skills,
        "TARGET": [bundle.name for bundle in discover(targets, "BUNDLE", Bundle, key=lambda bundle: bundle.name)],
    }


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:  # noqa: SLF001  argparse has no other way to list them
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001  as above
            for each in action.choices.values():
                yield from _actions(each)
        else:
            yield action


def _describe(action: argparse.Action, known: Mapping[str, Sequence[str]]) -> None:
    import shtab

    word = str(action.metavar)
    if action.choices is None and word in known:
        action.choices = known[word]
    elif word in _FOLDERS or action.dest == "root":
        vars(action)["complete"] = shtab.DIRECTORY
    elif word in _FILES:
        vars(action)["complete"] = shtab.FILE


COMMAND = Command(
    name="completion",
    help="print what completes commands, options, rules and skills in a shell",
    example='eval "$(backwright completion bash)"',
    configure=_configure,
    run=_run,
)
