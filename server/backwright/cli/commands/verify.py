"""`backwright verify`: is every file of a pack still what the manifest pins, and who signed it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._pack import add_pack_option, pack_of
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.catalog.signature import Signature
    from backwright.catalog.verify import Verification


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--signature", action="store_true", help="also verify the OpenSSF signatures of the skills")
    parser.add_argument(
        "--public-key", type=Path, metavar="FILE", help="the signer's public key (PEM), for --signature"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_pack_option(parser)


def _run(arguments: argparse.Namespace) -> int:
    from backwright.catalog.verify import verify
    from backwright.errors import InvalidInputError

    if arguments.signature != (arguments.public_key is not None):
        raise InvalidInputError(
            "--signature and --public-key go together", hint="write `backwright verify --signature --public-key FILE`"
        )
    pack = pack_of(arguments)
    signatures: tuple[Signature, ...] | None = None
    if arguments.signature:
        from backwright.catalog.signature import verify_signatures

        signatures = verify_signatures(pack, arguments.public_key)
    found = verify(pack)
    print(_json(found, signatures) if arguments.json else "\n".join(_lines(found, signatures)))
    unsigned = any(signature.state != "signed" for signature in signatures or ())
    return Exit.FINDINGS if found.problems or unsigned else Exit.CLEAN


def _json(found: Verification, signatures: tuple[Signature, ...] | None) -> str:
    import json
    from dataclasses import asdict

    answer = {
        "skills": found.skills,
        "releases": found.releases,
        "files": found.files,
        "problems": [asdict(problem) for problem in found.problems],
        "signatures": None if signatures is None else [asdict(signature) for signature in signatures],
    }
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _lines(found: Verification, signatures: tuple[Signature, ...] | None) -> Iterator[str]:
    for problem in found.problems:
        yield f"{problem}\n    fix: {problem.fix}"
    counted = f"skills: {found.skills}, releases: {found.releases}, files read: {found.files}"
    if found.problems:
        yield f"problems: {len(found.problems)} (as pinned: {counted})"
    else:
        yield f"every file is what the manifest pins ({counted})"
    if signatures is None:
        yield "signatures were not asked for (--signature --public-key FILE)"
        return
    for signature in signatures:
        yield f"{signature.path}: {signature.state}" + (f": {signature.reason}" if signature.reason else "")


COMMAND = Command(
    name="verify",
    help="read every file of a pack anew and compare it with the manifest",
    example="backwright verify",
    configure=_configure,
    run=_run,
)
