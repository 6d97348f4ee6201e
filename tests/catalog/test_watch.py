"""A real thread on a real folder; every wait is for a report, and bounded."""

from __future__ import annotations

import queue
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backwright.catalog.watch import Watcher

PATIENCE = 30
QUIET = 0.5
"""Long enough for a busy machine to write a burst without a pause of that length."""


class Reports:
    """What a watcher said, and where to wait for it."""

    def __init__(self) -> None:
        self.queue: queue.Queue[str] = queue.Queue()

    def __call__(self) -> None:
        self.queue.put("changed")

    def one(self) -> None:
        self.queue.get(timeout=PATIENCE)

    def none_for(self, seconds: float) -> bool:
        try:
            self.queue.get(timeout=seconds)
        except queue.Empty:
            return True
        return False


@contextmanager
def following(folder: Path, *files: Path, longest: float = PATIENCE) -> Iterator[Reports]:
    """A watcher that has said that it follows."""
    reports = Reports()
    watcher = Watcher([folder], files, reports, quiet=QUIET, longest=longest)
    watcher.start()
    try:
        reports.one()
        yield reports
    finally:
        watcher.stop()
        watcher.join(PATIENCE)
        assert not watcher._thread.is_alive()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "skills"
    (folder / "one" / "references").mkdir(parents=True)
    return folder


def test_what_happened_before_it_followed_is_reported_once(folder: Path) -> None:
    with following(folder) as reports:
        assert reports.none_for(2 * QUIET)


def test_a_burst_of_edits_is_one_report(folder: Path) -> None:
    with following(folder) as reports:
        for number in range(40):
            (folder / "one" / f"file-{number}.md").write_text("text", encoding="utf-8")
            (folder / "one" / "SKILL.md").write_text(f"edit {number}", encoding="utf-8")
        reports.one()
        assert reports.none_for(2 * QUIET)


def test_an_edit_in_a_new_folder_is_reported(folder: Path) -> None:
    with following(folder) as reports:
        (folder / "two").mkdir()
        reports.one()
        (folder / "two" / "SKILL.md").write_text("text", encoding="utf-8")
        reports.one()


def test_a_file_beside_the_folders_is_reported_also_when_it_is_replaced(folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text("first", encoding="utf-8")
    with following(folder, manifest) as reports:
        for number in range(2):
            other = tmp_path / "other"
            other.write_text(f"other {number}", encoding="utf-8")
            other.replace(manifest)
            reports.one()
        manifest.unlink()
        reports.one()


def test_a_folder_that_is_deleted_and_comes_back_is_followed_again(folder: Path) -> None:
    with following(folder) as reports:
        shutil.rmtree(folder)
        folder.mkdir()
        reports.one()
        # Whether the new folder is followed already is not known, so edit until it is.
        for number in range(PATIENCE):
            (folder / "SKILL.md").write_text(f"edit {number}", encoding="utf-8")
            if not reports.none_for(1):
                break
        else:
            pytest.fail("the folder is not followed any more")


def test_a_burst_without_an_end_is_reported_after_the_longest_wait(folder: Path) -> None:
    with following(folder, longest=QUIET) as reports:
        stop = threading.Event()

        def write() -> None:
            while not stop.wait(QUIET / 20):
                (folder / "SKILL.md").write_text("again", encoding="utf-8")

        writer = threading.Thread(target=write)
        writer.start()
        reports.one()
        reports.one()
        stop.set()
        writer.join(PATIENCE)


def test_a_report_that_fails_does_not_end_the_watch(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    reports = Reports()

    def fail_first() -> None:
        failing = (folder / "fail").exists()
        reports()
        if failing:
            raise ValueError("no")

    watcher = Watcher([folder], [], fail_first, quiet=QUIET)
    watcher.start()
    reports.one()
    (folder / "fail").touch()
    reports.one()
    (folder / "fail").unlink()
    reports.one()
    watcher.stop()
    watcher.join(PATIENCE)
    assert [record.getMessage() for record in caplog.records] == ["a change on disk could not be loaded"]


def test_what_cannot_be_followed_is_said_and_nothing_else_happens(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watcher = Watcher([tmp_path / "no\0path"], [], lambda: None)
    watcher.start()
    watcher.join(PATIENCE)
    assert not watcher._thread.is_alive()
    assert "the skills cannot be followed on disk, restart to load changes" in caplog.text
