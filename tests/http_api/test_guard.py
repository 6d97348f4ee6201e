from __future__ import annotations

import pytest

from tests.http_api._raw import exchange, headers, message, send

BODY = message()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "localhost:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"])
def test_a_local_host_is_answered(port: int, host: str) -> None:
    assert send(port, headers(BODY, port, host=host), BODY).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "localhost:1@evil.example",
        "localhost:",
        "localhost:8000:9",
        "localhost:123456",
        "localhost.evil.example",
        "evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1:8000/x",
        "0.0.0.0",  # noqa: S104  a header, and no address to bind
        "LOCALHOST.",
        "",
        "127.1",
        "2130706433",
    ],
)
def test_another_host_is_misdirected(port: int, host: str) -> None:
    assert send(port, headers(BODY, port, host=host), BODY).status == 421


def test_a_second_host_is_refused(port: int) -> None:
    head = headers(BODY, port)
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    data = f"POST /mcp HTTP/1.1\r\nHost: evil.example\r\n{lines}\r\n".encode() + BODY
    assert exchange(port, data).status in {400, 421}


def _twice(port: int, line: str, request: str, body: bytes = b"") -> int:
    head = headers(body, port)
    if not body:
        head = {name: value for name, value in head.items() if name in {"host", "connection"}}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return exchange(port, f"{request} HTTP/1.1\r\n{lines}{line}\r\n".encode() + body).status


@pytest.mark.parametrize(
    "line",
    ["Mcp-Method: tools/list\r\n", "mcp-method: tools/call\r\n", "MCP-Protocol-Version: 2025-06-18\r\n"],
)
def test_a_header_that_says_what_is_done_is_there_once_or_not_at_all(port: int, line: str) -> None:
    assert _twice(port, line, "POST /mcp", BODY) == 400
    assert _twice(port, "", "POST /mcp", BODY) == 200


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("If-Match: a\r\nIf-Match: b\r\n", 400),
        ("Idempotency-Key: a\r\nIdempotency-Key: a\r\n", 400),
        # Lists may be written in several lines.
        ("Accept: text/html\r\nAccept: */*\r\n", 200),
        ("If-None-Match: a\r\nIf-None-Match: b\r\n", 200),
        ("Cookie: a=1\r\nCookie: b=2\r\n", 200),
    ],
)
def test_a_header_that_is_a_list_may_be_there_twice_and_a_condition_may_not(port: int, line: str, status: int) -> None:
    assert _twice(port, line, "GET /health") == status


@pytest.mark.parametrize("origin", [None, "http://localhost", "http://127.0.0.1:3000", "https://[::1]:1"])
def test_a_local_origin_or_none_is_answered(port: int, origin: str | None) -> None:
    assert send(port, headers(BODY, port, origin=origin), BODY).status == 200


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "http://evil.example",
        "http://localhost.evil.example",
        "http://localhost:1@evil.example",
        "http://localhost:80/",
        "file://localhost",
        "localhost",
        "http://evil.example http://localhost",
    ],
)
def test_another_origin_is_forbidden(port: int, origin: str) -> None:
    answer = send(port, headers(BODY, port, origin=origin), BODY)
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json == {
        "title": "Forbidden",
        "status": 403,
        "detail": "this server does not answer pages of other origins",
    }


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", 'application/json;charset="UTF-8"']
)
def test_json_is_read(port: int, kind: str) -> None:
    assert send(port, headers(BODY, port, content_type=kind), BODY).status == 200


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "application/jsonp",
        "application/json-patch+json",
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "application/json, text/plain",
        "application/json; charset=utf-16",
    ],
)
def test_another_media_type_is_not_read(port: int, kind: str | None) -> None:
    assert send(port, headers(BODY, port, content_type=kind), BODY).status == 415


@pytest.mark.parametrize("verb", ["GET", "DELETE", "PUT", "HEAD", "OPTIONS", "PATCH"])
def test_only_a_post_is_allowed(port: int, verb: str) -> None:
    answer = send(port, headers(b"", port), request=f"{verb} /mcp")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_a_body_that_says_it_is_too_large_is_not_waited_for(port: int) -> None:
    assert send(port, headers(b"", port, content_length=str(5 * 1024 * 1024))).status == 413


def test_a_body_that_grows_too_large_is_cut_off(port: int) -> None:
    head = headers(b"", port, content_length=None, transfer_encoding="chunked")
    chunk = b"x" * (1024 * 1024)
    # One byte over, and no end: what the server has not read when it closes would reset the connection.
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for _ in range(4)) + b"1\r\nx\r\n"
    assert send(port, head, body).status == 413


def test_a_body_under_the_limit_is_read_whole(port: int) -> None:
    padded = message("tools/call", name="use_skill", arguments={"request": "x" * 3_000_000})
    answer = send(port, headers(padded, port, method="tools/call", mcp_name="use_skill"), padded)
    assert answer.status == 200
    assert answer.json["result"]["structuredContent"]["code"] == "INVALID_INPUT"  # type: ignore[index]  # any JSON


def test_headers_have_a_bound(port: int) -> None:
    assert send(port, headers(BODY, port, x_filler="y" * 34_000), BODY).status in {400, 431}
    assert send(port, headers(BODY, port, x_filler="y" * 30_000), BODY).status == 200


def test_another_path_is_not_found_and_is_guarded_too(port: int) -> None:
    assert send(port, headers(b"", port), request="GET /other").status == 404
    assert send(port, headers(b"", port, host="evil.example"), request="GET /health").status == 421
