from __future__ import annotations

from pathlib import Path

import pytest

from backwright.catalog.catalog import Catalog, load_catalog
from backwright.site.build import build
from backwright.site.site import Site
from tests.site._pages import write_hostile_pack


@pytest.fixture(scope="session")
def hostile_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hostile_pack(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="session")
def catalog(hostile_pack: Path) -> Catalog:
    loaded = load_catalog(hostile_pack)
    assert loaded.problems == ()
    return loaded


@pytest.fixture(scope="session")
def site(catalog: Catalog) -> Site:
    return Site(catalog)


@pytest.fixture(scope="session")
def folder(catalog: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as files."""
    return build(catalog, tmp_path_factory.mktemp("site")).folder
