from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.app import App
from tests.mcp_api._app_host import hosting, write_host
from tests.mcp_api._connect import app_over, http_server
from tests.mcp_api._packs import write_test_pack
from tests.review import _chromium


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


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_chromium.Browser]:
    """A browser with the page of a host of MCP Apps."""
    program = _chromium.find()
    if program is None:
        reason = f"no browser: none of {', '.join(_chromium.NAMES)} is on the PATH"
        if os.environ.get(_chromium.REQUIRE) == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    page = write_host(tmp_path_factory.mktemp("host"))
    with hosting(program, tmp_path_factory.mktemp("profile"), page) as started:
        yield started
