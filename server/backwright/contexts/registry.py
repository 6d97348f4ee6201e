"""The schemas that a document may be written against: those that ship with Backwright, and users' own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final, Protocol

from pydantic import ValidationError

from backwright.contexts import dialect, steps
from backwright.contexts.canonical import shown, step
from backwright.contexts.schema import JsonObject, Schema, published
from backwright.contexts.store import StoredSchema, Unit
from backwright.errors import InvalidBodyError, SchemaUnknownError

_SHOWN: Final = 40


class Registry(Protocol):
    """What the service asks about schemas."""

    def check(self, unit: Unit, kind: str, version: int | None, body: JsonObject, /) -> int:
        """The version of the schema that a document validates against: the one that is asked for, or the latest.

        Raises:
            SchemaUnknownError: there is none such.
            InvalidBodyError: the document does not validate.
        """

    def upgrade(self, unit: Unit, kind: str, body: JsonObject, /, *, version: int, wanted: int) -> JsonObject:
        """A document of one version of a schema as one of a later version.

        Raises:
            SchemaUnknownError: there is no such version, or no way from the one to the other.
        """


class Published:
    """The schemas that ship with Backwright; see `Registry`."""

    def check(self, _unit: Unit, kind: str, version: int | None, body: JsonObject) -> int:
        """See `Registry.check`."""
        schema = self._find(kind, version)
        try:
            # As JSON, because strict models take a list for a tuple and a string for a date only from there.
            schema.model.model_validate_json(json.dumps(body))
        except ValidationError as error:
            raise InvalidBodyError(_places(error)) from None
        return schema.version

    def upgrade(self, _unit: Unit, kind: str, body: JsonObject, *, version: int, wanted: int) -> JsonObject:
        """See `Registry.upgrade`."""
        steps = [schema for schema in published() if schema.type == kind and version < schema.version <= wanted]
        if self._find(kind, wanted).version < self._find(kind, version).version:
            raise SchemaUnknownError(
                f"{kind}/v{version} cannot be read as v{wanted}, which is earlier", hint="read it at its own version"
            )
        for schema in steps:
            body = body if schema.upgrade is None else schema.upgrade(body)
        return body

    def _find(self, kind: str, version: int | None) -> Schema:
        versions = [schema for schema in published() if schema.type == kind]
        found = next((schema for schema in reversed(versions) if version in {None, schema.version}), None)
        if found is None:
            raise _unknown(())
        return found


class Joined:
    """The schemas that ship with Backwright, and beside them those that users registered; see `Registry`.

    A type that ships is never looked for among the registered ones: nobody can register it.
    """

    def __init__(self) -> None:
        self._published = Published()

    def check(self, unit: Unit, kind: str, version: int | None, body: JsonObject) -> int:
        """See `Registry.check`."""
        if _ships(kind):
            return self._published.check(unit, kind, version, body)
        schema = _registered(unit, kind, version)
        dialect.check(schema.text, body)
        return schema.version

    def upgrade(self, unit: Unit, kind: str, body: JsonObject, *, version: int, wanted: int) -> JsonObject:
        """See `Registry.upgrade`. By the `steps` of each version; without any, a document that validates is of it."""
        if _ships(kind):
            return self._published.upgrade(unit, kind, body, version=version, wanted=wanted)
        schema = _registered(unit, kind, wanted)
        for number in range(version + 1, wanted + 1):
            body = steps.taken(json.loads(_registered(unit, kind, number).text), body)
        try:
            dialect.check(schema.text, body)
        except InvalidBodyError as error:
            raise SchemaUnknownError(
                f"this document of {kind}/v{version} is none of v{wanted}: {error.message}",
                hint="read it at its own version",
            ) from None
        return body


def _ships(kind: str) -> bool:
    return any(schema.type == kind for schema in published())


def _registered(unit: Unit, kind: str, version: int | None) -> StoredSchema:
    found = unit.schema(kind, version)
    if found is None:
        raise _unknown(unit.schemas(None))
    return found


def _unknown(registered: Sequence[StoredSchema]) -> SchemaUnknownError:
    # Without what the caller sent: it may be anything.
    uris = [schema.uri for schema in published()] + [schema.uri for schema in registered]
    more = f" and {len(uris) - _SHOWN} more" if len(uris) > _SHOWN else ""
    return SchemaUnknownError(
        "no schema of that type and version is known", hint=f"there are {', '.join(uris[:_SHOWN])}{more}"
    )


def _places(error: ValidationError) -> list[dict[str, str]]:
    places: list[dict[str, str]] = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False)[:20]:
        pointer = ""
        for part in problem["loc"]:
            pointer = step(pointer, part)
        places.append({"pointer": shown(pointer), "message": problem["msg"].removeprefix("Value error, ")})
    return places
