"""Contexts from one store to another, as JSON lines: a header, registered schemas, versions, and a line that ends them.

    {"format":"backwright-contexts","version":1,"history":true,...}
    {"schema":"order","version":1,"mode":"BACKWARD","digest":"sha256:...","body":{...}}
    {"context":"shop/conventions","version":1,"type":"project",...,"digest":"sha256:...","body":{...}}
    {"end":2,"digest":"sha256:..."}

Each document has its digest, and the last line has the number of the lines between and the digest of all before it, so
that a file that was cut or changed is noticed before anything is written. Grants, idempotency keys and the audit chain
stay where they are: an import is links of its own in the chain of the store that takes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final

from backwright.contexts import access, events
from backwright.contexts.access import ALL
from backwright.contexts.context import Address, Caller, Context, checked_name
from backwright.contexts.export_lines import (
    HINT,
    checked,
    context_line,
    contexts_of,
    end_line,
    header_line,
    schema_line,
    schemas_of,
)
from backwright.contexts.service import Contexts, utc_now
from backwright.contexts.store import Listing, StoredSchema, Unit
from backwright.contexts.writing import Deed, record
from backwright.errors import InvalidInputError, SchemaImmutableError, VersionConflictError

_PAGE: Final = 50

Lines = Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to.

    Args:
        schemas: registered now.
        versions: written now.
        unchanged: versions and schemas that were there already.
    """

    schemas: int = 0
    versions: int = 0
    unchanged: int = 0


# Export


def exported(
    contexts: Contexts, caller: Caller, *, namespace: str | None = None, history: bool = True
) -> Iterator[bytes]:
    """The lines of an export, each without its line feed. Each context is read in one consistent state.

    Args:
        contexts: where they are.
        caller: who asks; only what may be read is exported.
        namespace: only this one.
        history: every version, deletions too; or only the latest of what is there.

    Raises:
        InvalidInputError: the namespace is no name.
    """
    whole, count = hashlib.sha256(), 0
    contents = chain(_schema_lines(contexts), _context_lines(contexts, caller, namespace, history=history))
    for line in chain((header_line(history=history, at=utc_now()),), contents):
        whole.update(line + b"\n")
        count += 1
        yield line
    yield end_line(count - 1, f"sha256:{whole.hexdigest()}")


def _schema_lines(contexts: Contexts) -> Iterator[bytes]:
    return map(schema_line, contexts.store.read(lambda unit: tuple(unit.schemas(None))))


def _context_lines(contexts: Contexts, caller: Caller, namespace: str | None, *, history: bool) -> Iterator[bytes]:
    if namespace is not None:
        checked_name("namespace", namespace)
    after: Address | None = None
    while True:
        listing = Listing(None, after=after, limit=_PAGE, deleted=history)
        found = contexts.store.read(partial(_latest, caller, namespace, listing))
        for latest in found:
            yield from map(context_line, _versions(contexts, latest) if history else (latest,))
        if len(found) < _PAGE:
            return
        after = found[-1].address


def _latest(caller: Caller, namespace: str | None, listing: Listing, unit: Unit) -> tuple[Context, ...]:
    seen = access.visible(caller, unit.grants(subject=caller.subject))
    if namespace is not None:
        seen = frozenset({namespace}) if seen is None or namespace in seen else frozenset()
    return tuple(unit.contexts(replace(listing, namespaces=seen)))


def _versions(contexts: Contexts, latest: Context) -> tuple[Context, ...]:
    """The oldest first."""

    def work(unit: Unit) -> tuple[Context, ...]:
        return tuple(reversed(unit.versions(latest.address, before=None, limit=latest.version)))

    return contexts.store.read(work)


# Import


