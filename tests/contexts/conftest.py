"""One store of each kind, empty, and the service over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.contexts.opening import backends, open_store
from backwright.contexts.service import Contexts
from backwright.contexts.store import Store
from tests.contexts._databases import fresh_url, keeping_databases


@pytest.fixture(scope="session", autouse=True)
def databases() -> Iterator[None]:
    """Those of PostgreSQL, which the tests of a process use in turn."""
    with keeping_databases():
        yield


KINDS = tuple(backend.name for backend in backends())


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store that holds nothing."""
    with fresh_url(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def contexts(store: Store) -> Contexts:
    return Contexts(store)
