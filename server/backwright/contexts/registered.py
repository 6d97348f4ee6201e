"""Users' own schemas: registered once, never changed, each version held to what its type promises.

Schemas are global: a type means the same in every namespace, or a document could not be moved from one to another. So
who registers one must be trusted everywhere: the user of this machine, or a subject with the role admin in all
namespaces (`*`). Anyone may read schemas; they say how to write a document, and hold none.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Final

from backwright._files import digest
from backwright.contexts import access, dialect, events, steps
from backwright.contexts.access import ALL
from backwright.contexts.compatibility import MODES, Change, Mode, incompatible
from backwright.contexts.context import Caller
from backwright.contexts.schema import JsonObject, published
from backwright.contexts.store import Store, StoredSchema, Unit
from backwright.contexts.writing import Deed, record
from backwright.errors import (
    InvalidBodyError,
    InvalidInputError,
    SchemaImmutableError,
    SchemaIncompatibleError,
    StoreUnavailableError,
)

_TYPE: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")

DEFAULT_MODE: Final[Mode] = "BACKWARD"
"""What a type promises whose first version does not say."""

_TRIES: Final = 50


def checked_type(text: str) -> str:
    """A type of contexts.

    Raises:
        InvalidInputError: it is none.
    """
    if not _TYPE.fullmatch(text):
        raise InvalidInputError(
            "type: no type of contexts",
            hint="use lower-case letters, digits and hyphens, 63 at most, a letter first",
        )
    return text


@dataclass(frozen=True, slots=True)
class SchemaCheck:
    """What registering a schema would come to.

    Args:
        type: its type.
        version: the version that it would be, or is where nothing would change.
        text: the schema in canonical JSON.
        digest: of that text.
        mode: what the type promises from that version on.
        against: the latest version, which it was compared with; 0 where there is none.
        changed: whether it would be a new version; the latest one once more is none.
        changes: what breaks the promise of the latest version; none may.
    """

    type: str
    version: int
    text: str
    digest: str
    mode: Mode
    against: int
    changed: bool
    changes: tuple[Change, ...]

    @property
    def uri(self) -> str:
        """The address of the schema."""
        return f"context-schema://{self.type}/v{self.version}"


@dataclass(frozen=True, slots=True)
class Registration:
    """A request to register a schema, or to say what that would come to.

    Args:
        type: what its documents are about, in lower case: `deployment`.
        schema: a JSON Schema, as `dialect.checked` takes it.
        mode: what the type promises from this version on; None: what it promised before, or `DEFAULT_MODE`.
        version: the version that this is meant to be; None: the latest, if it is that one, or else the next.
    """

    type: str
    schema: JsonObject
    mode: Mode | None = None
    version: int | None = None

    def checked(self) -> str:
        """The schema in canonical JSON, where the request can be granted at all.

        Raises:
            InvalidInputError: the type or the mode is none, or the type is one that Backwright publishes.
            InvalidBodyError, TooLargeError: as `dialect.checked`.
        """
        checked_type(self.type)
        if any(schema.type == self.type for schema in published()):
            raise InvalidInputError(
                f"the type {self.type} is one of Backwright's own", hint="choose another name for yours"
            )
        if self.mode is not None and self.mode not in MODES:
            raise InvalidInputError("mode: no mode of compatibility", hint=f"give one of {', '.join(MODES)}")
        return dialect.checked(self.schema)

    def check(self, unit: Unit, text: str, promise: Mode | None = None) -> SchemaCheck:
        """What it would come to.

        Args:
            unit: the tables.
            text: what `checked` gave.
            promise: the mode to compare under; None: what the latest version promises.

        Raises:
            SchemaImmutableError: that version is registered with another content.
            InvalidInputError: that version would leave a gap.
            InvalidBodyError: the first version has steps, and none to come from.
        """
        latest = unit.schema(self.type, None)
        own = digest(text.encode())
        same = _same(latest, own, self.mode)
        against = latest.version if latest else 0
        if not against and self.schema.get(steps.KEYWORD):
            at = f"/{steps.KEYWORD}"
            raise InvalidBodyError([{"pointer": at, "message": "there is no earlier version to come from"}])
        version = against if same else against + 1
        if self.version is not None and self.version != version:
            version = self._named(unit, self.version, own, against)
        mode = self.mode or _mode(latest)
        if version <= against:
            return SchemaCheck(self.type, version, text, own, mode, against, changed=False, changes=())
        changes = () if latest is None else self._incompatible(latest, promise or _mode(latest))
        return SchemaCheck(self.type, version, text, own, mode, against, changed=True, changes=changes)

    def _incompatible(self, latest: StoredSchema, mode: Mode) -> tuple[Change, ...]:
        return incompatible(steps.without(json.loads(latest.text)), steps.without(self.schema), mode)

    def _named(self, unit: Unit, version: int, own: str, latest: int) -> int:
        there = unit.schema(self.type, version) if 0 < version <= latest else None
        if there is not None and _same(there, own, self.mode):
            return version
        if there is not None:
            raise SchemaImmutableError(
                f"context-schema://{self.type}/v{version} is registered with another content",
                hint=f"register what has to change as version {latest + 1}",
                details={"version": version, "digest": there.digest},
            )
        raise InvalidInputError(
            f"version: the next version of {self.type} is {latest + 1}", hint="give that one, or leave it out"
        )

    def register(self, unit: Unit, found: SchemaCheck, caller: Caller, now: datetime) -> SchemaCheck | None:
        """Register it, as `check` found it; None where another version was registered since.

        The comparison is not made here: it may take long, and others wait for the transaction.

        Raises:
            ContextNotFoundError, ForbiddenError: the caller is no admin of all namespaces.
            SchemaIncompatibleError: it breaks what the latest version promises.
        """
        grants = () if caller.local else unit.grants(subject=caller.subject)
        access.require(caller, grants, ALL, "administer", "registry of schemas")
        # The head of the chain is locked until the transaction ends, so that two versions do not take one number.
        unit.last_link(ALL)
        latest = unit.schema(self.type, None)
        if (latest.version if latest else 0) != found.against:
            return None
        if found.changes:
            raise _incompatible(found, _mode(latest))
        if not found.changed:
            return found
        stored = StoredSchema(
            self.type, found.version, found.text, found.digest, found.mode, unit.actor(caller.subject), now
        )
        if not unit.add_schema(stored):
            return None
        deed = Deed("register", ALL, self.type, found.version, latest.digest if latest else "", found.digest)
        record(unit, caller, deed, now)
        unit.enqueue(events.of_schema(found.uri, found.version, found.digest, caller, now))
        return found


def register(store: Store, registration: Registration, caller: Caller, now: datetime) -> SchemaCheck:
    """Check and register, once more where someone else was faster.

    Raises:
        BackwrightError: as `Registration.checked`, `check` and `register`.
        StoreUnavailableError: others were faster, again and again.
    """
    text = registration.checked()
    for _ in range(_TRIES):
        found = store.read(lambda unit: registration.check(unit, text))
        kept = partial(registration.register, found=found, caller=caller, now=now)
        registered = store.write(kept)
        if registered is not None:
            return registered
    raise StoreUnavailableError(f"others registered versions of {registration.type} meanwhile", hint="try again")


def _same(there: StoredSchema | None, own: str, mode: Mode | None) -> bool:
    # The same schema under another mode is a new version: what a version promises does not change either.
    return there is not None and there.digest == own and mode in {None, there.mode}


def _mode(latest: StoredSchema | None) -> Mode:
    return DEFAULT_MODE if latest is None else next(mode for mode in MODES if mode == latest.mode)


def _incompatible(found: SchemaCheck, mode: Mode) -> SchemaIncompatibleError:
    first = found.changes[0]
    more = f" (and {len(found.changes) - 1} more)" if len(found.changes) > 1 else ""
    return SchemaIncompatibleError(
        f"{found.type} promises {mode}, and {first.pointer or 'the schema'} breaks it: {first.reason}{more}",
        hint=f"take the changes back, or register version {found.against} once more with mode NONE, and then this one",
        details={"mode": mode, "against": found.against, "changes": [dict(each.as_json()) for each in found.changes]},
    )


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """One version of a schema, published or registered, as a list of them says it.

    Args:
        type: its type.
        version: from 1, without gaps.
        digest: of its canonical text.
        text: the JSON Schema in canonical JSON.
        mode: what a registered type promises from that version on; what is published is BACKWARD, by its upgrades.
        latest: whether it is the latest of its type.
        registered: whether a user registered it; published ones ship with Backwright.
    """

    type: str
    version: int
    digest: str
    text: str
    mode: str
    latest: bool
    registered: bool = False

    @property
    def uri(self) -> str:
        """The address of the schema."""
        return f"context-schema://{self.type}/v{self.version}"


def listed(unit: Unit, kind: str | None) -> tuple[SchemaVersion, ...]:
    """All versions of all schemas, or of one type: the published ones first, in the order of type and version."""
    theirs = unit.schemas(kind)
    newest = {one.type: one.version for one in theirs}
    return (
        *(one for one in _shipped() if kind in {None, one.type}),
        *(
            SchemaVersion(
                one.type, one.version, one.digest, one.text, one.mode, one.version == newest[one.type], registered=True
            )
            for one in theirs
        ),
    )


@cache
def _shipped() -> tuple[SchemaVersion, ...]:
    """The published ones, which stay as they are as long as the process runs; making their text takes a while."""
    newest = {one.type: one.version for one in published()}
    return tuple(
        SchemaVersion(
            one.type, one.version, one.digest, one.canonical().decode(), "BACKWARD", one.version == newest[one.type]
        )
        for one in published()
    )
