from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.app import App
from tests.mcp_api._connect import app_over, http_server
from tests.mcp_api._packs import write_test_pack


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_test_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="session")
def app(pack: Path) -> App:
    """An app without a project, as over HTTP."""
    return app_over(pack)


@pytest.fixture(scope="session")
def url(pack: Path) -> Iterator[str]:
    with http_server(pack) as address:
        yield address