def imported(contexts: Contexts, caller: Caller, lines: Lines) -> Imported:
    """Take over what `exported` wrote; the same file once more changes nothing.

    The whole file is checked first. Then each context is written in a transaction of its own; what a file says
    otherwise than the store is refused and never overwritten.

    Args:
        contexts: where to.
        caller: who asks; an admin of each namespace.
        lines: the lines of the file from its first; asked for several times.

    Raises:
        InvalidInputError: it is no export, of a later format, or cut; `line` says where.
        IntegrityError: a document or the file is not what its digest was made of.
        VersionConflictError, SchemaImmutableError: the store holds another document under the same version.
        InvalidBodyError, SchemaUnknownError: a document does not validate here.
        ContextNotFoundError, ForbiddenError: the caller is no admin.
    """
    history = checked(lines())
    for address, versions in contexts_of(lines()):
        contexts.store.read(_Import(contexts, caller, address, versions, history).missing)
    done = Imported()
    for schema in schemas_of(lines()):
        added = contexts.store.write(partial(_register, caller, schema))
        done = replace(done, schemas=done.schemas + added, unchanged=done.unchanged + (not added))
    for address, versions in contexts_of(lines()):
        count = contexts.store.write(_Import(contexts, caller, address, versions, history).apply)
        done = replace(done, versions=done.versions + count, unchanged=done.unchanged + len(versions) - count)
    contexts.wake()
    return done


@dataclass(frozen=True, slots=True)
class _Import:
    """The versions of one context, to be written in one transaction."""

    contexts: Contexts
    caller: Caller
    address: Address
    versions: tuple[Context, ...]
    history: bool

    def apply(self, unit: Unit) -> int:
        """How many were written."""
        new = self.missing(unit)
        before = unit.context(self.address)
        current = before
        for each in new:
            if not each.deleted:
                self.contexts.registry.check(unit, each.type, each.type_version, each.body)
            if not unit.save(each, expected=current.version if current else 0):
                raise _conflict(self.address, current)
            place = (self.address.namespace, self.address.name)
            old = "" if current is None or current.deleted else current.digest
            deed = Deed("import", *place, version=each.version, before=old, after="" if each.deleted else each.digest)
            record(unit, self.caller, deed, utc_now())
            current = each
        if new and current is not None:
            created = not current.deleted and (before is None or before.deleted)
            kind: events.EventKind = "deleted" if current.deleted else "put"
            unit.enqueue(events.of_change(kind, current, self.caller, created=created))
        return len(new)

    def missing(self, unit: Unit) -> tuple[Context, ...]:
        """The versions that the store does not have yet."""
        address, caller = self.address, self.caller
        grants = () if caller.local else unit.grants(subject=caller.subject)
        access.require(caller, grants, address.namespace, "administer", address.uri)
        current = unit.context(address)
        if not self.history:
            latest = self.versions[-1]
            if current is not None and _facts(current) != _facts(latest):
                raise _conflict(address, current)
            return () if current is not None else (replace(latest, version=1),)
        for each in self.versions:
            there = unit.version(address, each.version)
            if there is not None and _facts(there) != _facts(each):
                raise _conflict(address, current)
        here = 0 if current is None else current.version
        new = tuple(each for each in self.versions if each.version > here)
        # Where the exporting store has purged the first ones, a history begins with a later one.
        first = new[0].version if current is None and new else here + 1
        if [each.version for each in new] != list(range(first, first + len(new))):
            raise InvalidInputError(f"{address.uri}: its versions do not follow version {here}", hint=HINT)
        return new


def _facts(context: Context) -> tuple[object, ...]:
    return (context.digest, context.type, context.type_version, dict(context.labels), context.deleted)


def _conflict(address: Address, current: Context | None) -> VersionConflictError:
    version, held = (0, None) if current is None else (current.version, current.digest)
    return VersionConflictError(address.uri, version=version, digest=held)


def _register(caller: Caller, schema: StoredSchema, unit: Unit) -> bool:
    grants = () if caller.local else unit.grants(subject=caller.subject)
    access.require(caller, grants, ALL, "administer", "schema")
    if unit.add_schema(schema):
        return True
    there = unit.schema(schema.type, schema.version)
    if there is None or there.digest != schema.digest:
        raise SchemaImmutableError(
            f"context-schema://{schema.type}/v{schema.version} is registered with another content",
            hint="import into a store that does not have it, or register the imported one under the next version",
        )
    return False
