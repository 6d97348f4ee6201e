"""Which tokens a server takes, as its environment says it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from backwright.errors import InvalidInputError

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Every signature that may be allowed: with a public key. A shared secret or none at all never is."""

DEFAULT_ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA")

_ADDRESS: Final = re.compile(r"[\x21-\x7e]+")
_ON: Final = frozenset({"1", "true", "on"})
_LONGEST: Final = 2_048


@dataclass(frozen=True, slots=True)
class Configured:
    """How callers of this server say who they are.

    Args:
        resource: the URL of this server's MCP endpoint, as its clients use it: what tokens must be issued for (RFC
            8707), and what the server calls itself.
        issuer: the authorization server; None where there are API tokens alone.
        jwks: where its public keys are; None where it is asked about each token instead.
        introspection: where it is asked about tokens that are no JWT (RFC 7662); None where there are none.
        client: the id and the secret of this server there.
        subject: which member of its answers names whom a token speaks for.
        algorithms: the signatures that are taken, some of `ALGORITHMS`.
        api_tokens: whether tokens of `backwright token` are taken.
        hosts: further values of Host that are answered, in lower case.
        origins: further values of Origin.
        proxies: the addresses of the proxies whose X-Forwarded-* headers are believed.
    """

    resource: str
    issuer: str | None = None
    jwks: str | None = None
    introspection: str | None = None
    client: tuple[str, str] | None = None
    subject: str = "sub"
    algorithms: tuple[str, ...] = DEFAULT_ALGORITHMS
    api_tokens: bool = False
    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()
    proxies: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of the resource; empty for the root."""
        return urlsplit(self.resource).path.rstrip("/")

    @property
    def origin(self) -> str:
        """The origin of the resource: scheme, host and port."""
        parts = urlsplit(self.resource)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def metadata(self) -> str:
        """The URL of the resource's metadata (RFC 9728, section 3.1)."""
        return f"{self.origin}/.well-known/oauth-protected-resource{self.path}"


def configured(environment: Mapping[str, str]) -> Configured | None:
    """How callers say who they are, from `BACKWRIGHT_*` (docs/authentication.md); None where nobody has to.

    Raises:
        InvalidInputError: a variable says what cannot be, or one is missing that another needs.
    """
    given = _Given(environment)
    resource = given.url("BACKWRIGHT_RESOURCE_URL")
    issuer, api_tokens = given.url("BACKWRIGHT_OAUTH_ISSUER"), given.text("BACKWRIGHT_API_TOKENS").lower() in _ON
    if issuer is None and not api_tokens:
        return None
    if resource is None:
        raise InvalidInputError(
            "authentication needs to know for which server tokens are issued",
            hint="set BACKWRIGHT_RESOURCE_URL to the URL of this server's MCP endpoint: https://mcp.example.com/mcp",
        )
    jwks, introspection = given.url("BACKWRIGHT_OAUTH_JWKS_URL"), given.url("BACKWRIGHT_OAUTH_INTROSPECTION_URL")
    if issuer is not None and jwks is None and introspection is None:
        raise InvalidInputError(
            "the tokens of BACKWRIGHT_OAUTH_ISSUER cannot be checked",
            hint="set BACKWRIGHT_OAUTH_JWKS_URL to where its keys are (jwks_uri in its metadata), or "
            "BACKWRIGHT_OAUTH_INTROSPECTION_URL",
        )
    return Configured(
        resource=resource,
        issuer=issuer,
        jwks=jwks if issuer is not None else None,
        introspection=introspection if issuer is not None else None,
        client=given.client(needed=issuer is not None and introspection is not None),
        subject=given.text("BACKWRIGHT_OAUTH_SUBJECT") or "sub",
        algorithms=given.algorithms(),
        api_tokens=api_tokens,
        hosts=frozenset(host.lower() for host in given.words("BACKWRIGHT_ALLOWED_HOSTS")),
        origins=frozenset(given.words("BACKWRIGHT_ALLOWED_ORIGINS")),
        proxies=given.networks("BACKWRIGHT_TRUSTED_PROXIES"),
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """The variables, each read as what it has to be."""

    environment: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.environment.get(name, "").strip()

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(self.text(name).replace(",", " ").split())

    def url(self, name: str) -> str | None:
        text = self.text(name)
        if not text:
            return None
        wrong = _wrong(text)
        if wrong:
            raise InvalidInputError(f"{name}: {wrong}", hint="write an absolute URL: https://id.example.com/team")
        return text

    def client(self, *, needed: bool) -> tuple[str, str] | None:
        name, secret = self.text("BACKWRIGHT_OAUTH_CLIENT_ID"), self.text("BACKWRIGHT_OAUTH_CLIENT_SECRET")
        file = self.text("BACKWRIGHT_OAUTH_CLIENT_SECRET_FILE")
        if file and not secret:
            try:
                secret = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise InvalidInputError(
                    "BACKWRIGHT_OAUTH_CLIENT_SECRET_FILE cannot be read", hint="name a file that this user may read"
                ) from None
        if needed and not (name and secret):
            raise InvalidInputError(
                "introspection needs to know who asks (RFC 7662, section 2.1)",
                hint="set BACKWRIGHT_OAUTH_CLIENT_ID and BACKWRIGHT_OAUTH_CLIENT_SECRET_FILE",
            )
        return (name, secret) if needed else None

    def algorithms(self) -> tuple[str, ...]:
        chosen = self.words("BACKWRIGHT_OAUTH_ALGORITHMS") or DEFAULT_ALGORITHMS
        unknown = [name for name in chosen if name not in ALGORITHMS]
        if unknown:
            raise InvalidInputError(
                "BACKWRIGHT_OAUTH_ALGORITHMS: only signatures with a public key can be allowed",
                hint=f"choose from {', '.join(ALGORITHMS)}",
            )
        return chosen

    def networks(self, name: str) -> tuple[str, ...]:
        found = self.words(name)
        try:
            for each in found:
                ipaddress.ip_network(each, strict=False)
        except ValueError:
            raise InvalidInputError(
                f"{name}: no addresses", hint="write addresses or networks: 10.0.0.0/8, 127.0.0.1"
            ) from None
        return found


def _wrong(url: str) -> str | None:
    """What is wrong with the URL of a server that is trusted; None where nothing is."""
    if len(url) > _LONGEST or not _ADDRESS.fullmatch(url):
        return "it is no URL"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no URL"
    if port == 0 or not parts.hostname or parts.scheme not in {"http", "https"} or '"' in url or "\\" in url:
        return "it is no URL"
    if parts.username is not None or parts.query or parts.fragment or url.endswith(("?", "#")):
        return "it has a user, a query or a fragment"
    return "it is not https" if parts.scheme == "http" and not _loopback(parts) else None


def _loopback(parts: SplitResult) -> bool:
    """Whether a URL stays on this machine, where plain http is no risk (RFC 8252, section 8.3)."""
    return is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """Whether only this machine can mean itself by a name or an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
