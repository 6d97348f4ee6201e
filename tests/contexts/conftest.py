"""One store of each kind, empty, and the service over it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backwright.contexts.service import Contexts
from backwright.contexts.store import Store
from backwright.contexts.stores import memory


@pytest.fixture(params=["memory"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    opened = memory.BACKEND.open("memory://")
    yield opened
    opened.close()


@pytest.fixture
def contexts(store: Store) -> Contexts:
    return Contexts(store)
