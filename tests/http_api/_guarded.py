"""A server whose callers say who they are, and what is read of its answers."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import httpx2

from backwright.app import App
from backwright.identity.authority import Authority
from backwright.identity.configured import Configured
from backwright.identity.scopes import SCOPES
from tests.http_api._asgi import Asking, asked
from tests.identity._issuer import ISSUER, RESOURCE, Serving

METADATA: Final = "https://mcp.example/.well-known/oauth-protected-resource/mcp"
EVERYTHING: Final = " ".join(SCOPES)


@asynccontextmanager
async def guarded(app: App, keys: Serving) -> AsyncIterator[Asking]:
    configured = Configured(resource=RESOURCE, issuer=ISSUER, jwks=keys.url)
    async with asked(app, Authority(configured)) as asking:
        yield asking


def challenge(answer: httpx2.Response) -> dict[str, str]:
    """The parameters of the one challenge of an answer."""
    (header,) = answer.headers.get_list("www-authenticate")
    scheme, _, rest = header.partition(" ")
    assert scheme == "Bearer"
    found = dict(re.findall(r'([a-z_]+)="([^"]*)"(?:, |\Z)', rest))
    assert ", ".join(f'{name}="{value}"' for name, value in found.items()) == rest
    return found


def part(value: Mapping[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
