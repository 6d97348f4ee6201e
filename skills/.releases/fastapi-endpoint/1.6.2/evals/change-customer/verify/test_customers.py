"""Changes of a customer as clients send them."""

import pytest
from fastapi.testclient import TestClient
from shop.app import Customer, Customers, create_app

ROW = Customer(7, "Ada", "ada@example.com", note="call first", credit_limit=100)


@pytest.fixture
def table() -> Customers:
    return Customers(ROW)


@pytest.fixture
def client(table: Customers) -> TestClient:
    return TestClient(create_app(table), raise_server_exceptions=False)


def test_what_is_sent_is_changed_and_the_rest_stays(client: TestClient, table: Customers) -> None:
    answer = client.patch("/v1/customers/7", json={"name": "Ada L."})
    assert answer.status_code == 200, f"answered {answer.status_code}"
    assert answer.json() == {"id": 7, "name": "Ada L.", "email": "ada@example.com", "note": "call first"}
    assert table.rows[7].credit_limit == 100


def test_nothing_sent_changes_nothing(client: TestClient, table: Customers) -> None:
    assert client.patch("/v1/customers/7", json={}).status_code == 200
    assert table.rows[7] == ROW


def test_null_clears_the_note(client: TestClient, table: Customers) -> None:
    client.patch("/v1/customers/7", json={"note": None})
    assert table.rows[7].note is None, "the note is still there"


def test_null_for_what_everybody_has_is_refused(client: TestClient, table: Customers) -> None:
    for field in ("name", "email"):
        assert client.patch("/v1/customers/7", json={field: None}).status_code == 422, f"took null for {field}"
    assert table.rows[7] == ROW


def test_a_bad_value_is_refused(client: TestClient) -> None:
    assert client.patch("/v1/customers/7", json={"email": "nobody"}).status_code == 422


def test_a_field_that_may_not_be_changed_is_refused_by_name(client: TestClient, table: Customers) -> None:
    answer = client.patch("/v1/customers/7", json={"credit_limit": 10_000})
    assert table.rows[7].credit_limit == 100
    assert answer.status_code == 422, f"answered {answer.status_code}, as if it were done"
    assert "credit_limit" in answer.text


def test_an_unknown_customer_is_answered_in_the_envelope(client: TestClient) -> None:
    answer = client.patch("/v1/customers/8", json={"name": "Bo"})
    assert answer.status_code == 404, f"answered {answer.status_code}"
    assert answer.json()["error"]["code"] == "NOT_FOUND"
