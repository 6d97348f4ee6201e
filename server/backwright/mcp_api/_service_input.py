"""The arguments of `scaffold_service`: a service context whose parts are left out by name."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationError

from backwright.contexts.schemas.service_v1 import ServiceContextV1
from backwright.contexts.shorthand import without_parts
from backwright.errors import InvalidInputError
from backwright.mcp_api._scaffold_tool import ScaffoldInput
from backwright.mcp_api.tool import mistakes

Part = Literal["database", "auth", "cache", "rate_limit", "jobs", "metrics", "tracing", "docker", "ci", "pre_commit"]


class ScaffoldServiceInput(ScaffoldInput):
    """A service, as one writes it by hand."""

    name: str
    """In lower case with hyphens."""
    without: tuple[Part, ...] = Field(default=(), max_length=10)
    ci: Literal["github", "gitlab"] | None = None
    package: str | None = None
    description: str | None = None

    def context(self) -> ServiceContextV1:
        """The service.

        Raises:
            InvalidInputError: a part has another form, or they contradict each other.
        """
        given = self.model_dump(exclude_none=True, exclude={"without", "template"})
        try:
            return ServiceContextV1.model_validate(without_parts(given, self.without))
        except ValidationError as error:
            raise InvalidInputError(mistakes(error), hint="correct the arguments of scaffold_service") from None
