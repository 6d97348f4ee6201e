"""`backwright pack`: whether the code blocks of a pack's skills hold, here or with the newest releases."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._pack import add_pack_option, pack_of
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.catalog.blocks import Page
    from backwright.verifying.blocks import Checked


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("check",), help="check the code blocks of its skills")
    parser.add_argument("skills", nargs="*", metavar="SKILL", help="only these skills")
    parser.add_argument(
        "--latest",
        action="store_true",
        help="with the newest releases of what the blocks use, in a throw-away environment: asks the registry",
    )
    parser.add_argument(
        "--trust",
        action="store_true",
        help="the blocks are executed: needed for a pack that is not the one that ships with Backwright",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_pack_option(parser)


def _run(arguments: argparse.Namespace) -> int:
    from backwright.cli._progress import progress_line
    from backwright.review.watch import Watch

    pages = _pages(_trusted(arguments), arguments.skills)
    with progress_line() as tell, Watch(tell=tell).kept():
        checked = _latest(pages) if arguments.latest else _here(pages)
    if arguments.json:
        import json
        from dataclasses import asdict

        print(json.dumps({"latest": arguments.latest, **asdict(checked)}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(checked, latest=arguments.latest)))
    return Exit.FINDINGS if checked.faults else Exit.CLEAN


def _trusted(arguments: argparse.Namespace) -> Path:
    """The pack, if its code may be executed.

    Raises:
        InvalidInputError: it is somebody's, and nobody said that it is trusted.
    """
    from backwright.catalog.pack import find_pack
    from backwright.errors import InvalidInputError, ManifestError

    pack = pack_of(arguments)
    try:
        own = pack.resolve() == find_pack().resolve()
    except ManifestError:
        own = False
    if not own and not arguments.trust:
        raise InvalidInputError(
            f"{str(pack)!r} is not the pack that ships with Backwright, and checking it executes its code blocks",
            hint="read them; then say --trust",
        )
    return pack


def _pages(pack: Path, names: Sequence[str]) -> tuple[Page, ...]:
    from backwright.catalog.blocks import pages_of
    from backwright.catalog.catalog import load_catalog

    catalog = load_catalog(pack, allow_unlocked=True)
    skills = [catalog.get(name) for name in names] or catalog.skills
    return tuple(page for skill in skills for page in pages_of(skill))


def _here(pages: Sequence[Page]) -> Checked:
    from backwright.verifying.blocks import check_blocks
    from backwright.verifying.environment import inherited

    return check_blocks(pages, Path(sys.executable), inherited(None), complete=False)


def _latest(pages: Sequence[Page]) -> Checked:
    import tempfile

    from backwright.verifying.blocks import check_blocks, distributions
    from backwright.verifying.environment import inherited
    from backwright.verifying.newest import newest

    wanted = distributions(pages)
    print(f"asking the registry for the newest of {len(wanted)} packages ...", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="backwright-latest-") as folder:
        environment = newest(Path(folder) / "venv", wanted)
        return check_blocks(pages, environment.python, inherited(environment), complete=True)


def _lines(checked: Checked, *, latest: bool) -> Iterator[str]:
    for fault in checked.faults:
        yield f"{fault.page}:{fault.line}: {fault.step}: {fault.message}"
    yield from (f"beyond what is stated: {sentence}" for sentence in checked.outside)
    yield from (f"not checked: {sentence}" for sentence in checked.unchecked)
    names = ", ".join(f"{name} {version}" for name, version in checked.versions.items())
    yield f"with {'the newest releases' if latest else 'what is installed'}: {names or 'nothing that is stated'}"
    yield (
        f"pages: {checked.pages}, modules of blocks: {checked.modules}, shown as wrong: {checked.wrong}, "
        f"faults: {len(checked.faults)}"
    )


COMMAND = Command(
    name="pack",
    help="run, type-check and review the code blocks of the skills, here or with the newest releases",
    example="backwright pack check --latest",
    configure=_configure,
    run=_run,
)
