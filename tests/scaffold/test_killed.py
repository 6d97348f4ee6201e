"""A real apply and a real undo, killed before each call that reaches the disk: nothing in between is left for good."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.scaffold._projects import write

MANIFEST = """\
name: greeter
version: 1.0.0
kind: job
description: Says it.
variables: {}
requires: {}
files:
  - {source: x.py.j2, target: app/greet/hello.py, owner: resource}
  - {source: x.py.j2, target: deep/er/second.py, owner: resource}
  - {source: x.py.j2, target: third.py, owner: resource}
examples: []
"""
# For each n a child kills itself, as nobody can catch it, before its n-th call; the parent puts back and compares.
KILLER = """
import os, shutil, signal, sys
from pathlib import Path

from backwright.scaffold import engine
from backwright.scaffold.disk import check_whole, recover
from backwright.scaffold.render import Style
from backwright.scaffold.single import Subject, plan_single
from backwright.scaffold.template import load_template

work, template, folder = sys.argv[1], load_template(Path(sys.argv[2])), Path(sys.argv[3])
PATHS, MODULE = ("mkdir", "replace", "unlink", "rmdir", "chmod"), ("fsync", "open")


def tree(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() if p.is_file() else None for p in sorted(root.rglob("*"))}


def made(root):
    return plan_single(root, template, Subject("greet", {}, {}, Style(("app",))))


def dies_at(left):
    def counted(owner, name):
        real = getattr(owner, name)
        def call(*args, **kwargs):
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)
        setattr(owner, name, call)
    for name in PATHS:
        counted(Path, name)
    for name in MODULE:
        counted(os, name)


def prepared(root):
    (root / "app").mkdir(parents=True)
    (root / "app/mine.py").write_text("mine")
    if work == "undo":
        engine.apply(made(root), root)
    return root


def change(root):
    engine.undo(root, "job-greet") if work == "undo" else engine.apply(made(root), root)


plain = prepared(folder / "plain")
before = tree(plain)
change(plain)
after = tree(plain)
outcomes = []
for call in range(400):
    root = prepared(folder / str(call))
    pid = os.fork()
    if pid == 0:
        dies_at(call)
        change(root)
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    assert status in {0, signal.SIGKILL}, status
    assert recover(root).kept == ()
    check_whole(root)
    assert tree(root) in (before, after), (call, tree(root).keys() ^ before.keys(), tree(root).keys() ^ after.keys())
    outcomes.append(tree(root) == after)
    shutil.rmtree(root)
    if status == 0:
        break
assert outcomes == sorted(outcomes) and not outcomes[0] and outcomes[-1] and len(outcomes) > 20, outcomes
print(len(outcomes))
"""


@pytest.mark.parametrize("work", ["apply", "undo"])
def test_whatever_is_killed_whenever_is_as_before_or_as_after(work: str, tmp_path: Path) -> None:
    template = write(tmp_path / "template", {"template.yaml": MANIFEST, "files/x.py.j2": "X = 1\n"})
    command = [sys.executable, "-c", KILLER, work, str(template), str(tmp_path / "projects")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
