"""Tokens at the door: those that hold, those that do not, and what is never fetched for one."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import anyio
import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from backwright.app import App
from tests.http_api._guarded import METADATA, challenge, guarded, part
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

EVIL = "http://127.0.0.1:9/evil"


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
