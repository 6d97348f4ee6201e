"""What a stored context is: a versioned document at an address, and the words for who asks and what came of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from backwright.contexts.canonical import canonical
from backwright.contexts.schema import JsonObject
from backwright.errors import InvalidInputError

if TYPE_CHECKING:
    from backwright.contexts.events import ContextEvent

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?")
_LABEL: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,61}[A-Za-z0-9])?")
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
MAX_LABELS: Final = 32


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a context lives: `context://<namespace>/<name>`.

    Raises:
        InvalidInputError: a part is not lower-case letters, digits, `.`, `_` and `-`, 63 at most.
    """

    namespace: str
    name: str

    def __post_init__(self) -> None:
        for what, value in (("namespace", self.namespace), ("name", self.name)):
            checked_name(what, value)

    @property
    def uri(self) -> str:
        """The address of the latest version."""
        return f"context://{self.namespace}/{self.name}"


def checked_name(what: str, value: str) -> str:
    """A namespace, a name or a label's key.

    Raises:
        InvalidInputError: as `Address`.
    """
    # Two dots would climb as a segment of a URI.
    if not _NAME.fullmatch(value) or ".." in value:
        shown = value.encode("unicode_escape").decode("ascii")[:80]
        raise InvalidInputError(
            f"{what}: {shown!r} is no name",
            hint="use lower-case letters, digits, '.', '_' and '-', 63 characters at most, a letter or digit first",
        )
    return value


@dataclass(frozen=True, slots=True)
class Context:
    """One version of a context.

    Args:
        address: where it lives.
        type: the type of its schema: `project`.
        type_version: the version of that schema.
        version: from 1, without gaps; a deletion is a version too.
        digest: of the canonical body; of an empty object where it is deleted.
        text: the body in canonical JSON.
        labels: what to find it by.
        deleted: whether this version says that the context is gone.
        updated_by: who wrote this version, as a pseudonym.
        updated_at: when, in UTC.
    """

    address: Address
    type: str
    type_version: int
    version: int
    digest: str
    text: str
    labels: Mapping[str, str]
    deleted: bool
    updated_by: str
    updated_at: datetime

    @property
    def body(self) -> JsonObject:
        """The document."""
        value: JsonObject = json.loads(self.text)
        return value

    @property
    def uri(self) -> str:
        """The address of this version, which never changes."""
        return f"{self.address.uri}/v/{self.version}"

    @property
    def etag(self) -> str:
        """A strong validator of this version (RFC 9110, section 8.8.3)."""
        return f'"{self.version}.{self.digest.removeprefix("sha256:")[:32]}"'

    @property
    def schema_uri(self) -> str:
        """The address of the schema that it validates against."""
        return f"context-schema://{self.type}/v{self.type_version}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, through what, and in which request.

    Args:
        subject: the `sub` of a verified token with its issuer, or `local` for the user of this machine.
        local: whether it is this machine's user, who may do everything with the contexts in the own folder.
        client: the name of the program, as it says itself.
        request_id: what ties log, audit and trace together.
        traceparent: the W3C trace context of the request.
    """

    subject: str
    local: bool = False
    client: str = ""
    request_id: str = ""
    traceparent: str | None = None


LOCAL: Final = Caller("local", local=True)
"""The user of this machine, who needs no grant."""


@dataclass(frozen=True, slots=True)
class Condition:
    """When a write may happen, and how it is known to be the same one sent again.

    Args:
        if_version: 0: there must be none; n: that version must be the latest; None: only where nothing would be
            overwritten silently.
        idempotency_key: the same key with the same request gives the same answer for `KEY_HOURS`.

    Raises:
        InvalidInputError: a version below 0, or a key that is not 1 to 255 printable ASCII characters.
    """

    if_version: int | None = None
    idempotency_key: str | None = None

    def __post_init__(self) -> None:
        if self.if_version is not None and self.if_version < 0:
            raise InvalidInputError("if_version is below 0", hint="give the version that you read, or 0 to create")
        if self.idempotency_key is not None and not _KEY.fullmatch(self.idempotency_key):
            raise InvalidInputError(
                "idempotency_key: not 1 to 255 printable ASCII characters without spaces", hint="use a UUID"
            )


KEY_HOURS: Final = 24
"""How long an idempotency key is remembered."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a caller wants to store, after its schema has been asked.

    Raises:
        InvalidInputError: labels that are no labels.
        InvalidBodyError, TooLargeError: as `canonical`.
    """

    type: str
    type_version: int
    body: JsonObject
    labels: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.labels) > MAX_LABELS:
            raise InvalidInputError(f"labels: more than {MAX_LABELS}", hint="keep what you search by")
        for key, value in self.labels.items():
            checked_name("labels", key)
            if not _LABEL.fullmatch(value):
                raise InvalidInputError(
                    f"labels.{key}: no label", hint="use ASCII letters, digits, ' ', '.', '_', '/' and '-', 63 at most"
                )

    def text(self) -> str:
        """The body in canonical JSON."""
        return canonical(self.body).decode()


@dataclass(frozen=True, slots=True)
class Written:
    """What a write came to.

    Args:
        context: the version that holds now, or that held after the same request the first time.
        changed: whether this request made it; False where the same document was there already.
        replayed: whether this is the answer to an earlier request with the same key.
        event: what the outbox holds of it; None where nothing is told.
    """

    context: Context
    changed: bool
    replayed: bool = False
    event: ContextEvent | None = None
