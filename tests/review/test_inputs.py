"""What a user hands over is told by its content: diffs, series and the JSON of forges; damaged ones are named."""

from __future__ import annotations

import base64
import json
import quopri
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import DiffSyntaxError, TooLargeError
from backwright.review.diff import MAX_DIFF_BYTES, Diff, FileStatus, parse_diff
from backwright.review.engine import review
from backwright.review.inputs import read_change
from backwright.review.reading import read_diff
from backwright.review.subject import subject_of
from tests.review._make import diff_text

PATCH = "@@ -1,2 +1,3 @@ def f():\n a = 1\n+b = 2\n c = 3"
GIT = f"diff --git a/x.py b/x.py\n--- a/x.py\n+++ b/x.py\n{PATCH}\n"
BAD = "import time\n\n\nasync def f() -> None:\n    time.sleep(1)\n"


def _file(**fields: object) -> dict[str, object]:
    return {"filename": "x.py", "status": "modified", "additions": 1, "deletions": 0, "patch": PATCH, **fields}


def _change(**fields: object) -> dict[str, object]:
    return {"old_path": "x.py", "new_path": "x.py", "new_file": False, "diff": f"{PATCH}\n", **fields}


def _json(value: object) -> Diff:
    return read_change(json.dumps(value).encode())


def _added(diff: Diff) -> dict[str, list[tuple[int | None, str]]]:
    return {file.path: [(line.new, line.text) for hunk in file.hunks for line in hunk.added] for file in diff.files}


def _reasons(diff: Diff) -> dict[str | None, str]:
    reading = read_diff(diff, read_new=lambda _: None, read_old=lambda _: None)
    return {entry.path: entry.reason for entry in reading.unchecked}


SHAPES: dict[str, Callable[[], bytes]] = {
    "files-of-a-pull-request": lambda: json.dumps([_file()]).encode(),
    "comparison": lambda: json.dumps({"status": "ahead", "commits": [{}], "files": [_file()]}).encode(),
    "pages-in-a-row": lambda: json.dumps([_file()]).encode() + json.dumps([_file(filename="y.py")]).encode(),
    "list-of-pages": lambda: json.dumps([[_file()], [_file(filename="y.py")]]).encode(),
    "one-file": lambda: json.dumps(_file()).encode(),
    "indented-with-mark": lambda: json.dumps([_file()], indent=2).encode("utf-8-sig"),
    "utf-16": lambda: json.dumps([_file()]).encode("utf-16"),
    "gitlab-diffs": lambda: json.dumps([_change()]).encode(),
    "gitlab-changes": lambda: json.dumps({"id": 1, "changes": [_change()]}).encode(),
    "gitlab-comparison": lambda: json.dumps({"commit": {}, "diffs": [_change()]}).encode(),
    "gitlab-with-marks": lambda: json.dumps([_change(diff=f"--- a/x.py\n+++ b/x.py\n{PATCH}\n")]).encode(),
    "diff": GIT.encode,
    "diff-after-a-bracket": f"[see below]\n\n{GIT}".encode,
    "mail": f"From 1234567890 Mon Sep 17\nSubject: [PATCH] x\n\n---\n x.py | 1 +\n\n{GIT}-- \n2.39\n".encode,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_change_of_every_making_is_told_by_its_content(shape: str) -> None:
    diff = read_change(SHAPES[shape]())
    assert _added(diff)["x.py"] == [(2, "b = 2")]
    assert (set(_added(diff)) <= {"x.py", "y.py"}, diff.unread, diff.notes) == (True, (), ())
    assert diff.files[0].hunks[0].section == "def f():"


MAIL = "From {} Mon Sep 17 00:00:00 2001\nSubject: [PATCH {}/2] x\nContent-Transfer-Encoding: {}\n\n{}"


def _body(number: int) -> str:
    lines = f" a = 1\n+b = '{'é' * 60}={number}'  \n c = 3\n"
    return f"---\n x{number}.py | 1 +\n\n--- a/x{number}.py\n+++ b/x{number}.py\n@@ -1,2 +1,3 @@\n{lines}-- \n2.39\n\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64", "Base64"])
