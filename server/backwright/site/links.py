"""The addresses of pages, always relative: the same page works at any prefix of a server, and in a folder."""

from __future__ import annotations

import posixpath
import re
from typing import Final
from urllib.parse import quote

INDEX: Final = "index.html"
_HEAD: Final = re.compile(r"[^\w\- ]")


def link(source: str, target: str, *, static: bool, anchor: str = "") -> str:
    """What a page writes to point at another.

    Args:
        source: the path of the page that has the link, without a slash before it; nothing for the first page.
        target: the path of the page that it leads to.
        static: whether both are files in a folder, each an `index.html` in a folder of its own.
        anchor: the id of an element there.
    """
    fragment = f"#{quote(anchor)}" if anchor else ""
    if fragment and source == target:
        return fragment
    if static:
        source, target = file_of(source), file_of(target)
    # Folder from folder: of a whole path it could end in dots, and lead to a folder where a page is meant.
    folder = posixpath.relpath(posixpath.dirname(target) or ".", posixpath.dirname(source) or ".")
    found = posixpath.join("" if folder == "." else folder, posixpath.basename(target))
    return f"{quote(found) or './'}{fragment}"


def file_of(path: str) -> str:
    """The file that a page is written to, below the folder."""
    return f"{path}/{INDEX}" if path else INDEX


class Slugs:
    """The ids of one page: each is given out once.

    Args:
        taken: those that the page uses itself.
    """

    def __init__(self, *taken: str) -> None:
        self._taken = set(taken)

    def of(self, text: str) -> str:
        """The id of a heading, made as GitHub makes it."""
        slug = _HEAD.sub("", text.strip().lower()).replace(" ", "-") or "section"
        found, count = slug, 0
        while found in self._taken:
            count += 1
            found = f"{slug}-{count}"
        self._taken.add(found)
        return found
