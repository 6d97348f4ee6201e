"""Deliveries, genuine and not."""

import hashlib
import hmac

from fastapi.testclient import TestClient
from shop.app import create_app

NOW = 1_767_225_600
NEW, OLD = "whsec_new", "whsec_old"
BODY = b'{"order_id": 7}'


def signature(body: bytes = BODY, secret: str = NEW, time: int = NOW) -> str:
    return f"t={time},v1={hmac.new(secret.encode(), f'{time}.'.encode() + body, hashlib.sha256).hexdigest()}"


def deliver(header: str | None, body: bytes = BODY) -> tuple[int, list[int]]:
    paid: list[int] = []
    client = TestClient(create_app([NEW, OLD], paid.append, lambda: float(NOW + 5)), raise_server_exceptions=False)
    headers = {"Content-Type": "application/json"} | ({} if header is None else {"X-Signature": header})
    return client.post("/v1/webhooks/payments", content=body, headers=headers).status_code, paid


def test_a_genuine_delivery_marks_the_order() -> None:
    assert deliver(signature()) == (204, [7])


def test_both_secrets_are_valid_while_they_rotate() -> None:
    assert deliver(signature(secret=OLD)) == (204, [7]), "the secret that is rotated out is refused"


def test_what_is_signed_is_the_bytes_that_were_sent() -> None:
    body = '{"note":"Zürich", "amount":1.50,\n "order_id":7}'.encode()
    assert deliver(signature(body), body) == (204, [7]), "a genuine delivery is refused"


def test_a_body_that_was_changed_is_refused() -> None:
    assert deliver(signature(), b'{"order_id": 8}') == (401, []), "another order was marked"


def test_the_signature_of_somebody_else_is_refused() -> None:
    assert deliver(signature(secret="guessed")) == (401, [])


def test_a_delivery_of_yesterday_is_refused() -> None:
    assert deliver(signature(time=NOW - 86_400)) == (401, []), "who recorded a delivery can send it again"


def test_a_delivery_without_a_signature_is_refused() -> None:
    code, paid = deliver(None)
    assert code in {400, 401, 403, 422} and not paid, f"answered {code}"


def test_a_header_that_is_no_signature_is_refused() -> None:
    for header in (
        "x",
        "t=,v1=",
        "t=1",
        "v1=",
        f"t=now,{signature().partition(',')[2]}",
        signature().replace("v1=", "v0="),
    ):
        code, paid = deliver(header)
        assert 400 <= code < 500 and not paid, f"{header!r} is answered with {code}"
