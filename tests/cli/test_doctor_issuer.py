"""What `backwright doctor` says of the issuer of tokens, and that it asks it only when it is told to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from backwright.app import App
from backwright.cli._doctor.finding import Finding, looked
from backwright.cli._doctor.here import Here
from backwright.cli._doctor.issuer import issuer
from backwright.settings import Settings
from tests.identity._flow import authorization_server
from tests.identity._issuer import ISSUER, KEYS, RESOURCE, Serving, connections, serving

OWN = {"BACKWRIGHT_RESOURCE_URL": RESOURCE}


def seen(root: Path, variables: Mapping[str, str], *, network: bool = True) -> list[Finding]:
    return list(looked("issuer", issuer, Here(App(Settings(root=root)), variables, root, network=network)))


def statuses(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.part, one.status) for one in found]


def said(found: Serving, **changed: object) -> dict[str, object]:
    """What one address answers to whatever it is asked: metadata and keys at once."""
    good: dict[str, object] = {
        "issuer": f"http://127.0.0.1:{found.port}",
        "jwks_uri": found.url,
        "keys": list(KEYS),
        "code_challenge_methods_supported": ["S256"],
        "client_id_metadata_document_supported": True,
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}


def test_without_authentication_it_says_so(tmp_path: Path) -> None:
    assert statuses(seen(tmp_path, {})) == [("issuer", "ok")]
    assert statuses(seen(tmp_path, {**OWN, "BACKWRIGHT_API_TOKENS": "1"})) == [("audience", "ok"), ("issuer", "ok")]


def test_nothing_is_asked_unless_it_is_said(tmp_path: Path) -> None:
    own = {**OWN, "BACKWRIGHT_OAUTH_ISSUER": ISSUER, "BACKWRIGHT_OAUTH_JWKS_URL": f"{ISSUER}/keys"}
    with connections() as connected:
        audience, asked = seen(tmp_path, own, network=False)
    assert connected == []
    assert (audience.says.endswith(RESOURCE), asked.status, "--network" in asked.says) == (True, "ok", True)


def test_what_is_configured_wrongly_is_a_problem(tmp_path: Path) -> None:
    (found,) = seen(tmp_path, {**OWN, "BACKWRIGHT_OAUTH_ISSUER": ISSUER}, network=False)
    assert (found.status, "BACKWRIGHT_OAUTH_JWKS_URL" in found.fix) == ("problem", True)


def test_a_real_authorization_server_is_found_with_its_keys_and_what_clients_need(tmp_path: Path) -> None:
    with authorization_server() as there:
        keys = f"{there}/.well-known/jwks.json"
        own = {**OWN, "BACKWRIGHT_OAUTH_ISSUER": there, "BACKWRIGHT_OAUTH_JWKS_URL": keys}
        found = seen(tmp_path, own)
    assert statuses(found) == [("audience", "ok"), ("issuer", "ok"), ("clients", "ok"), ("keys", "ok")]
    assert "RS256" in found[-1].says


@pytest.mark.parametrize(
    ("changed", "part", "status"),
    [
        ({}, "keys", "ok"),
        ({"issuer": "https://id.example/other"}, "issuer", "problem"),
        ({"issuer": None}, "issuer", "problem"),
        ({"jwks_uri": "https://id.example/other/keys"}, "keys", "warning"),
        ({"code_challenge_methods_supported": None}, "clients", "warning"),
        ({"code_challenge_methods_supported": ["plain"]}, "clients", "warning"),
        ({"client_id_metadata_document_supported": None}, "clients", "warning"),
        ({"client_id_metadata_document_supported": None, "registration_endpoint": "https://id/r"}, "clients", "ok"),
        ({"keys": []}, "keys", "problem"),
        ({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k"}]}, "keys", "problem"),
        ({"keys": "none"}, "keys", "problem"),
    ],
)
def test_what_an_issuer_says_is_compared_with_what_is_configured(
    tmp_path: Path, changed: dict[str, object], part: str, status: str
) -> None:
    with serving({}) as there:
        there.document = said(there, **changed)
        own = {"BACKWRIGHT_OAUTH_ISSUER": f"http://127.0.0.1:{there.port}", "BACKWRIGHT_OAUTH_JWKS_URL": there.url}
        found = seen(tmp_path, {**OWN, **own})
    assert (part, status) in statuses(found)
    if status == "ok":
        assert {one.status for one in found} == {"ok"}
    assert all(one.fix for one in found if one.status != "ok")


def test_an_issuer_that_does_not_answer_is_a_problem_of_each_part(tmp_path: Path) -> None:
    with serving({}) as gone:
        pass
    own = {"BACKWRIGHT_OAUTH_ISSUER": f"http://127.0.0.1:{gone.port}", "BACKWRIGHT_OAUTH_JWKS_URL": gone.url}
    assert statuses(seen(tmp_path, {**OWN, **own}))[1:] == [("issuer", "problem"), ("keys", "problem")]


def test_metadata_of_an_issuer_with_a_path_is_looked_for_where_the_protocol_says(tmp_path: Path) -> None:
    with serving({}) as there:
        there.status = 404
        own = {"BACKWRIGHT_OAUTH_ISSUER": f"http://127.0.0.1:{there.port}/team", "BACKWRIGHT_OAUTH_JWKS_URL": there.url}
        seen(tmp_path, {**OWN, **own})
        assert there.asked == [
            "/.well-known/oauth-authorization-server/team",
            "/.well-known/openid-configuration/team",
            "/team/.well-known/openid-configuration",
            "/keys",
        ]
