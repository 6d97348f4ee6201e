"""A series of patches is one change: each line has the number that it has after the last patch."""

from __future__ import annotations

import difflib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.errors import DiffSyntaxError, TooLargeError
from backwright.review._compose import DisjointError, compose_hunks
from backwright.review.diff import Diff, FileStatus, Hunk, Line, LineKind, parse_diff
from backwright.review.inputs import read_change
from tests.review._git import commit, git, repository, write

Sides = tuple[FileStatus, str, set[tuple[int, str]], set[tuple[int, str]]]


def _sides(diff: Diff) -> dict[str, Sides]:
    """For each file: status, old path, the lines it adds and those it removes, with their numbers."""
    return {
        file.path: (
            file.status,
            file.old_path,
            {(line.new or 0, line.text) for hunk in file.hunks for line in hunk.added},
            {(line.old or 0, line.text) for hunk in file.hunks for line in hunk.lines if line.kind == "-"},
        )
        for file in diff.files
    }


def _hunks(old: list[str], new: list[str], context: int) -> tuple[Hunk, ...]:
    text = "".join(f"{line}\n" for line in difflib.unified_diff(old, new, "a/x", "b/x", lineterm="", n=context))
    return parse_diff(text.encode()).files[0].hunks if text else ()


def _applied(old: list[str], hunks: tuple[Hunk, ...]) -> list[str]:
    """What the hunks make of a text; every number and every line that they claim to find is checked."""
    new: list[str] = []
    at = 0
    for hunk in hunks:
        has_old = any(line.old for line in hunk.lines)
        start = hunk.old_start - 1 if has_old else hunk.old_start
        new += old[at:start]
        at = start
        assert len(new) == (hunk.new_start - 1 if any(line.new for line in hunk.lines) else hunk.new_start)
        for line in hunk.lines:
            if line.kind is not LineKind.ADDED:
                assert (line.old, line.text) == (at + 1, old[at])
                at += 1
            if line.kind is not LineKind.REMOVED:
                new.append(line.text)
                assert line.new == len(new)
    return new + old[at:]


TEXT = st.lists(st.sampled_from("abcde"), max_size=12)


@settings(max_examples=400)
@given(TEXT, TEXT, TEXT, st.integers(0, 3))
def test_two_patches_as_one_lead_from_the_first_text_to_the_last(
    one: list[str], two: list[str], three: list[str], context: int
) -> None:
    composed = compose_hunks(_hunks(one, two, context), _hunks(two, three, context))
    assert _applied(one, composed) == three
    added = sum(len(hunk.added) for hunk in composed)
    assert added <= sum(len(hunk.added) for hunk in (*_hunks(one, two, 0), *_hunks(two, three, 0)))


_OTHER = {LineKind.ADDED: LineKind.REMOVED, LineKind.REMOVED: LineKind.ADDED, LineKind.CONTEXT: LineKind.CONTEXT}


def _taken_back(hunk: Hunk) -> Hunk:
    lines = tuple(Line(_OTHER[line.kind], line.text, line.new, line.old) for line in hunk.lines)
    return Hunk(hunk.new_start, hunk.old_start, hunk.section, lines)


@given(TEXT, TEXT, st.integers(0, 3))
def test_patch_that_is_taken_back_is_nothing(one: list[str], two: list[str], context: int) -> None:
    hunks = _hunks(one, two, context)
    assert compose_hunks(hunks, tuple(_taken_back(hunk) for hunk in hunks)) == ()


@given(TEXT, TEXT, TEXT, TEXT)
def test_patches_that_do_not_follow_each_other_are_refused_or_agree_on_all_that_they_show(
    one: list[str], two: list[str], other: list[str], three: list[str]
) -> None:
    try:
        composed = compose_hunks(_hunks(one, two, 3), _hunks(other, three, 3))
    except DisjointError:
        return
    assert all(line.new is None or line.new > 0 for hunk in composed for line in hunk.lines)


def test_hunks_far_from_each_other_move_and_stay_apart() -> None:
    base = [f"line {number}" for number in range(100)]
    middle = ["new top", *base]
    last = [*middle[:60], "new below", *middle[60:]]
    composed = compose_hunks(_hunks(base, middle, 3), _hunks(middle, last, 3))
    assert [(hunk.old_start, hunk.new_start, [line.new for line in hunk.added]) for hunk in composed] == [
        (1, 1, [1]),
        (57, 58, [61]),
    ]


