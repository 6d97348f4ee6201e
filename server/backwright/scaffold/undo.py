"""Takes a scaffold back: what was made and is still as it was made; the rest stays and is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did.

    Args:
        deleted: files that were still as they were generated.
        restored: the user's files that the inserted statements were taken out of.
        kept: files that were edited since, with what that means.
        notes: what is left to do by hand, such as the downgrade of an applied migration.
    """

    deleted: tuple[str, ...]
    restored: tuple[str, ...]
    kept: tuple[str, ...]
    notes: tuple[str, ...]


def undo(root: Path, resource: str) -> Undone:
    """See `engine.undo`."""
    raise NotImplementedError
