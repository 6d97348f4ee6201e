"""Errors as problem details (RFC 9457): each code of the error tree has its status, once."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from backwright.errors import BackwrightError, UsageError

_LOG = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"

RETRY_SECONDS: Final = "1"
"""What `Retry-After` says where nothing better is known."""

_STATUS: Final = {
    "NOT_FOUND": HTTPStatus.NOT_FOUND,
    "FORBIDDEN": HTTPStatus.FORBIDDEN,
    "UNAUTHENTICATED": HTTPStatus.UNAUTHORIZED,
    "INSUFFICIENT_SCOPE": HTTPStatus.FORBIDDEN,
    "AUTHORITY_UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
    "INVALID_BODY": 422,
    "SCHEMA_UNKNOWN": 422,
    "IDEMPOTENCY_MISMATCH": 422,
    "TOO_LARGE": 413,
    "VERSION_CONFLICT": HTTPStatus.PRECONDITION_FAILED,
    "ALREADY_EXISTS": HTTPStatus.PRECONDITION_FAILED,
    "PRECONDITION_REQUIRED": HTTPStatus.PRECONDITION_REQUIRED,
    "SCHEMA_INCOMPATIBLE": HTTPStatus.CONFLICT,
    "SCHEMA_IMMUTABLE": HTTPStatus.CONFLICT,
    "RATE_LIMITED": HTTPStatus.TOO_MANY_REQUESTS,
    "UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
    "STORAGE_FULL": HTTPStatus.INSUFFICIENT_STORAGE,
}

# The errors say what a tool takes; here a condition is a header.
_HINT: Final = {
    "PRECONDITION_REQUIRED": "read it, and send the ETag that it has in If-Match",
    "VERSION_CONFLICT": "read it, apply your change to what it is now, and send the ETag that it has in If-Match",
    "ALREADY_EXISTS": "read it, and send the ETag that it has in If-Match instead of If-None-Match",
}


def status_of(error: BackwrightError) -> int:
    """The status of an error: that of its code, or 400 for what the caller can correct, or 409."""
    known = _STATUS.get(error.code)
    return int(known if known is not None else HTTPStatus.BAD_REQUEST if isinstance(error, UsageError) else 409)


def problem_of(error: BackwrightError) -> Response:
    """The answer for an error."""
    status = status_of(error)
    body = {
        "type": f"urn:backwright:problem:{error.code.lower().replace('_', '-')}",
        "title": error.code,
        "status": status,
        "detail": error.message,
        "code": error.code,
        "hint": _HINT.get(error.code, error.hint),
        "retry": error.retry,
        **({"details": error.details} if error.details else {}),
    }
    headers = {"Retry-After": str(error.details.get("retry_after", RETRY_SECONDS))} if error.retry else None
    return JSONResponse(body, status, headers, media_type=MEDIA_TYPE)


async def handled(_: Request, error: Exception) -> Response:
    """Starlette's handler for the errors of the tree."""
    assert isinstance(error, BackwrightError)  # noqa: S101  it is registered for these alone
    return problem_of(error)


async def failed(request: Request, error: Exception) -> Response:
    """Starlette's handler for what nobody foresaw: it loses its text."""
    route = request.scope.get("route")
    # The path itself is the client's text.
    _LOG.error("%s failed", getattr(route, "path", "a request"), exc_info=error)
    body = {"type": "about:blank", "title": "Internal Server Error", "status": 500, "code": "INTERNAL", "retry": False}
    return JSONResponse(body, 500, media_type=MEDIA_TYPE)


async def not_served(_: Request, error: Exception) -> Response:
    """Starlette's handler for a path or a method that no route has."""
    status = getattr(error, "status_code", 404)
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "retry": False}
    return JSONResponse(body, status, getattr(error, "headers", None), media_type=MEDIA_TYPE)
