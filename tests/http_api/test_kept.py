"""What every answer says of being kept: each route's, each refusal's, and what whoever has it is spared."""

from __future__ import annotations

from typing import Any

import pytest

from backwright.app import App
from backwright.http_api.app import http_app
from tests.http_api._asgi import asked
from tests.http_api._guarded import EVERYTHING, guarded
from tests.identity._issuer import Serving, token

CONDITIONAL = {
    "/": "no-cache",
    "/skills/alpha": "no-cache",
    "/rules": "no-cache",
    "/problems": "no-cache",
    "/docs": "no-cache",
    "/schemas": "no-cache",
    "/.well-known/agent-skills/index.json": "no-cache",
    "/.well-known/agent-skills/alpha.tar.gz": "no-cache",
    "/mcp/server-card": "public, max-age=3600",
    "/.well-known/ai-catalog.json": "public, max-age=3600",
    "/v1/contexts": "private, no-cache",
    "/v1/contexts/shop/one": "private, no-cache",
    "/v1/contexts/shop/one/versions": "private, no-cache",
    "/v1/contexts/shop/one/versions/1": "private, max-age=31536000, immutable",
    "/v1/schemas": "private, no-cache",
    "/v1/schemas?type=project": "private, no-cache",
    "/v1/audit/shop": "private, no-cache",
    "/v1/openapi.json": "private, no-cache",
}
NEVER = ("/health", "/ready", "/nowhere", "/v1/contexts/shop/none", "/v1/contexts?limit=0", "/.well-known/none")


@pytest.mark.parametrize("path", CONDITIONAL)
async def test_whoever_has_an_answer_is_not_sent_it_again(app: App, path: str) -> None:
    async with asked(app) as asking:
        first = await asking.client.get(path)
        etag = first.headers["etag"]
        again = await asking.client.get(path, headers={"if-none-match": f'"other", W/{etag}'})
        other = await asking.client.get(path, headers={"if-none-match": '"other"'})
    assert (first.status_code, again.status_code, other.status_code) == (200, 304, 200)
    assert (again.content, again.headers["etag"], other.content) == (b"", etag, first.content)
    for answer in (first, again):
        assert answer.headers["cache-control"] == CONDITIONAL[path]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_list_that_changed_has_another_tag(app: App) -> None:
    async with asked(app) as asking:
        before = (await asking.client.get("/v1/schemas")).headers["etag"]
        made = await asking.client.post(
            "/v1/schemas/kept-note", json={"schema": {"type": "object", "additionalProperties": False}}
        )
        after = await asking.client.get("/v1/schemas", headers={"if-none-match": before})
    assert (made.status_code, after.status_code) == (201, 200)
    assert after.headers["etag"] != before


@pytest.mark.parametrize("path", NEVER)
async def test_what_tells_of_now_and_every_error_is_kept_by_nobody(app: App, path: str) -> None:
    async with asked(app) as asking:
        answer = await asking.client.get(path)
    expected = "no-cache" if "There is no such page" in answer.text else "no-store"
    assert answer.headers["cache-control"] == expected


@pytest.mark.parametrize(
    ("method", "params"), [("tools/list", {}), ("resources/read", {"uri": "skill://alpha/SKILL.md"})]
)
async def test_what_the_protocol_answers_is_kept_by_nobody_but_its_clients(
    app: App, method: str, params: dict[str, Any]
) -> None:
    async with asked(app) as asking:
        answer = await asking.post(method, **params)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


@pytest.mark.parametrize(
    ("verb", "path", "status"),
    [("GET", "/v1/contexts", 401), ("POST", "/mcp", 415), ("DELETE", "/mcp", 405), ("POST", "/v1/contexts", 415)],
)
async def test_a_refusal_before_anything_is_read_is_kept_by_nobody(
    app: App, keys: Serving, verb: str, path: str, status: int
) -> None:
    async with guarded(app, keys) as asking:
        sent = {} if verb == "GET" else {"content": b"{}"}
        answer = await asking.client.request(verb, path, **sent)  # type: ignore[arg-type]
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")


async def test_what_is_written_is_answered_and_kept_by_nobody(app: App) -> None:
    async with asked(app) as asking:
        body = {"type": "project", "body": {"framework": "flask"}}
        made = await asking.client.put("/v1/contexts/kept/one", json=body, headers={"if-none-match": "*"})
        gone = await asking.client.delete("/v1/contexts/kept/one", headers={"if-match": made.headers["etag"]})
    assert [(each.status_code, each.headers["cache-control"]) for each in (made, gone)] == [
        (201, "no-store"),
        (204, "no-store"),
    ]


async def test_what_a_token_shows_is_never_for_shared_caches(app: App, keys: Serving) -> None:
    async with guarded(app, keys) as asking:
        head = {"authorization": f"Bearer {token(scope=EVERYTHING)}"}
        seen = {path: (await asking.client.get(path, headers=head)).headers["cache-control"] for path in CONDITIONAL}
    # A shared cache keeps nothing that came with Authorization unless it is told to (RFC 9111, section 3.5).
    told = {path for path, said in seen.items() if any(word in said for word in ("public", "s-maxage", "must-reval"))}
    assert told == {"/mcp/server-card", "/.well-known/ai-catalog.json"}


def test_every_route_that_is_read_is_among_them(app: App) -> None:
    served = {
        getattr(route, "path", "") for route in http_app(app).routes if "GET" in (getattr(route, "methods", None) or ())
    }
    fixed = {path for path in served if "{" not in path}
    assert fixed - {path.partition("?")[0] for path in CONDITIONAL} - set(NEVER) == {"/skills"}
