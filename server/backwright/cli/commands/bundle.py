"""`backwright bundle`: what each channel of distribution reads, written to a folder."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from backwright.cli._pack import add_pack_option
from backwright.cli._width import folded
from backwright.cli.command import Command, Exit

_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?")


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="which channels; see --list")
    parser.add_argument("--all", action="store_true", help="all of them")
    parser.add_argument("--list", action="store_true", help="say which channels there are, and how each is checked")
    parser.add_argument("--into", type=Path, default=Path("dist"), metavar="DIR", help="the folder (default: dist)")
    parser.add_argument(
        "--owner", type=_owner, default="backwright", metavar="NAME", help="the account that publishes it"
    )
    add_pack_option(parser)


def _owner(text: str) -> str:
    if not _OWNER.fullmatch(text):
        raise argparse.ArgumentTypeError(f"an account has letters, digits and single hyphens, not {text[:40]!r}")
    return text


def _run(arguments: argparse.Namespace) -> int:
    from backwright._discover import discover
    from backwright._outputs import refuse_link, write_folder
    from backwright.bundling import targets
    from backwright.bundling.bundle import Bundle
    from backwright.cli._product import product_of
    from backwright.cli._served import app_of
    from backwright.errors import InvalidInputError

    known = {each.name: each for each in discover(targets, "BUNDLE", Bundle, key=lambda bundle: bundle.name)}
    if arguments.list:
        for bundle in known.values():
            print(folded(f"{bundle.name:12} {bundle.title}; checked by: {bundle.check}"))
        return Exit.CLEAN
    unknown = [name for name in arguments.targets if name not in known]
    if unknown or not (arguments.targets or arguments.all):
        what = f"no channel is called {unknown[0][:40]!r}" if unknown else "no channel was named"
        raise InvalidInputError(what, hint=f"--all, or one of {', '.join(known)}")
    arguments.skills, arguments.allow_unlocked = [], False
    refuse_link(arguments.into)
    product = product_of(app_of(arguments).catalog, arguments.owner)
    for name in known if arguments.all else dict.fromkeys(arguments.targets):
        built = write_folder(arguments.into / name, known[name].make(product).items(), ".backwright-bundle")
        print(f"{built.folder.as_posix()}: {built.files} files, {built.size // 1024} KiB")
    return Exit.CLEAN


COMMAND = Command(
    name="bundle",
    help="write what plugin stores, registries and deep links need, all from one source",
    example="backwright bundle --all",
    configure=_configure,
    run=_run,
)
