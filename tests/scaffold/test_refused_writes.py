"""Disks that refuse, for want of permission, of size or of room: nothing is half done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.scaffold._projects import SMALL, plan, tree, write

# Applies in a process of its own, which lost something that a process of the tests needs: a right, or room for a file.
WRITER = """
import json, os, resource, signal, sys
from pathlib import Path
from backwright.errors import WriteFailedError
from backwright.scaffold.disk import Change, write_all

root, how = Path(sys.argv[1]), sys.argv[2]
changes = [Change(*each) for each in json.load(sys.stdin)]
# What is imported late is imported as long as it can be.
write_all(Path(sys.argv[3]), [Change("a", None, "a")])
if how.isdigit():
    for folder in [*[path for path in root.rglob("*") if path.is_dir()], root]:
        folder.chmod(int(how))
    if os.geteuid() == 0:
        os.seteuid(65534)
elif how == "bounded":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
try:
    write_all(root, changes)
except WriteFailedError as error:
    print(error.message, "|", error.hint)
    sys.exit(4)
"""


def refused(root: Path, how: str, changes: list[tuple[str, str | None, str | None]], elsewhere: Path) -> str:
    """What the writer says, which has to fail."""
    elsewhere.mkdir()
    # Without bytecode, which an interpreter under the limit would write cut off and read ever after.
    command = [sys.executable, "-B", "-c", WRITER, str(root), how, str(elsewhere)]
    done = subprocess.run(command, input=json.dumps(changes), capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 4, (done.returncode, done.stderr)
    return done.stdout


def changes_of(root: Path) -> list[tuple[str, str | None, str | None]]:
    """A whole plan, with an edit of what is there and a deletion before it."""
    write(root, {"mine.py": "mine\n", "gone.py": "gone\n", "src/shop/__init__.py": ""})
    planned = [(each.path, each.before, each.after) for each in plan(root, SMALL).writes]
    return [("mine.py", "mine\n", "edited\n"), ("gone.py", "gone\n", None), *planned]


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that another user can reach, so that what is refused is the write."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        for path in (Path(name), *Path(name).rglob("*")):
            path.chmod(0o755)


@pytest.mark.parametrize(("mode", "said"), [(0o555, "the disk refused a write"), (0o000, "the disk refused")])
def test_a_folder_that_may_not_be_written_is_left_as_it_was(reachable: Path, mode: int, said: str) -> None:
    root = reachable / "shop"
    changes = changes_of(root)
    before = tree(root)
    answer = refused(root, str(mode), changes, reachable / "elsewhere")
    assert answer.startswith(f"{said}")
    assert "Permission denied" in answer
    assert "permission" in answer.partition("|")[2]
    for path in (root, *root.rglob("*")):
        path.chmod(0o755)
    assert tree(root) == before


def test_a_file_that_may_not_grow_takes_everything_back(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    changes = changes_of(root)
    assert max(len(after or "") for _, _, after in changes) > 9000
    before = tree(root)
    assert "File too large" in refused(root, "bounded", changes, tmp_path / "elsewhere")
    assert tree(root) == before


def test_a_full_disk_takes_everything_back(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=96k", "none", str(root)]
    if mount is None or unmount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("no small file system can be mounted here, so a full disk is NOT tested")
    try:
        changes = changes_of(root)
        before = tree(root)
        assert "No space left" in refused(root, "full", changes, tmp_path / "elsewhere")
        assert tree(root) == before
        assert os.statvfs(root).f_bavail > 0
    finally:
        subprocess.run([unmount, str(root)], check=True)
