"""The arguments of `scaffold_endpoint`: an endpoint context and what to do with its plan."""

from __future__ import annotations

from backwright.contexts.schemas.endpoint_v1 import EndpointContextV1


class ScaffoldEndpointInput(EndpointContextV1):
    """An endpoint, and what to do with its plan."""

    apply: bool = False
    """true writes the plan, all of it or nothing; needs expect."""
    expect: str | None = None
    """The digest of the plan that you were shown and that is to be written."""
    show: str | None = None
    """Show the whole diff of this one planned file."""

    def context(self) -> EndpointContextV1:
        """The endpoint alone."""
        return EndpointContextV1(**{name: getattr(self, name) for name in EndpointContextV1.model_fields})
