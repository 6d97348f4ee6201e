from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mcp_api._connect import http_server
from tests.mcp_api._packs import write_test_pack


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a process that serves a small pack."""
    pack: Path = write_test_pack(tmp_path_factory.mktemp("pack"))
    with http_server(pack) as url:
        yield int(url.removesuffix("/mcp").rpartition(":")[2])
