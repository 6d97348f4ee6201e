"""Who says who callers are: what is configured, and with `--network` what the authorization server itself says.

Its addresses may lie anywhere, so nothing is asked of them unless somebody said so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import anyio

from backwright.cli._doctor.finding import Finding, ok, problem, warning
from backwright.cli._doctor.here import Here
from backwright.errors import AuthorityUnavailableError

if TYPE_CHECKING:
    from backwright.identity.configured import Configured

Document = Mapping[str, object]
_WELL_KNOWN: Final = ("oauth-authorization-server", "openid-configuration")


@dataclass(frozen=True, slots=True)
class _Told:
    """What was fetched; the reason where it was not."""

    metadata: Document | None
    keys: Document | None
    reason: str = ""
    keys_reason: str = ""


def issuer(here: Here) -> Iterator[Finding]:
    """Which tokens are taken, and whether their issuer is there, is the one that was meant, and has keys for them."""
    from backwright.identity.configured import configured

    known = configured(here.environment)
    if known is None:
        yield ok("issuer", "none is configured, so a server listens to this machine alone")
        return
    yield ok("audience", f"a token has to be issued for {known.resource}")
    if known.issuer is None:
        yield ok("issuer", "none is configured: API tokens alone are taken")
        return
    if not here.network:
        yield ok("issuer", f"{known.issuer}, which was not asked; --network asks for its metadata and its keys")
        return
    told = anyio.run(_asked, known.issuer, known.jwks)
    if told.metadata is None:
        yield problem(
            "issuer", told.reason, "see whether this machine reaches it; clients need its metadata (RFC 8414)"
        )
    else:
        yield from _metadata(known, told.metadata)
    if known.jwks is not None:
        yield _keys(known, told)


async def _asked(issuer: str, jwks: str | None) -> _Told:
    from backwright.identity.fetching import Fetcher

    fetcher, metadata, keys, reasons = Fetcher(), None, None, ["", ""]
    try:
        for url in _addresses(issuer):
            try:
                metadata = await fetcher.get(url)
                break
            except AuthorityUnavailableError as error:
                reasons[0] = error.message
        if jwks is not None:
            try:
                keys = await fetcher.get(jwks)
            except AuthorityUnavailableError as error:
                reasons[1] = error.message
    finally:
        await fetcher.close()
    return _Told(metadata, keys, *reasons)


def _addresses(issuer: str) -> Iterator[str]:
    """Where its metadata may be (RFC 8414, section 3.1, and OpenID Connect Discovery), in the order of the protocol."""
    parts = urlsplit(issuer)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    for name in _WELL_KNOWN:
        yield f"{origin}/.well-known/{name}{path}"
    if path:
        yield f"{issuer.rstrip('/')}/.well-known/{_WELL_KNOWN[1]}"


def _metadata(known: Configured, found: Document) -> Iterator[Finding]:
    said = found.get("issuer")
    if said != known.issuer:
        fix = "set BACKWRIGHT_OAUTH_ISSUER to that, character by character, if it is the one that you mean"
        yield problem("issuer", f"its metadata says that it is {said!r}, and not {known.issuer!r}", fix)
        return
    yield ok("issuer", f"{known.issuer}, whose metadata says so too")
    if known.jwks is not None and found.get("jwks_uri", known.jwks) != known.jwks:
        fix = "set BACKWRIGHT_OAUTH_JWKS_URL to that, unless another address has the same keys"
        yield warning("keys", f"its metadata has them at {found['jwks_uri']!r}, and not at {known.jwks!r}", fix)
    methods = found.get("code_challenge_methods_supported")
    if not isinstance(methods, list) or "S256" not in methods:
        fix = "let it offer PKCE with S256 and say so (code_challenge_methods_supported)"
        yield warning("clients", "its metadata does not offer PKCE, so clients of MCP refuse to log in there", fix)
    elif found.get("client_id_metadata_document_supported") is True:
        yield ok("clients", "it takes a client by its metadata document")
    elif "registration_endpoint" in found:
        yield ok("clients", "it lets clients register themselves")
    else:
        fix = "switch one of the two on, or register each client and give it its id"
        yield warning("clients", "it takes neither metadata documents of clients nor registrations", fix)


def _keys(known: Configured, told: _Told) -> Finding:
    from backwright.identity.keys import verifiable

    if told.keys is None:
        return problem("keys", told.keys_reason, "see what BACKWRIGHT_OAUTH_JWKS_URL answers, from this machine")
    count, algorithms = verifiable(told.keys, known.algorithms)
    if not algorithms:
        said = f"{count} keys that verify signatures, and none for {', '.join(known.algorithms)}"
        return problem("keys", said, "correct BACKWRIGHT_OAUTH_JWKS_URL, or BACKWRIGHT_OAUTH_ALGORITHMS")
    return ok("keys", f"{count} keys that verify signatures: for {', '.join(algorithms)}")
