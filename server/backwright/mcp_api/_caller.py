"""Who asks: the one place where a request becomes a `Caller`, so that a verified token has one place to be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from backwright._hidden import printable
from backwright.mcp_api._errors import Context

if TYPE_CHECKING:
    from backwright.contexts.context import Caller

_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_LONGEST: Final = 80

_ASKING: Final[ContextVar[Context | None]] = ContextVar("asking", default=None)


def caller_of(ctx: Context) -> Caller:
    """The caller of a request: over stdio the user of this machine, and over HTTP too, for it listens on the loopback
    interface alone. What a client says of itself ends up in the audit, so it is made visible and short.
    """
    from backwright.contexts.context import LOCAL

    asked = ctx.session.client_params
    client = "" if asked is None else f"{asked.client_info.name}/{asked.client_info.version}"
    trace = (ctx.meta or {}).get("traceparent")
    return replace(
        LOCAL,
        client=printable(client, _LONGEST),
        request_id="" if ctx.request_id is None else printable(str(ctx.request_id), _LONGEST),
        traceparent=trace if isinstance(trace, str) and _TRACEPARENT.fullmatch(trace) else None,
    )


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
    from backwright.contexts.context import LOCAL

    ctx = _ASKING.get()
    return LOCAL if ctx is None else caller_of(ctx)
