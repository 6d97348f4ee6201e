"""The service context, version 1: the whole service that `scaffold_service` writes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from backwright.contexts.schema import ContextModel, Schema
from backwright.contexts.schemas.endpoint_v1 import Identifier

ServiceName = Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Line = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f\u2028\u2029]*$")]


class ServiceContextV1(ContextModel):
    """A FastAPI service from its settings to its pipeline; what is off leaves no trace in it."""

    name: ServiceName
    """Name of the distribution and of the image, in lower case with hyphens, such as order-desk."""
    package: Identifier | None = None
    """Name of the import package where it is not the name with underscores."""
    description: Line = ""
    """One line about what it is for."""
    database: Literal["postgresql", "none"] = "postgresql"
    """postgresql in production and SQLite in development and tests, with SQLAlchemy 2 and Alembic."""
    auth: Literal["jwt", "none"] = "jwt"
    """jwt checks bearer tokens with issuer, audience, expiry and scopes."""
    cache: Literal["redis", "none"] = "redis"
    """redis adds a cache that a failing server turns into a miss."""
    rate_limit: bool = True
    """true limits the requests of each caller under /v1, counted in Redis."""
    jobs: Literal["dramatiq", "none"] = "dramatiq"
    """dramatiq adds a worker with an example job: idempotent, retried, with a dead letter queue."""
    metrics: bool = True
    """true serves Prometheus metrics at /metrics."""
    tracing: bool = True
    """true traces with OpenTelemetry and exports over OTLP where an endpoint is configured."""
    docker: bool = True
    """true adds a Dockerfile and a compose file."""
    ci: Literal["github", "gitlab", "none"] = "github"
    """The pipeline that checks each change."""
    pre_commit: bool = True
    """true adds hooks that check each commit."""


SCHEMA = Schema(
    type="service",
    version=1,
    model=ServiceContextV1,
    examples=(
        {"name": "order-desk", "description": "Takes orders and follows them."},
        {
            "name": "ping",
            "package": "ping_api",
            "database": "none",
            "auth": "none",
            "cache": "none",
            "rate_limit": False,
            "jobs": "none",
            "metrics": False,
            "tracing": False,
            "docker": False,
            "ci": "none",
            "pre_commit": False,
        },
    ),
)
