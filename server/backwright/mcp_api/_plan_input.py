"""The arguments of `scaffold_endpoint`: an endpoint context whose parts are written short."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationError, WithJsonSchema

from backwright.contexts.schema import JsonObject
from backwright.contexts.schemas.endpoint_v1 import Operation
from backwright.contexts.schemas.endpoint_v2 import EndpointContextV2
from backwright.contexts.shorthand import written_out
from backwright.errors import InvalidInputError
from backwright.mcp_api._scaffold_tool import ScaffoldInput
from backwright.mcp_api.tool import mistakes

# A part may be written out as an object of the context too; saying so would cost every conversation.
Short = Annotated[str | JsonObject, WithJsonSchema({"type": "string"})]


class ScaffoldEndpointInput(ScaffoldInput):
    """An endpoint, as one writes it by hand."""

    resource: str
    """One of them, in snake_case."""
    fields: tuple[Short, ...] = Field(max_length=40)
    plural: str | None = None
    operations: tuple[Operation, ...] | None = Field(default=None, max_length=5)
    description: str | None = None
    more: Annotated[JsonObject, WithJsonSchema({"type": "object"})] | None = None
    """The members of an endpoint context that few endpoints need."""

    def context(self) -> EndpointContextV2:
        """The endpoint.

        Raises:
            InvalidInputError: a part has another form, or they do not fit together.
        """
        given = self.model_dump(exclude_none=True, exclude={"template"})
        more = given.pop("more", {})
        twice = next((name for name in more if name in type(self).model_fields), None)
        if twice is not None:
            raise InvalidInputError(f"{twice} is an argument, not a member of more", hint=f"give {twice} beside more")
        given |= more
        try:
            return EndpointContextV2.model_validate(written_out(given))
        except ValidationError as error:
            raise InvalidInputError(mistakes(error), hint="correct the arguments of scaffold_endpoint") from None
