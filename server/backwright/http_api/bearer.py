"""Who may come in: a bearer token verified before anything of a request is read, and the challenge where it fails.

RFC 6750, RFC 9728 and the protocol's chapter on authorization say what is answered: 401 to whoever shows no token that
holds, 403 to whoever shows one that does not allow this, both with what to ask for and where.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Asgi

from backwright.errors import BackwrightError, InsufficientScopeError, UnauthenticatedError
from backwright.http_api.discovery import ANY_ORIGIN
from backwright.http_api.problems import problem_of
from backwright.identity.configured import Configured
from backwright.identity.principal import SCOPE_KEY, principal_in
from backwright.identity.refusals import nobody, unauthenticated
from backwright.identity.scopes import BASIC, Scope, require

if TYPE_CHECKING:
    from backwright.identity.authority import Authority

_LOG = logging.getLogger(__name__)

OPEN: Final = frozenset({"/health", "/ready"}) | ANY_ORIGIN
"""What answers everyone: whoever watches a server has no token, nor has who looks for it. It says nothing of what the
server holds, and for whom; the metadata of the resource is as open.
"""

_METADATA: Final = "/.well-known/oauth-protected-resource"
_SCHEME: Final = "bearer "


class Admission:
    """Lets requests in by their token.

    Args:
        authority: verifies tokens.
        contexts: whether the server offers contexts, so that a first token is asked for that reads them.
        open_too: which other paths answer whoever shows no token; one that is shown there is verified all the same.
    """

    def __init__(self, authority: Authority, *, contexts: bool, open_too: Callable[[str], bool] | None = None) -> None:
        self._authority = authority
        self._open_too = open_too
        self._open = OPEN | metadata_paths(authority.configured)
        self._challenge = Challenge(
            authority.configured, tuple(scope for scope in BASIC if contexts or not scope.startswith("contexts:"))
        )

    async def __call__(self, scope: Asgi) -> Response | None:
        """The answer to who may not come in; None to who may, whose principal the scope has from then on."""
        scope.pop(SCOPE_KEY, None)
        scope[CHALLENGE_KEY] = self._challenge
        if scope["path"] in self._open:
            return None
        headers = Headers(scope=scope)
        if self._open_too is not None and "authorization" not in headers and self._open_too(scope["path"]):
            return None
        try:
            scope[SCOPE_KEY] = await self._authority.verify(_token(headers))
        except BackwrightError as error:
            # Which part of the server was asked for, and never a word of the token.
            _LOG.info("refused %s: %s", error.code, error.message)
            return self._challenge.answer(error)
        return None


def _token(headers: Headers) -> str:
    found = headers.getlist("authorization")
    if not found:
        raise nobody()
    if len(found) > 1:
        raise unauthenticated("there is more than one Authorization", "invalid_request")
    if found[0][: len(_SCHEME)].lower() != _SCHEME:
        raise nobody()
    return found[0][len(_SCHEME) :].strip(" ")


class Challenge:
    """Makes the header that says what to do about a refusal.

    Args:
        configured: where tokens are had.
        basic: the scopes of a first token.
    """

    def __init__(self, configured: Configured, basic: tuple[Scope, ...]) -> None:
        self._configured = configured
        self._basic = basic

    def answer(self, error: BackwrightError) -> Response:
        """The answer to an error, with a challenge where a token would mend it."""
        response = problem_of(error)
        value = self.header(error)
        if value is not None:
            response.headers["WWW-Authenticate"] = value
            response.headers["Cache-Control"] = "no-store"
        return response

    def header(self, error: BackwrightError) -> str | None:
        """`WWW-Authenticate` for an error; None for one that no token mends."""
        if isinstance(error, InsufficientScopeError):
            return self._written("insufficient_scope", error.message, _texts(error.details["scopes"]))
        if isinstance(error, UnauthenticatedError):
            # Who showed no token is told no error (RFC 6750, section 3.1).
            found = str(error.details.get("error", ""))
            return self._written(found, error.message if found else "", self._basic)
        return None

    def _written(self, error: str, description: str, scopes: Iterable[str]) -> str:
        parts = {"error": error, "error_description": description, "scope": " ".join(scopes)}
        if self._configured.issuer is not None:
            parts["resource_metadata"] = self._configured.metadata
        # Each value is ours or was checked when it was configured: none has a quote in it.
        return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items() if value)


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


CHALLENGE_KEY: Final = "backwright.challenge"
"""Where an ASGI scope has what makes the challenges of its request."""

DENIED_KEY: Final = "backwright.denied"
"""Where an ASGI scope has why a request to MCP was denied, although its token holds."""


def challenged(scope: Asgi, error: BackwrightError) -> Response:
    """The answer to an error, with the challenge that is due where the server takes tokens."""
    challenge = scope.get(CHALLENGE_KEY)
    return challenge.answer(error) if isinstance(challenge, Challenge) else problem_of(error)


class Denials:
    """MCP as an ASGI application whose denials are HTTP's: the protocol below knows no 403 of a request's own.

    Whether a token allows a request is decided where the request has been parsed, and by that parser: a second one
    here could be made to see another method than the first.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Answer one request."""
        scope[DENIED_KEY] = None
        answered = False

        async def checked(message: Message) -> None:
            nonlocal answered
            error = scope[DENIED_KEY]
            if answered or not isinstance(error, InsufficientScopeError):
                if not answered:
                    await send(message)
                return
            answered = True
            await challenged(scope, error)(scope, receive, send)

        await self._app(scope, receive, checked)


Endpoint = Callable[[Request], Awaitable[Response]]


def needs(wanted: Scope, endpoint: Endpoint) -> Endpoint:
    """An endpoint that answers only those whose token has a scope; everyone where nobody has to say who it is."""

    async def checked(request: Request) -> Response:
        try:
            require(principal_in(request.scope), wanted)
        except InsufficientScopeError as error:
            return challenged(request.scope, error)
        return await endpoint(request)

    return checked


def metadata_paths(configured: Configured) -> frozenset[str]:
    """Where the resource's metadata is: at the root, and at the place of the resource; nowhere without an issuer."""
    if configured.issuer is None:
        return frozenset()
    return frozenset({_METADATA, f"{_METADATA}{configured.path}", f"{_METADATA}/mcp"})


def metadata_routes(configured: Configured) -> list[Route]:
    """The resource's metadata (RFC 9728), at the root and at the resource's own place; none without an issuer."""
    if configured.issuer is None:
        return []
    document = {
        "resource": configured.resource,
        "authorization_servers": [configured.issuer],
        "scopes_supported": list(BASIC),
        "bearer_methods_supported": ["header"],
        "resource_name": "Backwright",
    }

    async def metadata(_: object) -> Response:
        return JSONResponse(document, headers={"Cache-Control": "public, max-age=3600"})

    return [Route(path, metadata, methods=["GET"]) for path in sorted(metadata_paths(configured))]
