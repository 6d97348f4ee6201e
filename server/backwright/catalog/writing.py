"""A skill to a folder on disk: all of it, or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from backwright.catalog.skill import Skill
from backwright.errors import PlanConflictError, WriteFailedError


def write_skill(skill: Skill, into: Path) -> Path:
    """Write a skill as `<into>/<name>`: built beside it, then moved into its place.

    Raises:
        PlanConflictError: there is something of that name already.
        WriteFailedError: the disk refused; nothing is left behind.
    """
    target = into / skill.name
    check_free(target)
    try:
        into.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=into, prefix=f".{skill.name}."))
    except OSError as error:
        raise _failed(target, error) from error
    try:
        for file in skill.files:
            path = beside / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.verified())
        beside.chmod(0o755)
        # Somebody may have been faster; a folder with anything in it refuses to be replaced.
        check_free(target)
        beside.rename(target)
    except OSError as error:
        raise _failed(target, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target


def check_free(target: Path) -> None:
    """Nothing has this name.

    Raises:
        PlanConflictError: something has.
    """
    if os.path.lexists(target):
        raise PlanConflictError(
            f"{target.as_posix()} is there already; nothing was written",
            hint="move it away, or name another folder with --into",
        )


def _failed(target: Path, error: OSError) -> WriteFailedError:
    reason = error.strerror or str(error)
    return WriteFailedError(f"{target.as_posix()} cannot be written: {reason}", hint="free the disk, or use --into")
