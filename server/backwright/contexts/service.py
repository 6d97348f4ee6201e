"""The contexts of a team or of one user: written under conditions, read as permitted, each change told and recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from backwright.contexts import access
from backwright.contexts.access import ALL, Action, Grant
from backwright.contexts.audit import AuditEntry, Verification
from backwright.contexts.canonical import canonical
from backwright.contexts.chain import walked
from backwright.contexts.compatibility import Mode
from backwright.contexts.context import Address, Caller, Condition, Context, Document, Written, checked_name
from backwright.contexts.events import ContextEvent
from backwright.contexts.limits import Limits, no_limits
from backwright.contexts.paging import Page, address_of, check_limit, cursor_of
from backwright.contexts.registered import Registration, SchemaCheck, SchemaVersion, listed, register
from backwright.contexts.registry import Joined, Registry
from backwright.contexts.schema import JsonObject
from backwright.contexts.store import Listing, Store, Unit
from backwright.contexts.writing import Deed, Write, record
from backwright.errors import ContextNotFoundError, InvalidInputError, SchemaUnknownError

MAX_SUBJECT: Final = 255


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Contexts:
    """What the surfaces call. Every method may be called from any thread, and raises what its store raises.

    Args:
        store: keeps them.
        registry: knows the schemas; those that ship with Backwright and the registered ones, if none is given.
        wake: called after each change, so that whoever hands events on need not poll.
        tell: called with the event of each change of a context made here, so that listeners of this process hear of it
            at once, whatever the bus is doing. It must be quick and must not raise.
        clock: the time, in UTC.
        limits: how much one subject may write in a while; as much as there is room for, if none are given.
    """

    def __init__(
        self,
        store: Store,
        *,
        registry: Registry | None = None,
        wake: Callable[[], None] = lambda: None,
        tell: Callable[[ContextEvent], None] = lambda _: None,
        clock: Callable[[], datetime] = utc_now,
        limits: Limits | None = None,
    ) -> None:
        self.store = store
        self.registry: Registry = registry or Joined()
        self._wake = wake
        self._tell = tell
        self._clock = clock
        self._limits = limits or no_limits()

    # Writing

    def put(
        self,
        caller: Caller,
        address: Address,
        document: JsonObject,
        *,
        type: str,  # noqa: A002  the word that callers and the wire use
        type_version: int | None = None,
        labels: Mapping[str, str] | None = None,
        condition: Condition | None = None,
    ) -> Written:
        """Store a document, if its condition holds; the same one once more changes nothing and tells nobody.

        Raises:
            InvalidBodyError, TooLargeError, InvalidInputError: it cannot be stored, or does not validate.
            SchemaUnknownError: no such schema.
            ContextNotFoundError, ForbiddenError: the caller may not write there.
            AlreadyExistsError, VersionConflictError, PreconditionRequiredError, IdempotencyMismatchError: see `Write`.
            RateLimitedError: the caller has written too much in too short a time.
        """
        self._limits.writes.take(caller.subject)
        canonical(document)
        condition, now = condition or Condition(), self._clock()

        def work(unit: Unit) -> Written:
            # Before the schema is asked: who may not write here learns nothing about schemas either.
            self._require(unit, caller, address.namespace, "write", address.uri)
            version = self.registry.check(unit, type, type_version, document)
            wanted = Document(type, version, document, labels or {})
            return Write(caller, address, wanted, condition, now).apply(unit)

        return self._told(self.store.write(work))

    def delete(self, caller: Caller, address: Address, *, condition: Condition | None = None) -> Written:
        """Mark a context as gone; its history stays.

        Raises:
            ContextNotFoundError: there is none, or the caller may not know.
            ForbiddenError, VersionConflictError, PreconditionRequiredError, IdempotencyMismatchError: see `Write`.
            RateLimitedError: the caller has written too much in too short a time.
        """
        self._limits.writes.take(caller.subject)
        write = Write(caller, address, None, condition or Condition(), self._clock())
        return self._told(self.store.write(write.apply))

    def _told(self, written: Written) -> Written:
        if written.event is not None:
            self._wake()
            self._tell(written.event)
        return written

    def wake(self) -> None:
        """Say that events are waiting, after a change that did not come through here."""
        self._wake()

    # Reading

    def get(
        self, caller: Caller, address: Address, *, version: int | None = None, type_version: int | None = None
    ) -> Context:
        """One version, or the latest; as a later version of its schema, if that is asked for.

        Raises:
            ContextNotFoundError: there is none, it is deleted, or the caller may not know.
            SchemaUnknownError: it cannot be read as that version of its schema.
        """

        def work(unit: Unit) -> Context:
            self._require(unit, caller, address.namespace, "read", address.uri)
            found = unit.context(address) if version is None else unit.version(address, version)
            if found is None or (found.deleted and version is None):
                raise _missing(address, version, unit.context(address))
            if type_version is None or type_version == found.type_version or found.deleted:
                return found
            body = self.registry.upgrade(unit, found.type, found.body, version=found.type_version, wanted=type_version)
            return replace(found, text=canonical(body).decode(), type_version=type_version)

        return self.store.read(work)

    def list(
        self,
        caller: Caller,
        *,
        namespace: str | None = None,
        type: str | None = None,  # noqa: A002  the word that callers and the wire use
        labels: Mapping[str, str] | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Page[Context]:
        """The latest versions that a caller may read, in the order of their addresses.

        Raises:
            InvalidInputError: a namespace that is no name, or a limit that is not 1 to `MAX_PAGE`.
            InvalidCursorError: a cursor that no earlier page ended with.
        """
        check_limit(limit)
        if namespace is not None:
            checked_name("namespace", namespace)
        after = None if cursor is None else address_of(cursor)

        def work(unit: Unit) -> tuple[Context, ...]:
            seen = access.visible(caller, unit.grants(subject=caller.subject))
            if namespace is not None:
                seen = frozenset({namespace}) if seen is None or namespace in seen else frozenset()
            listing = Listing(seen, after=after, type=type, labels=labels, limit=limit + 1)
            return tuple(unit.contexts(listing))

        found = self.store.read(work)
        more = cursor_of(found[limit - 1].address) if len(found) > limit else None
        return Page(found[:limit], more)

    def history(self, caller: Caller, address: Address, *, before: int | None = None, limit: int = 50) -> Page[Context]:
        """The versions of a context, the newest first, deletions too.

        Raises:
            ContextNotFoundError: there never was one, or the caller may not know.
            InvalidInputError: a limit that is not 1 to `MAX_PAGE`.
        """
        check_limit(limit)

        def work(unit: Unit) -> tuple[Context, ...]:
            self._require(unit, caller, address.namespace, "read", address.uri)
            if unit.context(address) is None:
                raise ContextNotFoundError(address.uri)
            return tuple(unit.versions(address, before=before, limit=limit + 1))

        found = self.store.read(work)
        return Page(found[:limit], str(found[limit - 1].version) if len(found) > limit else None)

    # Schemas

    def register_schema(
        self,
        caller: Caller,
        type: str,  # noqa: A002  the word that callers and the wire use
        json_schema: JsonObject,
        *,
        mode: Mode | None = None,
        version: int | None = None,
    ) -> SchemaCheck:
        """Register a schema of the caller's own as the next version of its type.

        The latest one once more, under the same mode or without one, changes nothing (`changed` is False). A version
        never changes. `mode` is what the type promises from this version on; left out, what it promised before, and
        BACKWARD for a first one. The new version is held to what the latest one promises.

        Raises:
            ContextNotFoundError, ForbiddenError: the caller is neither this machine's user nor admin of `*`.
            InvalidBodyError, TooLargeError: it is no JSON Schema that may be registered; see `dialect`.
            InvalidInputError: no type, no mode, a type that Backwright publishes, or a version that leaves a gap.
            SchemaImmutableError: `version` is registered with another content.
            StoreUnavailableError: others registered versions of it at the same time, again and again.
            SchemaIncompatibleError: it breaks the promise; `details["changes"]` has pointer, breaks and reason of each.
            RateLimitedError: the caller has registered or checked too much in too short a time.
        """
        self._registrar(caller)
        self._limits.schemas.take(caller.subject)
        registered = register(self.store, Registration(type, json_schema, mode, version), caller, self._clock())
        if registered.changed:
            self._wake()
        return registered

    def check_schema(
        self,
        caller: Caller,
        type: str,  # noqa: A002  the word that callers and the wire use
        json_schema: JsonObject,
        *,
        mode: Mode | None = None,
        version: int | None = None,
    ) -> SchemaCheck:
        """What registering a schema would come to, with each change that breaks a promise; nothing is written.

        With a mode, the comparison with the latest version is made under that mode, whatever the type promises.

        Raises:
            InvalidBodyError, TooLargeError, InvalidInputError, SchemaImmutableError, RateLimitedError: as
                `register_schema`.
        """
        self._limits.schemas.take(caller.subject)
        registration = Registration(type, json_schema, mode, version)
        text = registration.checked()
        return self.store.read(lambda unit: registration.check(unit, text, mode))

    def schemas(self, type: str | None = None) -> tuple[SchemaVersion, ...]:  # noqa: A002  the word on the wire
        """Every version of every schema, published and registered, or of one type; schemas are no secret."""
        return self.store.read(lambda unit: listed(unit, type))

    def schema(self, type: str, version: int | None = None) -> SchemaVersion:  # noqa: A002  the word on the wire
        """One version of a schema, published or registered, or the latest.

        Raises:
            SchemaUnknownError: there is none such.
        """
        found = next(
            (one for one in self.schemas(type) if (one.version == version or (version is None and one.latest))), None
        )
        if found is None:
            raise SchemaUnknownError(
                "no schema of that type and version is known", hint="list the schemas to see which ones there are"
            )
        return found

    def _registrar(self, caller: Caller) -> None:
        """Refuse whoever may not register, before a large schema is looked at."""
        if not caller.local:
            self.store.read(lambda unit: self._require(unit, caller, access.ALL, "administer", "registry of schemas"))

    # Who may

    def may(self, caller: Caller, namespace: str, action: Action) -> bool:
        """Whether a caller may do something in a namespace now."""
        if caller.local:
            return True
        return self.store.read(lambda unit: access.may(caller, unit.grants(subject=caller.subject), namespace, action))

    def grants(self, caller: Caller, namespace: str) -> tuple[Grant, ...]:
        """The grants in a namespace, for its admins.

        Raises:
            ContextNotFoundError, ForbiddenError: the caller is none of them.
        """

        def work(unit: Unit) -> tuple[Grant, ...]:
            self._require(unit, caller, namespace, "administer", f"namespace {namespace}")
            return tuple(unit.grants(namespace=namespace))

        return self.store.read(work)

    def grant(self, caller: Caller, grant: Grant, *, revoke: bool = False) -> bool:
        """Give a role to a subject, or take it; False if that was so already.

        Raises:
            ContextNotFoundError, ForbiddenError: the caller is no admin of the namespace.
            InvalidInputError: the namespace is no name, or the subject is empty or over 255 characters.
            RateLimitedError: the caller has written too much in too short a time.
        """
        self._limits.writes.take(caller.subject)
        if grant.namespace != ALL:
            checked_name("namespace", grant.namespace)
        if (
            not 0 < len(grant.subject) <= MAX_SUBJECT
            or not grant.subject.isprintable()
            or grant.role not in access.ROLES
        ):
            raise InvalidInputError("no grant", hint=f"give a printable subject and one of {', '.join(access.ROLES)}")
        now = self._clock()

        def work(unit: Unit) -> bool:
            self._require(unit, caller, grant.namespace, "administer", f"namespace {grant.namespace}")
            changed = unit.revoke(grant) if revoke else unit.grant(grant)
            if changed:
                name = f"{grant.role}:{unit.actor(grant.subject)}"
                record(unit, caller, Deed("revoke" if revoke else "grant", grant.namespace, name), now)
            return changed

        return self.store.write(work)

    def _require(self, unit: Unit, caller: Caller, namespace: str, action: Action, what: str) -> None:
        grants = () if caller.local else unit.grants(subject=caller.subject)
        access.require(caller, grants, namespace, action, what)

    # What was done

    def audit(self, caller: Caller, namespace: str, *, after: int = 0, limit: int = 100) -> Page[AuditEntry]:
        """The links of a namespace's chain behind a sequence number, for its auditors.

        Raises:
            ContextNotFoundError, ForbiddenError: the caller is none of them.
            InvalidInputError: a limit that is not 1 to `MAX_PAGE`.
        """
        check_limit(limit)

        def work(unit: Unit) -> tuple[AuditEntry, ...]:
            self._require(unit, caller, namespace, "audit", f"namespace {namespace}")
            return tuple(unit.links(namespace, after=after, limit=limit + 1))

        found = self.store.read(work)
        return Page(found[:limit], str(found[limit - 1].seq) if len(found) > limit else None)

    def verify(self, caller: Caller, namespace: str) -> Verification:
        """Walk along the chain of a namespace, from where it was purged, and name the first link that does not hold.

        Raises:
            ContextNotFoundError, ForbiddenError: the caller is none of its auditors.
        """

        def work(unit: Unit) -> Verification:
            self._require(unit, caller, namespace, "audit", f"namespace {namespace}")
            return walked(unit, namespace)

        return self.store.read(work)

    def chains(self) -> tuple[str, ...]:
        """Every namespace that something was done in, for whoever walks along all of their chains."""
        return self.store.read(lambda unit: tuple(unit.chains()))


def _missing(address: Address, version: int | None, latest: Context | None) -> ContextNotFoundError:
    if version is None:
        return ContextNotFoundError(address.uri)
    # Numbers have no gaps: one below the latest was there.
    purged = latest is not None and 0 < version < latest.version
    return ContextNotFoundError(f"{address.uri}/v/{version}", purged=purged)
