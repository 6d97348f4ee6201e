"""This server in a process of its own, with the tokens of an issuer."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts
from tests.identity._flow import free_port
from tests.mcp_api._connect import http_server


@contextmanager
def served(pack: Path, folder: Path, issuer: str, **settings: str) -> Iterator[tuple[str, Contexts]]:
    """The URL of a server that takes the tokens of an issuer, and what it keeps."""
    port = free_port()
    url, database = f"http://127.0.0.1:{port}/mcp", f"sqlite:///{folder / 'contexts.db'}"
    store = open_store(database)
    own = {
        "BACKWRIGHT_DATABASE_URL": database,
        "BACKWRIGHT_CONTEXTS": "1",
        "BACKWRIGHT_RESOURCE_URL": url,
        "BACKWRIGHT_OAUTH_ISSUER": issuer,
        **settings,
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.items():
            patch.setitem(os.environ, name, value)
        with http_server(pack, "--port", str(port)):
            yield url, Contexts(store)
    store.close()
