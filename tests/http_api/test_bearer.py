"""Who comes in over HTTP where callers say who they are: what is answered and challenged, and what is never fetched."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from backwright.app import App
from backwright.contexts.access import Grant
from backwright.contexts.context import LOCAL, Address
from backwright.identity.authority import Authority
from backwright.identity.configured import Configured
from backwright.identity.scopes import BASIC, SCOPES
from backwright.settings import Settings
from tests.http_api._asgi import Asking, asked
from tests.identity._issuer import (
    EC_KEY,
    ED_KEY,
    ISSUER,
    KEYS,
    OTHER_RSA_KEY,
    RESOURCE,
    RSA_KEY,
    Serving,
    connections,
    jwk,
    serving,
    token,
)
from tests.mcp_api._packs import write_test_pack

METADATA = "https://mcp.example/.well-known/oauth-protected-resource/mcp"
EVIL = "http://127.0.0.1:9/evil"
EVERYTHING = " ".join(SCOPES)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    pack: Path = write_test_pack(tmp_path_factory.mktemp("pack"))
    made = App(Settings(pack=pack, database="memory://", contexts=True))
    made.contexts.put(LOCAL, Address("shop", "one"), {"framework": "flask"}, type="project")
    made.contexts.put(LOCAL, Address("bank", "one"), {"framework": "flask"}, type="project")
    made.contexts.grant(LOCAL, Grant("shop", f"{ISSUER}#ann", "reader"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def keys() -> Iterator[Serving]:
    with serving({"keys": KEYS}) as found:
        yield found


@asynccontextmanager
async def guarded(app: App, keys: Serving) -> AsyncIterator[Asking]:
    configured = Configured(resource=RESOURCE, issuer=ISSUER, jwks=keys.url)
    async with asked(app, Authority(configured)) as asking:
        yield asking


def challenge(answer: httpx2.Response) -> dict[str, str]:
    """The parameters of the one challenge of an answer."""
    (header,) = answer.headers.get_list("www-authenticate")
    scheme, _, rest = header.partition(" ")
    assert scheme == "Bearer"
    found = dict(re.findall(r'([a-z_]+)="([^"]*)"(?:, |\Z)', rest))
    assert ", ".join(f'{name}="{value}"' for name, value in found.items()) == rest
    return found


def part(value: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


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


# Tokens that hold


@pytest.mark.parametrize(
    ("key", "algorithm", "head"),
    [
        (RSA_KEY, "RS256", {"kid": "rsa"}),
        (RSA_KEY, "PS256", {"kid": "rsa"}),
        (RSA_KEY, "RS256", {"kid": None}),
        (EC_KEY, "ES256", {"kid": "ec"}),
        (ED_KEY, "EdDSA", {"kid": "ed"}),
        (RSA_KEY, "RS256", {"kid": "rsa", "typ": "at+jwt"}),
        (RSA_KEY, "RS256", {"kid": "rsa", "typ": "application/at+JWT"}),
        (RSA_KEY, "RS256", {"kid": "rsa", "typ": None}),
    ],
)
async def test_a_token_of_the_issuer_for_this_server_comes_in(
    app: App, keys: Serving, key: object, algorithm: str, head: dict[str, object]
) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.post("tools/list", token(key, algorithm, head))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "changed",
    [
        {"aud": [RESOURCE]},
        {"aud": ["https://other.example", RESOURCE]},
        {"exp": time.time() + 3_600.5},
        {"scope": None, "scp": ["skills:read"]},
        {"scope": None, "scp": "skills:read"},
        {"jti": "1", "client_id": "c", "azp": "c", "auth_time": 1, "unknown": {"a": [1]}},
    ],
    ids=",".join,
)
async def test_what_a_token_may_say_besides_is_no_harm(app: App, keys: Serving, changed: dict[str, Any]) -> None:
    async with guarded(app, keys) as asking:
        answer = await asking.post("prompts/list", token(**changed))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -10), ("nbf", 10), ("iat", 10)])
async def test_two_clocks_may_differ_a_little(app: App, keys: Serving, claim: str, seconds: int) -> None:
    changed: dict[str, Any] = {claim: int(time.time()) + seconds}
    async with guarded(app, keys) as asking:
        assert (await asking.post("tools/list", token(**changed))).status_code == 200


# Tokens that do not

_NOW = int(time.time())
_PUBLIC = RSA_KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _hmac_with_the_public_key() -> str:
    """The oldest trick: what is public is taken for a shared secret."""
    head, body = part({"alg": "HS256", "typ": "JWT", "kid": "rsa"}), token().split(".")[1]
    signature = jwt.get_algorithm_by_name("HS256").sign(f"{head}.{body}".encode(), _PUBLIC)
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _with(head: dict[str, object], signature: str | None = None) -> str:
    _, body, own = token().split(".")
    return f"{part(head)}.{body}.{own if signature is None else signature}"


HOSTILE = {
    "no signature": _with({"alg": "none", "typ": "JWT"}, ""),
    "no signature in another case": _with({"alg": "nOnE", "typ": "JWT"}, ""),
    "no algorithm": _with({"typ": "JWT", "kid": "rsa"}),
    "an algorithm that is a list": _with({"alg": ["RS256"], "kid": "rsa"}),
    "an algorithm that is not allowed": token(RSA_KEY, "RS384"),
    "a shared secret": token("a secret of thirty-two characters!", "HS256"),
    "the public key as a shared secret": _hmac_with_the_public_key(),
    "another key": token(OTHER_RSA_KEY),
    "a key of another kind": token(EC_KEY, "ES256", {"kid": "rsa"}),
    "a key by no name among several": token(OTHER_RSA_KEY, head={"kid": None}),
    "a name of a key that is no text": _with({"alg": "RS256", "kid": 7}),
    "a name of a key that is a path": token(head={"kid": "../../../../dev/null"}),
    "a name of a key that is SQL": token(head={"kid": "x' UNION SELECT 'k"}),
    "a name of a key that is huge": token(head={"kid": "k" * 4_000}),
    "its own key": token(OTHER_RSA_KEY, head={"kid": "rsa", "jwk": jwk(OTHER_RSA_KEY, "rsa")}),
    "the address of its keys": token(OTHER_RSA_KEY, head={"kid": "rsa", "jku": EVIL}),
    "the address of its certificate": token(OTHER_RSA_KEY, head={"kid": "rsa", "x5u": EVIL}),
    "the address of its keys and no name": token(OTHER_RSA_KEY, head={"kid": None, "jku": EVIL, "x5u": EVIL}),
    "an extension that must be understood": token(head={"kid": "rsa", "crit": ["exp"], "exp": 1}),
    "an empty list of such": token(head={"kid": "rsa", "crit": []}),
    "a payload that is not encoded": _with({"alg": "RS256", "kid": "rsa", "b64": False}),
    "a type that is no access token": token(head={"kid": "rsa", "typ": "logout+jwt"}),
    "a type that asks for a proof": token(head={"kid": "rsa", "typ": "dpop+jwt"}),
    "another issuer": token(iss="https://id.example/other"),
    "the issuer with a slash": token(iss=f"{ISSUER}/"),
    "the issuer in another case": token(iss=ISSUER.upper()),
    "an issuer that is an address to ask": token(iss=EVIL),
    "no issuer": token(iss=None),
    "another server": token(aud="https://other.example/mcp"),
    "this server with a slash": token(aud=f"{RESOURCE}/"),
    "a server whose address begins so": token(aud=f"{RESOURCE}.evil.example"),
    "the host of this server alone": token(aud="https://mcp.example"),
    "several others": token(aud=["https://a.example", "https://b.example"]),
    "nobody": token(aud=None),
    "an empty list": token(aud=[]),
    "expired": token(exp=_NOW - 60),
    "for ever": token(exp=None),
    "an end that is no number": token(exp="tomorrow"),
    "not yet": token(nbf=_NOW + 9_000),
    "issued in the future": token(iat=_NOW + 9_000),
    "no subject": token(sub=None),
    "an empty subject": token(sub=""),
    "a subject with a control character": token(sub="ann\nbob"),
    "a subject too long to be granted anything": token(sub="a" * 300),
    "bound to a key": token(cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}),
    "another body": ".".join([token().split(".")[0], part({"sub": "root"}), token().split(".")[2]]),
    "no body": ".".join([token().split(".")[0], "", token().split(".")[2]]),
    "a body that is no object": jwt.api_jws.encode(b"[]", RSA_KEY, "RS256", headers={"kid": "rsa"}),
    "a body that is nested deeply": jwt.api_jws.encode(
        b'{"a":' * 900 + b"1" + b"}" * 900, RSA_KEY, "RS256", headers={"kid": "rsa"}
    ),
    "an end without an end": jwt.api_jws.encode(
        json.dumps({"iss": ISSUER, "sub": "ann", "aud": RESOURCE, "exp": float("inf")}).encode(),
        RSA_KEY,
        "RS256",
        headers={"kid": "rsa"},
    ),
    "an end that is not a number": jwt.api_jws.encode(
        json.dumps({"iss": ISSUER, "sub": "ann", "aud": RESOURCE, "exp": float("nan")}).encode(),
        RSA_KEY,
        "RS256",
        headers={"kid": "rsa"},
    ),
    "encrypted": ".".join(["e30"] * 5),
    "five dots": ".....",
    "no JWT": "abcdefgh",
    "longer than any": "a" * 9_000,
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_token_that_does_not_hold_is_refused_and_nobody_is_asked_about_it(
    app: App, keys: Serving, name: str
) -> None:
    async with guarded(app, keys) as asking:
        assert (await asking.post("tools/list", token())).status_code == 200
        before = len(keys.asked)
        with connections() as connected:
            answers = [
                await asking.post("tools/list", HOSTILE[name]),
                await asking.client.get("/v1/contexts", headers={"authorization": f"Bearer {HOSTILE[name]}"}),
            ]
        assert (connected, len(keys.asked)) == ([], before)
    for answer in answers:
        assert answer.status_code == 401
        found = challenge(answer)
        assert (found["error"], found["resource_metadata"]) == ("invalid_token", METADATA)
        assert HOSTILE[name] not in answer.text


async def test_where_the_keys_cannot_be_had_the_token_may_be_good_and_nobody_is_told_to_get_another(app: App) -> None:
    with serving({}) as gone:
        pass
    async with guarded(app, gone) as asking:
        answer = await asking.post("tools/list", token())
    assert (answer.status_code, answer.json()["code"]) == (503, "AUTHORITY_UNAVAILABLE")
    assert ("retry-after" in answer.headers, "www-authenticate" in answer.headers) == (True, False)


async def test_the_keys_are_there_before_the_first_request(app: App) -> None:
    with serving({"keys": KEYS}) as fresh:
        async with guarded(app, fresh) as asking:
            with anyio.fail_after(20):
                while not fresh.asked:
                    await anyio.wait_all_tasks_blocked()
            assert (await asking.post("tools/list", token())).status_code == 200
        assert fresh.asked == ["/keys"]


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
