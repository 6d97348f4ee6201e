"""kill -9 while eight clients write: nothing that was acknowledged is lost, and the chains hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contexts._databases import fresh_url
from tests.contexts._killing import killed

KILLS = 10


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_what_was_acknowledged_is_there_after_a_kill(kind: str, tmp_path: Path) -> None:
    with fresh_url(kind, tmp_path) as url:
        for run in range(KILLS):
            left = killed(url, run, writes=5 + 7 * run)
            assert left.acknowledged >= 5 + 7 * run
            assert (left.lost, left.broken) == (0, 0)
            assert left.unsaid >= 0
