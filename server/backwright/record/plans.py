"""Plans that were shown and may be applied: what was asked for, by the digest of the plan that it gave.

A plan itself is made again when it is applied, and has to have the same digest; so only the request is kept.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from backwright.errors import PlanNotFoundError
from backwright.record._state import read_state, write_state

HOURS: Final = 24
"""How long a plan may be applied."""
MOST: Final = 100
"""Plans that are kept; of more, the latest."""
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_HOUR: Final = 3_600


class Asked(BaseModel):
    """What a plan was made from.

    Args:
        root: the folder of the project; without one, whose plan it is, or an empty string where nobody says so.
        kind: which scaffold, such as `endpoint`.
        values: its context as JSON.
        mark: whether conflicts are to be written between markers.
        template: the name of one of the project's own, where it is not the kind's.
        at: when, in seconds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    root: str
    kind: str = Field(pattern=r"^[a-z]{1,20}\z")
    values: dict[str, object]
    mark: bool = False
    template: str | None = None
    at: float = 0.0


class Plans:
    """The latest plans of a user: in a folder, one file each, or in memory where there is none. Safe to share.

    Args:
        folder: where they are kept; None for a process that serves more than its own user.
        now: the time, in seconds.
    """

    def __init__(self, folder: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()
        self._memory: dict[str, Asked] = {}

    def keep(self, digest: str, asked: Asked) -> None:
        """Remember what a plan was made from.

        Raises:
            OSError: the disk refuses.
        """
        asked = asked.model_copy(update={"at": self._now()})
        name = name_of(asked.root, digest)
        with self._lock:
            if self._folder is None:
                self._memory.pop(name, None)
                self._memory[name] = asked
                for old in list(self._memory)[:-MOST]:
                    del self._memory[old]
                return
            write_state(self._folder / f"{name}.json", asked)
            self._prune(self._folder)

    def read(self, root: str, digest: str) -> Asked:
        """What the plan with this digest was made from, for this project.

        Raises:
            PlanNotFoundError: there was none such, or it is too long ago.
            RecordUnreadableError: its file cannot be read, or was damaged.
        """
        asked = None
        if DIGEST.fullmatch(digest):
            name = name_of(root, digest)
            asked = self._memory.get(name)
            if self._folder is not None:
                asked = read_state(self._folder / f"{name}.json", Asked)
        if asked is None or asked.root != root or asked.at < self._now() - HOURS * _HOUR:
            raise PlanNotFoundError(HOURS)
        return asked

    def _prune(self, folder: Path) -> None:
        """Drop the oldest files above the bound; another process may drop them too."""
        files = list(folder.glob("*.json"))
        if len(files) <= MOST:
            return
        ages: list[tuple[float, Path]] = []
        for path in files:
            with suppress(FileNotFoundError):
                ages.append((path.stat().st_mtime, path))
        for _, path in sorted(ages)[:-MOST]:
            path.unlink(missing_ok=True)


def name_of(root: str, digest: str) -> str:
    """The name of a plan's record."""
    return hashlib.sha256(f"{root}\0{digest}".encode("utf-8", "surrogatepass")).hexdigest()[:40]
