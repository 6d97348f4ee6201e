"""Records of a service of several processes: what one of them kept, each of them finds.

The protocol has no sessions and a proxy hands requests out in turn, so a handle that one process gave comes back to
another. Whoever builds the process says where the records lie (see `Shelf`); this module knows what they are.

A write says which stamp it replaces, so that of two processes that go on with one handle neither loses a word.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from pydantic import ValidationError

from backwright.errors import (
    BackwrightError,
    PlanNotFoundError,
    RecordUnreadableError,
    ReviewNotFoundError,
    SessionNotFoundError,
    StoreUnavailableError,
)
from backwright.record import loaded as _loaded
from backwright.record import plans as _plans
from backwright.record import reviews as _reviews
from backwright.record.loaded import Loaded, Record
from backwright.record.plans import Asked

PRUNE_EVERY: Final = 256
"""New records of a process between two of its looks at what is too old or too much."""

MOST_SESSIONS: Final = 50_000
MOST_REVIEWS: Final = 2_000
REVIEW_BYTES: Final = 256 * 1024 * 1024
MOST_PLANS: Final = 5_000
_SMALL_BYTES: Final = 256 * 1024 * 1024

_TRIES: Final = 8
_HOUR: Final = 3_600


class Noted(Protocol):
    """One record as it lies there."""

    @property
    def data(self) -> str:
        """Its text."""

    @property
    def used_at(self) -> datetime:
        """When it was used last, in UTC."""

    @property
    def stamp(self) -> int:
        """How often it was written, from 1."""


class Shelf(Protocol):
    """Where records lie that several processes share. Every method may be called from any thread, and may raise
    StoreUnavailableError; those that write, StorageFullError as well.
    """

    def read(self, kind: str, name: str) -> Noted | None:
        """The record of a kind that has this name, however old; None if there is none."""

    def write(self, kind: str, name: str, data: str, used: float, stamp: int) -> bool:
        """Keep it in the place of what has this stamp (0: of nothing); False if that is not there."""

    def prune(self, kind: str, before: float, most: int, size: int) -> None:
        """Remove the records of a kind that were not used since, and of the others the oldest above so many records
        or so many characters.
        """


class _Kept:
    """The records of one kind.

    Args:
        shelf: where.
        kind: of what they are.
        now: the time, in seconds.
        seconds: how long one is kept after its last use.
        most: how many.
        size: and how many characters of them together.
    """

    def __init__(
        self, shelf: Shelf, kind: str, *, now: Callable[[], float], seconds: float, most: int, size: int = _SMALL_BYTES
    ) -> None:
        self._shelf = shelf
        self._kind = kind
        self._now = now
        self._seconds = seconds
        self._bounds = most, size
        self._begun = 0
        self._lock = threading.Lock()

    def read(self, name: str) -> tuple[Noted | None, int]:
        """The record that holds under a name now, and the stamp that a write of it must replace."""
        found = self._shelf.read(self._kind, name)
        if found is None:
            return None, 0
        old = found.used_at.timestamp() < self._now() - self._seconds
        return (None if old else found), found.stamp

    def write(self, name: str, data: str, stamp: int) -> bool:
        """As `Shelf.write`."""
        done = self._shelf.write(self._kind, name, data, self._now(), stamp)
        if done and stamp == 0 and self._due():
            self._shelf.prune(self._kind, self._now() - self._seconds, *self._bounds)
        return done

    def _due(self) -> bool:
        with self._lock:
            self._begun += 1
            return self._begun % PRUNE_EVERY == 1


class SharedRecords:
    """What was loaded, by handle; see `record.loaded.Records`.

    Args:
        shelf: where.
        now: the time, in seconds.
    """

    def __init__(self, shelf: Shelf, now: Callable[[], float] = time.time) -> None:
        self._now = now
        days = _loaded.DAYS_IN_MEMORY
        self._kept = _Kept(shelf, "loaded", now=now, seconds=days * _loaded.DAY, most=MOST_SESSIONS)

    def flush(self) -> None:
        """Nothing: an answer that holds a handle is given when what it stands for is written."""

    def note(self, session: str | None, loaded: Loaded, holder: str | None = None) -> tuple[str, str]:
        """Record a skill, under a new handle if there is none to go on with; the handle, and a word on why not.

        It never fails: a skill is handed over even where nothing can be written down.
        """
        handle, word = session, ""
        try:
            for _ in range(_TRIES):
                before, stamp = None, 0
                if handle is not None:
                    try:
                        before, stamp = self._read(handle, holder)
                    except (SessionNotFoundError, RecordUnreadableError) as error:
                        handle, word = None, f"{error.message}, so a new one begins."
                record = _loaded.extended(before, loaded, self._now())
                if self._kept.write(_session(record.session, holder), record.model_dump_json(), stamp):
                    return record.session, word
        except BackwrightError as error:
            return handle or _loaded.new_handle(), f"It could not be recorded that it was loaded: {error.message}."
        return handle or _loaded.new_handle(), "It could not be recorded that it was loaded: others were faster."

    def read(self, session: str, holder: str | None = None) -> Record:
        """What was loaded under a handle of this holder.

        Raises:
            SessionNotFoundError: nothing was, or it is too long ago.
            RecordUnreadableError: it was damaged.
            StoreUnavailableError: the shelf cannot be reached.
        """
        return self._read(session, holder)[0]

    def _read(self, session: str, holder: str | None) -> tuple[Record, int]:
        plain = _loaded.HANDLE.fullmatch(session)
        found, stamp = self._kept.read(_session(session, holder)) if plain else (None, 0)
        if found is None:
            raise _loaded.no_session()
        try:
            record = Record.model_validate_json(found.data)
        except ValidationError:
            record = None
        if record is None or record.session != session:
            raise RecordUnreadableError("the record of that session is damaged", hint="begin a new session")
        return record, stamp


def _session(session: str, holder: str | None) -> str:
    """The name of a record: a holder's are found by that holder alone."""
    return session if holder is None else _reviews.name_of(holder, session)


