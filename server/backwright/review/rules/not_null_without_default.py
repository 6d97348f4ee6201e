"""BW502: a column that must have a value is added to a table whose rows have none."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._alembic import Operation, created_tables, operations, statement, upgrades
from backwright.review.rules._calls import is_literal, text_of
from backwright.review.source import Source, keyword, last_name, lines_of, spread

_ADDS = re.compile(
    r"\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+|ONLY\s+)*[\"`]?(?P<table>\w+)[\"`]?\s+ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?"
    r"[\"`]?(?P<column>\w+)[\"`]?\s+(?!CONSTRAINT|FOREIGN|UNIQUE|CHECK)(?![^;]*\b(?:DEFAULT|GENERATED|SERIAL|IDENTITY)\b)"
    r"[^;]*\bNOT\s+NULL\b",
    re.IGNORECASE,
)
_FILLS_ITSELF = frozenset({"Computed", "Identity", "Sequence"})


def _column(operation: Operation) -> ast.Call | None:
    column = operation.arguments[0] if operation.arguments else keyword(operation.call, "column")
    return column if isinstance(column, ast.Call) and last_name(column.func) == "Column" else None


def _needs_value(column: ast.Call) -> bool:
    made = (last_name(argument.func) for argument in column.args if isinstance(argument, ast.Call))
    default = keyword(column, "server_default")
    return (
        is_literal(keyword(column, "nullable"), False)  # noqa: FBT003  # the literal looked for
        and (default is None or is_literal(default, None))
        and not spread(column)
        and _FILLS_ITSELF.isdisjoint(name for name in made if name)
    )


def _is_emptied(table: str, source: Source) -> bool:
    """Whether the revision deletes all rows of the table."""
    pattern = re.compile(
        rf"(DELETE\s+FROM|TRUNCATE(\s+TABLE)?)\s+[\"`]?{re.escape(table)}[\"`]?\s*(CASCADE)?;?", re.IGNORECASE
    )
    return any(pattern.fullmatch((statement(operation) or "").strip()) for operation in operations(source))


def _by_sql(source: Source, created: Container[str]) -> Iterator[Finding]:
    """The same, written in SQL."""
    for operation in upgrades(source):
        sql = statement(operation)
        match = _ADDS.match(sql) if sql is not None else None
        if match is not None and match["table"] not in created and not _is_emptied(match["table"], source):
            yield Finding(lines_of(operation.call), _message(match["table"], match["column"]))


def _message(table: str, column: str) -> str:
    return (
        f"`{table}.{column}` is added NOT NULL without a default: the upgrade fails on the first row; "
        "add a default, or add it nullable, fill it, then forbid NULL"
    )


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    created = created_tables(source)
    yield from _by_sql(source, created)
    for operation in operations(source):
        column = _column(operation) if operation.name == "add_column" else None
        downgrades = (operation.function or "").startswith("downgrade")
        if column is None or downgrades or operation.table in created or not _needs_value(column):
            continue
        if operation.table is not None and _is_emptied(operation.table, source):
            continue
        nullable = keyword(column, "nullable")
        name = text_of(column.args[0]) if column.args else None
        yield Finding(
            (*((nullable.lineno,) if nullable else ()), *lines_of(operation.call)),
            _message(operation.table or "the table", name or "the column"),
        )


RULE = Rule(
    code="BW502",
    name="not-null-without-default",
    kind="migration-notnull-no-default",
    severity=Severity.ERROR,
    summary="A NOT NULL column added without a server default: the upgrade fails on any table that has rows.",
    check_source=_check,
)
