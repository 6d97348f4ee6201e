"""What can be found without a connection: the server's card, the host's catalog, and skills at a well-known address.

Card and catalog say what everyone may know, to pages of any origin (SEP-2127). The skills are for whoever may read
them: where callers say who they are, by their token.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backwright._files import digest
from backwright.app import App
from backwright.http_api.etags import known

if TYPE_CHECKING:
    from backwright.catalog.catalog import Catalog
    from backwright.mcp_api.server import ServerType

CARD: Final = "/mcp/server-card"
AI_CATALOG: Final = "/.well-known/ai-catalog.json"
SKILLS: Final = "/.well-known/agent-skills/"

ANY_ORIGIN: Final = frozenset({CARD, AI_CATALOG})
"""What pages of any origin may read."""

_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "Content-Type, If-None-Match",
    "Access-Control-Expose-Headers": "ETag",
}
_FOR_AN_HOUR: Final = {"Cache-Control": "public, max-age=3600"}
_CHECKED: Final = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}


Endpoint = Callable[[Request], Awaitable[Response]]


def card_routes(server: ServerType, endpoint: str | None = None) -> list[Route]:
    """The routes of the card and the catalog.

    Args:
        server: whose card.
        endpoint: the URL of the MCP endpoint as clients use it; None for that of the host that is asked.
    """
    from backwright.mcp_api import card

    def at(request: Request) -> str:
        return endpoint or f"{request.url.scheme}://{request.headers['host']}/mcp"

    async def one(request: Request) -> Response:
        return _public(request, card.server_card(server, at(request)), card.MEDIA_TYPE)

    async def all_of(request: Request) -> Response:
        made = card.ai_catalog(server, f"{at(request)}/server-card")
        return _public(request, made, card.CATALOG_MEDIA_TYPE)

    return [Route(path, each, methods=["GET", "OPTIONS"]) for path, each in ((CARD, one), (AI_CATALOG, all_of))]


def skill_routes(app: App, guarded: Callable[[Endpoint], Endpoint]) -> list[Route]:
    """The routes of the index of skills, and of each as one file.

    Args:
        app: what serves them.
        guarded: makes an endpoint answer only those who may read skills.
    """
    skills = _Skills(app)
    index, one = guarded(skills.index), guarded(skills.one)
    return [
        Route(f"{SKILLS}index.json", index, methods=["GET"]),
        Route(f"{SKILLS}{{name}}/SKILL.md", one, methods=["GET"]),
        Route(f"{SKILLS}{{name}}.tar.gz", one, methods=["GET"]),
    ]


def _public(request: Request, document: dict[str, object], media_type: str) -> Response:
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=_CORS)
    return _answer(request, _json(document), media_type, {**_CORS, **_FOR_AN_HOUR})


def _answer(request: Request, body: bytes, media_type: str, headers: dict[str, str]) -> Response:
    etag = f'"{digest(body).removeprefix("sha256:")[:32]}"'
    given = {**headers, "ETag": etag}
    if known(request, etag):
        return Response(status_code=304, headers=given)
    # Set whole: Starlette would add a charset to text.
    return Response(body, headers={**given, "Content-Type": media_type})


def _json(document: dict[str, object]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _index(catalog: Catalog) -> bytes:
    from backwright.catalog.discovery import index

    shown = (skill for skill in catalog.skills if skill.package is None and skill.name not in catalog.quiet)
    return _json(index(shown))


class _Skills:
    def __init__(self, app: App) -> None:
        self._app = app

    async def index(self, request: Request) -> Response:
        """The index, made once for each snapshot."""
        body = await anyio.to_thread.run_sync(self._app.snapshot.derived, _index)
        return _answer(request, body, "application/json", _CHECKED)

    async def one(self, request: Request) -> Response:
        """One skill, at the address that the index has for it and at no other."""
        from backwright.catalog.discovery import artifact

        snapshot = self._app.snapshot
        skill = next((each for each in snapshot.shown if each.name == request.path_params["name"]), None)
        if skill is None:
            raise HTTPException(404)

        url, body = await anyio.to_thread.run_sync(artifact, skill)
        if request.url.path != f"{SKILLS}{url}":
            raise HTTPException(404)
        kind = "application/gzip" if url.endswith(".gz") else "text/markdown; charset=utf-8"
        return _answer(request, body, kind, _CHECKED)
