from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from tests.mcp_api._connect import app_over
from tests.mcp_api._packs import write_test_pack


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_test_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="session")
def app(pack: Path) -> App:
    return app_over(pack)
