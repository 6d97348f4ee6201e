"""The pages as a folder of files, for any web server or none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from backwright._outputs import Built, write_folder
from backwright.catalog.catalog import Catalog
from backwright.site.links import file_of
from backwright.site.site import Site

LISTING: Final = ".backwright-docs"
"""The file that says which files of the folder are ours."""


def build(catalog: Catalog, folder: Path) -> Built:
    """Write every page; the same catalog gives the same bytes.

    Args:
        catalog: what the pages show.
        folder: new, empty, or written by an earlier build.

    Raises:
        InvalidInputError: the folder holds something else.
    """
    return write_folder(folder, _pages(Site(catalog)), LISTING)


def _pages(site: Site) -> Iterator[tuple[str, bytes]]:
    for path in site.paths:
        page = site.page(path, static=True)
        if page is not None:
            yield file_of(path), page.encode()
