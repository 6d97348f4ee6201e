"""Orders over HTTP, and by the nightly job, which knows no HTTP."""

import pytest
from fastapi import HTTPException
from fastapi.testclient import TestClient
from shop.app import create_app
from shop.services.orders import place_order


class Warehouse:
    def __init__(self, available: int | None = 5, silent: bool = False) -> None:
        self.available, self.silent = available, silent
        self.taken: list[int] = []

    def stock(self, sku: str) -> int | None:
        if self.silent:
            raise TimeoutError("10.0.3.7:8080 timed out")
        return self.available

    def take(self, sku: str, count: int) -> int:
        self.taken.append(count)
        return 42


def answer(warehouse: Warehouse, count: int = 3) -> tuple[int, dict[str, object]]:
    client = TestClient(create_app(warehouse), raise_server_exceptions=False)
    found = client.post("/v1/orders", json={"sku": "desk", "count": count})
    try:
        return found.status_code, found.json()
    except ValueError:
        return found.status_code, {}


def test_what_is_there_is_ordered_to_the_last_piece() -> None:
    assert answer(Warehouse(), 5) == (201, {"number": 42})


def test_what_is_out_of_stock_is_refused_in_the_envelope() -> None:
    warehouse = Warehouse(available=2)
    code, body = answer(warehouse)
    assert code == 409, f"answered {code}"
    assert set(body) == {"error"}, f"another body than every other failure has: {body}"
    assert body["error"]["code"] == "OUT_OF_STOCK"
    assert body["error"]["details"] == {"sku": "desk", "available": "2"}
    assert warehouse.taken == []


def test_a_warehouse_that_does_not_answer_is_503_in_the_envelope() -> None:
    code, body = answer(Warehouse(silent=True))
    assert code == 503, f"answered {code}"
    assert set(body) == {"error"}, f"another body than every other failure has: {body}"
    assert body["error"]["code"] == "WAREHOUSE_UNAVAILABLE"
    assert "10.0.3.7" not in str(body), "the text of the exception went out"


def test_an_unknown_item_is_answered_as_before() -> None:
    code, body = answer(Warehouse(available=None))
    assert (code, body["error"]["code"]) == (404, "UNKNOWN_ITEM")


def test_the_service_knows_no_web_framework() -> None:
    with pytest.raises(Exception) as caught:
        place_order(Warehouse(available=2), "desk", 3)
    assert not isinstance(caught.value, HTTPException), "the nightly job gets an HTTPException"


def test_the_cause_of_a_translated_failure_is_kept() -> None:
    with pytest.raises(Exception) as caught:
        place_order(Warehouse(silent=True), "desk", 3)
    cause = caught.value if isinstance(caught.value, TimeoutError) else caught.value.__cause__
    assert isinstance(cause, TimeoutError), "nobody can see that it was the warehouse's time-out"
