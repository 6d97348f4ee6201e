"""What the environment says of authentication, and where a server may listen without any."""

from __future__ import annotations

import os
import subprocess

import pytest

from backwright.errors import InvalidInputError
from backwright.http_api.server import check_host
from backwright.identity.configured import Configured, configured
from tests.mcp_api._connect import COMMAND

GOOD = {
    "BACKWRIGHT_RESOURCE_URL": "https://mcp.example/team/mcp",
    "BACKWRIGHT_OAUTH_ISSUER": "https://id.example/team",
    "BACKWRIGHT_OAUTH_JWKS_URL": "https://id.example/keys",
}
ASKING = {
    "BACKWRIGHT_OAUTH_INTROSPECTION_URL": "https://id.example/introspect",
    "BACKWRIGHT_OAUTH_CLIENT_ID": "backwright",
    "BACKWRIGHT_OAUTH_CLIENT_SECRET": "secret",
}


def test_nobody_has_to_say_who_he_is_unless_it_is_configured() -> None:
    assert configured({}) is None
    assert configured({"BACKWRIGHT_RESOURCE_URL": "https://mcp.example/mcp", "BACKWRIGHT_API_TOKENS": "0"}) is None


def test_what_a_server_calls_itself_says_where_its_metadata_is() -> None:
    found = configured(GOOD)
    assert found is not None
    assert found.metadata == "https://mcp.example/.well-known/oauth-protected-resource/team/mcp"
    assert (found.origin, found.path, found.client) == ("https://mcp.example", "/team/mcp", None)


def test_everything_can_be_said() -> None:
    more = {
        **GOOD,
        **ASKING,
        "BACKWRIGHT_OAUTH_ALGORITHMS": "ES256, EdDSA",
        "BACKWRIGHT_ALLOWED_HOSTS": "Inside.example:8000",
        "BACKWRIGHT_ALLOWED_ORIGINS": "https://app.example",
        "BACKWRIGHT_TRUSTED_PROXIES": "10.0.0.0/8 ::1",
        "BACKWRIGHT_API_TOKENS": "1",
        "BACKWRIGHT_OAUTH_SUBJECT": "username",
    }
    assert configured(more) == Configured(
        resource=GOOD["BACKWRIGHT_RESOURCE_URL"],
        issuer=GOOD["BACKWRIGHT_OAUTH_ISSUER"],
        jwks=GOOD["BACKWRIGHT_OAUTH_JWKS_URL"],
        introspection=ASKING["BACKWRIGHT_OAUTH_INTROSPECTION_URL"],
        client=("backwright", "secret"),
        subject="username",
        algorithms=("ES256", "EdDSA"),
        api_tokens=True,
        hosts=frozenset({"inside.example:8000"}),
        origins=frozenset({"https://app.example"}),
        proxies=("10.0.0.0/8", "::1"),
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"BACKWRIGHT_RESOURCE_URL": ""},
        {"BACKWRIGHT_OAUTH_JWKS_URL": ""},
        {"BACKWRIGHT_RESOURCE_URL": "http://mcp.example/mcp"},
        {"BACKWRIGHT_OAUTH_ISSUER": "http://id.example"},
        {"BACKWRIGHT_OAUTH_ISSUER": "id.example"},
        {"BACKWRIGHT_OAUTH_ISSUER": "https://id.example/?a=1"},
        {"BACKWRIGHT_OAUTH_ISSUER": "https://id.example/#a"},
        {"BACKWRIGHT_OAUTH_JWKS_URL": "file:///etc/passwd"},
        {"BACKWRIGHT_OAUTH_JWKS_URL": "https://user@id.example/keys"},
        {"BACKWRIGHT_OAUTH_JWKS_URL": "https://id.example:0/keys"},
        {"BACKWRIGHT_OAUTH_JWKS_URL": 'https://id.example/"'},
        {"BACKWRIGHT_OAUTH_JWKS_URL": "http://127.0.0.1.evil.example/keys"},
        {"BACKWRIGHT_OAUTH_ALGORITHMS": "RS256 HS256"},
        {"BACKWRIGHT_OAUTH_ALGORITHMS": "none"},
        {"BACKWRIGHT_TRUSTED_PROXIES": "*"},
        {"BACKWRIGHT_OAUTH_INTROSPECTION_URL": "https://id.example/introspect"},
    ],
    ids=lambda changed: " ".join(f"{name[11:]}={value}" for name, value in changed.items()),
)
def test_what_cannot_be_stops_the_start(changed: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError, match=r"BACKWRIGHT_|authentication|introspection"):
        configured({**GOOD, **changed})


def test_on_this_machine_plain_http_is_taken() -> None:
    found = configured({**GOOD, "BACKWRIGHT_OAUTH_JWKS_URL": "http://[::1]:8080/keys"})
    assert found is not None


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", "127.0.0.1.nip.io", ""])  # noqa: S104
def test_where_others_could_reach_it_a_server_does_not_listen_without_authentication(host: str) -> None:
    with pytest.raises(InvalidInputError, match="--host"):
        check_host(host, None)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1"])
def test_where_this_machine_alone_can_reach_it_it_does(host: str) -> None:
    check_host(host, None)


def test_with_authentication_it_listens_anywhere() -> None:
    check_host("0.0.0.0", configured(GOOD))  # noqa: S104


def test_a_command_that_would_open_the_server_to_everyone_ends_with_what_to_do() -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BACKWRIGHT_")}
    command = (*COMMAND, "--http", "--port", "0", "--host", "0.0.0.0")  # noqa: S104
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=clean)
    assert run.returncode == 2
    assert "BACKWRIGHT_OAUTH_ISSUER" in run.stderr
