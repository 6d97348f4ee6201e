"""A client that is the address of a document about itself (CIMD): it gets a token without registering anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
import jwt
import pytest

from tests.identity._client_document import client_document
from tests.identity._flow import REDIRECT, Person, authorization_server, authorized
from tests.identity._service import served
from tests.mcp_api._packs import write_test_pack


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_client_with_a_document_about_itself_gets_a_token_and_an_answer_without_registering(
    tmp_path: Path, mode: str
) -> None:
    pack = write_test_pack(tmp_path / "pack")
    with (
        client_document(tmp_path) as document,
        authorization_server("documents", SSL_CERT_FILE=str(document.certificates)) as issuer,
        served(pack, tmp_path, issuer, BACKWRIGHT_OAUTH_JWKS_URL=f"{issuer}/.well-known/jwks.json") as (url, _),
    ):
        async with authorized(url, mode, document.url) as flow:
            answer = await flow.client.call_tool("use_skill", {"request": "x", "name": "alpha"})
            assert not answer.is_error
            claims: dict[str, Any] = jwt.decode(flow.kept.issued[0], options={"verify_signature": False})
        assert (claims["client_id"], claims["aud"]) == (document.url, [url])
        assert flow.kept.client is not None
        assert (flow.kept.client.client_id, flow.kept.client.client_secret) == (document.url, None)
        assert set(document.asked) == {urlsplit(document.url).path}


@pytest.mark.parametrize(
    ("changed", "status"),
    [({}, 200), ({"client_id": "https://other.example/client.json"}, 400), ({"client_secret": "shared"}, 400)],
    ids=["as it should be", "about another client", "with a secret"],
)
async def test_only_a_document_about_its_own_address_and_without_a_secret_is_a_client(
    tmp_path: Path, changed: dict[str, object], status: int
) -> None:
    with (
        client_document(tmp_path, **changed) as document,
        authorization_server("documents", SSL_CERT_FILE=str(document.certificates)) as issuer,
    ):
        async with httpx2.AsyncClient() as http:
            metadata = (await http.get(f"{issuer}/.well-known/oauth-authorization-server")).json()
        asked = {
            "client_id": document.url,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "skills:read",
            "code_challenge": "a" * 43,
            "code_challenge_method": "S256",
        }
        person = Person()
        page = await person.see(f"{metadata['authorization_endpoint']}?{urlencode(asked)}")
        await person.close()
    assert (metadata["client_id_metadata_document_supported"], "registration_endpoint" in metadata) == (True, False)
    assert document.asked == [urlsplit(document.url).path]
    assert (page.status_code, "Application requires" in page.text) == (status, status == 200)
