"""How much one subject may write in a while: a token bucket each, in memory that does not grow with the subjects.

A bucket holds a minute's worth and fills up evenly (the generic cell rate algorithm): who has been quiet may do all of
it at once, and nobody does more than two minutes' worth in one. Each process counts for itself, so that a limit never
waits for a database; N replicas let through N times as much.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from backwright.errors import RateLimitedError

MAX_SUBJECTS: Final = 10_000
"""Subjects that are remembered, some 400 bytes each; beyond it, who has been quiet for longest is forgotten, and then
has a full bucket again."""

_MINUTE: Final = 60.0


class Bucket:
    """The buckets of all subjects for one kind of call. It may be used from any thread.

    Args:
        what: the calls, as a refusal names them: `writes`.
        per_minute: how many; 0 for no limit.
        subjects: how many subjects are remembered at most.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        what: str,
        per_minute: int,
        *,
        subjects: int = MAX_SUBJECTS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._per_minute = per_minute
        self._subjects = subjects
        self._clock = clock
        # When the bucket of a subject will be full again; without an entry it is.
        self._full_at: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, subject: str) -> None:
        """Count a call.

        Raises:
            RateLimitedError: there is none left; `details["retry_after"]` says in how many whole seconds there is.
        """
        if self._per_minute == 0:
            return
        each, now = _MINUTE / self._per_minute, self._clock()
        with self._lock:
            full_at = max(self._full_at.get(subject, now), now) + each
            wait = full_at - now - _MINUTE
            # A hundredth of a call: sums of fractions of seconds are not exact.
            if wait > each / 100:
                # Who keeps asking is not forgotten, and does not come back to a full bucket so.
                self._full_at.move_to_end(subject)
                raise RateLimitedError(f"more than {self._per_minute} {self._what} in a minute", math.ceil(wait))
            self._full_at[subject] = full_at
            self._full_at.move_to_end(subject)
            if len(self._full_at) > self._subjects:
                self._full_at.popitem(last=False)

    def __len__(self) -> int:
        """How many subjects are remembered."""
        return len(self._full_at)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one subject may do in a while.

    Args:
        writes: of contexts and grants.
        schemas: registrations and checks of schemas.
    """

    writes: Bucket
    schemas: Bucket


def limits(writes_per_minute: int, schemas_per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> Limits:
    """Limits with nothing used up yet; 0 for no limit."""
    return Limits(
        Bucket("writes", writes_per_minute, clock=clock),
        Bucket("registrations and checks of schemas", schemas_per_minute, clock=clock),
    )


def no_limits() -> Limits:
    """For whoever calls the service from its own process."""
    return limits(0, 0)
