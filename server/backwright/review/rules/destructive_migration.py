"""BW503: an upgrade that takes away what running code still reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._alembic import Operation, created_tables, statement, upgrades
from backwright.review.rules._calls import text_of
from backwright.review.source import Source, keyword, lines_of

_SQL = re.compile(
    r"\s*(?:DROP\s+TABLE\s|ALTER\s+TABLE\s+.*\b(?:DROP\s+COLUMN|RENAME\s+(?:COLUMN|TO))\s)", re.IGNORECASE | re.DOTALL
)
_TEMPORARY = re.compile(r"tmp|temp|backup|_old$|_new$", re.IGNORECASE)


def _column(operation: Operation) -> str | None:
    return text_of(operation.arguments[0]) if operation.arguments else None


def _what(operation: Operation) -> str | None:
    """What the operation takes away or renames, in words; None for one that does neither."""
    table = operation.table or "a table"
    if operation.name == "drop_column":
        return f"drops the column `{table}.{_column(operation) or '?'}`"
    if operation.name == "drop_table":
        return f"drops the table `{table}`"
    if operation.name == "rename_table":
        return f"renames the table `{table}`"
    if operation.name == "alter_column" and keyword(operation.call, "new_column_name") is not None:
        return f"renames the column `{table}.{_column(operation) or '?'}`"
    sql = statement(operation)
    return f"runs `{' '.join(sql.split())[:40]}`" if sql is not None and _SQL.match(sql) else None


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    made = created_tables(source)
    for operation in upgrades(source):
        what = _what(operation)
        passing = operation.table in made or _TEMPORARY.search(operation.table or "") is not None
        if what is not None and not passing:
            yield Finding(
                lines_of(operation.call),
                f"the upgrade {what}, which the code that runs during the deployment still uses; "
                "ship the code that no longer needs it first, then take it away in a later revision",
            )


RULE = Rule(
    code="BW503",
    name="destructive-migration",
    kind="migration-destructive",
    aggregate="always",
    severity=Severity.WARNING,
    summary="An upgrade that drops or renames a table or a column: code that still runs breaks, and data is gone.",
    check_source=_check,
)
