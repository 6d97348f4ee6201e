"""A write that is killed: whatever the moment, the project is as it was or as it was to be."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.errors import PathOutsideRootError, PlanConflictError, ScaffoldInterruptedError
from backwright.scaffold.disk import Change, Recovered, check_whole, recover, write_all
from backwright.scaffold.journal import JOURNAL
from tests.scaffold._projects import tree

CHANGES = (
    Change("app/main.py", "old\n", "new\n"),
    Change("gone.py", "gone\n", None),
    Change("app/api/fresh.py", None, "fresh\n"),
    Change(".scaffold/x.json", None, "{}\n"),
)
# Kills its own process, as nobody can catch it, before the n-th call that reaches the disk.
KILLED = """
import os, signal, sys
from pathlib import Path
from backwright.scaffold.disk import Change, write_all

left = int(sys.argv[2])

def counted(name, owner):
    real = getattr(owner, name)
    def call(*args, **kwargs):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **kwargs)
    setattr(owner, name, call)

for name in ("mkdir", "replace", "unlink", "rmdir", "chmod"):
    counted(name, Path)
counted("fsync", os)
counted("open", os)
changes = [Change(*each) for each in CHANGES]
write_all(Path(sys.argv[1]), changes)
"""


def project(root: Path) -> dict[str, bytes | None]:
    (root / "app").mkdir(parents=True)
    (root / "app/main.py").write_text("old\n")
    (root / "gone.py").write_text("gone\n")
    return tree(root)


def killed(root: Path, call: int) -> int:
    rows = [(each.path, each.before, each.after) for each in CHANGES]
    script = KILLED.replace("CHANGES]", f"{json.dumps(rows)}]".replace("null", "None"))
    command = [sys.executable, "-c", script, str(root), str(call)]
    run = subprocess.run(command, capture_output=True, check=False, timeout=60)
    assert run.returncode in {0, -signal.SIGKILL}, run.stderr
    return run.returncode


def test_whenever_a_writer_is_killed_the_project_can_be_put_back_whole(tmp_path: Path) -> None:
    before = project(tmp_path / "clean")
    write_all(tmp_path / "clean", CHANGES)
    after = tree(tmp_path / "clean")
    outcomes = []
    for call in range(200):
        root = tmp_path / str(call)
        project(root)
        code = killed(root, call)
        recovered = recover(root)
        assert recovered.kept == ()
        assert tree(root) in (before, after)
        assert not [path for path in root.rglob("*") if path.name.startswith(".scaffold-")]
        outcomes.append(tree(root) == after)
        check_whole(root)
        if code == 0:
            break
    # Early kills leave the old project, the last ones the new, and it never goes back and forth.
    assert outcomes[0] is False
    assert outcomes[-1] is True
    assert outcomes == sorted(outcomes)


def half_done(root: Path) -> None:
    """A project whose writer was killed after its first file was in place."""
    project(root)
    journal = {
        "format": 1,
        "entries": [
            {"path": "app/main.py", "before": "old\n", "after": _digest("new\n")},
            {"path": "app/api/fresh.py", "before": None, "after": _digest("fresh\n")},
        ],
        "folders": [".scaffold", "app/api"],
    }
    (root / ".scaffold").mkdir()
    (root / JOURNAL).write_text(json.dumps(journal))
    (root / "app/main.py").write_text("new\n")


def _digest(text: str) -> str:
    from backwright._files import digest

    return digest(text.encode())


def test_until_it_is_put_back_nothing_is_planned_or_written(tmp_path: Path) -> None:
    half_done(tmp_path)
    with pytest.raises(ScaffoldInterruptedError) as caught:
        check_whole(tmp_path)
    assert "backwright scaffold recover" in caught.value.hint
    with pytest.raises(ScaffoldInterruptedError):
        write_all(tmp_path, [Change("other.py", None, "1")])
    assert recover(tmp_path) == Recovered(restored=("app/main.py",), kept=())
    assert (tmp_path / "app/main.py").read_text() == "old\n"
    assert not (tmp_path / ".scaffold").exists()
    check_whole(tmp_path)


def test_what_someone_edited_after_the_kill_is_kept_and_named(tmp_path: Path) -> None:
    half_done(tmp_path)
    (tmp_path / "app/main.py").write_text("mine\n")
    assert recover(tmp_path) == Recovered(restored=(), kept=("app/main.py",))
    assert (tmp_path / "app/main.py").read_text() == "mine\n"


def test_a_project_without_a_journal_is_left_alone(tmp_path: Path) -> None:
    before = project(tmp_path)
    assert recover(tmp_path) == Recovered((), ())
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (".git/hooks/pre-commit", PlanConflictError),
        ("sub/.GIT/config", PlanConflictError),
        ("../outside.py", PathOutsideRootError),
        ("/etc/cron.d/x", PathOutsideRootError),
        ("link/x.py", PathOutsideRootError),
    ],
)
def test_a_journal_that_came_with_a_repository_writes_nothing_that_a_scaffold_would_not(
    path: str, error: type[Exception], tmp_path: Path
) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    project(root)
    (root / "link").symlink_to(outside)
    (root / ".scaffold").mkdir()
    entry = {"path": path, "before": "#!/bin/sh\n", "after": None}
    (root / JOURNAL).write_text(json.dumps({"format": 1, "entries": [entry], "folders": []}))
    with pytest.raises(error):
        recover(root)
    assert tree(outside) == {}
    assert not (root / ".git").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 2, "entries": [], "folders": []}', '{"format": "x"}'])
def test_a_damaged_journal_is_named_and_stays(text: str, tmp_path: Path) -> None:
    (tmp_path / ".scaffold").mkdir()
    (tmp_path / JOURNAL).write_text(text)
    with pytest.raises(PlanConflictError, match=JOURNAL):
        recover(tmp_path)
    assert (tmp_path / JOURNAL).read_text() == text


def test_a_journal_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".scaffold").mkdir()
    (tmp_path / "elsewhere").write_text("{}")
    (tmp_path / JOURNAL).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PathOutsideRootError):
        recover(tmp_path)
