"""What was done to the contexts of a namespace, in a chain of hashes: a link that was changed or taken out shows.

A chain proves order and integrity against whoever can write to the table and not compute all later links again; who
needs more keeps the head of the chain elsewhere (`Verification.head`). Actors are pseudonyms: the table that leads
back to a subject can lose a row, and the chain still holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Final, Literal

import rfc8785

AuditAction = Literal["put", "delete", "register", "grant", "revoke", "import", "purge", "token-create", "token-revoke"]

GENESIS: Final = "0" * 64
"""What the first link of a chain follows."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One link of the chain of a namespace.

    Args:
        namespace: whose chain.
        seq: from 1, without gaps.
        at: when, in UTC, as RFC 3339 with microseconds.
        actor: who, as a pseudonym.
        client: the program that asked.
        request_id: what ties it to the log.
        action: what was done.
        name: to which context, schema or subject.
        version: the version that it made; 0 where there is none. Of a purge, the last that is gone.
        before: the digest before; empty where there was nothing. Of purged links, the hash of the last.
        after: the digest after.
        previous: the hash of the link before.
        hash: the hash of all the above, 64 hex digits.
    """

    namespace: str
    seq: int
    at: str
    actor: str
    client: str
    request_id: str
    action: AuditAction
    name: str
    version: int
    before: str
    after: str
    previous: str = GENESIS
    hash: str = ""

    def following(self, last: AuditEntry | None) -> AuditEntry:
        """This entry as the next link after the last one."""
        linked = replace(self, seq=last.seq + 1 if last else 1, previous=last.hash if last else GENESIS)
        return replace(linked, hash=linked.computed())

    def computed(self) -> str:
        """The hash that this entry must have."""
        fields = {key: value for key, value in asdict(self).items() if key != "hash"}
        return hashlib.sha256(rfc8785.dumps(fields)).hexdigest()


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along the chain of a namespace found.

    Args:
        namespace: whose chain.
        entries: how many links were read.
        head: the hash of the last one that holds; keep it elsewhere to notice a chain that was cut short.
        broken_at: the sequence number of the first link that does not hold; None if all do.
        reason: what is wrong with it.
        start: the number of the last link that was purged, which the walk began behind; 0 where none was.
    """

    namespace: str
    entries: int
    head: str
    broken_at: int | None = None
    reason: str = ""
    start: int = 0


def verify(namespace: str, entries: Iterable[AuditEntry], *, after: AuditEntry | None = None) -> Verification:
    """Walk along a chain.

    Args:
        namespace: whose chain it is.
        entries: in the order of their sequence numbers.
        after: the link before the first of them, where older ones were purged.
    """
    last, count = after, 0
    for entry in entries:
        count += 1
        reason = _fault(namespace, entry, last)
        if reason:
            head = last.hash if last else GENESIS
            return Verification(namespace, count, head, broken_at=entry.seq, reason=reason)
        last = entry
    return Verification(namespace, count, last.hash if last else GENESIS)


def _fault(namespace: str, entry: AuditEntry, last: AuditEntry | None) -> str:
    expected = last.seq + 1 if last else 1
    if entry.seq != expected:
        return f"link {expected} is missing"
    if entry.namespace != namespace:
        return f"it belongs to {entry.namespace}"
    if entry.previous != (last.hash if last else GENESIS):
        return "it does not follow the link before it"
    return "" if entry.hash == entry.computed() else "its content is not what its hash was made of"
