"""Alembic revisions: which operations a file runs, on what, and in which direction."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backwright.review.diagnostic import Basis
from backwright.review.rules._calls import text_of
from backwright.review.source import Source, keyword, last_name

_TABLE_FIRST = frozenset({"add_column", "drop_column", "alter_column", "rename_table", "create_table", "drop_table"})
_TABLE_SECOND = frozenset({"create_index", "drop_constraint", "create_unique_constraint", "create_check_constraint"})
_DATA_SQL = re.compile(
    r"\s*(?:--.*\n\s*)*(UPDATE|INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE|WITH)\b", re.IGNORECASE
)
_WRITES = re.compile(r"\b(UPDATE|INSERT\s+INTO|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of `op` or of a batch of it.

    Args:
        name: the operation, such as `add_column`.
        table: the table it is on, where that is a literal.
        call: the call.
        arguments: its positional arguments, without the table that a batch leaves out.
        function: the function that it stands in, or None where none is in view.
    """

    name: str
    table: str | None
    call: ast.Call
    arguments: tuple[ast.expr, ...]
    function: str | None


def _batches(source: Source) -> Mapping[str, str | None]:
    """The table by the name that `with op.batch_alter_table("table") as name` gives to the batch."""
    blocks: list[ast.With | ast.AsyncWith] = [*source.nodes(ast.With), *source.nodes(ast.AsyncWith)]
    return {
        item.optional_vars.id: text_of(item.context_expr.args[0]) if item.context_expr.args else None
        for block in blocks
        for item in block.items
        if isinstance(item.context_expr, ast.Call)
        and isinstance(item.optional_vars, ast.Name)
        and last_name(item.context_expr.func) == "batch_alter_table"
    }


def function_name(source: Source, node: ast.AST) -> str | None:
    """The name of the function whose body holds the node, where it is in view and has one."""
    function = source.function_of(node)
    return None if function is None or isinstance(function, ast.Lambda) else function.name


def _may_be_revision(source: Source) -> bool:
    """Whether a file imports Alembic, or a hunk may come from one that does."""
    froms = (statement.module or "" for statement in source.nodes(ast.ImportFrom))
    plain = (alias.name for statement in source.nodes(ast.Import) for alias in statement.names)
    return source.basis is Basis.FRAGMENT or any(name.startswith("alembic") for name in (*froms, *plain))


def operations(source: Source) -> tuple[Operation, ...]:
    """Every Alembic operation of the source, in the order of the text."""
    return source.derived(_operations)


def _operations(source: Source) -> tuple[Operation, ...]:
    return tuple(_find_operations(source))


def _find_operations(source: Source) -> Iterator[Operation]:
    if not _may_be_revision(source):
        return
    batches = _batches(source)
    for call in source.calls():
        if not isinstance(call.func, ast.Attribute):
            continue
        name, owner = call.func.attr, call.func.value
        arguments: tuple[ast.expr, ...] = tuple(call.args)
        if source.qualified(call.func) == f"alembic.op.{name}":
            table = _table(name, call)
            arguments = arguments[1:] if name in _TABLE_FIRST else arguments
        elif isinstance(owner, ast.Name) and owner.id in batches:
            table = batches[owner.id]
        else:
            continue
        yield Operation(name, table, call, arguments, function_name(source, call))


def _table(name: str, call: ast.Call) -> str | None:
    place = 0 if name in _TABLE_FIRST else 1 if name in _TABLE_SECOND else None
    if place is None:
        return None
    if len(call.args) > place:
        return text_of(call.args[place])
    return text_of(keyword(call, "table_name"))


def upgrade_functions(source: Source) -> frozenset[str]:
    """The names of the functions that an upgrade runs: `upgrade`, `upgrade_<engine>`, and what only these call."""
    if not any(function.name.startswith("upgrade") for function in source.functions()):
        return frozenset()
    callers: dict[str, set[str | None]] = {}
    for call in source.calls():
        if isinstance(call.func, ast.Name):
            callers.setdefault(call.func.id, set()).add(function_name(source, call))

    def goes_up(function: str | None, seen: frozenset[str] = frozenset()) -> bool:
        if function is None or function in seen:
            return False
        by = callers.get(function, set())
        called = bool(by) and all(goes_up(caller, seen | {function}) for caller in by)
        return called or function.startswith("upgrade")

    return frozenset(function.name for function in source.functions() if goes_up(function.name))


def upgrades(source: Source) -> tuple[Operation, ...]:
    """The operations that an upgrade runs."""
    return source.derived(_upgrades)


def _upgrades(source: Source) -> tuple[Operation, ...]:
    functions = upgrade_functions(source)
    return tuple(operation for operation in operations(source) if operation.function in functions)


def created_tables(source: Source) -> frozenset[str]:
    """The tables that the upgrade makes, which hold no rows and which nobody reads yet."""
    return frozenset(
        operation.table for operation in upgrades(source) if operation.name == "create_table" and operation.table
    )


def statement(operation: Operation) -> str | None:
    """The text of the SQL that an `execute` runs, as far as it is a literal, through `text()` and f-strings."""
    return sql_of(operation.arguments[0]) if operation.name == "execute" and operation.arguments else None


def sql_of(node: ast.expr) -> str | None:
    """The literal text of an SQL expression; `?` stands for what is put into it."""
    if isinstance(node, ast.Call) and last_name(node.func) in {"text", "dedent", "DDL", "format"} and node.args:
        return sql_of(node.args[0])
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "?" if isinstance(part, ast.Constant) else "?" for part in node.values)
    return text_of(node)


def writes_rows(sql: str) -> bool:
    """Whether an SQL statement changes rows, and not the schema."""
    start = _DATA_SQL.match(sql)
    return start is not None and bool(_WRITES.search(sql))
