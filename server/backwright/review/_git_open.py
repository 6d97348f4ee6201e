"""Where a repository lies: its top, its folder of objects, and whether its configuration tells the truth about them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from backwright.errors import NotARepositoryError
from backwright.review._git_process import Answer, run_git
from backwright.review.git import Repository

_QUESTIONS = ("--is-bare-repository", "--is-inside-work-tree", "--is-shallow-repository", "--absolute-git-dir")
_FOLDERS = ("--show-toplevel", "--show-prefix")


def open_repository(root: Path) -> Repository:
    """The repository that a folder lies in.

    Raises:
        NotARepositoryError: it lies in none, in one without a work tree, in one whose configuration puts the work tree
            elsewhere, or in one that git does not trust.
        ToolUnavailableError: git is missing.
    """
    answer = run_git(root, ("rev-parse", *_QUESTIONS))
    said = os.fsdecode(answer.output).split("\n")
    if answer.status != 0 or len(said) < len(_QUESTIONS):
        raise _refused(answer)
    bare, inside, shallow, git_dir = said[: len(_QUESTIONS)]
    if bare == "true":
        hint = "give a range in a checkout of it (`git worktree add`), or a diff file"
        raise NotARepositoryError("the root is a bare repository: it has no work tree", hint=hint)
    if inside != "true":
        raise NotARepositoryError(
            "the root is in no git work tree", hint="run it in a git checkout, or give a diff file"
        )
    # One answer a line; the last of them ends the output, so that its own line feeds are kept.
    top, _, prefix = os.fsdecode(run_git(root, ("rev-parse", *_FOLDERS)).output).partition("\n")
    if not _is_at(Path(git_dir), Path(top)):
        raise NotARepositoryError(
            "the repository's configuration puts its work tree where the repository is not",
            hint="look at core.worktree in its configuration, or give a diff file",
        )
    index = _index_of_hook(Path(git_dir), Path(top))
    filters = tuple(_switched_off(root))
    return Repository(root, Path(top), prefix.removesuffix("\n"), shallow == "true", filters, index)


def _refused(answer: Answer) -> NotARepositoryError:
    if "dubious ownership" in answer.error:
        return NotARepositoryError(
            "git does not trust this folder: someone else owns it", hint="see `git help config`, safe.directory"
        )
    return NotARepositoryError("the root is in no git work tree", hint="give a diff file, or run it in a git checkout")


def _is_at(git_dir: Path, top: Path) -> bool:
    """Whether the work tree calls the repository its own: by a folder `.git`, or by a file that leads there."""
    mark = top / ".git"
    try:
        if mark.is_dir():
            return mark.samefile(git_dir)
        text = os.fsdecode(mark.read_bytes()[:4096]) if mark.is_file() else ""
        return text.startswith("gitdir: ") and (top / text.removeprefix("gitdir: ").rstrip("\n")).samefile(git_dir)
    except OSError:
        return False


def _index_of_hook(git_dir: Path, top: Path) -> Path | None:
    """The index that git hands a hook when not the whole index is committed; believed only inside the repository."""
    named = os.environ.get("GIT_INDEX_FILE")
    if not named:
        return None
    path = (top / named).resolve()
    return path if path.is_file() and path.parent == git_dir.resolve() else None


def _switched_off(root: Path) -> Iterable[tuple[str, str]]:
    """A comparison with the work tree runs the clean filter that attributes name: each is set to none."""
    answer = run_git(root, ("config", "--null", "--name-only", "--get-regexp", r"^filter\."))
    for key in sorted(set(answer.output.decode("utf-8", "surrogateescape").split("\0")) - {""}):
        yield key, "false" if key.endswith(".required") else ""
