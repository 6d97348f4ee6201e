"""A service context to the plan of a whole service."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.disk import check_whole
from backwright.scaffold.plan import Plan
from backwright.scaffold.record import Layout, records
from backwright.scaffold.render import Style
from backwright.scaffold.single import Subject, plan_single, record_name
from backwright.scaffold.template import load_template

KIND = "service"

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PACKAGE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_MAX_NAME = 50
# A package of one of these names would hide what the service itself imports.
_LIBRARIES = frozenset[str]().union(
    ["aiosqlite", "alembic", "anyio", "asyncpg", "coverage", "dramatiq", "fastapi", "greenlet", "httpx2", "jwt"],
    ["mypy", "opentelemetry", "pip", "prometheus_client", "pydantic", "pydantic_settings", "pytest", "pytest_asyncio"],
    ["redis", "ruff", "sqlalchemy", "starlette", "structlog", "uvicorn", "migrations", "src", "test", "tests"],
)


@dataclass(frozen=True)
class Service:
    """What the templates know about the service under the name `s`.

    Args:
        name: of the distribution and of the image, with hyphens.
        package: of the imports.
        description: one line, or an empty string.
        database: whether it keeps anything.
        auth: whether callers bring a token.
        cache: whether it caches in Redis.
        rate_limit: whether it counts requests in Redis.
        jobs: whether it has a worker.
        metrics: whether Prometheus can ask it.
        tracing: whether it traces.
        docker: whether it is built into an image.
        ci: `github`, `gitlab` or `none`.
        pre_commit: whether commits are checked.
    """

    name: str
    package: str
    description: str
    database: bool
    auth: bool
    cache: bool
    rate_limit: bool
    jobs: bool
    metrics: bool
    tracing: bool
    docker: bool
    ci: str
    pre_commit: bool

    @property
    def root(self) -> str:
        """The folder of the package."""
        return f"src/{self.package}"

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name.replace("-", " ").capitalize()

    @property
    def redis(self) -> bool:
        """Whether the application itself speaks to Redis; the worker's broker has connections of its own."""
        return self.cache or self.rate_limit

    @property
    def needs_redis(self) -> bool:
        """Whether a Redis has to run beside it."""
        return self.redis or self.jobs

    @property
    def needs(self) -> bool:
        """Whether it depends on anything that can be away."""
        return self.database or self.redis


def plan_service(root: Path, template_dir: Path, values: Mapping[str, object], *, mark: bool = False) -> Plan:
    """What writing the whole service into `root` would do; nothing is written.

    Args:
        root: the folder of the service; it may be empty, but must exist.
        template_dir: the folder that holds `template.yaml` and `files/`.
        values: a `ServiceContext` as JSON values.
        mark: write what cannot be merged into the files between markers, instead of calling it a conflict.

    Raises:
        InvalidInputError: a value is unusable; the message names it.
        UnsupportedProjectError: there is another service here.
        PlanConflictError: something that is no text file stands where a file should be.
        PathOutsideRootError: a target would lead through a link.
        ToolUnavailableError: ruff is missing or failed.
        ScaffoldInterruptedError: an earlier write was killed half way and not put back.
    """
    service = read_service(values)
    if not root.is_dir():
        raise InvalidInputError(f"{root} is no folder", hint="make it first, or give another root")
    check_whole(root)
    record = record_name(KIND, service.package)
    others = [name for name in records(root) if name.startswith(f"{KIND}-") and name != record]
    if others:
        raise UnsupportedProjectError(
            f"the folder holds {others[0]} already", hint="use its name, or give the other service a folder of its own"
        )
    subject = Subject(
        name=service.package,
        values={key: value for key, value in values.items() if key != "project"},
        variables={"s": service},
        style=Style(first_party=(service.package,)),
        layout=Layout(source_root="src", package=service.package, tests="tests", migrations="migrations"),
        notes=_notes(service, values),
    )
    return plan_single(root, load_template(template_dir), subject, mark=mark)


def read_service(values: Mapping[str, object]) -> Service:
    """The service that the values describe.

    Raises:
        InvalidInputError: a value is unusable; the message names it.
    """
    name, description = values.get("name"), values.get("description", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        raise InvalidInputError(
            f"name {str(name)[:80]!r} is not lower-case words with hyphens of at most {_MAX_NAME} characters",
            hint="use letters, digits and single hyphens, and start with a letter: order-desk",
        )
    if not isinstance(description, str) or _CONTROL.search(description):
        raise InvalidInputError("description is not one line of text", hint="write one sentence without line breaks")
    return Service(
        name=name,
        package=_package(values, name),
        description=description,
        database=values.get("database", "postgresql") != "none",
        auth=values.get("auth", "jwt") != "none",
        cache=values.get("cache", "redis") != "none",
        rate_limit=bool(values.get("rate_limit", True)),
        jobs=values.get("jobs", "dramatiq") != "none",
        metrics=bool(values.get("metrics", True)),
        tracing=bool(values.get("tracing", True)),
        docker=bool(values.get("docker", True)),
        ci=str(values.get("ci", "github")),
        pre_commit=bool(values.get("pre_commit", True)),
    )


def _package(values: Mapping[str, object], name: str) -> str:
    package = values.get("package") or name.replace("-", "_")
    if not isinstance(package, str) or not _PACKAGE.fullmatch(package) or len(package) > _MAX_NAME:
        raise InvalidInputError(
            f"package {str(package)[:80]!r} is no snake_case identifier", hint="use letters, digits and underscores"
        )
    if package in _LIBRARIES or package in sys.stdlib_module_names or keyword.iskeyword(package):
        raise InvalidInputError(
            f"package {package!r} would hide another module of that name", hint=f"choose another: {package}_service"
        )
    return package


def _notes(service: Service, values: Mapping[str, object]) -> tuple[str, ...]:
    notes = ["then: uv sync && cp .env.example .env && uv run pytest"]
    if service.database:
        notes.append("scaffold_endpoint adds resources to it")
    if values.get("project"):
        notes.append(
            f"the layout in backwright.yaml is for what is there; this is src/{service.package}, tests, migrations"
        )
    return tuple(notes)
