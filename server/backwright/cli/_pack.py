"""The `--pack` option: which pack a command reads."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_pack_option(parser: argparse.ArgumentParser) -> None:
    """Add `--pack DIR`; without it, `BACKWRIGHT_PACK` or the pack that ships with Backwright."""
    parser.add_argument(
        "--pack", type=Path, metavar="DIR", help="another pack: a folder with skills/ and manifest.yaml"
    )


def pack_of(arguments: argparse.Namespace) -> Path:
    """The pack that was asked for.

    Raises:
        InvalidInputError: it has no `skills` folder.
        ManifestError: none was named, and the one that ships with Backwright is not there.
    """
    from backwright.catalog.pack import find_pack
    from backwright.errors import InvalidInputError
    from backwright.settings import Settings

    named: Path | None = arguments.pack or Settings.from_environment().pack
    if named is None:
        return find_pack()
    if not (named / "skills").is_dir():
        raise InvalidInputError(f"{str(named)!r} has no folder skills", hint="name the folder that holds skills/")
    return named
