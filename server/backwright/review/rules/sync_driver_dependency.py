"""BW108: a synchronous database driver joins an application that runs on an event loop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.diagnostic import Confidence, Severity
from backwright.review.diff import FileDiff
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule

_DRIVERS = {
    "mysqlclient": "asyncmy",
    "psycopg2": "asyncpg or psycopg",
    "psycopg2-binary": "asyncpg or psycopg",
    "pymysql": "asyncmy",
}
_ASYNC = frozenset({"aiomysql", "asyncmy", "asyncpg", "psycopg"})
_FRAMEWORKS = frozenset({"aiohttp", "fastapi", "litestar", "starlette"})
_REQUIREMENT = re.compile(r"""\s*["']?(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[\w, -]*\])?\s*(?:["',=<>~!;@#]|$)""")
_MANIFEST = re.compile(r"pyproject\.toml|Pipfile|requirements[\w.-]*\.(?:txt|in)")


def _name(text: str) -> str | None:
    """The normalised name of the distribution that a line of a manifest asks for."""
    match = _REQUIREMENT.match(text)
    return None if match is None else match["name"].lower().replace("_", "-")


def _shown(file: FileDiff) -> frozenset[str]:
    """What the manifest asks for after the change, as far as the diff shows it."""
    lines = (line.text for hunk in file.hunks for line in hunk.lines if line.new is not None)
    return frozenset(name for text in lines if (name := _name(text)) is not None)


def _check(change: Change, facts: Facts) -> Iterator[Finding]:
    for file in change.files:
        if not _MANIFEST.fullmatch(PurePosixPath(file.path).name):
            continue
        known = facts.dependencies | _shown(file)
        # Beside an asynchronous driver it serves Alembic and scripts.
        if known.isdisjoint(_FRAMEWORKS) or not known.isdisjoint(_ASYNC):
            continue
        for line in (line for hunk in file.hunks for line in hunk.added):
            name = _name(line.text)
            if name in _DRIVERS and line.new is not None:
                yield Finding(
                    (line.new,),
                    f"`{name}` blocks the event loop with each query of an `async def`; use {_DRIVERS[name]}, or keep"
                    " the routes that query plain functions",
                    path=file.path,
                )


RULE = Rule(
    code="BW108",
    name="sync-driver-dependency",
    kind="async-sync-driver-dep",
    severity=Severity.INFO,
    summary="A synchronous database driver joins an asynchronous application, whose queries then stop the event loop.",
    check_change=_check,
    confidence=Confidence.LOW,
)
