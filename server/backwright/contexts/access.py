"""Who may do what in which namespace: grants, and nothing without one.

What a caller may not see looks like what is not there, so that names cannot be guessed by asking.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from backwright.contexts.context import Caller
from backwright.errors import ContextNotFoundError, ForbiddenError

Role = Literal["reader", "writer", "admin", "auditor"]
Action = Literal["read", "write", "administer", "audit"]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
ALL: Final = "*"
"""A grant in this namespace holds in all of them."""

_MAY: Final[dict[Role, frozenset[Action]]] = {
    "reader": frozenset({"read"}),
    "writer": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "administer", "audit"}),
    "auditor": frozenset({"audit"}),
}


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role of a subject in a namespace, or in `ALL`."""

    namespace: str
    subject: str
    role: Role


def may(caller: Caller, grants: Iterable[Grant], namespace: str, action: Action) -> bool:
    """Whether the grants of a caller allow an action in a namespace."""
    return caller.local or any(
        grant.subject == caller.subject and grant.namespace in {namespace, ALL} and action in _MAY[grant.role]
        for grant in grants
    )


def require(caller: Caller, grants: Iterable[Grant], namespace: str, action: Action, what: str) -> None:
    """Let a call through.

    Args:
        caller: who asks.
        grants: those of the caller.
        namespace: where.
        action: what for.
        what: what is asked for, as the refusal names it.

    Raises:
        ContextNotFoundError: the caller may not even know whether it is there.
        ForbiddenError: the caller may read it, and not do this.
    """
    own = tuple(grants)
    if may(caller, own, namespace, action):
        return
    if action == "read" or not may(caller, own, namespace, "read"):
        raise ContextNotFoundError(what)
    needed = {"write": "writer", "administer": "admin", "audit": "auditor"}[action]
    raise ForbiddenError(
        f"the namespace {namespace} may be read, and no more", hint=f"ask one of its admins for the role {needed}"
    )


def visible(caller: Caller, grants: Iterable[Grant]) -> frozenset[str] | None:
    """The namespaces whose contexts a caller may read; None for all of them."""
    spaces = frozenset(grant.namespace for grant in grants if "read" in _MAY[grant.role])
    return None if caller.local or ALL in spaces else spaces
