"""BW505: an index is built on a table in use without `CONCURRENTLY`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._alembic import created_tables, statement, upgrades
from backwright.review.source import Source, keyword, lines_of, spread

_CREATES = re.compile(
    r"\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)[^;]*?\bON\s+(?:ONLY\s+)?[\"`]?(?P<table>\w+)", re.IGNORECASE
)
_POSTGRESQL = frozenset({"asyncpg", "pg8000", "psycopg", "psycopg-binary", "psycopg2", "psycopg2-binary"})


def _check(source: Source, facts: Facts) -> Iterator[Finding]:
    if facts.has_root and _POSTGRESQL.isdisjoint(facts.dependencies):
        return
    created = created_tables(source)
    blocking = [
        operation
        for operation in upgrades(source)
        if operation.name == "create_index"
        and operation.table not in created
        and keyword(operation.call, "postgresql_concurrently") is None
        and not spread(operation.call)
    ]
    by_sql = [
        operation
        for operation in upgrades(source)
        if (match := _CREATES.match(statement(operation) or "")) is not None and match["table"] not in created
    ]
    blocking = sorted([*blocking, *by_sql], key=lambda operation: operation.call.lineno)
    if blocking:
        more = f", and so do {len(blocking) - 1} more in this upgrade" if len(blocking) > 1 else ""
        yield Finding(
            tuple(line for operation in blocking for line in lines_of(operation.call)),
            f"this index keeps writers of `{blocking[0].table or 'the table'}` waiting while it is built{more}; "
            "on a large table build it with `postgresql_concurrently=True` in an autocommit block",
        )


RULE = Rule(
    code="BW505",
    name="blocking-index",
    kind="migration-index-locks",
    severity=Severity.INFO,
    summary="An index built without CONCURRENTLY: writes to the table wait until it is done.",
    check_source=_check,
    confidence=Confidence.LOW,
)