class SharedReviews:
    """Reviews that may be gone on with, by caller and handle; see `record.reviews.Reviews`.

    Args:
        shelf: where.
        now: the time, in seconds.
    """

    def __init__(self, shelf: Shelf, now: Callable[[], float] = time.time) -> None:
        seconds = _reviews.HOURS * _reviews.HOUR
        self._kept = _Kept(shelf, "review", now=now, seconds=seconds, most=MOST_REVIEWS, size=REVIEW_BYTES)

    def read(self, caller: str, handle: str) -> bytes:
        """What was kept for this caller under this handle.

        Raises:
            ReviewNotFoundError: nothing was, or it is too long ago.
            RecordUnreadableError: it was damaged.
            StoreUnavailableError: the shelf cannot be reached.
        """
        plain = _reviews.HANDLE.fullmatch(handle)
        return _review(self._kept.read(_reviews.name_of(caller, handle))[0] if plain else None)

    def update(self, caller: str, handle: str, make: Callable[[Callable[[], bytes]], bytes]) -> None:
        """As `Reviews.update`, and what is made is made again where another process was faster.

        Raises:
            TooLargeError: it is too large to be kept.
            StoreUnavailableError, StorageFullError: the shelf does not take it.
        """
        name = _reviews.name_of(caller, handle)
        for _ in range(_TRIES):
            found, stamp = self._kept.read(name)
            if self._kept.write(name, _reviews.pack(make(partial(_review, found))), stamp):
                return
        raise StoreUnavailableError("others wrote to the same review, several times", hint="call again")


def _review(found: Noted | None) -> bytes:
    if found is None:
        raise ReviewNotFoundError(_reviews.HOURS)
    try:
        return _reviews.unpack(found.data)
    except ValueError:
        raise RecordUnreadableError("what is kept of that review is damaged", hint="review again") from None


class SharedPlans:
    """What plans were made from, by project and digest; see `record.plans.Plans`.

    Args:
        shelf: where.
        now: the time, in seconds.
    """

    def __init__(self, shelf: Shelf, now: Callable[[], float] = time.time) -> None:
        seconds = _plans.HOURS * _HOUR
        self._kept = _Kept(shelf, "plan", now=now, seconds=seconds, most=MOST_PLANS)

    def keep(self, digest: str, asked: Asked) -> None:
        """Remember what a plan was made from.

        Raises:
            StoreUnavailableError, StorageFullError: the shelf does not take it.
        """
        name = _plans.name_of(asked.root, digest)
        # Whoever is faster keeps the same: the digest is of what is made from it.
        self._kept.write(name, asked.model_dump_json(), self._kept.read(name)[1])

    def read(self, root: str, digest: str) -> Asked:
        """What the plan with this digest was made from, for this project.

        Raises:
            PlanNotFoundError: there was none such, or it is too long ago.
            RecordUnreadableError: its record was damaged.
            StoreUnavailableError: the shelf cannot be reached.
        """
        found = self._kept.read(_plans.name_of(root, digest))[0] if _plans.DIGEST.fullmatch(digest) else None
        if found is None:
            raise PlanNotFoundError(_plans.HOURS)
        try:
            return Asked.model_validate_json(found.data)
        except ValidationError:
            raise RecordUnreadableError("what is kept of that plan is damaged", hint="plan again") from None
