"""What a store need not keep any longer: found first, so that it can be shown, and then removed.

| what | goes |
|---|---|
| versions of contexts | those that had been replaced or deleted before then; what held at that time, and later, stays |
| deleted contexts | all but the last version: a number never stands for two documents |
| idempotency keys | those that have expired |
| events | those from before then that are still in the outbox; what is handed on is never kept |
| links of the audit | those from before then; a checkpoint in the chain names the last of them (see `chain`) |

What goes is named in the audit. It is removed in small transactions, so that writers need not wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from backwright.contexts import access
from backwright.contexts.access import ALL
from backwright.contexts.chain import cut, old_links
from backwright.contexts.context import KEY_HOURS, Caller, checked_name
from backwright.contexts.service import Contexts, utc_now
from backwright.contexts.store import Replaced, Unit
from backwright.contexts.writing import Deed, record
from backwright.errors import InvalidInputError

SHORTEST: Final = timedelta(hours=KEY_HOURS)
"""An idempotency key may be answered with a version that was replaced since, as long as the key is remembered."""

_VERSIONS: Final = 500
_LINKS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Purge:
    """What is purged, or would be.

    Args:
        before: what is older than this, in UTC.
        namespace: of this one; None for all of them.
        versions: of each context.
        links: of the chain of each namespace: up to which, and how many.
        keys: idempotency keys.
        events: in the outbox.
    """

    before: datetime
    namespace: str | None
    versions: tuple[Replaced, ...]
    links: tuple[tuple[str, int, int], ...]
    keys: int
    events: int

    @property
    def version_count(self) -> int:
        """How many versions of contexts."""
        return sum(each.last - each.first + 1 for each in self.versions)

    @property
    def link_count(self) -> int:
        """How many links of the audit."""
        return sum(count for _, _, count in self.links)


def old(
    contexts: Contexts,
    caller: Caller,
    older_than: timedelta,
    *,
    namespace: str | None = None,
    now: datetime | None = None,
) -> Purge:
    """What may be purged; nothing is written.

    Args:
        contexts: where.
        caller: an admin of the namespace, or of all of them.
        older_than: how old at least.
        namespace: only there.
        now: the time, in UTC; the present, if none is given.

    Raises:
        InvalidInputError: a namespace that is no name, or a time below `SHORTEST` or beyond all calendars.
        ContextNotFoundError, ForbiddenError: the caller is no such admin.
    """
    if namespace not in {None, ALL}:
        checked_name("namespace", str(namespace))
    now = now or utc_now()
    before = _before(now, older_than)
    spaces = contexts.store.read(partial(_spaces, caller, namespace))
    at = before.isoformat(timespec="microseconds")
    found = [contexts.store.read(partial(_of_namespace, space, before, at)) for space in spaces]
    keys, events = contexts.store.read(
        lambda unit: (unit.expired_answers(now, namespace=namespace), unit.old_events(before, namespace=namespace))
    )
    return Purge(
        before,
        namespace,
        tuple(each for replaced, _, _ in found for each in replaced),
        tuple((space, up_to, count) for space, (_, up_to, count) in zip(spaces, found, strict=True) if count),
        keys,
        events,
    )


def _before(now: datetime, older_than: timedelta) -> datetime:
    if older_than < SHORTEST:
        raise InvalidInputError(
            "older-than: too short", hint=f"give {KEY_HOURS} hours at least: idempotency keys refer to versions so long"
        )
    try:
        return (now - older_than).astimezone(UTC)
    except OverflowError:
        raise InvalidInputError("older-than: too long", hint="write for example 90d") from None


def _spaces(caller: Caller, namespace: str | None, unit: Unit) -> tuple[str, ...]:
    grants = () if caller.local else unit.grants(subject=caller.subject)
    space = ALL if namespace is None else namespace
    access.require(caller, grants, space, "administer", f"namespace {space}")
    return (namespace,) if namespace is not None else tuple(sorted({*unit.namespaces(), *unit.chains()}))


def _of_namespace(space: str, before: datetime, at: str, unit: Unit) -> tuple[tuple[Replaced, ...], int, int]:
    return (tuple(unit.replaced(space, before)), *old_links(unit, space, at))


def purge(contexts: Contexts, caller: Caller, wanted: Purge, *, now: datetime | None = None) -> Purge:
    """Remove what `old` found, and say how much of it was still there.

    Raises:
        StoreUnavailableError, StorageFullError: the store cannot be written; what was removed before stays removed, and
            the rest can be purged later.
    """
    now = now or utc_now()
    store = contexts.store
    gone = [
        Replaced(part.address, part.first, part.last)
        for part in _parts(wanted.versions)
        if store.write(partial(_purge_versions, caller, part, now))
    ]
    links = []
    for space, up_to, count in wanted.links:
        # Cut in pieces from the old end; each leaves a chain that verifies.
        ends = [*range(up_to - count + _LINKS, up_to, _LINKS), up_to]
        removed = sum(
            store.write(lambda unit, space=space, end=end: cut(unit, caller, space, up_to=end, now=now))  # type: ignore[misc]
            for end in ends
        )
        links.append((space, up_to, removed))
    keys = store.write(lambda unit: unit.forget_answers(now, namespace=wanted.namespace))
    events = store.write(lambda unit: unit.forget_events(wanted.before, namespace=wanted.namespace))
    return Purge(wanted.before, wanted.namespace, tuple(gone), tuple(links), keys, events)


def _parts(versions: tuple[Replaced, ...]) -> Iterator[Replaced]:
    for each in versions:
        for first in range(each.first, each.last + 1, _VERSIONS):
            yield Replaced(each.address, first, min(first + _VERSIONS - 1, each.last))


def _purge_versions(caller: Caller, part: Replaced, now: datetime, unit: Unit) -> int:
    removed = unit.purge_versions(part.address, up_to=part.last)
    if removed:
        record(unit, caller, Deed("purge", part.address.namespace, part.address.name, version=part.last), now)
    return removed
