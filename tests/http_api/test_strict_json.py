"""Bodies that one parser reads one way and another another way: refused, and everything else handed on."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.http_api.strict_json import AmbiguousError, check
from tests.http_api._raw import Answer, headers, message, send

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


def post(port: int, body: bytes, method: str = "tools/call", name: str | None = "use_skill") -> Answer:
    return send(port, headers(body, port, method=method, mcp_name=name), body)


@given(JSON)
def test_what_says_each_thing_once_is_read(arguments: object) -> None:
    check(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"arguments": arguments}}).encode())


@given(JSON, st.text(max_size=3))
def test_what_says_a_thing_twice_is_not_however_deep(value: object, key: str) -> None:
    pair = f"{json.dumps(key)}: {json.dumps(value)}"
    for twice in (f"{{{pair}, {pair}}}", f'{{"params": {{"arguments": [{{"a": {{{pair}, {pair}}}}}]}}}}'):
        with pytest.raises(AmbiguousError):
            check(twice.encode())


@pytest.mark.parametrize(
    "body",
    [
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "Method": "tools/call"}',
        b'{"jsonrpc": "2.0", "id": 1, "METHOD": "tools/list"}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "a", "Name": "b"}}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"_meta": {"a/b": 1, "A/b": 2}}}',
        b'[{"jsonrpc": "2.0", "id": 1, "method": "m", "Params": {}}]',
        b'{"jsonrpc": "2.0", "id": 1, "method": "m", "param\\u017f": {}}',
    ],
)
def test_keys_of_the_envelope_and_the_parameters_do_not_differ_in_case_alone(body: bytes) -> None:
    with pytest.raises(AmbiguousError):
        check(body)


def test_keys_of_documents_may_differ_in_case() -> None:
    check(b'{"jsonrpc": "2.0", "id": 1, "method": "m", "params": {"arguments": {"a": 1, "A": 2}}}')


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b'{"a":' * 50_000, b"1 2", b"\x00"]
)
def test_what_is_no_json_is_not_read(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  any of the parser's
        check(body)


@pytest.mark.parametrize(
    "body",
    [
        b"1" * 1_000_000,
        b'{"a": ' + b"9" * 1_000_000 + b"}",
        b"[" + b"{}," * 500_000 + b"{}]",
        b"{" + b",".join(b'"%d":0' % n for n in range(200_000)) + b"}",
        b"{" + b",".join(b'"%d":0' % n for n in range(200_000)) + b',"7":0}',
        b'{"params": {' + b",".join(b'"%d":0' % n for n in range(200_000)) + b"}}",
        b'"' + b"\\u0041" * 500_000 + b'"',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_large_body_is_no_bomb(body: bytes) -> None:
    started = time.process_time()
    try:
        check(body)
    except AmbiguousError:
        assert body.endswith(b',"7":0}')
    assert time.process_time() - started < 5


def test_a_call_that_names_its_tool_twice_is_refused_with_the_code_of_the_protocol(port: int) -> None:
    body = message("tools/call", name="use_skill", arguments={"request": "x"})
    twice = body.replace(b'"name": "use_skill"', b'"name": "explain_rule", "name": "use_skill"')
    answer = post(port, twice)
    assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
    assert answer.json == {
        "jsonrpc": "2.0",
        "id": None,
        "error": {"code": -32600, "message": "Invalid Request: name is there twice"},
    }
    assert post(port, body).status == 200


def test_an_argument_that_is_given_twice_is_refused(port: int) -> None:
    body = message("tools/call", name="use_skill", arguments={"request": "x"})
    answer = post(port, body.replace(b'"request": "x"', b'"request": "x", "request": "y"'))
    assert answer.status == 400
    assert b"request is there twice" in answer.body


def test_a_hidden_character_in_a_key_is_written_out(port: int) -> None:
    body = message("tools/call", name="use_skill", arguments={}).replace(
        b'"arguments": {}', '"arguments": {"a\u202e": 1, "a\u202e": 2}'.encode()
    )
    answer = post(port, body)
    assert answer.status == 400
    assert b"\\\\u202e is there twice" in answer.body
