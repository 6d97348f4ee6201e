"""The catalogue for people: pages over the snapshot that is served, made when asked for and kept.

A browser shows no token. So where callers say who they are, an operator decides whether there are pages without one,
and what they show then is less: see `Shown`.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args
from urllib.parse import quote

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from backwright.app import App
from backwright.errors import InvalidInputError
from backwright.http_api.bearer import needs
from backwright.http_api.etags import known
from backwright.identity.principal import principal_in

if TYPE_CHECKING:
    from backwright.catalog.catalog import Catalog
    from backwright.site.site import Site

Shown: TypeAlias = Literal["token", "public", "off"]
"""Who sees the pages: whoever has a token that reads skills; everyone; nobody.

Everyone sees the pack's own skills, rules and guides. What is private takes a token all the same: skills of installed
packages, those that the project keeps for whoever names them, and what is wrong with any that is not served. Contexts
are on no page.
"""

KEPT: Final = 512
"""Pages that are kept, whole."""

_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


_PARTS: Final = ("skills", "rules", "problems", "docs", "schemas")


def shown(environment: Mapping[str, str], *, apart: bool) -> Shown:
    """Who sees the pages, by `BACKWRIGHT_PAGES`.

    Args:
        environment: where it is.
        apart: whether callers say who they are, so that a token is needed unless it is said otherwise.

    Raises:
        InvalidInputError: it says none of the three.
    """
    said = environment.get("BACKWRIGHT_PAGES", "").strip().lower() or ("token" if apart else "public")
    for each in get_args(Shown):
        if said == each:
            found: Shown = each
            return found
    raise InvalidInputError(f"BACKWRIGHT_PAGES: {said[:20]!r}", hint=f"choose one of {', '.join(get_args(Shown))}")


def is_page(path: str) -> bool:
    """Whether a path is one of these pages, or would be."""
    return path == "/" or path.partition("/")[2].partition("/")[0] in _PARTS


def routes(app: App, shown: Shown, *, apart: bool) -> list[Route]:
    """The routes of all pages; none where they are off.

    Args:
        app: what serves them.
        shown: who sees them.
        apart: whether callers say who they are, so that public pages show less than all to whoever does not.
    """
    if shown == "off":
        return []
    partly = apart and shown == "public"
    pages = _Pages(app)
    below = [path for part in _PARTS for path in (f"/{part}", f"/{part}/{{path:path}}")]
    whole = needs("skills:read", pages.page)

    async def page(request: Request) -> Response:
        seen = await (pages.public(request) if principal_in(request.scope) is None else whole(request))
        seen.headers["Vary"] = "Authorization"
        return seen

    return [Route(path, page if partly else whole, methods=["GET"]) for path in ("/", *below)]


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


class _KeptPublic(_Kept):
    """Those that everyone may see."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__(public(catalog))


def public(catalog: Catalog) -> Catalog:
    """What of a catalog everyone may see: see `Shown`."""
    private = catalog.quiet | {skill.name for skill in catalog.skills if skill.package is not None}
    return replace(
        catalog,
        skills=tuple(skill for skill in catalog.skills if skill.name not in private),
        releases=tuple(skill for skill in catalog.releases if skill.name not in private and skill.package is None),
        problems=(),
        quiet=frozenset(),
        blocked=frozenset(),
    )


def _page(text: str, status: int = 200) -> _Page:
    body = text.encode()
    return _Page(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', status)


class _Pages:
    def __init__(self, app: App) -> None:
        self._app = app

    async def page(self, request: Request) -> Response:
        """A page, or what a search finds; 304 for whoever has it."""
        return await self._of(_Kept, request)

    async def public(self, request: Request) -> Response:
        """A page as everyone may see it."""
        return await self._of(_KeptPublic, request)

    async def _of(self, kept: type[_Kept], request: Request) -> Response:
        asked = request.scope["path"]
        path, query = asked.strip("/"), request.query_params.get("q", "").strip()
        if path == "skills":
            return RedirectResponse("./" if asked == "/skills" else "../", 308)
        if asked != f"/{path}":
            # A page's relative links start from its own address. The way there is relative too, so it leaves no host.
            return RedirectResponse(f"../{quote(path.rpartition('/')[2])}", 308)
        return _answer(request, await anyio.to_thread.run_sync(self._made, kept, path, "" if path else query))

    def _made(self, of: type[_Kept], path: str, query: str) -> _Page:
        kept = self._app.snapshot.derived(of)
        return _page(kept.site.found(query)) if query else kept.page(path)


def _answer(request: Request, page: _Page) -> Response:
    from backwright.site.view import policy

    headers = {**_HEADERS, "Content-Security-Policy": f"{policy()}; frame-ancestors 'none'"}
    if page.status == HTTPStatus.OK:
        headers["ETag"] = page.etag
        if known(request, page.etag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(page.body, page.status, headers, media_type="text/html")