def test_mail_in_any_encoding_is_read(encoding: str, ends: str) -> None:
    encode: dict[str, Callable[[bytes], bytes]] = {
        "8bit": bytes,
        "quoted-printable": quopri.encodestring,
        "base64": base64.encodebytes,
    }
    mails = [
        MAIL.format(f"{number}" * 40, number, encoding, "").encode() + encode[encoding.lower()](_body(number).encode())
        for number in (1, 2)
    ]
    diff = read_change(b"".join(mails).replace(b"\n", ends.encode()))
    assert (_added(diff), diff.unread) == (
        {f"x{number}.py": [(2, f"b = '{'é' * 60}={number}'  ")] for number in (1, 2)},
        (),
    )


def test_mail_that_only_says_that_it_is_encoded_is_read_or_named() -> None:
    text = MAIL.format("1" * 40, 1, "base64", "!!!")
    with pytest.raises(DiffSyntaxError):
        read_change(text.encode())


@pytest.mark.parametrize(
    ("entry", "path", "old_path", "status"),
    [
        (_file(status="added"), "x.py", "x.py", "A"),
        (_file(status="removed", patch="@@ -1 +0,0 @@\n-a", additions=0), "x.py", "x.py", "D"),
        (_file(status="renamed", previous_filename="o.py"), "x.py", "o.py", "R"),
        (_file(status="copied", previous_filename="o.py"), "x.py", "o.py", "C"),
        (_file(status="changed"), "x.py", "x.py", "M"),
        (_change(new_file=True), "x.py", "x.py", "A"),
        (_change(old_path="o.py", renamed_file=True), "x.py", "o.py", "R"),
        (_change(deleted_file=True, diff="@@ -1 +0,0 @@\n-a\n"), "x.py", "x.py", "D"),
    ],
)
def test_status_and_names_are_those_of_the_answer(
    entry: dict[str, object], path: str, old_path: str, status: str
) -> None:
    (file,) = _json([entry]).files
    assert (file.path, file.old_path, file.status) == (path, old_path, FileStatus(status))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        pytest.param(_file(patch=None), "holds no patch", id="no-patch"),
        pytest.param({"filename": "x.py", "status": "added"}, "holds no patch", id="no-patch-no-count"),
        pytest.param(_file(additions=9), "it shows 1 of 9 added lines", id="fewer-lines-than-counted"),
        pytest.param(_file(patch="@@ -1,2 +1,9 @@\n a\n+b"), "announces more than follows", id="cut-hunk"),
        pytest.param(_file(patch="+b\n+c"), "its patch is no diff", id="no-hunk"),
        pytest.param(_file(patch=GIT.replace("x.py", "y.py")), "speaks of other files", id="other-file"),
        pytest.param(_change(diff="", too_large=True), "holds no patch", id="gitlab-too-large"),
        pytest.param(_change(diff="", collapsed=True), "holds no patch", id="gitlab-collapsed"),
        pytest.param(_change(too_large=True), "cut off by the API", id="gitlab-cut"),
    ],
)
def test_patch_that_the_api_leaves_out_is_named(entry: dict[str, object], said: str) -> None:
    assert said in _reasons(_json([entry]))["x.py"]


@pytest.mark.parametrize(
    "entry",
    [
        _file(status="renamed", previous_filename="o.py", patch=None, additions=0),
        _file(status="removed", patch=None, additions=0),
        _file(patch=None, additions=0),
        _change(old_path="o.py", renamed_file=True, diff=""),
    ],
)
def test_file_without_new_lines_needs_no_patch(entry: dict[str, object]) -> None:
    diff = _json([entry])
    assert (_reasons(diff), [file.path for file in diff.files]) == ({}, ["x.py"])


