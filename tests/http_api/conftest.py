from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.access import Grant
from backwright.contexts.context import LOCAL, Address
from backwright.settings import Settings
from tests.identity._issuer import ISSUER, KEYS, Serving, serving
from tests.mcp_api._connect import http_server
from tests.mcp_api._packs import write_test_pack


@pytest.fixture(scope="session")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a process that serves a small pack."""
    pack: Path = write_test_pack(tmp_path_factory.mktemp("pack"))
    with http_server(pack) as url:
        yield int(url.removesuffix("/mcp").rpartition(":")[2])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """A small pack and two contexts, one of which ann may read."""
    pack: Path = write_test_pack(tmp_path_factory.mktemp("pack"))
    made = App(Settings(pack=pack, database="memory://", contexts=True))
    made.contexts.put(LOCAL, Address("shop", "one"), {"framework": "flask"}, type="project")
    made.contexts.put(LOCAL, Address("bank", "one"), {"framework": "flask"}, type="project")
    made.contexts.grant(LOCAL, Grant("shop", f"{ISSUER}#ann", "reader"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def keys() -> Iterator[Serving]:
    """The keys of an issuer, served."""
    with serving({"keys": KEYS}) as found:
        yield found
