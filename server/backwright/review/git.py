"""The change that a git repository holds: the work tree, the branch since a base, or a range of commits."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from backwright.errors import NotARepositoryError, RevisionNotFoundError, ToolUnavailableError
from backwright.review._git_objects import object_reader
from backwright.review._git_process import Answer, run_git
from backwright.review.diff import Diff, FileDiff, FileStatus, Hunk, Line, LineKind, Unread, parse_diff
from backwright.review.subject import Reader, Subject, disk_reader

MAX_UNTRACKED: Final = 500
"""Files; more are a forgotten `.gitignore`, and are named instead of read."""

_DIFF = (
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=all",
    "--submodule=short",
    "--find-renames",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--relative",
    "--end-of-options",
)
_DEFAULT_BRANCHES = (
    "refs/remotes/origin/HEAD",
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
)
_RANGE = re.compile(r"(?P<old>.*?)(?P<dots>\.{2,3})(?P<new>.*)", re.DOTALL)
_UNSAFE = re.compile(r"[\x00-\x20\x7f]|\A-")


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository as seen from a folder in it; paths are relative to that folder.

    Args:
        root: the folder.
        prefix: the folder's own path inside the repository; empty, or with a slash at its end.
        filters: configuration that switches off the content filters which the repository declares.
    """

    root: Path
    prefix: str
    filters: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def work_tree(self, base: str | None = None) -> Subject:
        """What the work tree changes, staged or not, with untracked files, since it left `base`.

        Args:
            base: a revision; None for the default branch, and in a repository without one for the last commit.

        Raises:
            RevisionNotFoundError: git does not know the base.
        """
        start, described = self._start(base)
        diff = parse_diff(self._run(*_DIFF, start, "--").output)
        untracked, skipped = self._untracked()
        whole = Diff((*diff.files, *untracked), (*diff.unread, *skipped))
        return Subject(whole, disk_reader(self.root), self._reader(start, whole, old=True), described)

    def range(self, text: str) -> Subject:
        """What the commits of a range change: `A..B` from A to B, `A...B` from their merge base to B.

        Raises:
            RevisionNotFoundError: it is no range, or git does not know a revision of it.
        """
        parts = _RANGE.fullmatch(text)
        if parts is None:
            raise _unknown(text, "is no range", "write it as main..HEAD, or main...HEAD to start at the merge base")
        new = self._commit(parts["new"] or "HEAD")
        named = self._commit(parts["old"] or "HEAD")
        old = (self._merge_base(named, new) if parts["dots"] == "..." else None) or named
        diff = parse_diff(self._run(*_DIFF, old, new, "--").output)
        described = f"the commits {parts['old'] or 'HEAD'}{parts['dots']}{parts['new'] or 'HEAD'}"
        return Subject(diff, self._reader(new, diff, old=False), self._reader(old, diff, old=True), described)

    def _start(self, base: str | None) -> tuple[str, str]:
        head = self._resolve("HEAD")
        if base is not None:
            commit = self._commit(base)
            start = (self._merge_base(head, commit) if head else None) or commit
            return start, f"the work tree against {base} ({start[:10]})"
        if head is None:
            empty = self._run("hash-object", "-t", "tree", "--stdin").text
            return empty, "the work tree of a repository without commits"
        for name in _DEFAULT_BRANCHES:
            branch = self._resolve(name)
            fork = None if branch is None else self._merge_base(head, branch)
            if fork is not None:
                short = name.removeprefix("refs/remotes/").removeprefix("refs/heads/")
                return fork, f"the work tree against its merge base with {short} ({fork[:10]})"
        return head, f"the work tree against its last commit ({head[:10]})"

    def _commit(self, revision: str) -> str:
        if _UNSAFE.search(revision):
            raise _unknown(
                revision, "is no revision", "give a branch, a tag or a commit; it cannot start with a hyphen"
            )
        commit = self._resolve(revision)
        if commit is None:
            raise _unknown(revision, "is not known to git here", "fetch it, or look it up with `git branch --all`")
        return commit

    def _resolve(self, revision: str) -> str | None:
        answer = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return answer.text if answer.status == 0 and answer.text else None

    def _merge_base(self, one: str, other: str) -> str | None:
        """The merge base of two commits; None where there is none, as in a shallow clone."""
        answer = self._ask("merge-base", "--end-of-options", one, other)
        return answer.text.split("\n")[0] if answer.status == 0 and answer.text else None

    def _untracked(self) -> tuple[list[FileDiff], list[Unread]]:
        listed = self._run("ls-files", "--others", "--exclude-standard", "-z").output
        paths = [path.decode("utf-8", "replace") for path in listed.split(b"\0") if path]
        read = disk_reader(self.root)
        files = [_added_file(path, read(path)) for path in paths[:MAX_UNTRACKED]]
        reason = f"more than {MAX_UNTRACKED} untracked files; the rest was not read"
        return files, [Unread(path, 0, 0, reason) for path in paths[MAX_UNTRACKED : MAX_UNTRACKED + 1]]

    def _reader(self, at: str, diff: Diff, *, old: bool) -> Reader:
        """Reads any file of one side from git's objects; the diff's own Python files all at the first call."""
        absent = FileStatus.ADDED if old else FileStatus.DELETED
        named = {
            file.old_path if old else file.path for file in diff.files if file.status is not absent and not file.binary
        }
        return object_reader(self._ask, self.prefix, at, {path for path in named if path.endswith(".py")})

    def _run(self, *arguments: str, stdin: bytes = b"") -> Answer:
        answer = self._ask(*arguments, stdin=stdin)
        if answer.status != 0:
            reason = answer.error.strip().split("\n")[0][:200] or f"status {answer.status}"
            raise ToolUnavailableError(f"git {arguments[0]} failed: {reason}", hint="run `git status` there to see why")
        return answer

    def _ask(self, *arguments: str, stdin: bytes = b"") -> Answer:
        return run_git(self.root, arguments, stdin=stdin, config=self.filters)


