"""What a repository holds beside the change under review, so that a report can say what was not looked at."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from backwright.errors import TooLargeError
from backwright.review._git_process import Answer

Ask = Callable[..., Answer]

MAX_SUBMODULES: Final = 50
MAX_SKIPPED: Final = 2000
"""Entries that are looked for on disk; a sparse checkout has more, and they are not there."""

# An entry of `ls-files -s -v -z`: a lower-case tag is what `update-index --assume-unchanged` leaves behind.
_ASSUMED = re.compile(rb"(?:\A|\0)[a-z] ")
_SKIPPED = re.compile(rb"(?:\A|\0)S 1[0-7]{5} [0-9a-f]+ 0\t([^\0]+)")
_SUBMODULE = re.compile(rb"(?:\A|\0)[A-Za-z] 160000 [0-9a-f]+ 0\t([^\0]+)")


def nul_separated(output: bytes) -> list[bytes]:
    """The names that git printed with `-z`, in order, each once."""
    return list(dict.fromkeys(name for name in output.split(b"\0") if name))


def outside(ask: Ask, top: Path, prefix: str, change: tuple[str, ...], *, untracked: bool) -> tuple[str, ...]:
    """A note on what changed in the repository outside the folder under review; nothing at the top.

    Args:
        ask: runs git.
        top: the folder that the work tree starts at.
        prefix: the folder under review; empty, or with a slash at its end.
        change: what to give `git diff`.
        untracked: whether untracked files belong to the change.
    """
    if not prefix:
        return ()
    names = set(
        nul_separated(_names(ask("diff", "--name-only", "-z", "--ignore-submodules=dirty", *change, "--", folder=top)))
    )
    if untracked:
        names |= set(nul_separated(_names(ask("ls-files", "--others", "--exclude-standard", "-z", folder=top))))
    count = sum(not name.startswith(os.fsencode(prefix)) for name in names)
    where = f"outside the folder {prefix.rstrip('/')}, not reviewed"
    return (f"changed files {where}: {count}",) if count else ()


def hidden_changes(ask: Ask, root: Path) -> tuple[str, ...]:
    """Notes on files whose changes git does not show: those it was told to take for unchanged, and submodules."""
    try:
        entries = ask("ls-files", "-s", "-v", "-z").output
    except TooLargeError:
        return ("the index is too large to look for files that git takes for unchanged",)
    notes: list[str] = []
    skipped = _SKIPPED.findall(entries)[:MAX_SKIPPED]
    unseen = len(_ASSUMED.findall(entries)) + sum((root / os.fsdecode(path)).exists() for path in skipped)
    if unseen:
        notes.append(f"files marked assume-unchanged or skip-worktree, whose changes git does not show: {unseen}")
    folders = _SUBMODULE.findall(entries)[:MAX_SUBMODULES]
    inhabited = sum((root / os.fsdecode(folder) / ".git").exists() for folder in folders)
    if inhabited:
        notes.append(f"submodules, whose own files were not reviewed: {inhabited}")
    return tuple(notes)


def _names(answer: Answer) -> bytes:
    return answer.output if answer.status == 0 else b""
