"""The test context, version 1: an endpoint that is there and has no tests."""

from __future__ import annotations

import keyword
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from backwright.contexts.schema import ContextModel, Schema


def _fixture(name: str) -> str:
    if keyword.iskeyword(name):
        raise ValueError(f"{name!r} is a Python keyword; give the name of a fixture")
    return name


Fixture = Annotated[str, Field(max_length=80, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"), AfterValidator(_fixture)]


class TestContextV1(ContextModel):
    """One operation of a FastAPI application, for which tests are written."""

    __test__ = False

    method: Literal["get", "post", "put", "patch", "delete"]
    """The method, in lower case."""
    path: str = Field(min_length=1, max_length=300, pattern=r"^/[A-Za-z0-9_~.{}:/-]*$")
    """The whole path as the application serves it, prefixes included, such as /v1/orders/{order_id}."""
    client: Fixture | None = None
    """The fixture of a client that is not signed in, where it cannot be told which."""
    signed_in: Fixture | None = None
    """The fixture of a client that is signed in and may do this; without one, what needs it is asked and left out."""


SCHEMA = Schema(
    type="test",
    version=1,
    model=TestContextV1,
    examples=({"method": "post", "path": "/orders"}, {"method": "get", "path": "/v1/me", "signed_in": "member_client"}),
)
