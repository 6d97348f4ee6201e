"""A client that goes through all pages, while orders come in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from fastapi.testclient import TestClient
from shop.app import Order, OrderStore, create_app

START = datetime(2026, 3, 1, 10, tzinfo=UTC)
STEPS = 200


def order(number: int, second: int) -> Order:
    return Order(number, START + timedelta(seconds=second), f"customer {number}", f"fp_{number:08}")


def service(rows: list[Order]) -> tuple[TestClient, OrderStore]:
    store = OrderStore(rows)
    return TestClient(create_app(store), raise_server_exceptions=False, follow_redirects=False), store


def walk(client: TestClient, limit: int, meanwhile: Callable[[int], None] = lambda _: None) -> list[int]:
    seen: list[int] = []
    query: dict[str, str | int] = {"limit": limit}
    for step in range(STEPS):
        answer = client.get("/v1/orders", params=query)
        assert answer.status_code == 200, f"answered {answer.status_code}: {answer.text[:100]}"
        page = answer.json()
        assert len(page["items"]) <= limit, "more than was asked for"
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            return seen
        query = {"limit": limit, "after": page["next"]}
        meanwhile(step)
    raise AssertionError("the pages do not end")


def test_the_newest_come_first_and_all_come_once() -> None:
    client, _ = service([order(number, number) for number in range(1, 31)])
    assert walk(client, 7) == list(range(30, 0, -1))


def test_orders_of_the_same_second_all_come_once() -> None:
    client, _ = service([order(number, number // 20) for number in range(1, 61)])
    seen = walk(client, 7)
    assert sorted(seen) == list(range(1, 61)), "orders with equal times are skipped or repeated"


def test_orders_that_come_meanwhile_repeat_none() -> None:
    client, store = service([order(number, number) for number in range(1, 31)])
    seen = walk(client, 7, lambda step: store.rows.append(order(100 + step, 1_000 + step)))
    assert len(seen) == len(set(seen)), "orders are repeated"
    assert set(range(1, 31)) <= set(seen), "orders are skipped"


def test_a_last_page_that_is_full_is_the_last() -> None:
    client, _ = service([order(number, number) for number in range(1, 15)])
    assert client.get("/v1/orders", params={"limit": 14}).json()["next"] is None


def test_a_page_has_a_greatest_size() -> None:
    client, _ = service([order(number, number) for number in range(2_000)])
    answer = client.get("/v1/orders", params={"limit": 1_000_000})
    assert answer.status_code == 422 or len(answer.json()["items"]) <= 1_000, "a caller may ask for the whole table"


def test_a_cursor_that_no_page_gave_is_no_server_error() -> None:
    client, _ = service([order(1, 1)])
    for after in ("x", "9999-99-99T99:99:99+00:00_1", "' or 1=1", "1" * 5_000):
        assert client.get("/v1/orders", params={"after": after}).status_code < 500, after


def test_no_field_of_the_table_leaks() -> None:
    client, _ = service([order(1, 1)])
    assert set(client.get("/v1/orders").json()["items"][0]) == {"id", "placed_at", "customer"}
