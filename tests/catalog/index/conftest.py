"""Each test has a pack and a place for its index."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog.index._starts import old_at_once, write_rich


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    with old_at_once():
        yield tmp_path / "cache"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_rich(tmp_path / "pack")
