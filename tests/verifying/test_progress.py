"""A check of code blocks says how far it is."""

from __future__ import annotations

import sys
from pathlib import Path

from backwright.review.watch import Progress, Watch
from backwright.verifying.blocks import check_blocks
from backwright.verifying.environment import inherited


def test_a_check_of_blocks_says_each_part_and_never_goes_back() -> None:
    said: list[Progress] = []
    with Watch(tell=said.append).kept():
        check_blocks((), Path(sys.executable), inherited(None), complete=False)
    assert [each.message for each in said] == ["reviewing code blocks", "checking their types", "running them"]
    assert [each.percent for each in said] == [0, 15, 45]
