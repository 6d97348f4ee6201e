"""Callers who meet each kind of error, and a store with a defect."""

import logging

import pytest
from flask.testing import FlaskClient
from shop.app import create_app
from werkzeug.test import TestResponse

SECRET = "postgresql://shop:hunter2@db/shop"


class Store:
    def get(self, number: str) -> dict[str, str] | None:
        if number == "broken":
            raise RuntimeError(f"cannot connect to {SECRET}")
        return {"number": number} if number == "A1" else None

    def add(self, number: str) -> None:
        if number == "broken":
            raise RuntimeError(f"cannot connect to {SECRET}")


def client() -> FlaskClient:
    return create_app(Store()).test_client()


def says(answer: TestResponse, status: int) -> None:
    assert answer.status_code == status, f"answered {answer.status_code}"
    assert answer.is_json, f"answered {answer.content_type}"
    said = answer.get_json()["error"]
    assert isinstance(said["code"], str), f"the code is {said['code']!r}"
    assert isinstance(said["message"], str), "the message is no text"
    assert said["message"], "the message is empty"


def test_what_is_no_error_stays() -> None:
    assert client().get("/v1/orders/A1").get_json() == {"number": "A1"}
    assert client().post("/v1/orders", json={"number": "A2"}).status_code == 201


def test_an_order_that_is_not_there_is_json() -> None:
    says(client().get("/v1/orders/B9"), 404)


def test_a_path_that_is_not_there_is_json() -> None:
    says(client().get("/v1/nothing"), 404)


def test_a_body_that_cannot_be_used_is_json() -> None:
    says(client().post("/v1/orders", json={}), 422)


def test_a_body_that_is_no_json_is_json() -> None:
    says(client().post("/v1/orders", data="{", content_type="application/json"), 400)
    says(client().post("/v1/orders", data="number=1", content_type="text/plain"), 415)


def test_a_wrong_method_is_json() -> None:
    says(client().delete("/v1/orders"), 405)


def test_a_wrong_method_still_says_which_are_allowed() -> None:
    assert "POST" in client().delete("/v1/orders").headers.get("Allow", ""), "the header Allow is gone"


def test_a_defect_is_json() -> None:
    says(client().get("/v1/orders/broken"), 500)


def test_a_defect_shows_nothing_of_itself() -> None:
    assert "hunter2" not in client().get("/v1/orders/broken").get_data(as_text=True), "the exception is shown"


def test_a_defect_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        client().get("/v1/orders/broken")
    assert any(record.exc_info and record.levelno >= logging.ERROR for record in caplog.records), "no log has it"
