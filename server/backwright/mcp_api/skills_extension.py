"""The Skills extension of MCP, `io.modelcontextprotocol/skills` (SEP-2640, stable), on the low-level server.

Its methods are also answered on the older protocol, whose handshake cannot declare extensions: a client that asks
anyway is told the same.
"""

from __future__ import annotations

import re
from typing import Any, Final

from mcp.server.lowlevel import Server
from mcp_types import PaginatedRequestParams, RequestParams

from backwright.errors import UnknownUriError
from backwright.mcp_api._cursors import Pager
from backwright.mcp_api._errors import Context
from backwright.mcp_api._shelf import Shelf

IDENTIFIER: Final = "io.modelcontextprotocol/skills"
SETTINGS: Final = {"directoryRead": True}

PAGE: Final = 50
TTL_MS: Final = 60_000
# A released version never changes; a day is the longest that a client needs to be told at once.
RELEASED_TTL_MS: Final = 86_400_000

# A skill's name, alone or with a range: no scheme, nothing encoded.
_REQUEST: Final = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*(?:[@<>=~^][^/:?#%]*)?", re.IGNORECASE)

Wire = dict[str, Any]


class UriParams(RequestParams):
    """The parameters of `skills/get`."""

    uri: str


class DirectoryParams(PaginatedRequestParams):
    """The parameters of `resources/directory/read`."""

    uri: str


class SkillsExtension:
    """The three methods over one shelf."""

    def __init__(self, shelf: Shelf, *, page: int = PAGE) -> None:
        self._shelf = shelf
        self._page = page

    def install(self, server: Server[dict[str, Any]]) -> None:
        """Declare the extension and answer its methods."""
        server.extensions[IDENTIFIER] = dict(SETTINGS)
        server.add_request_handler("skills/list", PaginatedRequestParams, self.list_skills)
        server.add_request_handler("skills/get", UriParams, self.get_skill)
        server.add_request_handler("resources/directory/read", DirectoryParams, self.read_directory)

    async def list_skills(self, _: Context, params: PaginatedRequestParams) -> Wire:
        """The entries of the listed skills. Released versions share a name with their head, so they are not listed."""
        pager = Pager("skills/list", self._shelf.digest, self._page)
        page = pager.page(self._shelf.heads(), params.cursor)
        return _complete({"skills": [tree.entry for tree in page.items]}, TTL_MS, page.next_cursor)

    async def get_skill(self, _: Context, params: UriParams) -> Wire:
        """The entry of one skill, listed or released.

        An address is exact. A request, `name` or `name@range`, is none and cannot be taken for one; it is resolved as
        the tools resolve it, and the entry says which address that is.
        """
        if _REQUEST.fullmatch(params.uri):
            return _complete({"skill": self._shelf.requested(params.uri)}, TTL_MS)
        entry = self._shelf.entry(params.uri)
        if entry is None:
            raise UnknownUriError("skill", params.uri, self._shelf.hint(params.uri))
        return _complete({"skill": entry}, ttl_of(params.uri))

    async def read_directory(self, _: Context, params: DirectoryParams) -> Wire:
        """The direct children of a directory of a skill."""
        children = self._shelf.directory(params.uri)
        if children is None:
            raise UnknownUriError("directory", params.uri)
        page = Pager(params.uri, self._shelf.digest, self._page).page(children, params.cursor)
        resources = [child.model_dump(mode="json", by_alias=True, exclude_none=True) for child in page.items]
        # Freshness is not part of this result, but one widely used client refuses the answer without it.
        return _complete({"resources": resources}, ttl_of(params.uri), page.next_cursor)


def ttl_of(uri: str) -> int:
    """How long a client may keep what it read from a skill's address, in milliseconds."""
    return RELEASED_TTL_MS if uri.startswith("skill://v") and uri[9:10].isdigit() else TTL_MS


def _complete(result: Wire, ttl_ms: int, next_cursor: str | None = None) -> Wire:
    more = {} if next_cursor is None else {"nextCursor": next_cursor}
    return result | more | {"resultType": "complete", "ttlMs": ttl_ms, "cacheScope": "public"}
