"""The chain of a namespace as it stands in a store: walked along from where it begins, and cut off at its old end.

purged links ── anchor (the last of them, kept whole) ── links ── checkpoint (names the anchor's number and hash) ── ...

What was purged is named by a link of the chain itself, so whoever takes old links out by hand, and puts an anchor of
their own, has no link that says so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from backwright.contexts import audit
from backwright.contexts.audit import AuditEntry, Verification
from backwright.contexts.context import Caller
from backwright.contexts.store import Unit
from backwright.contexts.writing import Deed, record

CHECKPOINT: Final = "audit:links"
"""What the link of a purge is called; no context can be, for the colon."""

_PAGE: Final = 1_000


def walked(unit: Unit, namespace: str) -> Verification:
    """Walk along a chain and name the first link that does not hold."""
    anchor = last = unit.anchor(namespace)
    start, head = (anchor.seq, anchor.hash) if anchor else (0, audit.GENESIS)
    done = Verification(namespace, 0, head, start=start)
    checkpoint: AuditEntry | None = None
    while links := unit.links(namespace, after=last.seq if last else 0, limit=_PAGE):
        found = audit.verify(namespace, links, after=last)
        done = replace(done, head=found.head, entries=done.entries + found.entries)
        if found.broken_at is not None:
            return replace(done, broken_at=found.broken_at, reason=found.reason)
        last = links[-1]
        checkpoint = next((link for link in reversed(links) if is_checkpoint(link)), checkpoint)
    if anchor is not None and not _named(anchor, checkpoint):
        return replace(done, broken_at=start, reason=f"no link says that those up to link {start} were purged")
    end = unit.last_link(namespace)
    if (end.seq if end else 0) == (last.seq if last else 0):
        return done
    lost = last.seq + 1 if last else 1
    return replace(done, broken_at=lost, reason=f"link {lost} is missing, the chain was cut short")


def is_checkpoint(link: AuditEntry) -> bool:
    """Whether a link says that earlier ones were purged."""
    return (link.action, link.name) == ("purge", CHECKPOINT)


def _named(anchor: AuditEntry, checkpoint: AuditEntry | None) -> bool:
    told = checkpoint is not None and (checkpoint.version, checkpoint.before) == (anchor.seq, anchor.hash)
    return told and anchor.hash == anchor.computed()


def old_links(unit: Unit, namespace: str, before: str) -> tuple[int, int]:
    """Up to which link a chain is older than a time, and how many links that is; 0 where there is nothing to purge.

    Args:
        unit: the tables.
        namespace: whose chain.
        before: the time, as links have it.
    """
    anchor = unit.anchor(namespace)
    start = up_to = anchor.seq if anchor else 0
    worth = False
    while links := unit.links(namespace, after=up_to, limit=_PAGE):
        for link in links:
            if link.at >= before:
                return (up_to, up_to - start) if worth else (start, 0)
            up_to = link.seq
            # A checkpoint alone would only be replaced by the next.
            worth = worth or not is_checkpoint(link)
    return (up_to, up_to - start) if worth else (start, 0)


def cut(unit: Unit, caller: Caller, namespace: str, *, up_to: int, now: datetime) -> int:
    """Remove the links up to one, and append the link that says so, in one transaction; how many were removed."""
    # Its lock keeps others from appending in between.
    unit.last_link(namespace)
    removed = unit.purge_links(namespace, up_to=up_to)
    anchor = unit.anchor(namespace)
    if removed and anchor is not None:
        deed = Deed("purge", namespace, CHECKPOINT, version=anchor.seq, before=anchor.hash)
        record(unit, caller, deed, now)
    return removed
