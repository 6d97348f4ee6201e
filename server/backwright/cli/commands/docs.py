"""`backwright docs`: the pages for people as a folder of files."""

from __future__ import annotations

import argparse

from backwright.cli.command import Command, Exit

DEFAULT = "site"


def _configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    build = verbs.add_parser("build", help="write every page, with relative links and nothing from elsewhere")
    build.add_argument(
        "--into", default=DEFAULT, metavar="DIR", help=f"a new or empty folder, or an earlier build ({DEFAULT})"
    )
    build.add_argument("--pack", metavar="DIR", help="of this pack instead of the one that ships with Backwright")
    build.add_argument("--json", action="store_true", help="print one JSON object")


def _run(arguments: argparse.Namespace) -> int:
    import json
    from dataclasses import replace
    from pathlib import Path

    from backwright.app import App
    from backwright.settings import Settings
    from backwright.site.build import build

    settings = Settings.from_environment()
    # What is published is the pack's, whatever the project around it wants to see of it.
    settings = replace(settings, root=None, pack=settings.pack if arguments.pack is None else Path(arguments.pack))
    built = build(App(settings).catalog, Path(arguments.into))
    if arguments.json:
        said = {"into": str(built.folder), "pages": built.files, "bytes": built.size, "removed": built.removed}
        print(json.dumps(said))
    else:
        gone = f", {built.removed} removed" if built.removed else ""
        print(f"{built.files} pages in {built.folder}{gone}: open {built.folder / 'index.html'}")
    return Exit.CLEAN


COMMAND = Command(
    name="docs",
    help="write the catalogue of skills, rules and guides as a folder of pages",
    example="backwright docs build --into site",
    configure=_configure,
    run=_run,
)
