"""A whole tree as a change: every tracked Python file as if it were added, so that all that is in it can be said."""

from __future__ import annotations

from pathlib import Path

from backwright.errors import ToolUnavailableError
from backwright.review._git_open import open_repository
from backwright.review._git_process import run_git
from backwright.review._git_survey import nul_separated
from backwright.review.diff import Diff, FileDiff, FileStatus, Hunk, Line, LineKind
from backwright.review.subject import Reader, Subject, disk_reader

_GONE = "tracked Python files that cannot be read, not reviewed: {}"


def whole_tree(root: Path) -> Subject:
    """Every Python file under the root that git tracks, as it is on the disk.

    Its old side is the disk as well: what a project says of reviews is agreed where nothing is changed.

    Raises:
        NotARepositoryError: the root is in no git repository.
        ToolUnavailableError: git is missing, or fails.
    """
    repository = open_repository(root)
    answer = run_git(root, ("ls-files", "-z", "--cached"), config=repository.filters)
    if answer.status != 0:
        raise ToolUnavailableError("git ls-files failed", hint="run `git status` there to see why")
    read = disk_reader(root)
    names = (name.decode("utf-8", "replace") for name in nul_separated(answer.output) if name.endswith(b".py"))
    texts = {path: read(path) for path in sorted(names)}
    files = tuple(_added(path, data) for path, data in texts.items() if data is not None and b"\0" not in data)
    left = len(texts) - len(files)
    notes = (_GONE.format(left),) if left else ()
    return Subject(Diff(files, notes=notes), read, _beside(files, read), "every tracked Python file", whole=True)


def _beside(files: tuple[FileDiff, ...], read: Reader) -> Reader:
    """Reads what is no part of the change: a file that is added was not there before."""
    own = frozenset(file.path for file in files)
    return lambda path: None if path in own else read(path)


def _added(path: str, data: bytes) -> FileDiff:
    texts = data.decode("utf-8", "replace").split("\n")
    if texts[-1] == "":
        texts.pop()
    lines = tuple(Line(LineKind.ADDED, text.removesuffix("\r"), None, number) for number, text in enumerate(texts, 1))
    return FileDiff(path, path, FileStatus.ADDED, (Hunk(0, 1, "", lines),) if lines else ())
