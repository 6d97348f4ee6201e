"""How an error leaves the server, whichever request it came from: named with -32602, or unnamed with -32603."""

from __future__ import annotations

import logging
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS
from pydantic import ValidationError

from backwright.errors import BackwrightError, UnknownUriError

Context = ServerRequestContext[dict[str, Any], Any]

_LOG = logging.getLogger(__name__)


async def one_error_language(ctx: Context, call_next: CallNext) -> HandlerResult:
    """Middleware: a `BackwrightError` becomes -32602, what nobody foresaw -32603 without its text.

    The SDK alone would send the text of an unforeseen exception to clients of the older protocol.
    """
    try:
        return await call_next(ctx)
    except BackwrightError as error:
        data = {"code": error.code, **facts_of(error)}
        if isinstance(error, UnknownUriError) and error.uri is not None:
            data["uri"] = error.uri
        raise MCPError(INVALID_PARAMS, f"{error.message}. {_sentence(error.hint)}", data) from None
    except (MCPError, ValidationError):
        raise
    except Exception:  # noqa: BLE001  the boundary where what nobody foresaw loses its text
        _LOG.exception("%s failed", ctx.method)
        raise MCPError(INTERNAL_ERROR, "Internal error") from None


def facts_of(error: BackwrightError) -> dict[str, object]:
    """What to do about an error: the hint, the line and the details where there are any, and whether to retry."""
    line = {} if error.line is None else {"line": error.line}
    details = {"details": error.details} if error.details else {}
    return {"hint": error.hint, **line, **details, "retry": error.retry}


def _sentence(hint: str) -> str:
    return f"{hint[:1].upper()}{hint[1:]}."
