"""The holder of a verified token, and the caller that the engines know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from backwright._hidden import printable

if TYPE_CHECKING:
    from backwright.contexts.context import Caller

SCOPE_KEY: Final = "backwright.principal"
"""Where an ASGI scope has the principal of its request."""

MAX_NAME: Final = 255
"""Characters of a principal's name, as many as a grant may be given to."""

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_LONGEST: Final = 80


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a verified token speaks for.

    Args:
        issuer: who says so: the issuer of the token, exactly as it writes itself.
        subject: whom the issuer means; unique for that issuer alone (RFC 7519, section 4.1.2).
        scopes: what the token allows, before grants are asked.
        expires_at: when it ends, in seconds since 1970; None where it does not.
        credential: which credential it was, where one can be taken back while it is used; no secret.
    """

    issuer: str
    subject: str
    scopes: frozenset[str]
    expires_at: float | None = None
    credential: str = ""

    @property
    def name(self) -> str:
        """The subject with its issuer, which grants are given to. An issuer has no fragment (RFC 8414, section 2)."""
        return f"{self.issuer}#{self.subject}"

    @property
    def holder(self) -> str:
        """Whose the handles are that this principal is given: of reviews, plans and sessions."""
        return f"principal {self.name}"


def principal_in(scope: Mapping[str, object]) -> Principal | None:
    """The principal of an ASGI scope; None where nobody has to say who it is."""
    found = scope.get(SCOPE_KEY)
    return found if isinstance(found, Principal) else None


def caller_for(
    principal: Principal | None, *, client: str = "", request_id: str = "", traceparent: object = None
) -> Caller:
    """The caller of a request, whichever surface it came to; the only place that makes one.

    Args:
        principal: whom its token speaks for; None for the user of this machine: without authentication, a server
            listens to this machine alone.
        client: what the program says of itself. It ends up in the audit, so it is made visible and short.
        request_id: what the request calls itself.
        traceparent: its W3C trace context, kept only where it is one.
    """
    from backwright.contexts.context import LOCAL, Caller

    known = traceparent if isinstance(traceparent, str) and _TRACEPARENT.fullmatch(traceparent) else None
    return replace(
        LOCAL if principal is None else Caller(principal.name),
        client=printable(client, _LONGEST),
        request_id=printable(request_id, _LONGEST),
        traceparent=known,
    )