def test_line_that_one_patch_removes_and_the_next_puts_back_is_no_change() -> None:
    base = ["a", "kept = 1", "b"]
    composed = compose_hunks(
        _hunks(base, ["a", "x = 1", "b"], 3), _hunks(["a", "x = 1", "b"], [*base[:2], "y", "b"], 3)
    )
    (hunk,) = composed
    assert [(line.kind, line.text) for line in hunk.lines] == [(" ", "a"), (" ", "kept = 1"), ("+", "y"), (" ", "b")]


def _numbered(count: int) -> str:
    return "".join(f"x{number} = {number}\n" for number in range(count))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    repository(tmp_path)
    write(tmp_path, "app/m.py", _numbered(30))
    commit(tmp_path, "start")
    git(tmp_path, "tag", "start")
    return tmp_path


def _insert(root: Path, at: int, line: str, path: str = "app/m.py") -> None:
    lines = (root / path).read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(at, f"{line}\n")
    write(root, path, "".join(lines))


def _three(root: Path) -> None:
    for number, at in enumerate((20, 10, 0)):
        _insert(root, at, f"new_{number} = 1")
        commit(root, f"insert {number}")


EMITTED = [
    ("format-patch", "--stdout", "start.."),
    ("log", "-p", "start.."),
    ("log", "-p", "--reverse", "start.."),
    ("log", "-p", "--format=commit %H%n    %s", "start.."),
    ("log", "-p", "--oneline", "start.."),
    ("log", "-p", "--full-index", "--color=always", "start.."),
]


@pytest.mark.parametrize("arguments", EMITTED, ids=" ".join)
def test_lines_of_a_series_have_the_numbers_of_its_end(root: Path, arguments: tuple[str, ...]) -> None:
    _three(root)
    diff = read_change(git(root, *arguments))
    assert _sides(diff) == _sides(parse_diff(git(root, "diff", "start")))
    assert {number for number, _ in _sides(diff)["app/m.py"][2]} == {1, 12, 23}
    assert diff.unread == ()
    (note,) = diff.notes
    assert note.startswith("a series of 3 patches")


def test_mails_in_another_order_are_taken_as_they_are_numbered(root: Path) -> None:
    _three(root)
    git(root, "format-patch", "--quiet", "-o", "out", "start..")
    mails = [path.read_bytes() for path in sorted((root / "out").iterdir())]
    for order in ((2, 0, 1), (1, 2, 0), (0, 1, 2)):
        diff = read_change(b"".join(mails[index] for index in order))
        assert _sides(diff) == _sides(parse_diff(git(root, "diff", "start", "--", "app")))


def test_renames_deletions_and_new_files_are_followed_through_a_series(root: Path) -> None:
    write(root, "app/new.py", "a = 1\n")
    write(root, "app/short.py", "a = 1\n")
    commit(root, "add")
    git(root, "mv", "app/m.py", "app/moved.py")
    _insert(root, 1, "inserted = 1", "app/moved.py")
    git(root, "rm", "--quiet", "app/short.py")
    commit(root, "move")
    _insert(root, 0, "first = 1", "app/moved.py")
    write(root, "app/new.py", "a = 1\nb = 2\n")
    git(root, "rm", "--quiet", "app/base.py")
    commit(root, "edit")
    write(root, "app/base.py", "import os\n")
    commit(root, "again")
    diff = read_change(git(root, "format-patch", "--stdout", "start.."))
    assert _sides(diff) == _sides(parse_diff(git(root, "diff", "--find-renames", "start")))
    assert {path: sides[:2] for path, sides in _sides(diff).items()} == {
        "app/moved.py": (FileStatus.RENAMED, "app/m.py"),
        "app/new.py": (FileStatus.ADDED, "app/new.py"),
        "app/base.py": (FileStatus.MODIFIED, "app/base.py"),
    }


