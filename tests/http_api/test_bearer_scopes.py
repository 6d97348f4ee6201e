"""What a token does not allow: the challenge that names all that a request needs."""

from __future__ import annotations

from typing import Any

import pytest

from backwright.app import App
from backwright.identity.scopes import SCOPES
from tests.http_api._guarded import METADATA, challenge, guarded
from tests.identity._issuer import (
    Serving,
    token,
)

# Tokens that do not allow it

_ADMIN = "contexts:admin contexts:write"
_SCHEMA = {"context": "context-schema://note", "body": {"type": "object"}}


@pytest.mark.parametrize(
    ("method", "params", "needed"),
    [
        ("prompts/list", {}, "skills:read"),
        ("resources/list", {}, "skills:read"),
        ("resources/read", {"uri": "rule://BW104"}, "skills:read"),
        ("resources/read", {"uri": "context://shop/one"}, "contexts:read"),
        ("resources/read", {"uri": "review://abcdefghijklmnopqrst"}, "review:run"),
        ("resources/read", {"uri": f"plan://{'a' * 64}"}, "scaffold:render"),
        ("skills/list", {}, "skills:read"),
        (
            "completion/complete",
            {"ref": {"type": "ref/resource", "uri": "context://{namespace}/{name}"}},
            "contexts:read",
        ),
        ("subscriptions/listen", {"notifications": {"resourceSubscriptions": ["context://shop/one"]}}, "contexts:read"),
        ("tools/call", {"name": "use_skill", "arguments": {"request": "x"}}, "skills:read"),
        ("tools/call", {"name": "review_diff", "arguments": {"diff": ""}}, "review:run"),
        ("tools/call", {"name": "scaffold_endpoint", "arguments": {}}, "scaffold:render"),
        ("tools/call", {"name": "get_context", "arguments": {}}, "contexts:read"),
        ("tools/call", {"name": "put_context", "arguments": {"context": "shop/one"}}, "contexts:write"),
        ("tools/call", {"name": "put_context", "arguments": _SCHEMA}, _ADMIN),
        (
            "tools/call",
            {"name": "put_context", "arguments": {**_SCHEMA, "check": "false"}},
            "contexts:admin contexts:write",
        ),
        ("tools/call", {"name": "put_context", "arguments": {**_SCHEMA, "check": True}}, "contexts:write"),
    ],
)
async def test_a_request_that_a_token_does_not_allow_is_challenged_with_all_that_it_needs(
    app: App, keys: Serving, method: str, params: dict[str, Any], needed: str
) -> None:
    others = " ".join(scope for scope in SCOPES if scope.split(":")[0] not in {n.split(":")[0] for n in needed.split()})
    async with guarded(app, keys) as asking:
        answer = await asking.post(method, token(scope=others), **params)
    assert answer.status_code == 403
    found = challenge(answer)
    assert (found["error"], found["scope"], found["resource_metadata"]) == ("insufficient_scope", needed, METADATA)
    assert answer.json()["details"] == {"scopes": needed.split()}


@pytest.mark.parametrize(
    ("method", "params", "scope"),
    [
        ("prompts/list", {}, "skills:read"),
        ("resources/read", {"uri": "context://shop/one"}, "contexts:read"),
        ("tools/call", {"name": "use_skill", "arguments": {"request": "x"}}, "skills:read"),
        ("tools/call", {"name": "review_diff", "arguments": {"diff": ""}}, "review:run"),
        ("tools/call", {"name": "scaffold_endpoint", "arguments": {}}, "scaffold:render"),
        ("tools/call", {"name": "get_context", "arguments": {}}, "contexts:read"),
        ("tools/call", {"name": "put_context", "arguments": {"context": "shop/one"}}, "contexts:write"),
        ("tools/call", {"name": "put_context", "arguments": _SCHEMA}, "contexts:admin"),
        ("tools/call", {"name": "no_such_tool"}, ""),
        ("tools/list", {}, ""),
        ("server/discover", {}, ""),
    ],
)
async def test_a_token_that_allows_it_is_enough(
    app: App, keys: Serving, method: str, params: dict[str, Any], scope: str
) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.post(method, token(scope=scope), **params)
    assert answer.status_code != 403
    assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize(
    ("verb", "path", "needed"),
    [
        ("GET", "/", "skills:read"),
        ("GET", "/skills/alpha", "skills:read"),
        ("GET", "/.well-known/agent-skills/index.json", "skills:read"),
        ("GET", "/.well-known/agent-skills/alpha.tar.gz", "skills:read"),
        ("GET", "/v1/contexts", "contexts:read"),
        ("GET", "/v1/contexts/shop/one", "contexts:read"),
        ("GET", "/v1/contexts/shop/one/versions", "contexts:read"),
        ("GET", "/v1/contexts/shop/one/versions/1", "contexts:read"),
        ("PUT", "/v1/contexts/shop/one", "contexts:write"),
        ("DELETE", "/v1/contexts/shop/one", "contexts:write"),
        ("GET", "/v1/schemas", "contexts:read"),
        ("GET", "/v1/audit/shop", "audit:read"),
        ("POST", "/v1/schemas/note", "contexts:admin"),
        ("POST", "/v1/schemas/note/check", "contexts:read"),
    ],
)
async def test_a_route_that_a_token_does_not_allow_is_challenged(
    app: App, keys: Serving, verb: str, path: str, needed: str
) -> None:
    async with guarded(app, keys) as asking:
        less = {"contexts:write": "contexts:read", "contexts:admin": "contexts:write"}.get(needed, "review:run")
        answer = await asking.client.request(verb, path, headers={"authorization": f"Bearer {token(scope=less)}"})
    assert answer.status_code == 403
    assert (challenge(answer)["error"], challenge(answer)["scope"]) == ("insufficient_scope", needed)


@pytest.mark.parametrize(
    "scope", ["contexts:read", "contexts:write", "contexts:admin", "skills:read  contexts:read unknown"]
)
async def test_a_broader_scope_allows_what_a_narrower_one_does(app: App, keys: Serving, scope: str) -> None:
    async with guarded(app, keys) as asking:
        head = {"authorization": f"Bearer {token(scope=scope)}"}
        assert (await asking.client.get("/v1/contexts", headers=head)).status_code == 200


@pytest.mark.parametrize("scope", ["", "CONTEXTS:READ", "contexts", "contexts:*", "contexts:read,skills:read", "*"])
async def test_what_only_looks_like_a_scope_allows_nothing(app: App, keys: Serving, scope: str) -> None:
    async with guarded(app, keys) as asking:
        head = {"authorization": f"Bearer {token(scope=scope)}"}
        assert (await asking.client.get("/v1/contexts", headers=head)).status_code == 403


async def test_the_method_in_the_header_is_not_the_one_that_is_judged(app: App, keys: Serving) -> None:
    async with guarded(app, keys) as asking:
        body: dict[str, Any] = {
            "name": "put_context",
            "arguments": {"context": "shop/one", "type": "project", "body": {}},
        }
        for key, value in (("mcp-method", "tools/list"), ("mcp-name", "use_skill")):
            answer = await asking.post("tools/call", token(scope="skills:read"), also={key: value}, **body)
            assert answer.status_code in {400, 403}
