"""The rules of a write, inside of one transaction.

key taken? ── answer once more
  └── same document? ── unchanged, no event
        └── condition holds? ── version, history, link of the chain, event, answer kept under the key
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from backwright._files import digest
from backwright.contexts import access, events
from backwright.contexts.audit import AuditAction, AuditEntry
from backwright.contexts.canonical import canonical
from backwright.contexts.context import KEY_HOURS, Address, Caller, Condition, Context, Document, Written
from backwright.contexts.store import KeptAnswer, Unit
from backwright.errors import (
    AlreadyExistsError,
    ContextNotFoundError,
    IdempotencyMismatchError,
    PreconditionRequiredError,
    StoreUnavailableError,
    VersionConflictError,
)

_NOTHING: Final = "{}"


@dataclass(frozen=True, slots=True)
class Write:
    """One request to write.

    Args:
        caller: who asks.
        address: where.
        document: what to store there; None to delete.
        condition: when to.
        now: the time of the request, in UTC.
    """

    caller: Caller
    address: Address
    document: Document | None
    condition: Condition
    now: datetime

    @property
    def fingerprint(self) -> str:
        """The digest of what is asked for, whoever asks."""
        asked: dict[str, object] = {"uri": self.address.uri, "if_version": self.condition.if_version}
        if self.document is not None:
            document = self.document
            asked |= {"type": document.type, "type_version": document.type_version, "body": document.text()}
            asked["labels"] = dict(document.labels)
        return digest(canonical(asked))

    def apply(self, unit: Unit) -> Written:
        """Do it.

        Raises:
            ContextNotFoundError: the caller may not see the namespace, or there is nothing to delete.
            ForbiddenError: the caller may only read.
            IdempotencyMismatchError: the key was used for another request.
            AlreadyExistsError, VersionConflictError, PreconditionRequiredError: the condition does not hold.
        """
        grants = () if self.caller.local else unit.grants(subject=self.caller.subject)
        access.require(self.caller, grants, self.address.namespace, "write", self.address.uri)
        key = self.condition.idempotency_key
        # First of all, so that a second request with the key waits here until the first has ended.
        if key is not None and not unit.claim(self._claim(key), self.now):
            return self._replayed(unit, key)
        current = unit.context(self.address)
        written = self._unchanged(current) or self._changed(unit, current)
        if key is not None:
            unit.settle(replace(self._claim(key), version=written.context.version, changed=written.changed))
        return written

    def _replayed(self, unit: Unit, key: str) -> Written:
        kept = unit.answer(self.caller.subject, self.address.namespace, key, self.now)
        if kept is not None and kept.fingerprint != self.fingerprint:
            raise IdempotencyMismatchError(
                "the idempotency key was used for another request",
                hint=f"use a new key for a new request; a key is remembered for {KEY_HOURS} hours",
            )
        context = None if kept is None else unit.version(kept.address, kept.version)
        if kept is None or context is None:
            raise StoreUnavailableError("the idempotency key expired while it was used", hint="send the request again")
        return Written(context, kept.changed, replayed=True)

    def _unchanged(self, current: Context | None) -> Written | None:
        """The answer where the same document is there already; whatever version the caller has read."""
        if current is None or current.deleted or self.document is None:
            return None
        document = self.document
        same = (
            current.text == document.text()
            and (current.type, current.type_version) == (document.type, document.type_version)
            and dict(current.labels) == dict(document.labels)
        )
        return Written(current, changed=False) if same and self.condition.if_version != 0 else None

    def _check(self, current: Context | None) -> None:
        alive = current is not None and not current.deleted
        expected = self.condition.if_version
        if self.document is None and not alive:
            raise ContextNotFoundError(self.address.uri)
        if expected == 0 and alive:
            raise AlreadyExistsError(
                f"{self.address.uri} is there already",
                hint="leave if_version out to see which version, or write with that version",
                details={"version": current.version if current else 0},
            )
        if expected is None and alive and current is not None:
            holds = "is at" if self.document is None else "holds another document,"
            raise PreconditionRequiredError(
                f"{self.address.uri} {holds} version {current.version}",
                hint="read it, and write with if_version set to the version that you read",
                details={"version": current.version, "digest": current.digest},
            )
        if expected and (current is None or current.deleted or current.version != expected):
            raise self._conflict(current)

    def _conflict(self, current: Context | None) -> VersionConflictError:
        alive = current is not None and not current.deleted
        return VersionConflictError(
            self.address.uri,
            version=current.version if current and alive else 0,
            digest=current.digest if current and alive else None,
        )

    def _changed(self, unit: Unit, current: Context | None) -> Written:
        self._check(current)
        new = self._next(unit, current)
        if not unit.save(new, expected=current.version if current else 0):
            raise self._conflict(unit.context(self.address))
        created = not new.deleted and (current is None or current.deleted)
        deed = Deed(
            "delete" if new.deleted else "put",
            self.address.namespace,
            self.address.name,
            version=new.version,
            before="" if current is None or current.deleted else current.digest,
            after="" if new.deleted else new.digest,
        )
        record(unit, self.caller, deed, self.now)
        event = events.of_change("deleted" if new.deleted else "put", new, self.caller, created=created)
        unit.enqueue(event)
        return Written(new, changed=True, event=event)

    def _next(self, unit: Unit, current: Context | None) -> Context:
        version = current.version + 1 if current else 1
        by = unit.actor(self.caller.subject)
        if self.document is not None:
            text = self.document.text()
            document = self.document
            return Context(
                address=self.address,
                type=document.type,
                type_version=document.type_version,
                version=version,
                digest=digest(text.encode()),
                text=text,
                labels=dict(document.labels),
                deleted=False,
                updated_by=by,
                updated_at=self.now,
            )
        if current is None:
            raise ContextNotFoundError(self.address.uri)
        return replace(
            current,
            version=version,
            digest=digest(_NOTHING.encode()),
            text=_NOTHING,
            labels={},
            deleted=True,
            updated_by=by,
            updated_at=self.now,
        )

    def _claim(self, key: str) -> KeptAnswer:
        return KeptAnswer(
            subject=self.caller.subject,
            namespace=self.address.namespace,
            key=key,
            fingerprint=self.fingerprint,
            address=self.address,
            version=0,
            changed=False,
            expires_at=self.now + timedelta(hours=KEY_HOURS),
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """What was done, for the chain of a namespace.

    Args:
        action: what.
        namespace: in whose chain it stands.
        name: to which context, schema or subject.
        version: the version that it made; 0 where there is none.
        before: the digest before; empty where there was nothing.
        after: the digest after.
    """

    action: AuditAction
    namespace: str
    name: str
    version: int = 0
    before: str = ""
    after: str = ""


def record(unit: Unit, caller: Caller, deed: Deed, now: datetime) -> None:
    """Append a link to the chain of a namespace, in the transaction of what it tells of."""
    last = unit.last_link(deed.namespace)
    entry = AuditEntry(
        namespace=deed.namespace,
        seq=0,
        at=now.astimezone(UTC).isoformat(timespec="microseconds"),
        actor=unit.actor(caller.subject),
        client=plain(caller.client),
        request_id=plain(caller.request_id),
        action=deed.action,
        name=deed.name,
        version=deed.version,
        before=deed.before,
        after=deed.after,
    )
    unit.link(entry.following(last))


def plain(text: str) -> str:
    """What a program says about itself, without control characters and at most 100 long: logs are read in terminals."""
    return "".join(letter if letter.isprintable() and not "\ud800" <= letter <= "\udfff" else "?" for letter in text)[
        :100
    ]
