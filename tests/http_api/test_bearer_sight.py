"""What is seen by whoever has come in: nothing of what others hold."""

from __future__ import annotations

import pytest

from backwright.app import App
from backwright.contexts.access import Grant
from backwright.contexts.context import LOCAL
from backwright.identity.authority import Authority
from backwright.identity.configured import Configured
from tests.http_api._asgi import asked
from tests.http_api._guarded import EVERYTHING, guarded
from tests.identity._issuer import (
    ISSUER,
    KEYS,
    RESOURCE,
    Serving,
    serving,
    token,
)

# What they see


async def test_contexts_of_others_look_like_none(app: App, keys: Serving) -> None:
    async with guarded(app, keys) as asking:
        head = {"authorization": f"Bearer {token(scope=EVERYTHING)}"}
        client = asking.client
        assert (await client.get("/v1/contexts/shop/one", headers=head)).status_code == 200
        other, none = [await client.get(f"/v1/contexts/{name}", headers=head) for name in ("bank/one", "none/one")]
        assert (other.status_code, none.status_code) == (404, 404)
        assert other.text.replace("bank", "none") == none.text
        listed = (await client.get("/v1/contexts", headers=head)).json()["items"]
        assert [one["uri"] for one in listed] == ["context://shop/one"]
        forbidden = await client.delete("/v1/contexts/shop/one", headers=head)
        assert (forbidden.status_code, forbidden.json()["code"]) == (403, "FORBIDDEN")
        # No scope would mend it, so it is no challenge.
        assert "www-authenticate" not in forbidden.headers


async def test_without_the_scope_for_contexts_no_registered_type_is_completed(app: App, keys: Serving) -> None:
    app.contexts.register_schema(LOCAL, "hidden-plan", {"type": "object", "additionalProperties": False})
    asked = [
        ("type", "hidden", ["hidden-plan"]),
        ("type", "projec", ["project"]),
    ]
    async with guarded(app, keys) as asking:
        for name, typed, values in asked:
            given = {
                "ref": {"type": "ref/resource", "uri": "context-schema://{type}/v{version}"},
                "argument": {"name": name, "value": typed},
            }
            seen = []
            for scope in ("skills:read", "skills:read contexts:read"):
                answer = (await asking.post("completion/complete", token(scope=scope), **given)).json()
                seen.append(answer["result"]["completion"]["values"])
            assert seen == [values if values == ["project"] else [], values]


async def test_without_the_scope_for_contexts_none_is_listed_nor_a_schema_of_one_read(app: App, keys: Serving) -> None:
    app.contexts.register_schema(LOCAL, "secret-plan", {"type": "object", "additionalProperties": False})
    async with guarded(app, keys) as asking:
        seen = []
        for scope in ("skills:read", "skills:read contexts:read"):
            listed = (await asking.post("resources/list", token(scope=scope))).json()["result"]
            schema = await asking.post("resources/read", token(scope=scope), uri="context-schema://secret-plan/v1")
            cursor = await asking.post("resources/list", token(scope=scope), cursor="contexts")
            found = [each["uri"] for each in listed["resources"] if each["uri"].startswith("context://")]
            seen.append((found, "result" in schema.json(), "result" in cursor.json()))
    assert seen == [([], False, False), (["context://shop/one"], True, True)]


async def test_the_audit_of_a_namespace_is_read_by_its_auditors_alone(app: App, keys: Serving) -> None:
    app.contexts.grant(LOCAL, Grant("shop", f"{ISSUER}#eve", "auditor"))
    async with guarded(app, keys) as asking:
        head = {"authorization": f"Bearer {token(sub='eve', scope='audit:read')}"}
        first = await asking.client.get("/v1/audit/shop", params={"limit": 1}, headers=head)
        assert [link["action"] for link in first.json()["items"]] == ["put"]
        rest = await asking.client.get("/v1/audit/shop", params={"after": first.json()["after"]}, headers=head)
        links = rest.json()["items"]
        assert [link["action"] for link in links][:1] == ["grant"]
        assert links[0]["previous"] == first.json()["items"][0]["hash"]
        others = [await asking.client.get(f"/v1/audit/{name}", headers=head) for name in ("bank", "none", "*")]
        assert {answer.status_code for answer in others} == {404}
        reader = {"authorization": f"Bearer {token(scope=EVERYTHING)}"}
        assert (await asking.client.get("/v1/audit/shop", headers=reader)).status_code == 403


async def test_the_same_subject_of_another_issuer_is_somebody_else(app: App) -> None:
    other = "https://id.other/team"
    with serving({"keys": KEYS}) as keys:
        authority = Authority(Configured(resource=RESOURCE, issuer=other, jwks=keys.url))
        async with asked(app, authority) as asking:
            head = {"authorization": f"Bearer {token(iss=other, scope=EVERYTHING)}"}
            assert (await asking.client.get("/v1/contexts/shop/one", headers=head)).status_code == 404


@pytest.mark.parametrize("method", ["tools/list", "prompts/list", "resources/list", "skills/list", "server/discover"])
async def test_what_only_a_token_shows_is_kept_out_of_shared_caches(app: App, keys: Serving, method: str) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.post(method, token())
    assert answer.json()["result"]["cacheScope"] == "private"


async def test_every_tool_is_listed_whatever_the_token_allows_for_it_could_be_asked_to_allow_more(
    app: App, keys: Serving
) -> None:
    async with guarded(app, keys) as asking:
        lists = [(await asking.post("tools/list", token(scope=scope))).json() for scope in ("", EVERYTHING)]
    assert lists[0]["result"]["tools"] == lists[1]["result"]["tools"]
