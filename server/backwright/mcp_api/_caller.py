"""Who asks, of a request to the MCP server: over stdio the user of this machine, over HTTP whom a token speaks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from backwright.mcp_api._errors import Context

if TYPE_CHECKING:
    from backwright.contexts.context import Caller
    from backwright.identity.principal import Principal

_ASKING: Final[ContextVar[Context | None]] = ContextVar("asking", default=None)


def principal_of(ctx: Context) -> Principal | None:
    """Whom the token of a request speaks for; None where nobody has to say who it is."""
    if ctx.request is None:
        return None
    from backwright.identity.principal import principal_in

    return principal_in(ctx.request.scope)


def caller_of(ctx: Context) -> Caller:
    """The caller of a request."""
    from backwright.identity.principal import caller_for
    from backwright.observing.requests import current

    asked, seen = ctx.session.client_params, current()
    number = "" if ctx.request_id is None else str(ctx.request_id)
    return caller_for(
        principal_of(ctx),
        client="" if asked is None else f"{asked.client_info.name}/{asked.client_info.version}",
        # As the log calls it, where there is one.
        request_id=number if seen is None else seen.id,
        traceparent=(ctx.meta or {}).get("traceparent"),
    )


def holder_of(ctx: Context) -> str | None:
    """Whose the handles of a request are; None for whoever may reach this process."""
    principal = principal_of(ctx)
    return None if principal is None else principal.holder


def reads_contexts(ctx: Context) -> bool:
    """Whether the token of a request allows to read contexts at all; which ones is for grants to say."""
    principal = principal_of(ctx)
    return principal is None or "contexts:read" in principal.scopes


@contextmanager
def asking(ctx: Context) -> Iterator[None]:
    """While it is open, `caller()` is who sent this request, in the threads that work for it too."""
    token = _ASKING.set(ctx)
    try:
        yield
    finally:
        _ASKING.reset(token)


def caller() -> Caller:
    """Who sent the request that is being answered; the user of this machine outside of one."""
    from backwright.identity.principal import caller_for

    ctx = _ASKING.get()
    return caller_for(None) if ctx is None else caller_of(ctx)


def may_read_contexts() -> bool:
    """`reads_contexts` of the request that is being answered; outside of one, yes."""
    ctx = _ASKING.get()
    return ctx is None or reads_contexts(ctx)


def holder() -> str | None:
    """Whose the handles of the request are that is being answered."""
    ctx = _ASKING.get()
    return None if ctx is None else holder_of(ctx)