def test_answer_that_may_go_on_says_so() -> None:
    full = _json([_file(filename=f"x{number}.py") for number in range(30)])
    assert "just 30 files" in full.notes[0]
    assert _json([_file(filename=f"x{number}.py") for number in range(31)]).notes == ()
    assert _reasons(_json({"changes": [_change()], "overflow": True})) == {
        None: "the answer says that it leaves files out"
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("[" * 100_000, "nested too deeply", id="depth"),
        pytest.param('[{"a":' * 50_000, "nested too deeply", id="depth-of-objects"),
        pytest.param('[{"filename":"a.py","filename":"b.py","status":"added"}]', "a key twice", id="key-twice"),
        pytest.param('[{"filename":"a.py","status":"added","additions":NaN}]', "NaN", id="nan"),
        pytest.param('[{"filename":"a.py","status":"added","x":1e999}]', "too large", id="infinity"),
        pytest.param(f'[{{"filename":"a.py","x":{"9" * 5000}}}]', "number that is too long", id="digits"),
        pytest.param("[" + "{}," * 1_000_000 + "{}]", "more than 200000 objects", id="a-million-objects"),
        pytest.param("[" + "1," * 1_000_000 + "1]", "a number where", id="a-million-numbers"),
        pytest.param(json.dumps([_file(filename=f"{n}") for n in range(10_001)]), "more than 10000 files", id="files"),
        pytest.param('[{"filename":"a.py"', "cannot be read", id="cut"),
        pytest.param("{}", "without files", id="empty-object"),
        pytest.param('{"message": "Not Found"}', "without files", id="error-of-the-api"),
        pytest.param('{"files": 1}', "without files", id="files-no-list"),
        pytest.param('{"files": [], "changes": []}', "without files", id="two-lists"),
        pytest.param('["a"]', "a text where", id="text"),
        pytest.param("[null]", "null where", id="null"),
        pytest.param("[[[]]]", "a list where", id="lists"),
        pytest.param('[{"a": 1}]', "neither `filename` nor `new_path`", id="no-name"),
        pytest.param(json.dumps([_file(filename=1)]), "`filename` of file 1 of the JSON is no path", id="name-number"),
        pytest.param(json.dumps([_file(filename="a\0b")]), "is no path", id="name-nul"),
        pytest.param(json.dumps([_file(filename="a" * 5000)]), "is no path", id="name-long"),
        pytest.param(json.dumps([_file(status=1)]), "unknown `status`", id="status-number"),
        pytest.param(json.dumps([_file(status="x")]), "unknown `status`", id="status"),
        pytest.param(json.dumps([_file(patch=[])]), "`patch` of file 1 of the JSON is a list", id="patch-list"),
        pytest.param(json.dumps([_file(additions=True)]), "no count", id="count-truth"),
        pytest.param(json.dumps([_file(additions=-1)]), "no count", id="count-negative"),
        pytest.param(json.dumps([_file(), _file()]), "a file twice: 'x.py'", id="file-twice"),
        pytest.param(json.dumps([_change(new_file="yes")]), "neither true nor false", id="flag"),
        pytest.param(json.dumps([_change(old_path=None)]), "`old_path` of file 1", id="old-path"),
    ],
)
def test_hostile_json_is_an_error_that_says_what_is_wrong(text: str, said: str) -> None:
    with pytest.raises(DiffSyntaxError) as caught:
        read_change(text.encode())
    assert said in caught.value.message
    assert "git diff" in caught.value.hint


def test_json_says_the_line_that_it_breaks_at() -> None:
    with pytest.raises(DiffSyntaxError) as caught:
        read_change(b'[\n{"filename": "a.py"\n')
    assert caught.value.line == 3


def test_lone_surrogates_and_escapes_in_json_are_content() -> None:
    diff = read_change(json.dumps([_file(filename="a\ud800.py", patch="@@ -0,0 +1 @@\n+\ud800\x1b[0m")]).encode())
    assert _added(diff) == {"a?.py": [(1, "?\x1b[0m")]}


def test_json_larger_than_a_diff_may_be_is_refused() -> None:
    with pytest.raises(TooLargeError):
        read_change(b"[" + b" " * MAX_DIFF_BYTES)


def test_empty_list_of_files_is_an_empty_change() -> None:
    assert _json([]) == Diff(())


