"""The service over SQLite, with a second request that comes between a check and its write."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from shop.app import Base, Coupon, create_app, db
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    app = create_app(f"sqlite:///{tmp_path / 'test.db'}")
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()


@contextmanager
def another_is_quicker(client: FlaskClient) -> Iterator[None]:
    """The first INSERT finds that another request has made the same row a moment ago."""
    made: list[str] = []

    def insert_before(connection, cursor, statement, parameters, context, many) -> None:  # type: ignore[no-untyped-def]
        if statement.lstrip().upper().startswith("INSERT") and not made:
            made.append(statement)
            other = connection.connection.cursor()
            other.execute(statement, parameters)
            other.close()

    with client.application.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", insert_before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", insert_before)
    assert made, "nothing was inserted"


def test_a_coupon_is_made_and_found(client: FlaskClient) -> None:
    made = client.post("/v1/coupons", json={"code": "SUMMER", "percent": 10})
    assert made.status_code == 201, f"answered {made.status_code}"
    body = made.get_json()
    assert (body["code"], body["percent"]) == ("SUMMER", 10)
    assert client.get(f"/v1/coupons/{body['id']}").get_json() == body, "the answer is not what the other route shows"


def test_a_code_that_is_there_is_a_conflict_in_the_form_of_errors(client: FlaskClient) -> None:
    client.post("/v1/coupons", json={"code": "SUMMER", "percent": 10})
    answer = client.post("/v1/coupons", json={"code": "SUMMER", "percent": 20})
    assert answer.status_code == 409, f"answered {answer.status_code}"
    assert set(answer.get_json()["error"]) >= {"code", "message"}


def test_the_database_refuses_a_second_code(client: FlaskClient) -> None:
    with client.application.app_context():
        db.session.add_all([Coupon(code="SUMMER", percent=10), Coupon(code="SUMMER", percent=20)])
        refused = False
        try:
            db.session.commit()
        except IntegrityError:
            refused = True
            db.session.rollback()
    assert refused, "the table takes the same code twice"


def test_the_second_of_two_at_once_is_a_conflict(client: FlaskClient) -> None:
    with another_is_quicker(client):
        answer = client.post("/v1/coupons", json={"code": "SUMMER", "percent": 10})
    assert answer.status_code == 409, f"answered {answer.status_code}"


def test_the_next_request_is_served_after_a_conflict(client: FlaskClient) -> None:
    client.post("/v1/coupons", json={"code": "SUMMER", "percent": 10})
    client.post("/v1/coupons", json={"code": "SUMMER", "percent": 10})
    answer = client.post("/v1/coupons", json={"code": "WINTER", "percent": 10})
    assert answer.status_code == 201, f"answered {answer.status_code}"


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        {"code": "S"},
        {"code": "S", "percent": 0},
        {"code": "S", "percent": 101},
        {"code": 5, "percent": 5},
    ],
)
def test_a_body_that_is_none_is_refused(client: FlaskClient, body: object) -> None:
    answer = client.post("/v1/coupons", json=body)
    assert answer.status_code in (400, 422), f"answered {answer.status_code}"
    assert set(answer.get_json()["error"]) >= {"code", "message"}


def test_a_caller_does_not_choose_the_id(client: FlaskClient) -> None:
    answer = client.post("/v1/coupons", json={"code": "SUMMER", "percent": 10, "id": 700})
    assert answer.status_code in (400, 422) or answer.get_json()["id"] != 700, "the id of the body is taken"
