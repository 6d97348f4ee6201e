"""What a token can allow: few scopes, each for one kind of work, none for all of it.

A scope opens a door and grants decide about the rooms: with `contexts:write` somebody writes where a grant lets them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, get_args

from backwright.identity.principal import Principal
from backwright.identity.refusals import insufficient

Scope = Literal[
    "skills:read",
    "review:run",
    "scaffold:render",
    "contexts:read",
    "contexts:write",
    "contexts:admin",
    "audit:read",
    "metrics:read",
]

SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

BASIC: Final[tuple[Scope, ...]] = ("skills:read", "review:run", "scaffold:render", "contexts:read")
"""What an assistant needs from the first request on; what writes is asked for when it is used first (step-up)."""

_IMPLIED: Final[dict[str, tuple[Scope, ...]]] = {
    "contexts:write": ("contexts:read",),
    "contexts:admin": ("contexts:read", "contexts:write"),
}


def granted(named: Iterable[str]) -> frozenset[str]:
    """What some scopes of a token allow: those that are known here, with the narrower ones that they imply."""
    own = {scope for scope in named if scope in SCOPES}
    return frozenset(own.union(*(_IMPLIED.get(scope, ()) for scope in own)))


def lacking(principal: Principal | None, needed: Iterable[Scope]) -> bool:
    """Whether a token does not allow all of these; where nobody has to say who it is, everything is allowed."""
    return principal is not None and not principal.scopes.issuperset(needed)


def require(principal: Principal | None, *needed: Scope) -> None:
    """Let a request through.

    Raises:
        InsufficientScopeError: the token does not allow it; the error names all that the operation needs.
    """
    if lacking(principal, needed):
        raise insufficient(needed)