def test_two_files_that_swap_their_names_keep_their_lines_apart(root: Path) -> None:
    write(root, "app/m.py", _numbered(100))
    write(root, "app/other.py", "".join(f"other_{number} = 0\n" for number in range(100)))
    commit(root, "other")
    git(root, "tag", "--force", "start")
    _insert(root, 3, "of_m = 1")
    commit(root, "edit")
    git(root, "mv", "app/m.py", "app/t.py")
    git(root, "mv", "app/other.py", "app/m.py")
    git(root, "mv", "app/t.py", "app/other.py")
    commit(root, "swap")
    diff = read_change(git(root, "format-patch", "--stdout", "--break-rewrites", "--find-renames", "start.."))
    assert {path: (sides[1], sides[2]) for path, sides in _sides(diff).items()} == {
        "app/other.py": ("app/m.py", {(4, "of_m = 1")}),
        "app/m.py": ("app/other.py", set()),
    }


def test_patch_that_is_missing_from_a_series_is_noticed_and_the_earlier_one_is_named(root: Path) -> None:
    _three(root)
    git(root, "format-patch", "--quiet", "-o", "out", "start..")
    first, _, third = [path.read_text(encoding="utf-8") for path in sorted((root / "out").iterdir())]
    diff = read_change(f"{first}{third}".encode())
    assert _sides(diff)["app/m.py"][2] == {(1, "new_2 = 1")}
    (unread,) = diff.unread
    lines = f"{first}{third}".split("\n")
    assert unread.path == "app/m.py"
    assert "insert 0: its changes to app/m.py do not join up" in unread.reason
    assert "+new_0 = 1" in lines[unread.first_line - 1 : unread.last_line]


def test_diffs_one_after_the_other_without_marks_are_a_series(root: Path) -> None:
    _three(root)
    text = git(root, "diff", "start", "HEAD~1") + git(root, "diff", "HEAD~1", "HEAD")
    assert _sides(read_change(text)) == _sides(parse_diff(git(root, "diff", "start")))


def test_file_whose_hunks_come_under_two_headers_is_one_patch(root: Path) -> None:
    _insert(root, 25, "below = 1")
    _insert(root, 2, "above = 1")
    text = git(root, "diff").decode()
    head, first, second = text.partition("@@ -1")[0], *[f"@@{part}" for part in text.split("\n@@")[1:]]
    marks = "".join(line for line in head.splitlines(keepends=True) if line.startswith(("--- ", "+++ ")))
    diff = read_change(f"{marks}{first}\n{marks}{second}".encode())
    assert _sides(diff)["app/m.py"][2] == {(3, "above = 1"), (27, "below = 1")}


def test_file_that_becomes_a_link_is_one_file(root: Path) -> None:
    (root / "app/m.py").unlink()
    (root / "app/m.py").symlink_to("base.py")
    git(root, "add", "--all")
    (file,) = read_change(git(root, "diff", "--cached")).files
    assert (file.status, file.mode, file.added) == (FileStatus.MODIFIED, "120000", frozenset({1}))


def test_patch_without_lines_for_a_file_hides_no_earlier_lines(root: Path) -> None:
    _insert(root, 2, "seen = 1")
    commit(root, "text")
    (root / "app/m.py").write_bytes(b"\0")
    commit(root, "binary")
    diff = read_change(git(root, "format-patch", "--stdout", "--no-binary", "start.."))
    assert [(file.path, file.binary, file.hunks) for file in diff.files] == [("app/m.py", True, ())]
    (unread,) = diff.unread
    assert "without showing lines" in unread.reason


def test_one_commit_that_is_shown_is_read_without_its_message(root: Path) -> None:
    _insert(root, 2, "seen = 1")
    commit(root, "subject\n\n+ no line\n@@ -1 +1 @@\n--- a/x\n+++ b/x")
    diff = read_change(git(root, "show"))
    assert (set(_sides(diff)), diff.notes, diff.unread) == ({"app/m.py"}, (), ())


