"""What is reviewed: a diff, ways to read the files on its two sides, and a sentence that names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from backwright._files import read_bounded, safe_join
from backwright.errors import PathOutsideRootError, TooLargeError
from backwright.review.diff import MAX_DIFF_BYTES, Diff
from backwright.review.inputs import read_change

Reader = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Subject:
    """A change under review.

    Args:
        diff: the change.
        read_new: the bytes of a file after it, or None.
        read_old: the bytes of any file before it, by its old path, or None. Where there is a repository, files that the
            change leaves alone can be read as well, such as the project's own configuration.
        described: names the change in a report, such as "the work tree against main".
        whole: whether it is a whole tree, of which nothing is new.
    """

    diff: Diff
    read_new: Reader
    read_old: Reader
    described: str
    whole: bool = False

    @property
    def knows_old(self) -> bool:
        """Whether there is an old side to read: a diff as text names no revision."""
        return self.read_old is not _none


def subject_of(
    root: Path | None,
    *,
    base: str | None = None,
    range_: str | None = None,
    diff_file: str | None = None,
    diff: str | None = None,
    staged: bool = False,
    worktree: bool = False,
    files: Mapping[str, str] | None = None,
) -> Subject:
    """The change that a request names; without any, the branch and the work tree at `root`.

    Args:
        root: the project; None where there is no disk to read from.
        base: a revision to compare the work tree with, at its merge base.
        range_: commits, as `Repository.range` takes them.
        diff_file: the path of a diff under the root.
        diff: a diff as text.
        staged: what is staged for the next commit.
        worktree: what is not committed yet.
        files: the new side of files of a diff as text, by path.

    Raises:
        NotARepositoryError: the root is in no git repository, or there is no root to look in.
        RevisionNotFoundError: git does not know a revision.
        DiffSyntaxError, TooLargeError: the diff cannot be read.
        PathOutsideRootError: the diff file is not a plain path inside the root.
        FileNotFoundError: never; see InvalidInputError.
        InvalidInputError: the diff file cannot be read.
        ToolUnavailableError: git is missing or too slow.
    """
    if diff is not None:
        return diff_text(diff.encode("utf-8", "surrogatepass"), "the diff that was given", root, files)
    if root is None:
        from backwright.errors import NotARepositoryError

        raise NotARepositoryError("there is no file system to read a change from", hint="give the diff as text")
    if diff_file is not None:
        return diff_text(_file_of(root, diff_file), diff_file, root)
    from backwright.review._git_open import open_repository

    repository = open_repository(root)
    if staged:
        return repository.staged()
    if worktree:
        return repository.uncommitted()
    if range_ is not None:
        return repository.range(range_)
    return repository.work_tree(base)


def diff_text(data: bytes, described: str, root: Path | None, files: Mapping[str, str] | None = None) -> Subject:
    """A diff as it was given; a file that was given with it, or of the root, is its new side where the two agree.

    Raises:
        DiffSyntaxError, TooLargeError: it cannot be read.
    """
    diff, disk = read_change(data), disk_reader(root)
    given = {path: text.encode("utf-8", "replace") for path, text in (files or {}).items()}
    beside = given.keys() - {file.path for file in diff.files}
    if beside:
        note = f"files that were given and are no part of the diff, not reviewed: {len(beside)}"
        diff = replace(diff, notes=(*diff.notes, note))
    return Subject(diff, lambda path: given[path] if path in given else disk(path), _none, described)


def disk_reader(root: Path | None) -> Reader:
    """Reads files under the root; None for what is missing, no plain file, too large, or leads out of it."""

    def read(path: str) -> bytes | None:
        if root is None:
            return None
        try:
            return read_bounded(safe_join(root, path))
        except (OSError, ValueError, PathOutsideRootError, TooLargeError):
            return None

    return read


def _none(_path: str) -> bytes | None:
    return None


def _file_of(root: Path, path: str) -> bytes:
    from backwright.errors import InvalidInputError

    try:
        return read_bounded(safe_join(root, path), MAX_DIFF_BYTES)
    except OSError as error:
        raise InvalidInputError(
            f"the diff file {path!r} cannot be read: {error.strerror or error}",
            hint="give the path of a diff inside the project",
        ) from error
