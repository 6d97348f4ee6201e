"""The diff reader: whatever is pasted, every added line is in a hunk or named as unread."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.errors import DiffSyntaxError, TooLargeError
from backwright.review.diff import MAX_DIFF_BYTES, Diff, FileStatus, parse_diff
from tests.review._git import commit, git, repository, write

BODY = "@@ -1,2 +1,3 @@ def f():\n a = 1\n+b = 2\n c = 3\n"
GIT = f"diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n{BODY}"


def _read(text: str) -> Diff:
    return parse_diff(text.encode())


def _added(diff: Diff) -> dict[str, list[tuple[int | None, str]]]:
    return {file.path: [(line.new, line.text) for hunk in file.hunks for line in hunk.added] for file in diff.files}


def test_git_diff_gives_paths_numbers_and_section() -> None:
    diff = _read(GIT)
    (file,) = diff.files
    (hunk,) = file.hunks
    assert (file.path, file.old_path, file.status) == ("x.py", "x.py", FileStatus.MODIFIED)
    assert (hunk.section, [(line.kind, line.old, line.new) for line in hunk.lines]) == (
        "def f():",
        [(" ", 1, 1), ("+", None, 2), (" ", 2, 3)],
    )
    assert diff.unread == ()


@pytest.mark.parametrize(
    ("header", "path", "old_path", "status"),
    [
        pytest.param("--- a/x.py\n+++ b/x.py\n", "x.py", "x.py", "M", id="no-git-line"),
        pytest.param("--- x.py\t2024-01-01 10:00:00\n+++ x.py\t2024-01-02\n", "x.py", "x.py", "M", id="diff-u"),
        pytest.param("diff -ru old/x.py new/x.py\n--- old/x.py\n+++ new/x.py\n", "x.py", "x.py", "M", id="diff-r"),
        pytest.param("diff --git i/x.py w/x.py\n--- i/x.py\n+++ w/x.py\n", "x.py", "x.py", "M", id="mnemonic"),
        pytest.param("diff --git x.py x.py\n--- x.py\n+++ x.py\n", "x.py", "x.py", "M", id="no-prefix"),
        pytest.param("diff --git a/x.py a/x.py\n--- a/x.py\n+++ a/x.py\n", "a/x.py", "a/x.py", "M", id="folder-a"),
        pytest.param(
            "diff --git a/x.py b/x.py\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/x.py\n",
            "x.py",
            "x.py",
            "A",
            id="new",
        ),
        pytest.param("--- /dev/null\n+++ b/x.py\n", "x.py", "x.py", "A", id="new-without-git-line"),
        pytest.param("--- a/x.py\n+++ /dev/null\n", "x.py", "x.py", "D", id="deleted"),
        pytest.param(
            "diff --git a/o.py b/n.py\nrename from o.py\nrename to n.py\n--- a/o.py\n+++ b/n.py\n",
            "n.py",
            "o.py",
            "R",
            id="rename",
        ),
        pytest.param(
            "diff --git a/o.py b/n.py\ncopy from o.py\ncopy to n.py\n--- a/o.py\n+++ b/n.py\n",
            "n.py",
            "o.py",
            "C",
            id="copy",
        ),
        pytest.param(
            'diff --git "a/caf\\303\\251 \\"q\\".py" "b/caf\\303\\251 \\"q\\".py"\n'
            '--- "a/caf\\303\\251 \\"q\\".py"\n+++ "b/caf\\303\\251 \\"q\\".py"\n',
            'café "q".py',
            'café "q".py',
            "M",
            id="quoted",
        ),
        pytest.param(
            "diff --git a/a b.py b/a b.py\n--- a/a b.py\t\n+++ b/a b.py\t\n", "a b.py", "a b.py", "M", id="spaces"
        ),
        pytest.param(
            "diff --git a/x b/x b/x b/x\n--- a/x b/x\t\n+++ b/x b/x\t\n", "x b/x", "x b/x", "M", id="prefix-in-name"
        ),
        pytest.param(
            "Index: x.py\n====\n--- x.py\t(revision 1)\n+++ x.py\t(working copy)\n", "x.py", "x.py", "M", id="svn"
        ),
    ],
)
def test_headers_of_every_making_name_the_same_file(header: str, path: str, old_path: str, status: str) -> None:
    diff = _read(header + BODY)
    assert [(file.path, file.old_path, file.status) for file in diff.files] == [(path, old_path, status)]
    assert (_added(diff), diff.unread) == ({path: [(2, "b = 2")]}, ())


def test_rename_mode_change_and_binary_without_hunks_are_files() -> None:
    diff = _read(
        "diff --git a/o.py b/n.py\nsimilarity index 100%\nrename from o.py\nrename to n.py\n"
        "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
        "diff --git a/i.png b/i.png\nindex 1..2 100644\nBinary files a/i.png and b/i.png differ\n"
        "diff --git a/j.png b/j.png\nindex 1..2\nGIT binary patch\nliteral 3\nKcmZ\n\n"
    )
    assert [(file.path, file.status, file.binary) for file in diff.files] == [
        ("n.py", "R", False),
        ("run.sh", "M", False),
        ("i.png", "M", True),
        ("j.png", "M", True),
    ]


def test_header_lines_inside_a_hunk_are_content() -> None:
    diff = _read("--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,2 @@\n--- old comment\n+++ plus\n context\n")
    (hunk,) = diff.files[0].hunks
    assert [(line.kind, line.text) for line in hunk.lines] == [
        ("-", "-- old comment"),
        ("+", "++ plus"),
        (" ", "context"),
    ]


def test_a_diff_as_content_of_a_diff_is_one_file() -> None:
    inner = "".join(f"+{line}\n" for line in GIT.splitlines())
    diff = _read(f"--- /dev/null\n+++ b/t.diff\n@@ -0,0 +1,{len(GIT.splitlines())} @@\n{inner}")
    assert [file.path for file in diff.files] == ["t.diff"]
    assert len(diff.files[0].added) == len(GIT.splitlines())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(GIT.replace("\n", "\r\n"), "b = 2", id="crlf-everywhere"),
        pytest.param(GIT.replace("+b = 2\n", "+b = 2\r\n"), "b = 2", id="crlf-content"),
        pytest.param(GIT.replace("b = 2", "b = '\u2028\x0c\x85'"), "b = '\u2028\x0c\x85'", id="odd-separators"),
        pytest.param(GIT.replace("b = 2", "b = '\x1b[31m'"), "b = '\x1b[31m'", id="escape-as-content"),
    ],
)
def test_only_line_feeds_end_lines(text: str, expected: str) -> None:
    assert _added(_read(text)) == {"x.py": [(2, expected)]}


def test_colours_of_git_are_taken_off() -> None:
    text = (
        "\x1b[1mdiff --git a/x.py b/x.py\x1b[m\n\x1b[1m--- a/x.py\x1b[m\n\x1b[1m+++ b/x.py\x1b[m\n"
        "\x1b[36m@@ -1,2 +1,3 @@\x1b[m def f():\x1b[m\n a = 1\x1b[m\n\x1b[32m+\x1b[m\x1b[32mb = 2\x1b[m\n c = 3\x1b[m\n"
    )
    assert _added(_read(text)) == {"x.py": [(2, "b = 2")]}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_marked_encodings_are_read(encoding: str) -> None:
    assert _added(parse_diff(GIT.encode(encoding))) == {"x.py": [(2, "b = 2")]}


def test_bytes_that_are_no_utf8_are_replaced_and_their_line_is_kept() -> None:
    assert _added(parse_diff(GIT.replace("b = 2", "b = 'X'").encode().replace(b"X", b"\xe9"))) == {
        "x.py": [(2, "b = '\ufffd'")]
    }


def test_missing_newline_marker_counts_for_no_line() -> None:
    diff = _read(
        "--- a/x\n+++ b/x\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n"
    )
    assert (_added(diff), diff.unread) == ({"x": [(1, "a"), (2, "b")]}, ())


def test_mail_series_is_read_without_its_prose_and_signatures() -> None:
    mail = (
        f"From 1234 Mon Sep 17\nSubject: [PATCH] x\n\n+ a bullet\n- another\n---\n x.py | 1 +\n\n{GIT}-- \n2.39.5\n\n"
    )
    diff = _read(mail + mail.replace("x.py", "y.py"))
    assert (_added(diff), diff.unread) == ({"x.py": [(2, "b = 2")], "y.py": [(2, "b = 2")]}, ())


def test_hunk_without_header_is_unread_and_read_once_its_path_is_given() -> None:
    (unread,) = parse_diff(BODY.encode()).unread
    assert (unread.path, unread.first_line, unread.last_line) == (None, 1, 4)
    assert _added(parse_diff(BODY.encode(), path="app/x.py")) == {"app/x.py": [(2, "b = 2")]}


COMBINED = "diff --cc x.py\nindex 1111,2222..3333\n--- a/x.py\n+++ b/x.py\n"


def test_combined_diff_gives_what_the_merge_itself_adds() -> None:
    text = f"{COMBINED}@@@ -1,3 -1,2 +1,4 @@@ def f():\n  a\n- b\n -c\n++d\n++e\n +f\n"
    diff = _read(text + GIT.replace("x.py", "y.py"))
    assert _added(diff) == {"x.py": [(2, "d"), (3, "e")], "y.py": [(2, "b = 2")]}
    (hunk,) = diff.files[0].hunks
    assert [(line.kind, line.text, line.old, line.new) for line in hunk.lines] == [
        (" ", "a", 1, 1),
        ("+", "d", None, 2),
        ("+", "e", None, 3),
        (" ", "f", 2, 4),
    ]
    assert [(unread.path, unread.first_line, unread.last_line) for unread in diff.unread] == [("x.py", 1, 11)]
    assert "takes from one of its parents" in diff.unread[0].reason


def test_combined_diff_of_own_lines_alone_is_read_whole() -> None:
    diff = _read(f"{COMBINED}@@@ -1,2 -1,2 +1,3 @@@\n  a\n++b\n  c\n@@@ -9,2 -9,2 +10,2 @@@\n  x\n--y\n++z\n")
    assert (_added(diff), diff.unread) == ({"x.py": [(2, "b"), (11, "z")]}, ())
    assert [line.old for line in diff.files[0].hunks[1].lines] == [9, 10, None]


@pytest.mark.parametrize(
    ("body", "last"),
    [
        ("@@@ -1,2 -1,2 +1,9 @@@\n  a\n++b\n", 7),
        ("@@@ -1,2 -1,2 +1,3 @@@\n  a\n+-b\n  c\n", 8),
        ("@@@ ... @@@\n  a\n++b\n", 7),
        ("@@@ -1,2 +1,3 @@@\n  a\n++b\n", 7),
        ("@@@@ -1,2 -1,2 +1,3 @@@@\n  a\n++b\n", 7),
    ],
    ids=["cut", "both-marks", "no-counts", "one-parent", "three-parents"],
)
def test_combined_hunk_that_does_not_add_up_is_named(body: str, last: int) -> None:
    (unread,) = _read(f"{COMBINED}{body}").unread
    assert (unread.path, unread.first_line, unread.last_line) == ("x.py", 5, last)


def test_line_behind_a_combined_hunk_is_named() -> None:
    (unread,) = _read(f"{COMBINED}@@@ -1,1 -1,1 +1,2 @@@\n  a\n++b\n++hidden()\n").unread
    assert (unread.path, unread.first_line, unread.last_line) == ("x.py", 8, 8)


def test_merge_that_git_shows_agrees_with_what_only_the_merge_holds(tmp_path: Path) -> None:
    root = repository(tmp_path)
    base = [f"x{number} = {number}" for number in range(30)]
    texts = {"main": [*base], "one": [*base], "two": [*base]}
    texts["one"][5], texts["two"][20], texts["main"][12] = "of_one = 1", "of_two = 1", "of_main = 1"
    texts["one"][13] = "conflict = 1"
    write(root, "m.py", "\n".join(base))
    commit(root)
    for name in ("one", "two", "main"):
        git(root, "switch", "--quiet", *([name] if name == "main" else ["-c", name, "main"]))
        write(root, "m.py", "\n".join(texts[name]))
        commit(root)
    merged = [
        *texts["main"][:5],
        "of_one = 1",
        *base[6:12],
        "own = 1",
        "own = 2",
        *base[14:20],
        "of_two = 1",
        *base[21:],
    ]
    write(root, "m.py", "\n".join(merged))
    tree = git(root, "stash", "create")[:40].decode()
    names = [git(root, "rev-parse", name).decode().strip() for name in ("main", "one", "two")]
    parents = [argument for name in names for argument in ("-p", name)]
    merge = git(root, "commit-tree", f"{tree}^{{tree}}", *parents, "-m", "octopus").decode().strip()
    diff = _read(git(root, "show", "--cc", merge).decode())
    assert _added(diff) == {"m.py": [(13, "own = 1"), (14, "own = 2")]}
    (first,) = {line.new - (line.old or 0) for line in diff.files[0].hunks[0].lines[:1] if line.new}
    assert first == 0


def test_truncated_hunk_keeps_its_lines_and_says_what_is_missing() -> None:
    diff = _read("--- a/x.py\n+++ b/x.py\n@@ -1,9 +1,10 @@\n a\n+b\n")
    assert _added(diff) == {"x.py": [(2, "b")]}
    assert [(unread.path, unread.first_line, unread.last_line) for unread in diff.unread] == [("x.py", 3, 5)]


def test_count_that_is_too_large_does_not_eat_the_next_file() -> None:
    diff = _read(f"--- a/x.py\n+++ b/x.py\n@@ -1,9 +1,10 @@\n a\n+b\n--- a/y.py\n+++ b/y.py\n{BODY}")
    assert _added(diff) == {"x.py": [(2, "b")], "y.py": [(2, "b = 2")]}
    assert [unread.path for unread in diff.unread] == ["x.py"]


def test_lines_beyond_a_count_that_is_too_small_are_named() -> None:
    diff = _read("--- a/x.py\n+++ b/x.py\n@@ -1,1 +1,2 @@\n a\n+b\n+hidden()\n+more()\n")
    assert _added(diff) == {"x.py": [(2, "b")]}
    assert [(unread.path, unread.first_line, unread.last_line) for unread in diff.unread] == [("x.py", 6, 7)]


def test_hunk_header_that_cannot_be_read_is_named_with_its_lines() -> None:
    diff = _read("--- a/x.py\n+++ b/x.py\n@@ ... @@\n+b\n")
    assert [(unread.path, unread.first_line, unread.last_line) for unread in diff.unread] == [("x.py", 3, 4)]


@pytest.mark.parametrize(
    ("text", "line"),
    [("hello\nworld\n", 1), ("\n\n  x = 1\n", 3), (GIT.replace("\n", "\r"), 1), ('{"a": 1}', 1)],
    ids=["prose", "after-blanks", "carriage-returns", "json"],
)
def test_text_without_a_diff_is_an_error_with_its_line(text: str, line: int) -> None:
    with pytest.raises(DiffSyntaxError) as caught:
        _read(text)
    assert caught.value.line == line


@pytest.mark.parametrize("text", ["", "\n", " \n\n"])
def test_nothing_is_an_empty_diff(text: str) -> None:
    assert _read(text) == Diff(())


def test_size_at_the_limit_is_read_and_one_byte_more_is_not() -> None:
    padding = b"." * (MAX_DIFF_BYTES - len(GIT))
    assert len(parse_diff(GIT.encode() + padding).files) == 1
    with pytest.raises(TooLargeError):
        parse_diff(GIT.encode() + padding + b".")


LINE = st.text(
    st.sampled_from("ab (\"'\\+-@ \t\u2028\x0c\x1bé") | st.characters(codec="utf-8", exclude_characters="\n\r"),
    max_size=8,
)
LINES = st.lists(LINE, max_size=12)


@given(LINES, LINES, st.integers(0, 4))
def test_any_two_texts_come_back_from_their_unified_diff(old: list[str], new: list[str], context: int) -> None:
    text = "".join(f"{line}\n" for line in difflib.unified_diff(old, new, "a/x", "b/x", lineterm="", n=context))
    diff = _read(text)
    assert diff.unread == ()
    numbered = [(line.new, line.text) for file in diff.files for hunk in file.hunks for line in hunk.added]
    assert all(number is not None and new[number - 1] == line for number, line in numbered)
    removed = [
        (line.old, line.text) for file in diff.files for hunk in file.hunks for line in hunk.lines if line.kind == "-"
    ]
    assert all(number is not None and old[number - 1] == line for number, line in removed)
    assert len(new) - len(numbered) == len(old) - len(removed)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_diff_or_the_named_error(data: bytes) -> None:
    try:
        diff = parse_diff(data)
    except DiffSyntaxError:
        return
    assert all(unread.reason for unread in diff.unread)


MERGE = [*COMBINED.split("\n"), "@@@ -1,1 -1,1 +1,2 @@@", "  a", "++b", "+ c", " -d"]


@given(
    st.lists(
        st.sampled_from([*GIT.split("\n"), "@@ x @@", "+", "++ b/z", "diff --git ", "--- a/y", *MERGE]), max_size=30
    )
)
def test_no_added_line_of_a_mangled_diff_is_lost(lines: list[str]) -> None:
    try:
        diff = _read("\n".join(lines))
    except DiffSyntaxError:
        return
    named = {number for unread in diff.unread for number in range(unread.first_line, unread.last_line + 1)}
    first = next((number for number, line in enumerate(lines, 1) if line.startswith(("@@", "diff --git "))), len(lines))
    plus = {number for number, line in enumerate(lines, 1) if line[:1] == "+" and line[:4] != "+++ " and number > first}
    read = sum(len(hunk.added) for file in diff.files for hunk in file.hunks)
    assert read + len(plus & named) >= len(plus)


NAMES = st.lists(
    st.text(st.sampled_from('ab é"\t\\-'), min_size=1, max_size=6).map(lambda name: f"f{name}.py"),
    max_size=3,
    unique=True,
)


@settings(max_examples=6, deadline=None)
@given(NAMES, st.data())
def test_what_git_prints_agrees_with_its_own_counts(names: list[str], data: st.DataObject) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = repository(Path(folder))
        for name in names:
            write(root, name, "\n".join(data.draw(LINES)))
        commit(root)
        for name in names:
            write(root, name, "\n".join(data.draw(LINES)))
        options = data.draw(st.sampled_from([[], ["--no-prefix"], ["--color=always"], ["-c", "core.quotePath=false"]]))
        before, after = ([], options) if options[:1] != ["-c"] else (options, [])
        printed = git(root, *before, "diff", *after)
        counts = git(root, "diff", "--numstat", "-z")
    diff = parse_diff(printed)
    expected = {
        row.split("\t", 2)[2]: int(row.split("\t", 2)[0])
        for row in counts.decode().split("\0")
        if row and not row.startswith("-")
    }
    assert {file.path: len(file.added) for file in diff.files if not file.binary} == expected


def test_format_patch_series_agrees_with_git(tmp_path: Path) -> None:
    root = repository(tmp_path)
    write(root, "app/base.py", "import os\n\n\ndef base() -> int:\n    return 2\n")
    commit(root, "+ second\n\n- with a list\n+ in its message")
    write(root, "app/new.py", "x = 1\n-- \n")
    commit(root, "third")
    diff = parse_diff(git(root, "format-patch", "--stdout", "HEAD~2"))
    assert (_added(diff), diff.unread) == (
        {"app/base.py": [(5, "    return 2")], "app/new.py": [(1, "x = 1"), (2, "-- ")]},
        (),
    )