def test_log_of_branches_that_change_the_same_file_names_what_it_cannot_join(root: Path) -> None:
    for name, at in (("one", 2), ("two", 20)):
        git(root, "switch", "--quiet", "-c", name, "start")
        _insert(root, at, f"of_{name} = 1")
        write(root, f"app/{name}.py", "a = 1\n")
        commit(root, name)
    git(root, "merge", "--quiet", "--no-edit", "one")
    for arguments in (
        ("log", "-p", "start.."),
        ("log", "-p", "--cc", "start.."),
        ("log", "-p", "--reverse", "start.."),
    ):
        text = git(root, *arguments)
        diff = read_change(text)
        read = {line for sides in _sides(diff).values() for _, line in sides[2]}
        lines = text.decode().split("\n")
        named = [line for each in diff.unread for line in lines[each.first_line - 1 : each.last_line]]
        assert {"of_one = 1", "of_two = 1"} <= read | {line[1:] for line in named if line.startswith("+")}
        assert {each.path for each in diff.unread} == {"app/m.py"}
        assert {"app/one.py", "app/two.py"} <= set(_sides(diff))


EDITS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 40), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=5
)


@settings(max_examples=5)
@given(st.lists(EDITS, min_size=2, max_size=4))
def test_series_that_git_writes_is_the_diff_of_its_two_ends(history: list[list[tuple[str, int, int, int]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = repository(Path(folder))
        texts = {name: [f"{name} {number}" for number in range(40)] for name in "abc"}
        for name, lines in texts.items():
            write(root, f"{name}.py", "".join(f"{line}\n" for line in lines))
        commit(root)
        git(root, "tag", "start")
        fresh = 0
        for edits in history:
            for name, at, removed, added in edits:
                # No two lines are the same, so that there is one shortest diff and git finds it.
                texts[name][at : at + removed] = [f"new {fresh + number}" for number in range(added)]
                fresh += added
                write(root, f"{name}.py", "".join(f"{line}\n" for line in texts[name]))
            commit(root)
        series = [git(root, *arguments) for arguments in EMITTED[:3]]
        expected = _sides(parse_diff(git(root, "diff", "--no-renames", "start")))
    for text in series:
        # A log of commits without changes holds no diff.
        diff = read_change(text) if b"diff --git" in text else Diff(())
        changed = {path: sides for path, sides in _sides(diff).items() if sides[2] or sides[3]}
        assert (changed, diff.unread) == (expected, ())


def _many(count: int) -> str:
    """Patches that each add a line far below the one before, so that what they come to grows and grows."""
    patches = (f"--- a/x.py\n+++ b/x.py\n@@ -{at},1 +{at},2 @@\n a\n+b{at}\n" for at in range(1, 10 * count, 10))
    return "".join(patches)


def test_series_of_many_small_patches_is_put_together() -> None:
    assert len(read_change(_many(100).encode()).files[0].added) == 100


def test_series_that_is_too_much_work_names_what_it_leaves_out() -> None:
    diff = read_change(_many(1000).encode())
    named = {number for each in diff.unread for number in range(each.first_line, each.last_line + 1)}
    assert "are more than can be put together" in diff.unread[0].reason
    assert len(diff.files[0].added) + sum(number % 5 == 0 for number in named) == 1000


PIECES = ["From 1234567890 Mon Sep 17\nSubject: [PATCH 1/2] x\n\n", "commit 1234567\n\n    x\n\n", "-- \n2.39\n", "\n"]
DIFFS = [
    "diff --git a/x.py b/x.py\nindex 1111..2222 100644\n--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,3 @@\n a\n+b\n c\n",
    "diff --git a/x.py b/x.py\nindex 2222..3333 100644\n--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,2 @@\n a\n-b\n c\n",
    "diff --git a/x.py b/y.py\nrename from x.py\nrename to y.py\n",
    "diff --git a/x.py b/x.py\ndeleted file mode 100644\n--- a/x.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-c\n",
    "--- /dev/null\n+++ b/x.py\n@@ -0,0 +1,2 @@\n+a\n+c\n",
    "@@ -5,1 +5,2 @@\n z\n+y\n",
    "Binary files a/x.py and b/x.py differ\n",
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from([*PIECES, *DIFFS]), max_size=12))
def test_any_order_of_patches_is_a_change_with_each_path_once(pieces: list[str]) -> None:
    try:
        diff = read_change("".join(pieces).encode())
    except (DiffSyntaxError, TooLargeError):
        return
    kept = [file.path for file in diff.files if file.status is not FileStatus.DELETED]
    assert len(kept) == len(set(kept))
    for file in diff.files:
        for hunk in file.hunks:
            numbers = [line.new for line in hunk.lines if line.new is not None]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))) if numbers else True
