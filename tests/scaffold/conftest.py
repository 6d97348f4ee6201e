from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy learned of the libraries, for every project that is typed: a folder for each set of its plugins.

    A process of the tests has its own, because mypy expects to be alone there.
    """
    return tmp_path_factory.mktemp("learned")
