"""The refusals of a token, each with what a challenge says of it (RFC 6750, section 3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from backwright.errors import InsufficientScopeError, UnauthenticatedError

_HINT: Final = "send a token for this server as `Authorization: Bearer`; WWW-Authenticate says where one is had"


def unauthenticated(reason: str, error: str = "invalid_token") -> UnauthenticatedError:
    """A token does not hold here.

    Args:
        reason: why, in words that help its owner and nobody else.
        error: the code of RFC 6750, section 3.1.
    """
    return UnauthenticatedError(reason, hint=_HINT, details={"error": error})


def nobody() -> UnauthenticatedError:
    """There is no token, which is told no error."""
    return UnauthenticatedError("this server answers only to those who say who they are", hint=_HINT)


def insufficient(scopes: Iterable[str]) -> InsufficientScopeError:
    """A token does not allow what an operation needs: all of these."""
    needed = sorted(set(scopes))
    return InsufficientScopeError(
        f"the token does not allow this; it needs {' '.join(needed)}",
        hint="ask for a token with these scopes",
        details={"scopes": needed},
    )
