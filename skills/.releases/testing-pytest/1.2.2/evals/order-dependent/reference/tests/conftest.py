"""What every test of the shop has."""

from collections.abc import Iterator

import pytest

from shop.settings import get_settings


@pytest.fixture(autouse=True)
def fresh_settings() -> Iterator[None]:
    """Settings are read once a process: no test sees those of another."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()
