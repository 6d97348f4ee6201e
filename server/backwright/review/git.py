"""The change that a git repository holds: the branch at hand, what is staged or not committed, or some commits."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from backwright.errors import RevisionNotFoundError, TooLargeError, ToolUnavailableError
from backwright.review._git_objects import INDEX, object_reader
from backwright.review._git_process import Answer, run_git
from backwright.review._git_survey import hidden_changes, nul_separated, outside
from backwright.review._git_untracked import read_untracked
from backwright.review.diff import Diff, FileDiff, FileStatus, parse_diff
from backwright.review.options import PROJECT_FILE
from backwright.review.subject import Reader, Subject, disk_reader

MAX_SHOWN_AS_BINARY: Final = 200
"""Python files that attributes may declare binary; more are named instead of read."""

_DIFF = (
    "diff",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    # What is changed inside a submodule is never looked at: git would start itself there, with its configuration.
    "--ignore-submodules=dirty",
    "--submodule=short",
    "--find-renames",
    "--unified=3",
    "--inter-hunk-context=0",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    "--relative",
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
_ONE = "^!"


@dataclass(frozen=True, slots=True)
class _Start:
    """What a change starts from: the name of a commit or tree, how to say so, and what to say beside it."""

    at: str
    described: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository as seen from a folder in it; paths are relative to that folder.

    Args:
        root: the folder.
        top: the folder that the work tree starts at.
        prefix: the folder's own path inside the repository; empty, or with a slash at its end.
        shallow: whether history was cut off when it was cloned.
        filters: configuration that switches off the content filters which the repository declares.
        index: the index to read instead of the repository's own: git hands a hook one of what is being committed.
    """

    root: Path
    top: Path
    prefix: str
    shallow: bool = False
    filters: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    index: Path | None = None

    def work_tree(self, base: str | None = None) -> Subject:
        """What the work tree changes, staged or not, with untracked files, since it left `base`.

        Args:
            base: a revision; None for the default branch, and in a repository without one for the last commit.

        Raises:
            RevisionNotFoundError: git does not know the base.
        """
        return self._on_disk(self._since(base) if base is not None else self._since_default())

    def uncommitted(self) -> Subject:
        """What is not committed yet, staged or not, with untracked files."""
        start = self._last("the work tree")
        return self._on_disk(replace(start, described=f"what is not committed: {start.described}"))

    def staged(self) -> Subject:
        """What is staged for the next commit; its new side is the index, and the disk is not looked at."""
        start = self._last("what is staged")
        diff = self._diff(start.at, options=("--cached",))
        later = len(nul_separated(self._run("diff", "--name-only", "-z", "--ignore-submodules=dirty", "--").output))
        notes = [*start.notes, *self._outside(start.at, options=("--cached",))]
        if later:
            notes.append(f"files that differ from what is staged: {later}; reviewed is what is staged")
        whole = replace(diff, notes=tuple(notes))
        new, old = self._reader(INDEX, whole, old=False), self._reader(start.at, whole, old=True)
        return Subject(whole, new, old, start.described)

    def range(self, text: str) -> Subject:
        """What the commits of a range change.

        Args:
            text: `A..B` from A to B, `A...B` from their merge base to B, `A^!` the one commit A.

        Raises:
            RevisionNotFoundError: it is no range, or git does not know a revision of it.
        """
        start, new = self._one(text.removesuffix(_ONE)) if text.endswith(_ONE) else self._ends(text)
        diff = self._diff(start.at, new)
        whole = replace(diff, notes=(*start.notes, *self._outside(start.at, new)))
        readers = self._reader(new, whole, old=False), self._reader(start.at, whole, old=True)
        return Subject(whole, *readers, start.described)

    def _ends(self, text: str) -> tuple[_Start, str]:
        parts = _RANGE.fullmatch(text)
        if parts is None:
            hint = f"write it as main..HEAD, main...HEAD to start at the merge base, or HEAD{_ONE} for one commit"
            raise _unknown(text, "is no range", hint)
        old, new = parts["old"] or "HEAD", parts["new"] or "HEAD"
        last, named = self._commit(new), self._commit(old)
        described = f"the commits {old}{parts['dots']}{new}"
        if parts["dots"] == "..":
            return _Start(named, described), last
        fork = self._merge_base(named, last)
        return _Start(fork or named, described, () if fork else (self._no_fork(old),)), last

    def _one(self, revision: str) -> tuple[_Start, str]:
        commit = self._commit(revision)
        # `^@` names the parents, in order; a commit without any changes everything.
        parents = self._run("rev-parse", f"{commit}^@").text.split()
        described = f"the commit {revision} ({commit[:10]})"
        if not parents:
            cut = ("this clone is shallow: the commit's parent is not here, so that all it holds counts as new",)
            return _Start(self._nothing(), described, cut if self.shallow else ()), commit
        merge = f"{revision} is a merge of {len(parents)} parents; reviewed is what it changes in the first of them"
        return _Start(parents[0], described, (merge,) if len(parents) > 1 else ()), commit

    def _since(self, base: str) -> _Start:
        head, commit = self._resolve("HEAD"), self._commit(base)
        fork = self._merge_base(head, commit) if head else None
        start = fork or commit
        notes = (self._no_fork(base),) if fork is None and head else ()
        return _Start(start, f"the work tree against {base} ({start[:10]})", notes)

    def _since_default(self) -> _Start:
        head, unrelated = self._resolve("HEAD"), ""
        for name in _DEFAULT_BRANCHES if head else ():
            short = name.removeprefix("refs/remotes/").removeprefix("refs/heads/")
            branch = self._resolve(name)
            fork = None if branch is None or head is None else self._merge_base(head, branch)
            if fork is not None:
                return _Start(fork, f"the work tree against its merge base with {short} ({fork[:10]})")
            unrelated = unrelated or (short if branch else "")
        start = self._last("the work tree")
        if not unrelated:
            return start
        note = f"no merge base with {unrelated} is known here{self._cut()}: only what is not committed was reviewed"
        return replace(start, notes=(f"{note}; to review the branch, fetch more of its history",))

    def _last(self, what: str) -> _Start:
        head = self._resolve("HEAD")
        if head is None:
            return _Start(self._nothing(), f"{what} of a repository without commits")
        return _Start(head, f"{what} against its last commit ({head[:10]})")

    def _no_fork(self, base: str) -> str:
        return (
            f"no merge base with {base} is known here{self._cut()}: compared with {base} itself, so what was changed "
            "there meanwhile shows as well, the other way round"
        )

    def _cut(self) -> str:
        return ", as the clone is shallow" if self.shallow else ""

    def _nothing(self) -> str:
        """The tree without files; git knows it without having it."""
        return self._run("hash-object", "-t", "tree", "--stdin").text

    def _on_disk(self, start: _Start) -> Subject:
        diff = self._diff(start.at)
        others = self._run("ls-files", "--others", "--exclude-standard", "-z").output
        untracked = read_untracked(self.root, nul_separated(others))
        notes = (*start.notes, *self._outside(start.at, untracked=True), *hidden_changes(self._ask, self.root))
        whole = Diff((*diff.files, *untracked.files), (*diff.unread, *untracked.unread), notes)
        disk = disk_reader(self.root)
        return Subject(
            whole,
            lambda path: disk(untracked.names.get(path, path)),
            self._reader(start.at, whole, old=True),
            start.described,
        )

    def _diff(self, *ends: str, options: tuple[str, ...] = ()) -> Diff:
        diff = parse_diff(self._run(*_DIFF, *options, "--end-of-options", *ends, "--").output)
        hidden = {file.path: file for file in diff.files if _declared_binary(file)}
        if not hidden or len(hidden) > MAX_SHOWN_AS_BINARY:
            return diff
        # The attributes that call these files binary come with the change, and must not keep them from the review.
        paths = sorted({path for file in hidden.values() for path in (file.path, file.old_path)})
        try:
            shown = self._run(*_DIFF, *options, "--text", "--end-of-options", *ends, "--", *paths)
        except TooLargeError:
            return diff
        texts = {file.path: file for file in parse_diff(shown.output).files if _is_text(file)}
        return replace(
            diff, files=tuple(texts.get(file.path, file) if _declared_binary(file) else file for file in diff.files)
        )

    def _outside(self, *ends: str, options: tuple[str, ...] = (), untracked: bool = False) -> tuple[str, ...]:
        return outside(self._ask, self.top, self.prefix, (*options, "--end-of-options", *ends), untracked=untracked)

    def _commit(self, revision: str) -> str:
        if _UNSAFE.search(revision):
            hint = "give a branch, a tag or a commit; it cannot start with a hyphen"
            raise _unknown(revision, "is no revision", hint)
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

    def _reader(self, at: str, diff: Diff, *, old: bool) -> Reader:
        """Reads any file of one side from git's objects; what every review asks for all at the first call."""
        absent = FileStatus.ADDED if old else FileStatus.DELETED
        named = {
            file.old_path if old else file.path for file in diff.files if file.status is not absent and not file.binary
        }
        ahead = {path for path in named if path.endswith(".py")} | ({PROJECT_FILE} if old else set())
        return object_reader(self._ask, self.prefix, at, ahead)

    def _run(self, *arguments: str, stdin: bytes = b"") -> Answer:
        answer = self._ask(*arguments, stdin=stdin)
        if answer.status != 0:
            reason = answer.error.strip().split("\n")[0][:200] or f"status {answer.status}"
            raise ToolUnavailableError(f"git {arguments[0]} failed: {reason}", hint="run `git status` there to see why")
        return answer

    def _ask(self, *arguments: str, stdin: bytes = b"", folder: Path | None = None) -> Answer:
        return run_git(folder or self.root, arguments, stdin=stdin, config=self.filters, index=self.index)


def _declared_binary(file: FileDiff) -> bool:
    return file.binary and file.path.endswith(".py") and file.status is not FileStatus.DELETED


def _is_text(file: FileDiff) -> bool:
    return not any("\0" in line.text for hunk in file.hunks for line in hunk.lines)


def _unknown(revision: str, what: str, hint: str) -> RevisionNotFoundError:
    shown = revision.encode("unicode_escape").decode("ascii")[:120]
    return RevisionNotFoundError(f"the revision {shown!r} {what}", hint=hint)
