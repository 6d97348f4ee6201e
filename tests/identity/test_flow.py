"""From a URL alone to an answer: the SDK's OAuth client, a real authorization server, and this server in a process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import jwt
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.subscriptions import ResourceUpdated

from backwright.contexts.access import Grant
from backwright.contexts.context import LOCAL, Address
from backwright.contexts.service import Contexts
from backwright.identity.scopes import BASIC
from tests.identity._authorization_server import RESOURCE_SERVER, USER
from tests.identity._flow import authorization_server, authorized
from tests.identity._issuer import ISSUER, KEYS, serving, token
from tests.identity._service import served
from tests.mcp_api._connect import PATIENCE
from tests.mcp_api._packs import write_test_pack

SHOP = "context://shop/one"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_test_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def signing(pack: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Contexts, str]]:
    folder = tmp_path_factory.mktemp("signing")
    with (
        authorization_server() as issuer,
        served(pack, folder, issuer, BACKWRIGHT_OAUTH_JWKS_URL=f"{issuer}/.well-known/jwks.json") as (url, contexts),
    ):
        contexts.grant(LOCAL, Grant("shop", f"{issuer}#{USER[0]}", "writer"))
        yield url, contexts, issuer


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_that_knows_a_url_alone_gets_a_token_for_it_and_an_answer(
    signing: tuple[str, Contexts, str], mode: str
) -> None:
    url, _, issuer = signing
    async with authorized(url, mode) as flow:
        answer = await flow.client.call_tool("use_skill", {"request": "x", "name": "alpha"})
        assert not answer.is_error
        assert flow.person.asked == [" ".join(BASIC)]
        claims: dict[str, Any] = jwt.decode(flow.kept.issued[0], options={"verify_signature": False})
        assert (claims["iss"], claims["aud"], claims["sub"]) == (issuer, [url], USER[0])


async def test_what_a_token_does_not_allow_is_asked_for_when_it_is_used_and_what_was_granted_stays(
    signing: tuple[str, Contexts, str],
) -> None:
    url, contexts, _ = signing
    async with authorized(url) as flow:
        given = {"context": "shop/stepped", "type": "project", "body": {"framework": "flask"}}
        answer = await flow.client.call_tool("put_context", given)
        assert not answer.is_error, answer.content
        first, second = flow.person.asked
        assert set(second.split()) == {*first.split(), "contexts:write"}
        assert not (await flow.client.call_tool("use_skill", {"request": "x", "name": "alpha"})).is_error
        assert len(flow.person.asked) == 2
        other = await flow.client.call_tool("put_context", {**given, "context": "bank/one"})
        assert (other.structured_content or {})["code"] == "NOT_FOUND"
    (link,) = [link for link in contexts.audit(LOCAL, "shop").items if link.name == "stepped"]
    # The audit has a pseudonym, and never the subject.
    assert link.actor.startswith("actor-")


async def test_a_token_that_has_ended_is_renewed_without_the_person(signing: tuple[str, Contexts, str]) -> None:
    url, _, _ = signing
    async with authorized(url) as flow:
        await flow.client.call_tool("use_skill", {"request": "x"})
        flow.provider.context.token_expiry_time = time.time() - 1
        await flow.client.call_tool("use_skill", {"request": "x"})
        assert len(set(flow.kept.issued)) == 2
        assert len(flow.person.asked) == 1


async def test_a_token_for_another_resource_of_the_same_issuer_is_refused(signing: tuple[str, Contexts, str]) -> None:
    url, _, issuer = signing
    async with httpx2.AsyncClient() as http:
        form = {"grant_type": "client_credentials", "scope": "skills:read"}
        for resource, status in ((url, 200), ("https://other.example/mcp", 401)):
            answer = await http.post(f"{issuer}/token/", data={**form, "resource": resource}, auth=RESOURCE_SERVER)
            head = {"authorization": f"Bearer {answer.json()['access_token']}"}
            assert (await http.get(url.replace("/mcp", "/"), headers=head)).status_code == status


async def test_a_token_that_only_its_issuer_can_read_is_asked_about(pack: Path, tmp_path: Path) -> None:
    with authorization_server("opaque") as issuer:
        settings = {
            "BACKWRIGHT_OAUTH_INTROSPECTION_URL": f"{issuer}/introspect/",
            "BACKWRIGHT_OAUTH_CLIENT_ID": RESOURCE_SERVER[0],
            "BACKWRIGHT_OAUTH_CLIENT_SECRET": RESOURCE_SERVER[1],
            "BACKWRIGHT_OAUTH_SUBJECT": "username",
        }
        with served(pack, tmp_path, issuer, **settings) as (url, contexts):
            contexts.grant(LOCAL, Grant("shop", f"{issuer}#{USER[0]}", "reader"))
            contexts.put(LOCAL, Address("shop", "one"), {"framework": "flask"}, type="project")
            async with authorized(url) as flow:
                answer = await flow.client.call_tool("get_context", {"context": "shop/one"})
                assert not answer.is_error, answer.content
                assert "." not in flow.kept.issued[0]
                async with httpx2.AsyncClient() as http:
                    head = {"authorization": f"Bearer {flow.kept.issued[0][:-1]}x"}
                    assert (await http.get(url.replace("/mcp", "/"), headers=head)).status_code == 401


# Listening


async def test_a_stream_is_told_what_its_subject_may_know_and_ends_with_its_token(pack: Path, tmp_path: Path) -> None:
    with (
        serving({"keys": KEYS}) as keys,
        served(pack, tmp_path, ISSUER, BACKWRIGHT_OAUTH_JWKS_URL=keys.url) as (url, contexts),
    ):
        contexts.grant(LOCAL, Grant("shop", f"{ISSUER}#ann", "reader"))
        contexts.grant(LOCAL, Grant("*", f"{ISSUER}#root", "writer"))
        await _put(url, "shop", 0)
        ends = int(time.time()) + 4
        with anyio.fail_after(PATIENCE):
            async with _speaking(url, token(aud=url, exp=ends)) as client:
                async with client.listen(resource_subscriptions=[SHOP, "context://bank/one"]) as stream:
                    assert stream.honored.resource_subscriptions == [SHOP]
                    await _put(url, "shop", 1)
                    told = [event async for event in stream]
                assert told == [ResourceUpdated(SHOP)]
                assert time.time() >= ends - 1


async def test_a_stream_without_the_scope_is_not_told_that_contexts_come_and_go(pack: Path, tmp_path: Path) -> None:
    with (
        serving({"keys": KEYS}) as keys,
        served(pack, tmp_path, ISSUER, BACKWRIGHT_OAUTH_JWKS_URL=keys.url) as (url, contexts),
    ):
        contexts.grant(LOCAL, Grant("*", f"{ISSUER}#ann", "admin"))
        contexts.grant(LOCAL, Grant("*", f"{ISSUER}#root", "writer"))
        less = token(aud=url, scope="skills:read", exp=int(time.time()) + 3)
        with anyio.fail_after(PATIENCE):
            async with _speaking(url, less) as client, client.listen(resources_list_changed=True) as stream:
                await _put(url, "shop", 0)
                assert [event async for event in stream] == []


def _speaking(url: str, bearer: str) -> Client:
    http = httpx2.AsyncClient(headers={"authorization": f"Bearer {bearer}"}, timeout=PATIENCE)
    return Client(streamable_http_client(url, http_client=http))


async def _put(url: str, namespace: str, version: int) -> None:
    """A context, written by somebody who may write everywhere."""
    bearer = token(aud=url, sub="root", scope="contexts:write")
    head = {"authorization": f"Bearer {bearer}"}
    head |= {"if-none-match": "*"} if version == 0 else {}
    async with httpx2.AsyncClient(headers=head) as http:
        place = url.replace("/mcp", f"/v1/contexts/{namespace}/one")
        if version:
            http.headers["if-match"] = (await http.get(place)).headers["etag"]
        answer = await http.put(place, json={"type": "project", "body": {"exclude": [f"v{version}"]}})
        assert answer.is_success, answer.text
