"""The project context, version 3: where a scaffold goes in a project that cannot be read without a doubt.

Every document of version 2 is one of version 3 with the same meaning.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backwright.contexts.schema import ContextModel, Schema, as_it_is
from backwright.contexts.schemas.project_v1 import RelativePath
from backwright.contexts.schemas.project_v2 import ProjectContextV2

Reference = Annotated[
    str,
    Field(max_length=255, pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*$"),
]


class ScaffoldConventions(ContextModel):
    """What a scaffold uses, where reading the project is not to decide; what is left out is found by looking."""

    root: RelativePath | None = None
    """The folder of the service in a repository of several, such as backend."""
    session: Reference | None = None
    """The dependency that gives the database session, as module:name."""
    auth: Reference | None = None
    """The dependency that says who calls, as module:name."""
    router: Reference | None = None
    """The application or router that new routers are mounted on, as module:name."""
    errors: Literal["detail", "text"] | None = None
    """What an error carries as `detail`: an object with a stable code, or a text, as handlers of the project expect."""


class ProjectContextV3(ProjectContextV2):
    """What Backwright is told about a project; every member may be left out."""

    scaffold: ScaffoldConventions = ScaffoldConventions()
    """What a scaffold uses in it."""


SCHEMA = Schema(
    type="project",
    version=3,
    model=ProjectContextV3,
    upgrade=as_it_is,
    examples=(
        {},
        {
            "scaffold": {
                "root": "backend",
                "session": "app.db:get_session",
                "auth": "app.auth:get_current_user",
                "router": "app.api:api_router",
                "errors": "text",
            }
        },
    ),
)
