"""The arguments of `backwright scaffold service` that say which service, and the context that they come to."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from backwright.contexts.schemas.service_v1 import ServiceContextV1

PARTS: Final = {
    "database": "PostgreSQL, SQLite in development, SQLAlchemy and Alembic",
    "auth": "JSON Web Tokens with scopes",
    "cache": "a cache in Redis",
    "rate_limit": "a limit of requests for each caller",
    "jobs": "a Dramatiq worker",
    "metrics": "Prometheus metrics",
    "tracing": "OpenTelemetry traces",
    "docker": "Dockerfile and compose file",
    "pre_commit": "hooks that check each commit",
}
"""What a service has unless it is left out, by the member of the context."""


def add_service_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("name", metavar="NAME", help="in lower case with hyphens: order-desk")
    parser.add_argument("--package", help="the import package (default: the name with underscores)")
    parser.add_argument("--description", help="one line about what it is for")
    for part, what in PARTS.items():
        flag = f"--no-{part.replace('_', '-')}"
        parser.add_argument(flag, dest="without", action="append_const", const=part, help=f"leave out: {what}")
    parser.add_argument("--ci", choices=("github", "gitlab", "none"), help="the pipeline (default: github)")


def service_context(arguments: argparse.Namespace) -> ServiceContextV1:
    """The service that the arguments describe.

    Raises:
        InvalidInputError: a part has another form; the message names it.
    """
    from pydantic import ValidationError

    from backwright.contexts.schemas.service_v1 import ServiceContextV1
    from backwright.contexts.shorthand import without_parts
    from backwright.errors import InvalidInputError

    members = ("name", "package", "description", "ci")
    given = {member: value for member in members if (value := getattr(arguments, member)) is not None}
    try:
        return ServiceContextV1.model_validate(without_parts(given, arguments.without or ()))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"{place}: {first['msg']}", hint="see `backwright scaffold service --help`") from error