def test_paths_of_json_never_leave_the_root(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret.py").write_text("a = 1\nb = 2\nc = 3\n", encoding="utf-8")
    for path in ("../secret.py", str(tmp_path / "secret.py")):
        subject = subject_of(tmp_path / "root", diff=json.dumps([_file(filename=path)]))
        assert subject.read_new(path) is None


def test_files_beside_a_diff_are_its_new_side() -> None:
    body = "".join(f"x{number} = {number}\n" for number in range(20))
    new = BAD.replace("import time\n", f"import time\n{body}")
    text = diff_text("app/x.py", new, new.replace("    time.sleep(1)\n", "    pass\n"))
    subject = subject_of(None, diff=text, files={"app/x.py": new})
    report = review(subject.diff, read_new=subject.read_new, read_old=subject.read_old)
    assert (report.basis, [(one.code, one.location.line) for one in report.findings]) == ("full", [("ASYNC251", 25)])


def test_file_beside_a_diff_that_says_something_else_is_not_believed() -> None:
    text = diff_text("app/x.py", BAD, BAD.replace("    time.sleep(1)\n", "    pass\n"))
    subject = subject_of(None, diff=text, files={"app/x.py": "import time\n", "app/y.py": BAD})
    report = review(subject.diff, read_new=subject.read_new, read_old=subject.read_old)
    assert report.basis == "fragment"
    assert [entry.reason for entry in report.unchecked if entry.path == "app/x.py"] == [
        "the file at hand is not the one of the diff; read hunk by hunk"
    ]
    assert "files that were given and are no part of the diff, not reviewed: 1" in report.notes


def test_file_that_was_given_comes_before_the_one_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("a = 1\n", encoding="utf-8")
    subject = subject_of(tmp_path, diff=GIT, files={"x.py": "a = 1\nb = 2\nc = 3\n"})
    assert subject.read_new("x.py") == b"a = 1\nb = 2\nc = 3\n"
    assert subject_of(tmp_path, diff=GIT).read_new("x.py") == b"a = 1\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([PATCH, GIT]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["filename", "status", "patch", "files", "new_path", "old_path", "diff", "additions"]),
            inner | st.sampled_from(["x.py", "added", "modified"]),
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(VALUES)
def test_any_json_is_a_change_or_the_named_error(value: object) -> None:
    try:
        diff = _json(value)
    except DiffSyntaxError:
        return
    assert all(each.reason for each in diff.unread)


ENCODED = b"From 1234567890 Mon Sep 17 00:00:00 2001\nContent-Transfer-Encoding: base64\n\n"


@given(
    st.sampled_from([b"[", b"{", b" \n[{", b'{"files":[', b"From 1234567890 ", ENCODED, b""]), st.binary(max_size=200)
)
def test_any_bytes_are_a_change_or_the_named_error(start: bytes, data: bytes) -> None:
    try:
        diff = read_change(start + data)
    except DiffSyntaxError:
        return
    assert all(each.reason for each in diff.unread)


@given(st.integers(0, 3), st.binary(max_size=40))
def test_plain_diff_is_read_as_its_parser_reads_it(copies: int, noise: bytes) -> None:
    data = b"".join(GIT.replace("x.py", f"x{number}.py").encode() for number in range(copies + 1))
    tail = b"\n" + noise.replace(b"\n", b"").replace(b"+", b"").replace(b"@", b"")
    assert _added(read_change(data + tail)) == _added(parse_diff(data + tail))


CODE = st.lists(
    st.sampled_from(
        [
            "a = 1",
            "def f():",
            "    return 1",
            "else:",
            ")",
            "'''",
            "",
            "    await x",
            "\tb",
            "@d",
            "\u2028",
            "é = (",
            "\\",
        ]
    ),
    min_size=1,
    max_size=8,
)


def _as_json(texts: list[tuple[list[str], list[str]]]) -> bytes:
    files = []
    for number, (old, new) in enumerate(texts):
        text = diff_text(f"x{number}.py", "\n".join([*new, ""]), "\n".join([*old, ""]))
        files.append(
            _file(filename=f"x{number}.py", additions=None, patch=text[text.find("@@") :] if "@@" in text else "")
        )
    return json.dumps(files).encode()


def _as_series(texts: list[tuple[list[str], list[str]]]) -> bytes:
    """Mails that all change one file; where the next one does not start from what the last one left, it is named."""
    mails = [
        f"From {'1' * 40} Mon Sep 17\nSubject: [PATCH] {number}\n\n"
        + diff_text("x.py", "\n".join([*new, ""]), "\n".join([*old, ""]))
        for number, (old, new) in enumerate(texts)
    ]
    return "".join(mails).encode()


@given(st.lists(st.tuples(CODE, CODE), min_size=1, max_size=3), st.sampled_from([_as_json, _as_series]))
def test_every_line_that_a_change_adds_is_read_or_named(
    texts: list[tuple[list[str], list[str]]], made: Callable[[list[tuple[list[str], list[str]]]], bytes]
) -> None:
    try:
        diff = read_change(made(texts))
    except DiffSyntaxError:
        assert all(old == new for old, new in texts)
        return
    reading = read_diff(diff, read_new=lambda _: None, read_old=lambda _: None)
    for file in diff.files:
        pieces = reading.pieces.get(file.path, ())
        read = {number for piece in pieces for number in piece.numbers} - {0}
        named = {number for entry in reading.unchecked if entry.path == file.path for number in entry.lines}
        assert file.added <= read | named
