"""A disk that is full when a scaffold is written: an error by name, and a project as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import WriteFailedError
from backwright.scaffold.disk import Change, write_all
from tests.contexts.test_faults import no_file_grows
from tests.scaffold._projects import tree


@pytest.mark.parametrize("limit", [0, 64, 5_000])
def test_a_full_disk_is_named_and_leaves_everything_as_it_was_and_once_there_is_room_all_is_written(
    tmp_path: Path, limit: int
) -> None:
    (tmp_path / "old.py").write_text("old\n")
    changes = [
        Change("old.py", "old\n", "new\n" * 20),
        Change("small.py", None, "1\n"),
        Change("deep/folder/large.py", None, "x = 1\n" * 4_000),
    ]
    with no_file_grows(limit), pytest.raises(WriteFailedError) as refused:
        write_all(tmp_path, changes)
    assert refused.value.hint
    assert tree(tmp_path) == {"old.py": b"old\n"}
    write_all(tmp_path, changes)
    assert tree(tmp_path) == {
        "old.py": b"new\n" * 20,
        "small.py": b"1\n",
        "deep": None,
        "deep/folder": None,
        "deep/folder/large.py": b"x = 1\n" * 4_000,
    }
