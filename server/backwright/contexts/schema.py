"""What a context schema is, and the published ones.

A published schema never changes: consumers hold contexts that were written against it. What has to change becomes the
next version in a module of its own (`schemas/<type>_v<N>.py`), and a test holds each published digest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from backwright._discover import discover
from backwright._files import digest

_TYPE = re.compile(r"[a-z][a-z0-9-]{0,62}")

JsonObject = dict[str, object]

# `Schema.type` shadows the builtin inside the class.
ModelType = type["ContextModel"]

Upgrade = Callable[[JsonObject], JsonObject]


def as_it_is(document: JsonObject) -> JsonObject:
    """The step to a version that takes every document of the one before, with the same meaning."""
    return dict(document)


class ContextModel(BaseModel):
    """The base of every context: closed, immutable, and no value is bent into another type.

    A member that is a tuple says `strict=False` for itself, or it would refuse the list that JSON and YAML give.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Schema:
    """One version of one type of context, declared as `SCHEMA` by its module.

    Args:
        type: what the context is about, in lower case: `endpoint`.
        version: from 1, without gaps.
        model: the Pydantic model that validates it.
        examples: documents that validate; shown to users in the published schema.
        upgrade: makes a document of the version before one of this version; version 1 has none.

    Raises:
        ValueError: the type or the version has another form, there is no example, or no step from the version before.
        pydantic.ValidationError: an example does not validate.
    """

    type: str
    version: int
    model: ModelType
    examples: tuple[Mapping[str, object], ...]
    upgrade: Upgrade | None = None

    def __post_init__(self) -> None:
        if not _TYPE.fullmatch(self.type):
            raise ValueError(f"a context type is lower-case letters, digits and hyphens, not {self.type!r}")
        if self.version < 1:
            raise ValueError(f"the versions of {self.type} start at 1, not {self.version}")
        if not self.examples:
            raise ValueError(f"{self.uri} needs an example")
        if (self.upgrade is None) != (self.version == 1):
            raise ValueError(f"{self.uri}: each version but the first has the step from the one before, as upgrade")
        for example in self.examples:
            self.model.model_validate_json(json.dumps(dict(example)))

    @property
    def uri(self) -> str:
        """The address of the schema, which is also its `$id`."""
        return f"context-schema://{self.type}/v{self.version}"

    def json_schema(self) -> JsonObject:
        """The JSON Schema (draft 2020-12) of the documents, as published."""
        body: JsonObject = self.model.model_json_schema(mode="validation")
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": self.uri,
            **body,
            "examples": [dict(example) for example in self.examples],
        }

    def canonical(self) -> bytes:
        """The published schema in one fixed form: sorted keys, no spaces, UTF-8."""
        text = json.dumps(self.json_schema(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return text.encode()

    @property
    def digest(self) -> str:
        """The digest of the canonical form."""
        return digest(self.canonical())


@cache
def published() -> tuple[Schema, ...]:
    """Every published schema, in the order of type and version."""
    from backwright.contexts import schemas

    return discover(schemas, "SCHEMA", Schema, key=lambda schema: f"{schema.type}/{schema.version:09}")
