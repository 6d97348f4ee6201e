"""Three versions of a text to one: what was generated, what the user made of it, what would be generated now."""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from backwright._programs import on_path
from backwright.scaffold.parsing import parse

TIMEOUT: Final = 20.0
"""Seconds."""
MAX_BASE_BYTES: Final = 4 * 1024 * 1024

_LABELS = ("yours", "as it was generated", "as it would be generated now")
_ERROR = 128


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge.

    Args:
        text: the merged text; where there are conflicts, both versions and the base between markers.
        conflicts: how many places could not be merged.
    """

    text: str
    conflicts: int


def merge(mine: str, base: str, theirs: str) -> Merged | None:
    """Merge as git does, with diff3 markers; None where git is not there or refuses.

    A text with Windows line ends stays one.
    """
    git = on_path("git")
    if git is None:
        return None
    if "\r\n" in mine:
        base, theirs = (text.replace("\r\n", "\n").replace("\n", "\r\n") for text in (base, theirs))
    with tempfile.TemporaryDirectory(prefix="backwright-") as name:
        for file, text in zip(("mine", "base", "theirs"), (mine, base, theirs), strict=True):
            Path(name, file).write_bytes(text.encode("utf-8"))
        labels = [part for label in _LABELS for part in ("-L", label)]
        try:
            run = subprocess.run(  # noqa: S603  argv only, in a folder of our own
                [git, "merge-file", "-p", "--diff3", *labels, "mine", "base", "theirs"],
                cwd=name,
                env=_environment(name),
                capture_output=True,
                check=False,
                timeout=TIMEOUT,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    if run.returncode < 0 or run.returncode >= _ERROR:
        return None
    return Merged(run.stdout.decode("utf-8"), run.returncode)


def is_sound(path: str, text: str) -> bool:
    """Whether a merged text can stand: Python that parses; of other files nothing is known."""
    if not path.endswith(".py"):
        return True
    try:
        parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def pack_base(text: str) -> str:
    """A text as a record keeps it to merge with later."""
    return base64.b85encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


def unpack_base(packed: str) -> str | None:
    """The text of `pack_base`; None for what it did not write, or what is too large to be one."""
    try:
        unpacker = zlib.decompressobj()
        data = unpacker.decompress(base64.b85decode(packed), MAX_BASE_BYTES)
        return None if unpacker.unconsumed_tail else data.decode("utf-8")
    except (ValueError, zlib.error):
        return None


def _environment(folder: str) -> dict[str, str]:
    """Nothing of the user's or a repository's configuration; git would look for one above the folder."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP") if name in os.environ}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CEILING_DIRECTORIES": str(Path(folder).parent),
        "LC_ALL": "C",
    }
