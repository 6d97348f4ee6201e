"""A git repository in a temporary folder, with an identity and no configuration of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from backwright.review.reading import read_diff
from backwright.review.subject import Subject

GIT = shutil.which("git") or "git"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def git(root: Path, *arguments: str) -> bytes:
    """The output of a git command that has to work."""
    return subprocess.run([GIT, *arguments], cwd=root, env=ENVIRONMENT, check=True, capture_output=True).stdout


def write(root: Path, path: str, text: str) -> None:
    """A file with its folders."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(text.encode())


def commit(root: Path, message: str = "change") -> str:
    """Commit everything; the commit's name."""
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--allow-empty", "--message", message)
    return git(root, "rev-parse", "HEAD").decode().strip()


def repository(root: Path) -> Path:
    """A new repository with a first commit on `main`."""
    git(root, "init", "--quiet", "--initial-branch=main")
    write(root, "app/base.py", "import os\n\n\ndef base() -> int:\n    return 1\n")
    commit(root, "first")
    return root


def added(subject: Subject) -> dict[str, set[int]]:
    """The added lines by file."""
    return {file.path: set(file.added) for file in subject.diff.files}


def unchecked(subject: Subject) -> dict[str | None, str]:
    """What was not read, with the reason."""
    reading = read_diff(subject.diff, read_new=subject.read_new, read_old=subject.read_old)
    return {entry.path: entry.reason for entry in reading.unchecked}
