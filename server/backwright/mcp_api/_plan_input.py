"""The arguments of `scaffold_endpoint`: an endpoint context whose parts are written short."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError, WithJsonSchema

from backwright.contexts.schema import JsonObject
from backwright.contexts.schemas.endpoint_v1 import EndpointContextV1, Operation
from backwright.contexts.shorthand import written_out
from backwright.errors import InvalidInputError
from backwright.mcp_api.tool import Closed, mistakes

# A part may be written out as an object of the context too; saying so would cost every conversation.
Short = Annotated[str | JsonObject, WithJsonSchema({"type": "string"})]


class ScaffoldEndpointInput(Closed):
    """An endpoint, as one writes it by hand."""

    resource: str
    """One of them, in snake_case."""
    fields: tuple[Short, ...] = Field(max_length=40)
    plural: str | None = None
    operations: tuple[Operation, ...] | None = Field(default=None, max_length=5)
    description: str | None = None

    def context(self) -> EndpointContextV1:
        """The endpoint.

        Raises:
            InvalidInputError: a part has another form, or they do not fit together.
        """
        given = self.model_dump(exclude_none=True)
        try:
            return EndpointContextV1.model_validate(written_out(given))
        except ValidationError as error:
            raise InvalidInputError(mistakes(error), hint="correct the arguments of scaffold_endpoint") from None
