"""The options that say which skills a command reads, and the app over them: what `serve` would serve with the same."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._pack import add_pack_option, pack_of

if TYPE_CHECKING:
    from backwright.app import App


def add_served_options(parser: argparse.ArgumentParser) -> None:
    """Add `--pack`, `--skills` and `--allow-unlocked`, as `serve` has them."""
    add_pack_option(parser)
    parser.add_argument(
        "--skills",
        action="append",
        default=[],
        type=Path,
        metavar="DIR",
        help="also the skills in this folder, of whatever dialect, instead of $BACKWRIGHT_SKILLS; may be given again",
    )
    parser.add_argument("--allow-unlocked", action="store_true", help="also what the manifest does not pin")


def app_of(arguments: argparse.Namespace, root: Path | None = None) -> App:
    """The app over what is served to a project.

    Args:
        arguments: with the options above.
        root: the project; the current folder without it.

    Raises:
        InvalidInputError: an option names no folder, or a pack without skills.
        ManifestError: no pack was named, and the one that ships with Backwright is not there.
    """
    from dataclasses import replace

    from backwright.app import App
    from backwright.errors import InvalidInputError
    from backwright.settings import Settings

    for folder in arguments.skills:
        if not folder.is_dir():
            raise InvalidInputError(f"--skills: {str(folder)!r} is not a folder", hint="name a folder that exists")
    found = Settings.from_environment(root=root)
    return App(
        replace(
            found,
            pack=pack_of(arguments),
            skills=tuple(arguments.skills) or found.skills,
            allow_unlocked=arguments.allow_unlocked,
            # What a server takes from there it reads soon after; a command has no such time.
            cache=None,
        )
    )
