"""Requests, their answers and their lines."""

import httpx2
import structlog
from fastapi.testclient import TestClient
from shop.app import create_app
from structlog.testing import LogCapture

HEADER = "X-Correlation-ID"


def ask(order_id: int = 1, given: str | None = None) -> tuple[httpx2.Response, list[object]]:
    """The answer, and the ids of the lines that the route wrote."""
    lines = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, lines], cache_logger_on_first_use=False)
    client = TestClient(create_app(), raise_server_exceptions=False)
    answer = client.get(f"/v1/orders/{order_id}", headers={} if given is None else {HEADER: given})
    ids = [line.get("correlation_id") for line in lines.entries if line["event"] == "order asked for"]
    assert ids, "the route's line is gone"
    return answer, ids


def test_the_line_and_the_answer_have_the_same_id() -> None:
    answer, ids = ask()
    assert answer.status_code == 200
    assert len(answer.headers.get(HEADER, "")) >= 8, "the answer has no id"
    assert ids == [answer.headers[HEADER]]


def test_two_requests_have_two_ids() -> None:
    assert ask()[1] != ask()[1]


def test_the_id_of_the_gateway_is_kept() -> None:
    answer, ids = ask(given="edge-5f8c2a91")
    assert (answer.headers.get(HEADER), ids) == ("edge-5f8c2a91", ["edge-5f8c2a91"])


def test_an_id_that_is_not_plain_is_replaced() -> None:
    for given in ("x" * 5_000, '"}\t{"level": "error', "<script>alert(1)</script>"):
        answer, ids = ask(given=given)
        assert given not in (answer.headers.get(HEADER), *ids), f"callers write into our log: {given[:40]}"


def test_a_refused_request_has_the_id() -> None:
    answer, ids = ask(order_id=5_000)
    assert (answer.status_code, [answer.headers.get(HEADER)]) == (404, ids)


def test_the_answer_to_a_defect_has_the_id() -> None:
    answer, ids = ask(order_id=13)
    assert (answer.status_code, [answer.headers.get(HEADER)]) == (500, ids), "support cannot find what went wrong"
