"""Orders, and a queue whose worker is quick: it looks for the order while `send` still runs."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from shop.orders import TABLES, NewOrder, OrderService

GOOD = NewOrder("ada@example.org", "12 Analytical Lane", ["pen", "ink"])


def connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=0)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class Queue:
    def __init__(self, look: Callable[[], int]) -> None:
        self.look = look
        self.sent: list[tuple[str, str]] = []
        self.found: list[int] = []

    def send(self, task: str, **arguments: object) -> None:
        self.sent.append((task, json.dumps(arguments)))
        self.found.append(self.look())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "shop.db"
    connection = connect(file)
    connection.executescript(TABLES)
    connection.execute("INSERT INTO items VALUES ('pen'), ('ink')")
    connection.commit()
    connection.close()
    return file


def rows(file: Path, table: str) -> int:
    connection = connect(file)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def place(file: Path, order: NewOrder) -> tuple[Queue, int]:
    connection = connect(file)
    queue = Queue(lambda: rows(file, "order_lines"))
    try:
        return queue, OrderService(connection, queue).place(order)
    except sqlite3.IntegrityError:
        return queue, 0
    finally:
        connection.close()


def test_an_order_enqueues_one_receipt(file: Path) -> None:
    queue, order_id = place(file, GOOD)
    assert [task for task, _ in queue.sent] == ["receipts.send"]
    assert str(order_id) in queue.sent[0][1], "the job does not know which order"
    assert (rows(file, "orders"), rows(file, "order_lines")) == (1, 2)


def test_the_worker_finds_the_order(file: Path) -> None:
    assert place(file, GOOD)[0].found == [2], "the job starts before the order is committed"


def test_an_order_that_cannot_be_committed_sends_nothing(file: Path) -> None:
    queue, order_id = place(file, NewOrder("ada@example.org", "12 Analytical Lane", ["pen", "gold"]))
    assert (order_id, rows(file, "orders")) == (0, 0), "an order for what we do not sell was stored"
    assert queue.sent == [], "a receipt is mailed for an order that does not exist"


def test_the_message_holds_no_personal_data(file: Path) -> None:
    _, message = place(file, GOOD)[0].sent[0]
    assert "ada@" not in message and "Lane" not in message, f"the broker keeps {message}"
