"""Which skills were loaded under a handle, so that a host can load them again after it compacts its context.

The protocol has no sessions: a handle is an argument that the caller passes on. Where callers say who they are, it is
found by its holder alone. Where they do not, it is a secret of 100 bits, and whoever has it may read what was loaded
under it, which is names, versions and digests of skills.

An answer does not wait for the disk: see `Behind` for what a crash may lose. Another process reads what is on disk.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from backwright.errors import RecordUnreadableError, SessionNotFoundError
from backwright.record._state import read_state, write_state
from backwright.record.behind import Behind

HANDLE: Final = re.compile(r"[a-z2-7]{20}")
MOST_SKILLS: Final = 100
MOST_IN_MEMORY: Final = 4_096
MOST_ON_DISK: Final = 256
PRUNE_EVERY: Final = 128
"""New records between two looks at the folder; so many more than `MOST_ON_DISK` may lie there for a while."""
DAY: Final = 86_400
DAYS_IN_MEMORY: Final = 1
DAYS_ON_DISK: Final = 30

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"


class Loaded(BaseModel):
    """One skill that was loaded.

    Args:
        skill: its name.
        version: its version.
        digest: of its whole tree, as it was then.
        uri: of its SKILL.md.
        first: when it was loaded first, UTC; empty until it is recorded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    skill: str
    version: str
    digest: str
    uri: str
    first: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same as another."""
        return self.skill, self.version, self.digest


class Record(BaseModel):
    """What was loaded under a handle, the first first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    session: str = Field(pattern=r"^[a-z2-7]{20}\z")
    used: float
    skills: tuple[Loaded, ...] = Field(max_length=MOST_SKILLS)


class Records:
    """Records by handle: in a folder, one file each, or in memory where there is none. Safe to share between threads.

    Args:
        folder: where they are kept; None for a process that serves more than its own user.
        now: the time, in seconds.
    """

    def __init__(self, folder: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now
        self._lock = threading.Lock()
        self._memory: dict[tuple[str | None, str], Record] = {}
        self._begun = 0
        self._behind: Behind[tuple[Record, bool]] = Behind(self._write)
        # The first one is written at once, because the disk may refuse and the caller is to know.
        self._writable = False

    def flush(self) -> None:
        """Write what waits; to be called before the process ends."""
        self._behind.flush()

    def note(self, session: str | None, loaded: Loaded, holder: str | None = None) -> tuple[str, str]:
        """Record a skill, under a new handle if there is none to go on with; the handle, and a word on why not.

        It never fails: a skill is handed over even where nothing can be written down.
        """
        word = ""
        before = None
        if session is not None:
            try:
                before = self.read(session, holder)
            except (SessionNotFoundError, RecordUnreadableError) as error:
                word = f"{error.message}, so a new one begins."
        record = extended(before, loaded, self._now())
        try:
            self._keep(record, holder, new=before is None)
        except OSError as error:
            word = f"It could not be recorded that it was loaded: {error.strerror or error}."
        return record.session, word

    def read(self, session: str, holder: str | None = None) -> Record:
        """What was loaded under a handle of this holder.

        Raises:
            SessionNotFoundError: nothing was, or it is too long ago.
            RecordUnreadableError: the file cannot be read, or was damaged.
        """
        found = None
        if HANDLE.fullmatch(session):
            in_memory = self._folder is None or holder is not None
            found = self._memory.get((holder, session)) if in_memory else self._on_disk(session)
        if found is not None and found.session != session:
            path = self._path(session)
            raise RecordUnreadableError(f"{path} is the record of another session", hint="delete the file")
        if found is None or found.used < self._now() - self._days * DAY:
            raise no_session()
        return found

    def _on_disk(self, session: str) -> Record | None:
        """What is on disk, or is about to be."""
        waiting = self._behind.get(session)
        return read_state(self._path(session), Record) if waiting is None else waiting[0]

    @property
    def _days(self) -> int:
        return DAYS_IN_MEMORY if self._folder is None else DAYS_ON_DISK

    def _path(self, session: str) -> Path:
        return (self._folder or Path()) / f"{session}.json"

    def _keep(self, record: Record, holder: str | None, *, new: bool) -> None:
        # The folder is that of one user, who holds nothing of others.
        if self._folder is None or holder is not None:
            with self._lock:
                self._memory.pop((holder, record.session), None)
                self._memory[holder, record.session] = record
                # The order is that of use.
                while len(self._memory) > MOST_IN_MEMORY:
                    del self._memory[next(iter(self._memory))]
            return
        if self._writable and not self._behind.refused:
            waiting = self._behind.get(record.session)
            self._behind.put(record.session, (record, new or (waiting is not None and waiting[1])))
        else:
            self._write((record, new))
            self._writable, self._behind.refused = True, False

    def _write(self, noted: tuple[Record, bool]) -> None:
        record, new = noted
        folder = self._folder or Path()
        path = self._path(record.session)
        if new:
            write_state(path, record)
            self._begun += 1
            if (self._begun - 1) % PRUNE_EVERY == 0:
                self._prune(folder)
            return
        with suppress(RecordUnreadableError):
            # Another process may have gone on with the same handle meanwhile.
            write_state(path, _joined(read_state(path, Record), record))

    def _prune(self, folder: Path) -> None:
        """Delete what is too old or too much, and nothing that is not ours."""
        aged = []
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(".json") and HANDLE.fullmatch(entry.name.removesuffix(".json")):
                    with suppress(OSError):
                        aged.append((entry.stat(follow_symlinks=False).st_mtime, entry.path))
        aged.sort(reverse=True)
        oldest = self._now() - self._days * DAY
        for number, (used, path) in enumerate(aged):
            if number >= MOST_ON_DISK or used < oldest:
                with suppress(OSError):
                    Path(path).unlink()


def _joined(on_disk: Record | None, ours: Record) -> Record:
    known = {each.key for each in ours.skills}
    if on_disk is None or on_disk.session != ours.session or all(each.key in known for each in on_disk.skills):
        return ours
    others = (each for each in on_disk.skills if each.key not in known)
    skills = sorted((*others, *ours.skills), key=lambda each: each.first)
    return ours.model_copy(update={"skills": tuple(skills[-MOST_SKILLS:])})


def extended(before: Record | None, loaded: Loaded, now: float) -> Record:
    """A record with one more skill, or a new one that begins with it."""
    skills = () if before is None else before.skills
    if all(each.key != loaded.key for each in skills):
        first = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
        skills = (*skills, loaded.model_copy(update={"first": first}))[-MOST_SKILLS:]
    return Record(session=new_handle() if before is None else before.session, used=now, skills=skills)


def no_session() -> SessionNotFoundError:
    """The error for a handle that stands for nothing."""
    hint = "leave session out to begin a new one; use_skill gives its handle"
    return SessionNotFoundError("there is no such session any more", hint=hint)


def new_handle() -> str:
    """A handle that nobody can guess."""
    # Lower case and digits, so that no file system takes two for one, and models copy it without slips.
    return "".join([_ALPHABET[byte & 31] for byte in secrets.token_bytes(20)])
