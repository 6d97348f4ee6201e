"""How often each skill is used: counted on this machine alone, and only where the user wants it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from backwright.record._state import alone, read_state, write_state

MOST_SKILLS: Final = 2_000


class Count(BaseModel):
    """How often a skill was used.

    Args:
        uses: how often.
        versions: how often at each version.
        last: the day of the last use, UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    uses: int = Field(default=0, ge=0)
    versions: Mapping[str, int] = Field(default_factory=dict)
    last: str = ""


class Counts(BaseModel):
    """The content of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skills: Mapping[str, Count] = Field(default_factory=dict, max_length=MOST_SKILLS)


class Usage:
    """Counts in a file that several processes add to.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def read(self) -> Counts:
        """All counts.

        Raises:
            RecordUnreadableError: the file cannot be read, or was damaged.
        """
        return read_state(self._path, Counts) or Counts()

    def add(self, skill: str, version: str) -> None:
        """Count one use.

        Raises:
            RecordUnreadableError: the file was damaged; it is left as it is.
            OSError: the disk refuses.
        """
        with self._lock, alone(self._path.with_suffix(".lock")):
            skills = dict(self.read().skills)
            if skill not in skills and len(skills) >= MOST_SKILLS:
                return
            before = skills.get(skill, Count())
            versions = {**before.versions, version: before.versions.get(version, 0) + 1}
            today = datetime.now(UTC).date().isoformat()
            skills[skill] = Count(uses=before.uses + 1, versions=versions, last=today)
            write_state(self._path, Counts(skills=skills))
