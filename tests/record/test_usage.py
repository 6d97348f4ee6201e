from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backwright.errors import RecordUnreadableError
from backwright.record import usage as module
from backwright.record.usage import Usage


def test_uses_are_counted_by_skill_and_version(tmp_path: Path) -> None:
    path = tmp_path / "state" / "usage.json"
    usage = Usage(path)
    assert usage.read().skills == {}
    for version in ("1.0.0", "1.1.0", "1.0.0"):
        usage.add("one", version)
    usage.add("two", "2.0.0")
    found = Usage(path).read().skills
    assert {name: (count.uses, count.versions) for name, count in found.items()} == {
        "one": (3, {"1.0.0": 2, "1.1.0": 1}),
        "two": (1, {"2.0.0": 1}),
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_none_is_lost_when_many_count_at_once(tmp_path: Path) -> None:
    path = tmp_path / "usage.json"
    with ThreadPoolExecutor(8) as pool:
        for _ in range(200):
            pool.submit(Usage(path).add, "one", "1.0.0")
    assert Usage(path).read().skills["one"].uses == 200


@pytest.mark.parametrize("text", ["", "[]", '{"skills": {"one": {"uses": -1}}}', '{"other": 1}'])
def test_a_damaged_file_is_named_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "usage.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordUnreadableError, match=r"usage\.json"):
        Usage(path).read()
    with pytest.raises(RecordUnreadableError):
        Usage(path).add("one", "1.0.0")
    assert path.read_text(encoding="utf-8") == text


def test_the_skills_that_are_counted_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SKILLS", 1)
    usage = Usage(tmp_path / "usage.json")
    for name in ("one", "two", "one"):
        usage.add(name, "1.0.0")
    assert {name: count.uses for name, count in usage.read().skills.items()} == {"one": 2}
