"""The catalogue for people: pages over the snapshot that is served, made when asked for and kept."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backwright.app import App
from backwright.http_api.bearer import needs
from backwright.http_api.etags import known

if TYPE_CHECKING:
    from backwright.catalog.catalog import Catalog
    from backwright.site.site import Site

KEPT: Final = 512
"""Pages that are kept, whole."""

_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def routes(app: App) -> list[Route]:
    """The routes of all pages."""
    pages = _Pages(app)
    parts = ("skills", "rules", "problems", "docs", "schemas")
    below = [path for part in parts for path in (f"/{part}", f"/{part}/{{path:path}}")]
    page = needs("skills:read", pages.page)
    return [Route(path, page, methods=["GET"]) for path in ("/", *below)]


@dataclass(frozen=True, slots=True)
class _Page:
    body: bytes
    etag: str
    status: int = 200


class _Kept:
    """The pages of one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        from backwright.site.site import Site

        self.site: Site = Site(catalog)
        self._lock = Lock()
        self._pages: OrderedDict[str, _Page] = OrderedDict()

    def page(self, path: str) -> _Page:
        with self._lock:
            if path in self._pages:
                self._pages.move_to_end(path)
                return self._pages[path]
        text = self.site.page(path)
        if text is None:
            return _page(self.site.missing(path), 404)
        made = _page(text)
        with self._lock:
            self._pages[path] = made
            if len(self._pages) > KEPT:
                self._pages.popitem(last=False)
        return made


def _page(text: str, status: int = 200) -> _Page:
    body = text.encode()
    return _Page(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', status)


class _Pages:
    def __init__(self, app: App) -> None:
        self._app = app

    async def page(self, request: Request) -> Response:
        """A page, or what a search finds; 304 for whoever has it."""
        asked = request.scope["path"]
        path, query = asked.strip("/"), request.query_params.get("q", "").strip()
        if path == "skills":
            return RedirectResponse("./" if asked == "/skills" else "../", 308)
        if asked != f"/{path}":
            # A page's relative links start from its own address. The way there is relative too, so it leaves no host.
            return RedirectResponse(f"../{quote(path.rpartition('/')[2])}", 308)
        return _answer(request, await anyio.to_thread.run_sync(self._made, path, "" if path else query))

    def _made(self, path: str, query: str) -> _Page:
        kept = self._app.snapshot.derived(_Kept)
        return _page(kept.site.found(query)) if query else kept.page(path)


def _answer(request: Request, page: _Page) -> Response:
    from backwright.site.view import policy

    headers = {**_HEADERS, "Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"}
    if page.status == HTTPStatus.OK:
        headers["ETag"] = page.etag
        if known(request, page.etag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(page.body, page.status, headers, media_type="text/html")
