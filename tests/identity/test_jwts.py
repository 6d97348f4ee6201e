"""Whatever is sent as a token: it is answered, with a principal or a refusal, and with nothing else."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Mapping
from dataclasses import replace

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.errors import UnauthenticatedError
from backwright.identity.configured import Configured
from backwright.identity.jwts import LEEWAY, Jwts
from backwright.identity.keys import LIFESPAN, Keys
from backwright.identity.principal import Principal
from tests.identity._issuer import ISSUER, KEYS, RESOURCE, RSA_KEY, claims, token

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["alg", "kid", "typ", "crit", "jku", "jwk", "x5u", "x5c", "b64", "zip", "cty"])
CLAIMS = st.sampled_from(["iss", "sub", "aud", "exp", "nbf", "iat", "scope", "scp", "cnf", "jti", "act"])


CONFIGURED = Configured(resource=RESOURCE, issuer=ISSUER, jwks="https://id.example/keys")


async def _fetch(_: str) -> dict[str, object]:
    return {"keys": list(KEYS)}


def verified(sent: str) -> Principal | None:
    """Whom a token speaks for; None where it is refused."""

    async def ask() -> Principal | None:
        keys = Keys("https://id.example/keys", _fetch)
        try:
            return await Jwts(CONFIGURED, keys).verify(sent)
        except UnauthenticatedError:
            return None

    return asyncio.run(ask())


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@settings(max_examples=60, deadline=None)
@given(head=st.dictionaries(NAMES, JSON, max_size=4))
def test_no_header_makes_a_token_of_what_is_not_signed(head: Mapping[str, object]) -> None:
    _, body, signature = token().split(".")
    assert verified(f"{_part({'alg': 'RS256', **head})}.{body}.{signature}") is None


@settings(max_examples=100, deadline=None)
@given(changed=st.dictionaries(CLAIMS, JSON, max_size=3))
def test_a_signed_token_with_any_claims_is_answered(changed: Mapping[str, object]) -> None:
    body = json.dumps({**claims(), **changed}).encode()
    found = verified(jwt.api_jws.encode(body, RSA_KEY, "RS256", headers={"kid": "rsa"}))
    if found is not None:
        assert found.issuer == ISSUER
        assert found.expires_at is not None
        assert changed.get("aud", RESOURCE) == RESOURCE or RESOURCE in str(changed["aud"])


@settings(max_examples=100, deadline=None)
@given(sent=st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{0,9}\.[A-Za-z0-9_-]{0,9}\.[A-Za-z0-9_-]{0,9}"))
def test_any_text_is_answered(sent: str) -> None:
    assert verified(sent) is None


async def test_a_token_that_is_remembered_ends_all_the_same() -> None:
    now = time.time()
    seen = Jwts(CONFIGURED, Keys("https://id.example/keys", _fetch), lambda: now)
    # Its end lies behind it, by less than two clocks may differ.
    sent = token(exp=int(now) - LEEWAY + 5)
    await seen.verify(sent)
    seen._configured = replace(CONFIGURED, resource="https://other.example/mcp")
    await seen.verify(sent)
    now += 5
    with pytest.raises(UnauthenticatedError):
        await seen.verify(sent)


async def test_a_token_is_verified_again_after_a_while_with_the_keys_of_then() -> None:
    now, there = time.time(), list(KEYS)

    async def fetch(_: str) -> dict[str, object]:
        return {"keys": there}

    keys = Keys("https://id.example/keys", fetch, lambda: now)
    seen = Jwts(CONFIGURED, keys, lambda: now)
    sent = token(exp=int(now) + 9_000)
    await seen.verify(sent)
    there.clear()
    now += LIFESPAN + 1
    await keys.kept()
    with pytest.raises(UnauthenticatedError):
        await seen.verify(sent)


@pytest.mark.parametrize("cut", range(0, 200, 7))
def test_a_token_that_was_cut_is_none(cut: int) -> None:
    assert verified(token()[:cut]) is None
