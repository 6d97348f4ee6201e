"""Stored contexts and registered schemas as resources: what there is for a caller, and what each address holds."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mcp_types import Annotations, Resource, ResourceTemplate

from backwright.errors import BackwrightError, ContextNotFoundError, InvalidInputError, UnknownUriError
from backwright.mcp_api._mime import JSON
from backwright.mcp_api.skills_extension import RELEASED_TTL_MS

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.contexts.context import Address, Caller, Context

_LOG = logging.getLogger(__name__)

LATEST_TTL_MS: Final = 5_000
META: Final = "dev.backwright/context"
"""What `_meta` of a document says of it: version, type, digest, etag and labels."""

CONTEXT_TEMPLATE: Final = "context://{namespace}/{name}"
VERSION_TEMPLATE: Final = "context://{namespace}/{name}/v/{version}"
SCHEMA_TEMPLATE: Final = "context-schema://{type}/v{version}"

TEMPLATES: Final = (
    ResourceTemplate(
        uri_template=VERSION_TEMPLATE,
        name="context-version",
        title="A version of a context",
        description="A document as it was; it never changes.",
        mime_type=JSON,
    ),
    ResourceTemplate(
        uri_template=CONTEXT_TEMPLATE,
        name="context",
        title="A context",
        description="The latest version of a document that a team works by.",
        mime_type=JSON,
    ),
)

SCHEMA: Final = ResourceTemplate(
    uri_template=SCHEMA_TEMPLATE,
    name="context-schema",
    title="The schema of a context",
    description="A version of a JSON Schema, published or registered; it never changes.",
    mime_type="application/schema+json",
)

# One canonical form each; what a name may be is the address's own to say.
_CONTEXT: Final = re.compile(r"context://([a-z0-9._-]{1,63})/([a-z0-9._-]{1,63})(?:/v/([1-9][0-9]{0,8}))?")
_SCHEMA: Final = re.compile(r"context-schema://([a-z][a-z0-9-]{0,62})/v([1-9][0-9]{0,8})")
_FIRST: Final = "contexts"
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Read:
    """What an address holds.

    Args:
        text: the document.
        mime_type: its type.
        ttl_ms: how long a client may keep it.
        public: whether a shared cache may keep it.
        meta: what the document itself does not say.
    """

    text: str
    mime_type: str
    ttl_ms: int
    public: bool
    meta: dict[str, Any] | None = None


class StoredContexts:
    """The contexts of an app, where it offers any."""

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def offered(self) -> bool:
        """Whether a client of this server is shown contexts."""
        return self._app.settings.offers_contexts

    def listed(self, caller: Caller, cursor: str | None, room: int) -> tuple[list[Resource], str | None]:
        """Some of the contexts that a caller may read, and the cursor for the rest.

        Args:
            caller: who asks.
            cursor: where to go on; None from the first.
            room: at most so many; 0 for none but the cursor.

        Raises:
            InvalidCursorError: the cursor is none of ours.
            StoreUnavailableError: the store cannot be reached.
        """
        if room < 1:
            return [], _FIRST
        after = None if cursor in {None, _FIRST} else (cursor or "").removeprefix(f"{_FIRST}.")
        page = self._app.contexts.list(caller, cursor=after, limit=min(room, _MOST))
        more = None if page.cursor is None else f"{_FIRST}.{page.cursor}"
        return [_resource(context) for context in page.items], more

    def first(self, caller: Caller, room: int) -> tuple[list[Resource], str | None]:
        """As `listed` from the first; none where the store is lost, so that everything else is still listed."""
        try:
            return self.listed(caller, None, room)
        except BackwrightError as error:
            _LOG.warning("contexts are left out of the list: %s: %s", error.code, error.message)
            return [], None

    @staticmethod
    def is_cursor(cursor: str | None) -> bool:
        """Whether a cursor is one of `listed`."""
        return cursor is not None and cursor.partition(".")[0] == _FIRST

    def read(self, caller: Caller, uri: str) -> Read | None:
        """What a context or a registered schema holds; None for an address of something else.

        Raises:
            UnknownUriError: there is nothing, or nothing for this caller.
            StoreUnavailableError: the store cannot be reached.
        """
        found = _CONTEXT.fullmatch(uri)
        if found is not None:
            return self._context(caller, uri, found)
        registered = _SCHEMA.fullmatch(uri)
        return None if registered is None else self._schema(uri, registered[1], int(registered[2]))

    def _context(self, caller: Caller, uri: str, found: re.Match[str]) -> Read:
        from backwright.contexts.context import Address

        try:
            address = Address(found[1], found[2])
            context = self._app.contexts.get(caller, address, version=int(found[3]) if found[3] else None)
        except (ContextNotFoundError, InvalidInputError):
            raise UnknownUriError("resource", uri) from None
        if context.deleted:
            raise UnknownUriError("resource", uri)
        ttl = RELEASED_TTL_MS if found[3] else LATEST_TTL_MS
        return Read(context.text, JSON, ttl, public=False, meta={META: _facts(context)})

    def _schema(self, uri: str, kind: str, version: int) -> Read:
        stored = self._app.contexts.store.read(lambda unit: unit.schema(kind, version))
        if stored is None:
            raise UnknownUriError("resource", uri)
        return Read(stored.text, SCHEMA.mime_type or JSON, RELEASED_TTL_MS, public=True)

    # Completions

    def schemas(self) -> Sequence[tuple[str, int]]:
        """Type and version of each schema, published and registered, in their order."""
        if not self.offered:
            return [(schema.type, schema.version) for schema in self._app.schemas()]
        return [(schema.type, schema.version) for schema in self._app.contexts.schemas()]

    def namespaces(self, caller: Caller) -> Iterable[str]:
        """The namespaces in which a caller may read something, sorted."""
        return dict.fromkeys(address.namespace for address in self._addresses(caller, None))

    def names(self, caller: Caller, known: Mapping[str, str]) -> Iterable[str]:
        """The names in the namespace that is known; without one, all of them."""
        return dict.fromkeys(address.name for address in self._addresses(caller, known.get("namespace")))

    def versions(self, caller: Caller, known: Mapping[str, str]) -> Iterable[str]:
        """The versions of the context that is known, the newest first."""
        from backwright.contexts.context import Address

        try:
            address = Address(known.get("namespace", ""), known.get("name", ""))
            page = self._app.contexts.history(caller, address, limit=100)
        except (ContextNotFoundError, InvalidInputError):
            return ()
        return [str(context.version) for context in page.items if not context.deleted]

    def _addresses(self, caller: Caller, namespace: str | None) -> Iterable[Address]:
        try:
            page = self._app.contexts.list(caller, namespace=namespace, limit=_MOST)
        except InvalidInputError:
            return ()
        return [context.address for context in page.items]


def _resource(context: Context) -> Resource:
    address = context.address
    return Resource(
        uri=address.uri,
        name=f"{address.namespace}/{address.name}",
        title=f"{address.name} of {address.namespace}",
        description=f"A context of type {context.type}/v{context.type_version}, version {context.version}.",
        mime_type=JSON,
        size=len(context.text.encode()),
        annotations=Annotations(last_modified=context.updated_at.isoformat(timespec="seconds")),
    )


def _facts(context: Context) -> dict[str, object]:
    return {
        "version": context.version,
        "uri": context.uri,
        "type": f"{context.type}/v{context.type_version}",
        "schema": context.schema_uri,
        "digest": context.digest,
        "etag": context.etag,
        "labels": dict(context.labels),
    }
