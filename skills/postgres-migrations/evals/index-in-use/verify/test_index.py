"""The index, as PostgreSQL would be told to build it."""

import re
from collections.abc import Callable
from types import ModuleType

from shop.models import Order

Statements = Callable[..., list[str]]
CREATE = re.compile(
    r"CREATE (UNIQUE )?INDEX (CONCURRENTLY )?(IF NOT EXISTS )?(?P<name>\w+) ON (public\.)?orders[^(]*\((?P<columns>.*?)\)",
    re.IGNORECASE,
)


def concurrent(statements: Statements, step: str, verb: str) -> None:
    """AssertionError unless each index is made or dropped beside those who write, and outside of a transaction."""
    inside, seen = False, 0
    for statement in statements("0002", step):
        inside = (inside or statement == "BEGIN") and statement != "COMMIT"
        if statement.upper().startswith(f"{verb} INDEX") or statement.upper().startswith(f"{verb} UNIQUE INDEX"):
            seen += 1
            assert "CONCURRENTLY" in statement.upper(), f"whoever writes waits: {statement}"
            assert not inside, f"PostgreSQL refuses it in a transaction: {statement}"
    assert seen, f"no index: {statements('0002', step)}"


def created(statements: Statements) -> re.Match[str]:
    found = [match for each in statements("0002") if (match := CREATE.match(each))]
    assert len(found) == 1, f"{len(found)} indexes"
    return found[0]


def test_the_revision_follows_the_first(revision: Callable[[str], ModuleType]) -> None:
    assert revision("0002").down_revision == "0001"


def test_the_index_serves_filter_and_order(statements: Statements) -> None:
    columns = [column.split()[0].strip('"') for column in created(statements)["columns"].split(",")]
    assert columns[:2] == ["customer_id", "created_at"], f"it is over {columns}"


def test_orders_can_be_written_while_it_is_built(statements: Statements) -> None:
    concurrent(statements, "upgrade", "CREATE")


def test_orders_can_be_written_while_it_is_dropped(statements: Statements) -> None:
    concurrent(statements, "downgrade", "DROP")


def test_the_model_has_the_index(statements: Statements) -> None:
    assert created(statements)["name"] in {str(index.name) for index in Order.metadata.tables["orders"].indexes}
