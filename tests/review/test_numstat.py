"""The diff reader against git's own counts: on this repository's history where it is at hand, and on made-up ones."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.review.diff import Diff, FileDiff, LineKind, parse_diff, parse_parts
from backwright.review.inputs import read_change
from backwright.review.subject import Reader, subject_of
from tests.review._git import commit, git, repository, write

HERE = Path(__file__).parent.parent.parent
COMMITS = 150
WINDOW = 25
Counts = dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def history() -> list[str]:
    """The names of this repository's last commits without merges, the newest first."""
    if not (HERE / ".git").exists():
        pytest.skip("this is no clone, so there is no real history to compare with")
    names = git(HERE, "log", "--no-merges", f"--max-count={COMMITS}", "--format=%H").decode().split()
    if len(names) < WINDOW:
        pytest.skip(f"the clone is too shallow: {len(names)} commits, and {WINDOW} are needed")
    return names


def _counted(files: tuple[FileDiff, ...]) -> Counts:
    """For each file with lines: how many are added and how many are removed."""
    found: Counts = {}
    for file in files:
        removed = sum(line.kind is LineKind.REMOVED for hunk in file.hunks for line in hunk.lines)
        if not file.binary:
            found[file.path] = len(file.added), removed
    return found


def _numstat(output: bytes) -> Counts:
    """What `--numstat -z --no-renames` prints."""
    found: Counts = {}
    for row in output.decode("utf-8", "backslashreplace").split("\0"):
        added, _, rest = row.strip("\n").partition("\t")
        removed, _, path = rest.partition("\t")
        if added.isdigit():
            found[path] = int(added), int(removed)
    return found


def test_every_commit_of_this_history_counts_as_git_counts(history: list[str]) -> None:
    told = ("log", "--no-merges", f"--max-count={COMMITS}", "--no-renames", "--format=commit %H")
    # Copies of whole skills, which a commit may bring or take by the thousand: more than a review reads.
    where = ("--", ".", ":(exclude)skills/.releases", ":(exclude)manifest.yaml")
    parts = {part.label[:10]: part for part in parse_parts(git(HERE, *told, "-p", *where))}
    printed = git(HERE, *told, "--numstat", "-z", *where).decode("utf-8", "backslashreplace")
    compared = 0
    for block in printed.split("commit ")[1:]:
        name, counts = block[:40], _numstat(block[40:].encode("utf-8", "backslashreplace"))
        if name[:10] in parts:
            assert _counted(parts[name[:10]].files) == counts, name
            assert parts[name[:10]].unread == (), name
            compared += 1
    assert compared > len(history) // 2


def _rows(read: Reader, path: str) -> list[str]:
    rows = (read(path) or b"").decode("utf-8", "replace").split("\n")
    return [row.removesuffix("\r") for row in (rows[:-1] if rows[-1] == "" else rows)]


def _applied(old: list[str], file: FileDiff) -> list[str]:
    new: list[str] = []
    at = 0
    for hunk in file.hunks:
        start = next((line.old - 1 for line in hunk.lines if line.old), hunk.old_start)
        new += old[at:start]
        at = start + sum(line.old is not None for line in hunk.lines)
        assert [line.text for line in hunk.lines if line.old] == old[start:at]
        new += [line.text for line in hunk.lines if line.new]
    return new + old[at:]


@pytest.mark.parametrize("start", range(0, COMMITS, 2 * WINDOW))
def test_series_of_this_history_leads_from_its_first_state_to_its_last(history: list[str], start: int) -> None:
    newest, oldest = history[start : start + WINDOW][:1], history[start : start + WINDOW][-1:]
    if not newest or git(HERE, "rev-list", "--merges", f"{oldest[0]}..{newest[0]}"):
        pytest.skip("there is a merge among these commits, or none is left")
    ends = f"{oldest[0]}..{newest[0]}"
    subject = subject_of(HERE, range_=ends)
    diff = read_change(git(HERE, "format-patch", "--stdout", "--find-renames", ends))
    assert diff.unread == ()
    python = [file for file in diff.files if file.path.endswith(".py") and not file.binary]
    assert python
    for file in python:
        assert _applied(_rows(subject.read_old, file.old_path), file) == _rows(subject.read_new, file.path), file.path


LINE = st.text(st.sampled_from("ab (\"'\\+-@ \t\u2028\x0cé\r"), max_size=6)
LINES = st.lists(LINE, max_size=10)
NAMES = st.lists(
    st.text(st.sampled_from('ab é"\t\\-\n'), min_size=1, max_size=5).map(lambda name: f"f{name}.py"),
    min_size=1,
    max_size=3,
    unique=True,
)


def _agree(diff: Diff, counted: Counts) -> None:
    assert diff.unread == ()
    assert _counted(diff.files) == counted


@settings(max_examples=5)
@given(NAMES, st.data())
def test_staged_and_uncommitted_changes_count_as_git_counts(names: list[str], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = repository(Path(folder))
        for texts in range(3):
            for name in names:
                write(root, name, "\n".join(data.draw(LINES)))
            if texts == 0:
                commit(root)
            elif texts == 1:
                git(root, "add", "--all")
        _agree(subject_of(root, staged=True).diff, _numstat(git(root, "diff", "--cached", "--numstat", "-z")))
        _agree(subject_of(root, worktree=True).diff, _numstat(git(root, "diff", "HEAD", "--numstat", "-z")))
        git(root, "commit", "--quiet", "--allow-empty", "--message", "next")
        _agree(subject_of(root, range_="HEAD^!").diff, _numstat(git(root, "diff", "HEAD~1..HEAD", "--numstat", "-z")))
        _agree(parse_diff(git(root, "diff")), _numstat(git(root, "diff", "--numstat", "-z")))
