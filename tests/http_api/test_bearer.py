"""Where callers say who they are: what is answered to whoever shows no token, and where one is had."""

from __future__ import annotations

import httpx2
import pytest

from backwright.app import App
from backwright.identity.authority import Authority
from backwright.identity.configured import Configured
from backwright.identity.scopes import BASIC
from tests.http_api._asgi import asked
from tests.http_api._guarded import METADATA, challenge, guarded
from tests.identity._issuer import (
    ISSUER,
    RESOURCE,
    Serving,
    token,
)

# Who says nothing


@pytest.mark.parametrize("method", ["server/discover", "tools/list", "tools/call", "resources/read"])
async def test_without_a_token_every_method_is_answered_with_where_to_get_one(
    app: App, keys: Serving, method: str
) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.post(method)
    assert answer.status_code == 401
    assert challenge(answer) == {"scope": " ".join(BASIC), "resource_metadata": METADATA}
    assert (answer.headers["content-type"], answer.json()["code"]) == ("application/problem+json", "UNAUTHENTICATED")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/contexts",
        "/v1/contexts/shop/one",
        "/v1/openapi.json",
        "/",
        "/skills/alpha",
        "/nowhere",
        "/.well-known/agent-skills/index.json",
        "/.well-known/oauth-protected-resource/other",
        "/health/",
        "//health",
    ],
)
async def test_without_a_token_no_path_is_told_from_another(app: App, keys: Serving, path: str) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.client.get(path)
    assert answer.status_code == 401
    assert "error" not in challenge(answer)


@pytest.mark.parametrize("value", ["", "Basic YW5uOmFubg==", "Bearerx", "bearer", "Token abc"])
async def test_another_scheme_is_no_token(app: App, keys: Serving, value: str) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.client.get("/v1/contexts", headers={"authorization": value})
    assert answer.status_code == 401
    assert "error" not in challenge(answer)


async def test_two_tokens_are_none(app: App, keys: Serving) -> None:
    head = [("authorization", f"Bearer {token()}"), ("authorization", f"Bearer {token()}")]
    async with guarded(app, keys) as asking:
        answer = await asking.client.get("/v1/contexts", headers=head)
    assert (answer.status_code, challenge(answer)["error"]) == (401, "invalid_request")


async def test_a_token_in_the_address_is_not_read(app: App, keys: Serving) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.client.get("/v1/contexts", params={"access_token": token()})
    assert answer.status_code == 401


async def test_nobody_can_say_who_he_is_by_saying_so(app: App, keys: Serving) -> None:
    async with guarded(app, keys) as asking:
        head = {"x-forwarded-user": "ann", "x-backwright-principal": "ann", "backwright.principal": "ann"}
        assert (await asking.client.get("/v1/contexts", headers=head)).status_code == 401


# Where to get one


@pytest.mark.parametrize("path", ["", "/mcp"])
async def test_the_metadata_of_the_resource_needs_no_token(app: App, keys: Serving, path: str) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.client.get(f"/.well-known/oauth-protected-resource{path}")
    assert answer.status_code == 200
    assert answer.json() == {
        "resource": RESOURCE,
        "authorization_servers": [ISSUER],
        "scopes_supported": list(BASIC),
        "bearer_methods_supported": ["header"],
        "resource_name": "Backwright",
    }


@pytest.mark.parametrize("path", ["/health", "/ready", "/mcp/server-card", "/.well-known/ai-catalog.json"])
async def test_whoever_watches_or_looks_for_the_server_needs_no_token_and_learns_nothing_of_the_pack(
    app: App, keys: Serving, path: str
) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.client.get(path)
    assert answer.status_code == 200
    assert "alpha" not in answer.text


async def test_the_card_names_the_address_that_clients_use(app: App, keys: Serving) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.client.get("/mcp/server-card", headers={"host": "127.0.0.1:1"})
    assert RESOURCE in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize(
    "host", ["mcp.example", "MCP.example", "mcp.example:443", "127.0.0.1:8000", "more.example:8443"]
)
async def test_the_hosts_of_the_resource_and_of_this_machine_are_answered(app: App, keys: Serving, host: str) -> None:
    assert (await _from(app, keys, host=host)).status_code == 200


@pytest.mark.parametrize("host", ["mcp.example:80", "mcp.example.evil", "evil.example", "mcp.example@evil", ""])
async def test_no_other_host_is_answered(app: App, keys: Serving, host: str) -> None:
    assert (await _from(app, keys, host=host)).status_code == 421


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://mcp.example", 200),
        ("https://app.example", 200),
        ("http://localhost:6274", 200),
        ("http://mcp.example", 403),
        ("https://mcp.example.evil", 403),
        ("https://evil.example", 403),
        ("null", 403),
    ],
)
async def test_pages_of_the_server_and_of_named_origins_may_ask(
    app: App, keys: Serving, origin: str, status: int
) -> None:
    assert (await _from(app, keys, origin=origin)).status_code == status


async def _from(app: App, keys: Serving, **head: str) -> httpx2.Response:
    configured = Configured(
        resource=RESOURCE,
        issuer=ISSUER,
        jwks=keys.url,
        hosts=frozenset({"more.example:8443"}),
        origins=frozenset({"https://app.example"}),
    )
    async with asked(app, Authority(configured)) as asking:
        given = {**head, "authorization": f"Bearer {token()}"}
        return await asking.client.get("/v1/contexts", headers=given)


async def test_a_server_without_an_authority_has_no_metadata(app: App) -> None:
    async with asked(app) as asking:
        assert (await asking.client.get("/.well-known/oauth-protected-resource")).status_code == 404
        assert (await asking.client.get("/v1/contexts")).status_code == 200
