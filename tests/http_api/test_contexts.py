"""Contexts over plain HTTP, against a process that serves them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.http_api._raw import Answer, headers, message, send
from tests.mcp_api._connect import http_server
from tests.mcp_api._packs import write_test_pack

FIRST = {"type": "project", "body": {"framework": "fastapi"}}
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
SECOND = {"type": "project", "body": {"framework": "flask"}, "labels": {"team": "billing"}}


@contextmanager
def process(folder: Path, **variables: str) -> Iterator[int]:
    """The port of a process that keeps contexts in a file of its own."""
    pack: Path = write_test_pack(folder / "pack")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BACKWRIGHT_DATABASE_URL", f"sqlite:///{folder / 'contexts.db'}")
        environment.setenv("BACKWRIGHT_CONTEXTS", "1")
        for name, value in variables.items():
            environment.setenv(name, value)
        with http_server(pack) as url:
            yield int(url.removesuffix("/mcp").rpartition(":")[2])


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    # Schemathesis asks more often than anyone else.
    without = {"BACKWRIGHT_WRITES_PER_MINUTE": "0", "BACKWRIGHT_SCHEMAS_PER_MINUTE": "0"}
    with process(tmp_path_factory.mktemp("contexts"), **without) as port:
        yield port


def ask(port: int, request: str, body: object = None, **headers: str) -> Answer:
    data = b"" if body is None else json.dumps(body).encode()
    head = {"host": f"127.0.0.1:{port}", "connection": "close", "content-length": str(len(data))}
    if body is not None:
        head["content-type"] = "application/json"
    return send(port, head | {name.replace("_", "-"): value for name, value in headers.items()}, data, request)


def test_a_context_is_created_read_replaced_and_deleted_by_its_etag(serving: int) -> None:
    made = ask(serving, "PUT /v1/contexts/shop/one", FIRST, if_none_match="*")
    assert (made.status, made.json["version"], made.headers["location"]) == (201, 1, "/v1/contexts/shop/one")
    read = ask(serving, "GET /v1/contexts/shop/one")
    assert (read.status, read.json["body"], read.headers["etag"]) == (200, FIRST["body"], made.headers["etag"])
    assert ask(serving, "GET /v1/contexts/shop/one", if_none_match=read.headers["etag"]).status == 304
    new = ask(serving, "PUT /v1/contexts/shop/one", SECOND, if_match=read.headers["etag"])
    assert (new.status, new.json["version"], new.json["changed"]) == (200, 2, True)
    assert ask(serving, "PUT /v1/contexts/shop/one", SECOND).json["changed"] is False
    old = ask(serving, "GET /v1/contexts/shop/one/versions/1")
    assert (old.json["body"], "immutable" in old.headers["cache-control"]) == (FIRST["body"], True)
    gone = ask(serving, "DELETE /v1/contexts/shop/one", if_match=new.headers["etag"])
    assert (gone.status, gone.body) == (204, b"")
    assert ask(serving, "GET /v1/contexts/shop/one").status == 404
    versions = ask(serving, "GET /v1/contexts/shop/one/versions").json["items"]
    assert isinstance(versions, list)
    assert [(one["version"], one["deleted"]) for one in versions] == [(3, True), (2, False), (1, False)]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 428, "PRECONDITION_REQUIRED"),
        ({"if_none_match": "*"}, 412, "ALREADY_EXISTS"),
        ({"if_match": f'"1.{"0" * 32}"'}, 412, "VERSION_CONFLICT"),
        ({"if_match": f'"7.{"0" * 32}"'}, 412, "VERSION_CONFLICT"),
        ({"if_match": "*"}, 400, "INVALID_INPUT"),
        ({"if_none_match": '"x"'}, 400, "INVALID_INPUT"),
        ({"idempotency_key": "a b"}, 400, "INVALID_INPUT"),
    ],
)
def test_a_condition_that_does_not_hold_is_a_problem_and_changes_nothing(
    serving: int, headers: dict[str, str], status: int, code: str
) -> None:
    ask(serving, "PUT /v1/contexts/shop/kept", FIRST)
    answer = ask(serving, "PUT /v1/contexts/shop/kept", SECOND, **headers)
    assert (answer.status, answer.json["code"], answer.headers["content-type"]) == (
        status,
        code,
        "application/problem+json",
    )
    assert answer.json["hint"]
    # Whoever does as it says must not be told that there is no such member.
    assert "if_version" not in str(answer.json["hint"])
    assert ask(serving, "GET /v1/contexts/shop/kept").json["version"] == 1


def test_to_delete_without_saying_which_version_asks_for_its_etag(serving: int) -> None:
    made = ask(serving, "PUT /v1/contexts/shop/held", FIRST)
    refused = ask(serving, "DELETE /v1/contexts/shop/held")
    assert (refused.status, refused.json["detail"]) == (428, "context://shop/held is at version 1")
    assert "If-Match" in str(refused.json["hint"])
    assert ask(serving, "DELETE /v1/contexts/shop/held", if_match=made.headers["etag"]).status == 204


def test_what_was_deleted_is_created_anew_with_the_next_number(serving: int) -> None:
    made = ask(serving, "PUT /v1/contexts/shop/twice", FIRST)
    ask(serving, "DELETE /v1/contexts/shop/twice", if_match=made.headers["etag"])
    anew = ask(serving, "PUT /v1/contexts/shop/twice", FIRST, if_none_match="*", idempotency_key="anew")
    assert (anew.status, anew.json["version"], anew.json["changed"]) == (201, 3, True)
    assert ask(serving, "PUT /v1/contexts/shop/twice", FIRST).status == 200
    replaced = ask(serving, "PUT /v1/contexts/shop/twice", SECOND, if_match=anew.headers["etag"])
    assert (replaced.status, replaced.json["version"]) == (200, 4)


def test_a_request_that_is_sent_again_with_its_key_is_answered_again(serving: int) -> None:
    first = ask(serving, "PUT /v1/contexts/shop/again", FIRST, idempotency_key="k")
    again = ask(serving, "PUT /v1/contexts/shop/again", FIRST, idempotency_key="k")
    assert (again.json["version"], again.headers["idempotency-replayed"]) == (first.json["version"], "true")
    other = ask(serving, "PUT /v1/contexts/shop/again", SECOND, idempotency_key="k")
    assert (other.status, other.json["code"]) == (422, "IDEMPOTENCY_MISMATCH")


def test_a_list_is_filtered_and_paged(serving: int) -> None:
    for name in ("a", "b", "c"):
        ask(serving, f"PUT /v1/contexts/paged/{name}", SECOND)
    first = ask(serving, "GET /v1/contexts?namespace=paged&label=team=billing&limit=2").json
    rest = ask(serving, f"GET /v1/contexts?namespace=paged&limit=2&cursor={first['cursor']}").json
    found = [*first["items"], *rest["items"]]  # type: ignore[misc]  # JSON
    assert [one["uri"] for one in found] == [f"context://paged/{name}" for name in ("a", "b", "c")]
    assert rest["cursor"] is None


@pytest.mark.parametrize(
    ("request_line", "body", "status", "code"),
    [
        ("GET /v1/contexts?limit=0", None, 400, "INVALID_INPUT"),
        ("GET /v1/contexts?limit=x", None, 400, "INVALID_INPUT"),
        ("GET /v1/contexts?nmespace=a", None, 400, "INVALID_INPUT"),
        ("GET /v1/contexts?cursor=x", None, 400, "INVALID_CURSOR"),
        ("GET /v1/contexts?label=team", None, 400, "INVALID_INPUT"),
        ("GET /v1/contexts/Shop/one", None, 400, "INVALID_INPUT"),
        ("GET /v1/contexts/shop/nothing", None, 404, "NOT_FOUND"),
        ("GET /v1/contexts/shop/kept/versions/99", None, 404, "NOT_FOUND"),
        ("GET /v1/contexts/shop/kept/versions/0", None, 400, "INVALID_INPUT"),
        ("PUT /v1/contexts/shop/bad", {"type": "project", "body": {"framework": "litestar"}}, 422, "INVALID_BODY"),
        ("PUT /v1/contexts/shop/bad", {"type": "nothing", "body": {}}, 422, "SCHEMA_UNKNOWN"),
        ("PUT /v1/contexts/shop/bad", {"type": "project"}, 422, "INVALID_BODY"),
        ("PUT /v1/contexts/shop/bad", {"type": "project", "body": {}, "more": 1}, 422, "INVALID_BODY"),
        ("PUT /v1/contexts/shop/bad", [], 422, "INVALID_BODY"),
        ("POST /v1/schemas/project", {"schema": {"type": "object"}}, 400, "INVALID_INPUT"),
        ("GET /v1/schemas/project/versions/99", None, 404, "NOT_FOUND"),
        ("GET /v1/schemas/nothing/versions/1", None, 404, "NOT_FOUND"),
        ("GET /v1/schemas/No%0aType/versions/1", None, 400, "INVALID_INPUT"),
        ("POST /v1/schemas/open", {"schema": {"type": "object"}}, 422, "INVALID_BODY"),
    ],
)
def test_bad_input_is_a_problem_that_says_what_to_do(
    serving: int, request_line: str, body: object, status: int, code: str
) -> None:
    answer = ask(serving, request_line, body)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert answer.json["hint"]


def test_what_is_not_served_is_a_problem_too(serving: int) -> None:
    assert ask(serving, "GET /v1/nothing").headers["content-type"] == "application/problem+json"
    assert ask(serving, "PATCH /v1/contexts/shop/kept", {}).status == 405
    assert ask(serving, "GET /v1/contexts/shop/%2e%2e").status == 400


def test_a_page_of_another_origin_and_another_media_type_are_refused(serving: int) -> None:
    assert ask(serving, "PUT /v1/contexts/shop/x", FIRST, origin="http://evil.example").status == 403
    assert ask(serving, "PUT /v1/contexts/shop/x", FIRST, content_type="text/plain").status == 415
    assert ask(serving, "GET /v1/contexts/shop/x").status == 404


def test_a_schema_is_checked_registered_and_used(serving: int) -> None:
    schema = {"type": "object", "additionalProperties": False, "properties": {"replicas": {"type": "integer"}}}
    checked = ask(serving, "POST /v1/schemas/deployment/check", {"schema": schema})
    assert (checked.status, checked.json["changed"], checked.json["version"]) == (200, True, 1)
    made = ask(serving, "POST /v1/schemas/deployment", {"schema": schema, "mode": "FULL"})
    assert (made.status, made.json["uri"]) == (201, "context-schema://deployment/v1")
    assert ask(serving, "POST /v1/schemas/deployment", {"schema": schema}).status == 200
    body = {"type": "deployment", "body": {"replicas": 3}}
    assert ask(serving, "PUT /v1/contexts/shop/deployed", body).status == 201
    wrong = ask(serving, "PUT /v1/contexts/shop/deployed", {"type": "deployment", "body": {"replicas": "3"}})
    assert wrong.json["details"]["errors"][0]["pointer"] == "/replicas"  # type: ignore[index]  # JSON
    narrower = {**schema, "properties": {"replicas": {"type": "integer", "maximum": 2}}}
    refused = ask(serving, "POST /v1/schemas/deployment", {"schema": narrower})
    assert (refused.status, refused.json["code"]) == (409, "SCHEMA_INCOMPATIBLE")
    read = ask(serving, "GET /v1/schemas/deployment/versions/1")
    assert (read.json["schema"], read.json["mode"], read.json["digest"]) == (schema, "FULL", made.json["digest"])
    assert ask(serving, "GET /v1/schemas/deployment/versions/1", if_none_match=read.headers["etag"]).status == 304
    published = ask(serving, "GET /v1/schemas/project/versions/2").json
    assert (published["registered"], published["schema"]["$id"]) == (False, "context-schema://project/v2")  # type: ignore[index]  # JSON
    listed = ask(serving, "GET /v1/schemas?type=deployment").json["items"]
    assert isinstance(listed, list)
    assert [one["version"] for one in listed] == [1]


def test_too_many_writes_are_told_when_to_come_back_over_http_and_over_mcp(tmp_path: Path) -> None:
    few = {"BACKWRIGHT_WRITES_PER_MINUTE": "1", "BACKWRIGHT_SCHEMAS_PER_MINUTE": "1"}
    with process(tmp_path, **few) as port:
        assert ask(port, "PUT /v1/contexts/shop/one", FIRST).status == 201
        refused = ask(port, "PUT /v1/contexts/shop/two", FIRST)
        assert (refused.status, refused.json["code"], refused.json["retry"]) == (429, "RATE_LIMITED", True)
        assert 50 < int(refused.headers["retry-after"]) <= 60
        schema = {"schema": {"type": "object", "additionalProperties": False, "properties": {}}}
        checked = [ask(port, "POST /v1/schemas/deployment/check", schema).status for _ in range(2)]
        assert checked == [200, 429]
        asked = {"name": "put_context", "arguments": {"context": "shop/two", "type": "project", "body": {}}}
        body = message("tools/call", **asked)
        answer = send(port, headers(body, port, "tools/call", mcp_name="put_context"), body).json["result"]
        assert isinstance(answer, dict)
        assert (answer["isError"], answer["structuredContent"]["code"]) == (True, "RATE_LIMITED")
        assert answer["structuredContent"]["details"]["retry_after"] <= 60
        assert ask(port, "GET /v1/contexts/shop/two").status == 404


def test_schemathesis_finds_nothing_against_the_document(serving: int, tmp_path: Path) -> None:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{serving}/v1/openapi.json"),
        *("--checks", ",".join(CHECKS)),
        *("--max-examples", "15", "--seed", "1", "--suppress-health-check", "all", "--no-color"),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-6000:]