def open_repository(root: Path) -> Repository:
    """The repository that a folder lies in.

    Raises:
        NotARepositoryError: it lies in none, in one without a work tree, or in one that git does not trust.
        ToolUnavailableError: git is missing.
    """
    answer = run_git(root, ("rev-parse", "--is-inside-work-tree", "--show-prefix"))
    inside, _, prefix = answer.output.decode("utf-8", "replace").partition("\n")
    if answer.status != 0 or inside != "true":
        dubious = "dubious ownership" in answer.error
        raise NotARepositoryError(
            "git does not trust this folder: someone else owns it" if dubious else "the root is in no git work tree",
            hint="see `git help config`, safe.directory"
            if dubious
            else "give a diff file, or run it in a git checkout",
        )
    repository = Repository(root, prefix.rstrip("\n"))
    return replace(repository, filters=tuple(_switched_off(repository)))


def _switched_off(repository: Repository) -> Iterable[tuple[str, str]]:
    """A comparison with the work tree runs the clean filter that attributes name: each is set to none."""
    answer = run_git(repository.root, ("config", "--null", "--name-only", "--get-regexp", r"^filter\."))
    for key in sorted(set(answer.output.decode("utf-8", "replace").split("\0")) - {""}):
        yield key, "false" if key.endswith(".required") else ""


def _added_file(path: str, data: bytes | None) -> FileDiff:
    """A new file as a diff would show it."""
    if data is None or b"\0" in data:
        return FileDiff(path, path, FileStatus.ADDED, binary=True)
    texts = data.decode("utf-8", "replace").split("\n")
    if texts[-1] == "":
        texts.pop()
    lines = tuple(Line(LineKind.ADDED, text.removesuffix("\r"), None, number) for number, text in enumerate(texts, 1))
    return FileDiff(path, path, FileStatus.ADDED, (Hunk(0, 1, "", lines),) if lines else ())


def _unknown(revision: str, what: str, hint: str) -> RevisionNotFoundError:
    shown = revision.encode("unicode_escape").decode("ascii")[:120]
    return RevisionNotFoundError(f"the revision {shown!r} {what}", hint=hint)
