from __future__ import annotations

import json

import pytest

from tests.http_api._raw import Answer, headers, message, send


def _call(port: int, name: str, arguments: dict[str, object]) -> Answer:
    body = message("tools/call", name=name, arguments=arguments)
    return send(port, headers(body, port, method="tools/call", mcp_name=name), body)


def _error(answer: Answer) -> object:
    error = answer.json["error"]
    assert isinstance(error, dict)
    return error["code"]


def test_health_says_what_is_served(port: int) -> None:
    answer = send(port, headers(b"", port), request="GET /health")
    assert answer.status == 200
    assert answer.json["status"] == "ok"
    assert answer.json["skills"] == ["alpha@1.1.0", "beta@1.0.0"]


def test_an_answer_is_plain_json_and_names_no_session(port: int) -> None:
    body = message()
    answer = send(port, headers(body, port), body)
    assert answer.headers["content-type"] == "application/json"
    assert "mcp-session-id" not in answer.headers
    assert "server" not in answer.headers


def test_a_diff_is_taken_as_text_and_no_place_on_disk_is(port: int) -> None:
    body = message()
    listed = send(port, headers(body, port), body).json["result"]
    assert isinstance(listed, dict)
    (review,) = [tool for tool in listed["tools"] if tool["name"] == "review_diff"]
    assert sorted(review["inputSchema"]["properties"]) == [
        "cursor",
        "diff",
        "files",
        "min_severity",
        "paths",
        "previous",
        "profile",
        "skills",
    ]
    assert "apply_scaffold" not in [tool["name"] for tool in listed["tools"]]


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("review_diff", {"diff_file": "/etc/passwd"}),
        ("review_diff", {"base": "main"}),
        ("scaffold_endpoint", {"resource": "order", "fields": ["a:str"], "apply": True}),
    ],
)
def test_what_needs_a_disk_is_refused(port: int, tool: str, arguments: dict[str, object]) -> None:
    result = _call(port, tool, arguments).json["result"]
    assert isinstance(result, dict)
    assert result["isError"]
    assert result["structuredContent"]["code"] == "INVALID_INPUT"


def test_headers_that_disagree_with_the_body_are_refused(port: int) -> None:
    body = message("tools/call", name="use_skill", arguments={"request": "x"})
    for changed in ({"mcp_name": "explain_rule"}, {"mcp_name": None}, {"mcp_protocol_version": "2099-01-01"}):
        answer = send(port, headers(body, port, method="tools/call", **{"mcp_name": "use_skill", **changed}), body)
        assert answer.status == 400
    answer = send(port, headers(body, port, method="tools/list", mcp_name="use_skill"), body)
    assert (answer.status, _error(answer)) == (400, -32020)


def test_a_key_that_is_given_twice_does_not_slip_past_the_headers(port: int) -> None:
    body = message("tools/call", name="use_skill", arguments={})
    body = body.replace(b'"name": "use_skill"', b'"name": "use_skill", "name": "explain_rule"')
    answer = send(port, headers(body, port, method="tools/call", mcp_name="use_skill"), body)
    assert (answer.status, _error(answer)) == (400, -32600)


def test_a_key_in_another_case_is_not_the_key(port: int) -> None:
    body = message("tools/call", NAME="explain_rule", arguments={})
    answer = send(port, headers(body, port, method="tools/call", mcp_name="explain_rule"), body)
    assert answer.status == 400


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"[" * 100_000, b'{"jsonrpc":"2.0","id":1}', b'{"a":' * 50_000, b"\xff\xfe"],
    ids=lambda body: ascii(body[:12]),
)
def test_what_is_no_request_is_refused_without_a_trace(port: int, body: bytes) -> None:
    answer = send(port, headers(body, port), body)
    assert answer.status == 400
    assert b"Traceback" not in answer.body
    assert json.loads(answer.body)["error"]["code"] in {-32700, -32600}


def test_an_unknown_method_is_not_found(port: int) -> None:
    body = message("skills/delete")
    answer = send(port, headers(body, port, method="skills/delete"), body)
    assert (answer.status, _error(answer)) == (404, -32601)
