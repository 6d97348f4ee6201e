"""Conditional reads (RFC 9110, section 13.1.2)."""

from __future__ import annotations

from starlette.requests import Request


def known(request: Request, etag: str) -> bool:
    """Whether the client says that it has this representation."""
    said = ",".join(request.headers.getlist("if-none-match")).split(",")
    tags = {each.strip().removeprefix("W/") for each in said}
    return etag in tags or "*" in tags
