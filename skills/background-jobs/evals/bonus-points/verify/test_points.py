"""Deliveries of the job, one after the other and one within the other."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from shop.points import create_tables, credit_points

POINTS = 40


def connect(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "shop.db"
    connection = connect(file)
    create_tables(connection)
    connection.execute("INSERT INTO accounts (customer_id) VALUES (1), (2)")
    connection.execute("INSERT INTO orders (id, customer_id) VALUES (7, 1), (8, 1)")
    connection.commit()
    connection.close()
    return file


def deliver(file: Path, order_id: int = 7, points_of: Callable[[int], int] = lambda _: POINTS) -> bool:
    """Whether the job ended well; what raises is delivered again later."""
    connection = connect(file)
    try:
        credit_points(connection, points_of, order_id)
    except (sqlite3.Error, ConnectionError):
        return False
    finally:
        connection.close()
    return True


def points(file: Path) -> list[int]:
    connection = connect(file)
    try:
        return [row[0] for row in connection.execute("SELECT points FROM accounts ORDER BY customer_id")]
    finally:
        connection.close()


def test_the_points_are_credited_and_committed(file: Path) -> None:
    assert deliver(file)
    assert points(file) == [POINTS, 0]


def test_each_order_counts(file: Path) -> None:
    assert deliver(file, 7) and deliver(file, 8)
    assert points(file) == [2 * POINTS, 0]


def test_a_second_delivery_credits_nothing_more(file: Path) -> None:
    assert deliver(file) and deliver(file)
    assert points(file) == [POINTS, 0], "the order was credited twice"


def test_a_delivery_while_the_first_still_runs_credits_nothing_more(file: Path) -> None:
    inner: list[bool] = []

    def slow(_: int) -> int:
        if not inner:
            inner.append(False)
            inner[0] = deliver(file)
        return POINTS

    ended = [deliver(file, points_of=slow), *inner]
    for _ in range(3):
        if not all(ended):
            ended = [deliver(file)]
    assert all(ended), "it never ends well"
    assert points(file) == [POINTS, 0], "two deliveries at once credited the order twice"


def test_a_delivery_that_failed_is_made_up_for(file: Path) -> None:
    def down(_: int) -> int:
        raise ConnectionError("marketing is down")

    assert not deliver(file, points_of=down), "the failure was swallowed, so nobody tries again"
    assert deliver(file)
    assert points(file) == [POINTS, 0]
