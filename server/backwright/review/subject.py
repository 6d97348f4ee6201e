"""What is reviewed: a diff, ways to read the files on its two sides, and a sentence that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backwright._files import read_bounded, safe_join
from backwright.errors import PathOutsideRootError, TooLargeError
from backwright.review.diff import MAX_DIFF_BYTES, Diff, parse_diff

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
    """

    diff: Diff
    read_new: Reader
    read_old: Reader
    described: str


def subject_of(
    root: Path | None,
    *,
    base: str | None = None,
    range_: str | None = None,
    diff_file: str | None = None,
    diff: str | None = None,
) -> Subject:
    """The change that a request names; without any, the branch and the work tree at `root`.

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
        return diff_text(diff.encode("utf-8", "surrogatepass"), "the diff that was given", root)
    if root is None:
        from backwright.errors import NotARepositoryError

        raise NotARepositoryError("there is no file system to read a change from", hint="give the diff as text")
    if diff_file is not None:
        return diff_text(_file_of(root, diff_file), diff_file, root)
    from backwright.review.git import open_repository

    repository = open_repository(root)
    if range_ is not None:
        return repository.range(range_)
    return repository.work_tree(base)


def diff_text(data: bytes, described: str, root: Path | None) -> Subject:
    """A diff as it was given; a file of the root is its new side where it says the same as the diff.

    Raises:
        DiffSyntaxError, TooLargeError: it cannot be read.
    """
    return Subject(parse_diff(data), disk_reader(root), _none, described)


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
