"""The schemas that a document may be written against: those that ship with Backwright, and users' own."""

from __future__ import annotations

import json
from typing import Protocol

from pydantic import ValidationError

from backwright.contexts.canonical import shown, step
from backwright.contexts.schema import JsonObject, Schema, published
from backwright.contexts.store import Unit
from backwright.errors import InvalidBodyError, SchemaUnknownError


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
            known = ", ".join(schema.uri for schema in published())
            raise SchemaUnknownError("no schema of that type and version is known", hint=f"there are {known}")
        return found


def _places(error: ValidationError) -> list[dict[str, str]]:
    places: list[dict[str, str]] = []
    for problem in error.errors(include_url=False, include_context=False, include_input=False)[:20]:
        pointer = ""
        for part in problem["loc"]:
            pointer = step(pointer, part)
        places.append({"pointer": shown(pointer), "message": problem["msg"].removeprefix("Value error, ")})
    return places
