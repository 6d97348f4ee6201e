"""What a path says of the code in it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

_KEPT: Final = 1024
"""Paths whose parts are remembered: each rule asks anew for each file."""
_TEST_PARTS = frozenset({"test", "tests", "testing", "e2e", "integration_tests", "unit_tests"})
_EXAMPLE_PARTS = frozenset(
    {"cookbook", "demo", "demos", "docs", "documentation", "example", "examples", "fixtures", "samples"}
)
_SCRIPT_PARTS = frozenset(
    {"script", "scripts", "bin", "tools", "dev", "devtools", "ci", ".github", "deploy", "terraform", "infra"}
)
_MIGRATION_PARTS = frozenset({"alembic", "migrations", "versions", "revisions"})


@lru_cache(_KEPT)
def directories(path: str) -> tuple[str, ...]:
    """The directories of a path, in lower case."""
    return tuple(part.lower() for part in PurePosixPath(path).parts[:-1])


@lru_cache(_KEPT)
def stem(path: str) -> str:
    """The file's name without its last suffix, in lower case."""
    return PurePosixPath(path).stem.lower()


@lru_cache(_KEPT)
def is_test(path: str) -> bool:
    """Whether a file is a test or helps tests."""
    name = stem(path)
    return (
        name.startswith("test_") or name.endswith(("_test", "_tests")) or name in {"conftest", "tests"}
    ) or not _TEST_PARTS.isdisjoint(directories(path))


def is_example(path: str) -> bool:
    """Whether a file is there to be read or tried, and never deployed."""
    return not _EXAMPLE_PARTS.isdisjoint(directories(path))


def is_script(path: str) -> bool:
    """Whether a file is run by hand or by a pipeline and not by the service."""
    return not _SCRIPT_PARTS.isdisjoint(directories(path)) or stem(path) in {"setup", "manage", "noxfile", "tasks"}


def is_migration(path: str) -> bool:
    """Whether a file lies where database migrations usually lie."""
    return not _MIGRATION_PARTS.isdisjoint(directories(path))
