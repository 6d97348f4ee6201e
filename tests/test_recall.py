from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backwright.app import App
from backwright.settings import Settings
from tests.catalog._packs import write_pack


def used(settings: Settings) -> dict[str, int]:
    app = App(settings)
    for _ in range(2):
        app.recall.noted(app.use_skill("Do it.", name="one"), app.catalog, None)
    assert app.recall.usage is not None
    return {name: count.uses for name, count in app.recall.usage.read().skills.items()}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "root").mkdir()
    return Settings(root=tmp_path / "root", pack=write_pack(tmp_path / "pack", "one"), state=tmp_path / "state")


def test_nothing_is_counted_unless_someone_asks(settings: Settings, tmp_path: Path) -> None:
    assert used(settings) == {}
    assert not (tmp_path / "state" / "usage.json").exists()


def test_the_user_or_the_project_turns_counts_on_and_the_user_has_the_last_word(
    settings: Settings, tmp_path: Path
) -> None:
    assert used(replace(settings, usage=True)) == {"one": 2}
    (tmp_path / "root" / "backwright.yaml").write_text("usage: true\n", encoding="utf-8")
    assert used(replace(settings, usage=False)) == {"one": 2}
    assert used(settings) == {"one": 4}


def test_a_damaged_count_stops_nothing_and_is_logged(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "usage.json").write_text("{", encoding="utf-8")
    app = App(replace(settings, usage=True))
    assert app.recall.noted(app.use_skill("Do it.", name="one"), app.catalog, None).session
    assert "the use of one is not counted" in caplog.text


@pytest.mark.parametrize(
    ("environment", "state", "usage"),
    [
        ({"BACKWRIGHT_STATE": "/s"}, Path("/s"), None),
        ({"XDG_STATE_HOME": "/x", "BACKWRIGHT_USAGE": "1"}, Path("/x/backwright"), True),
        ({"XDG_STATE_HOME": "relative", "BACKWRIGHT_USAGE": "off"}, Path.home() / ".local/state/backwright", False),
        ({"BACKWRIGHT_USAGE": "maybe"}, Path.home() / ".local/state/backwright", None),
    ],
)
def test_the_environment_says_where_records_are_and_whether_uses_are_counted(
    environment: dict[str, str], state: Path, usage: object
) -> None:
    found = Settings.from_environment(environment)
    assert (found.state, found.usage) == (state, usage)


@pytest.mark.parametrize(
    ("environment", "cache"),
    [
        ({"BACKWRIGHT_CACHE": "/c"}, Path("/c")),
        ({"BACKWRIGHT_CACHE": "off", "XDG_CACHE_HOME": "/x"}, None),
        ({"BACKWRIGHT_CACHE": "", "XDG_CACHE_HOME": "/x"}, None),
        ({"XDG_CACHE_HOME": "/x"}, Path("/x/backwright")),
        ({"XDG_CACHE_HOME": "relative"}, Path.home() / ".cache/backwright"),
        ({}, Path.home() / ".cache/backwright"),
    ],
)
def test_the_environment_says_where_indexes_are_or_that_none_are_kept(
    environment: dict[str, str], cache: Path | None
) -> None:
    assert Settings.from_environment(environment).cache == cache
