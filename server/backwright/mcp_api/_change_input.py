"""The arguments of `scaffold_migration`, `scaffold_job` and `scaffold_test`: contexts in a line."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import ValidationError, WithJsonSchema

from backwright.contexts.changes import parse_change
from backwright.contexts.jobs import parse_job
from backwright.contexts.schema import JsonObject
from backwright.contexts.schemas.job_v1 import JobContextV1
from backwright.contexts.schemas.migration_v1 import MigrationContextV1
from backwright.contexts.schemas.test_v1 import TestContextV1
from backwright.errors import InvalidInputError
from backwright.mcp_api._scaffold_tool import ScaffoldInput
from backwright.mcp_api.tool import mistakes


class ScaffoldMigrationInput(ScaffoldInput):
    """A change of a table, as one writes it by hand."""

    change: str
    phase: Literal["contract"] | None = None

    def context(self) -> MigrationContextV1:
        """The change.

        Raises:
            InvalidInputError: it has another form, or its parts do not fit together.
        """
        given = parse_change(self.change) | ({"phase": self.phase} if self.phase else {})
        try:
            return MigrationContextV1.model_validate(given)
        except ValidationError as error:
            raise InvalidInputError(mistakes(error), hint="correct the change") from None


class ScaffoldJobInput(ScaffoldInput):
    """A job: its name and its arguments, and what few jobs need."""

    job: str
    more: Annotated[JsonObject, WithJsonSchema({"type": "object"})] | None = None

    def context(self) -> JobContextV1:
        """The job.

        Raises:
            InvalidInputError: a part has another form, or they do not fit together.
        """
        try:
            # As JSON, because a strict model takes a list for a tuple only from there.
            return JobContextV1.model_validate_json(json.dumps(parse_job(self.job.split(), self.more or {})))
        except ValidationError as error:
            raise InvalidInputError(mistakes(error), hint="correct the arguments of scaffold_job") from None


class ScaffoldTestInput(ScaffoldInput):
    """An operation: `POST /v1/orders`."""

    operation: str
    signed_in: str | None = None
    client: str | None = None

    def context(self) -> TestContextV1:
        """The operation.

        Raises:
            InvalidInputError: it is no method and path.
        """
        method, _, path = self.operation.strip().partition(" ")
        given = {"method": method.lower(), "path": path.strip(), "client": self.client, "signed_in": self.signed_in}
        try:
            return TestContextV1.model_validate(given)
        except ValidationError as error:
            raise InvalidInputError(mistakes(error), hint="write it as POST /v1/orders/{order_id}") from None
