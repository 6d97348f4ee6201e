"""What a request of the protocol needs of a token: each tool says it itself, every other method says it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from mcp.server.context import CallNext, HandlerResult

from backwright.errors import InsufficientScopeError
from backwright.identity.scopes import Scope, require
from backwright.mcp_api._caller import principal_of
from backwright.mcp_api._errors import Context
from backwright.mcp_api.listeners import Alive
from backwright.mcp_api.view import SCHEME

if TYPE_CHECKING:
    from backwright.mcp_api.tool import Tool

Params = Mapping[str, Any]

FREE: Final = frozenset({"initialize", "server/discover", "ping", "tools/list"})
"""What any token may ask: what this server is. A list of tools says what a token could be asked for."""

_ADDRESSES: Final[dict[str, Scope]] = {
    "context": "contexts:read",
    "review": "review:run",
    "plan": "scaffold:render",
}
_READING: Final = frozenset({"resources/read", "resources/subscribe", "resources/unsubscribe", "skills/get"})


@dataclass(frozen=True, slots=True)
class Tokens:
    """What is done about the tokens of requests.

    Args:
        denied: told why the token of a request does not allow it.
        alive: whether the token of a principal still holds.
    """

    denied: Callable[[Context, InsufficientScopeError], None]
    alive: Alive


class Allowed:
    """Middleware: lets a request through if its token allows it.

    Args:
        tool: the tool of a name; None where there is none.
        denied: told why a request is denied, with the request.
    """

    def __init__(
        self, tool: Callable[[str], Tool[Any, Any] | None], denied: Callable[[Context, InsufficientScopeError], None]
    ) -> None:
        self._tool = tool
        self._denied = denied

    async def __call__(self, ctx: Context, call_next: CallNext) -> HandlerResult:
        """Answer one message, and keep the answer from caches that others share.

        Raises:
            InsufficientScopeError: the token does not allow it.
        """
        principal = principal_of(ctx)
        try:
            require(principal, *self.needed(ctx.method, ctx.params or {}))
        except InsufficientScopeError as error:
            self._denied(ctx, error)
            raise
        result = await call_next(ctx)
        if principal is not None and isinstance(result, dict) and "cacheScope" in result:
            # Whoever shows no token gets none of it, from a shared cache either.
            return result | {"cacheScope": "private"}
        return result

    def needed(self, method: str, params: Params) -> frozenset[Scope]:
        """All scopes that a message needs; as they stand in it, for it may not have been validated yet."""
        if method in FREE or method.startswith("notifications/"):
            return frozenset()
        if method == "tools/call":
            return self._of_tool(params)
        if method in _READING:
            # A view is the same for everyone, and what it shows is asked for by requests of its own.
            uri = params.get("uri")
            return frozenset() if isinstance(uri, str) and uri.startswith(SCHEME) else frozenset({_of_uri(uri)})
        if method == "subscriptions/listen":
            return _of_listening(params)
        if method == "completion/complete":
            reference = params.get("ref")
            return frozenset({_of_uri(reference.get("uri") if isinstance(reference, Mapping) else None)})
        # What is not named here is of the skills, which most is.
        return frozenset({"skills:read"})

    def _of_tool(self, params: Params) -> frozenset[Scope]:
        name, arguments = params.get("name"), params.get("arguments")
        tool = self._tool(name) if isinstance(name, str) else None
        if tool is None:
            return frozenset()
        return frozenset({tool.scope, *tool.scopes(arguments if isinstance(arguments, Mapping) else {})})


def _of_uri(uri: object) -> Scope:
    """What reading an address needs."""
    if not isinstance(uri, str):
        return "skills:read"
    return _ADDRESSES.get(uri.partition("://")[0], "skills:read")


def _of_listening(params: Params) -> frozenset[Scope]:
    asked = params.get("notifications")
    uris = asked.get("resourceSubscriptions") if isinstance(asked, Mapping) else None
    found = {_of_uri(uri) for uri in uris} if isinstance(uris, list) else set[Scope]()
    return frozenset(found or {"skills:read"})
