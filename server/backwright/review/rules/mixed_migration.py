"""BW504: one upgrade changes the schema and the rows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.review.diagnostic import Severity
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._alembic import (
    created_tables,
    function_name,
    sql_of,
    upgrade_functions,
    upgrades,
    writes_rows,
)
from backwright.review.rules._calls import calls_in, receiver, text_of, value_bound_to
from backwright.review.source import Source, last_name, lines_of

_SCHEMA = frozenset(
    {
        "add_column",
        "alter_column",
        "create_foreign_key",
        "create_unique_constraint",
        "drop_column",
        "drop_table",
        "rename_table",
    }
)
_MUTATIONS = frozenset({"update", "insert", "delete"})
_WRITTEN = re.compile(r"(?:UPDATE|INTO|FROM|TRUNCATE(?:\s+TABLE)?)\s+[\"`]?(?P<table>\w+)", re.IGNORECASE)


def _literal_name(source: Source, table: ast.expr | None) -> str:
    """The name of a table object that is made in view, such as `sa.table("roles", ...)`; else the empty text."""
    made = value_bound_to(source, table)
    return text_of(made.args[0]) or "" if isinstance(made, ast.Call) and made.args else ""


def _written(source: Source, node: ast.expr) -> str | None:
    """The table whose rows the executed expression changes; empty where unknown, None where it changes none."""
    sql = sql_of(node)
    if sql is not None:
        match = _WRITTEN.search(sql) if writes_rows(sql) else None
        return match["table"] if match else None
    for call in calls_in(node):
        if last_name(call.func) in _MUTATIONS:
            return _literal_name(source, call.args[0] if call.args else receiver(call))
    return None


def _row_changes(source: Source) -> Iterator[ast.Call]:
    """The calls in the upgrade that change rows of a table that was there before."""
    functions, created = upgrade_functions(source), created_tables(source)
    for call in source.calls():
        name = last_name(call.func)
        if name not in {"execute", "bulk_insert"} or not call.args or function_name(source, call) not in functions:
            continue
        first = call.args[0]
        table = _literal_name(source, first) if name == "bulk_insert" else _written(source, first)
        if table is not None and table not in created:
            yield call


def _check(source: Source, _facts: Facts) -> Iterator[Finding]:
    created = created_tables(source)
    schema = [
        operation for operation in upgrades(source) if operation.name in _SCHEMA and operation.table not in created
    ]
    rows = list(_row_changes(source)) if schema else []
    if rows:
        first = schema[0]
        yield Finding(
            (*(call.lineno for call in rows), *(line for o in schema for line in lines_of(o.call))),
            f"the upgrade changes rows here and the schema with `{first.name}` in line {first.call.lineno}: "
            "the lock of the one is held as long as the other runs, and neither can be repeated alone; "
            "give the rows a revision of their own",
        )


RULE = Rule(
    code="BW504",
    name="mixed-migration",
    kind="migration-mixed",
    severity=Severity.WARNING,
    summary="One revision changes schema and rows: the table stays locked while rows are rewritten.",
    check_source=_check,
)
