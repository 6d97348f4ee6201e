"""Files of every name and kind are read from each source, or named beside what was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backwright.review._git_untracked import MAX_UNTRACKED
from backwright.review.diff import FileStatus
from backwright.review.subject import subject_of
from tests.review._git import added, commit, git, repository, unchecked, write

BASE = "import os\n\n\ndef base() -> int:\n    return 1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return repository(tmp_path / "repo")


NAMES = ["with blank.py", "tab\there.py", "line\nfeed.py", "café.py", 'quo"te.py', "-dash.py", "#x.py", " lead.py"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("quoted", ["true", "false"])
def test_file_of_any_name_is_read_from_every_source(root: Path, name: str, quoted: str) -> None:
    git(root, "config", "core.quotePath", quoted)
    write(root, name, "a = 1\n")
    untracked = subject_of(root)
    git(root, "add", "--all")
    staged = subject_of(root, staged=True)
    commit(root)
    ranged = subject_of(root, range_="HEAD^!")
    for subject in (untracked, staged, ranged):
        assert (added(subject), subject.read_new(name)) == ({name: {1}}, b"a = 1\n")
        assert unchecked(subject) == {}


def test_names_that_are_no_utf8_are_told_apart_and_their_lines_are_read(root: Path) -> None:
    for raw in (b"caf\xe9.py", b"caf\xe8.py"):
        Path(os.fsdecode(os.fsencode(root) + b"/" + raw)).write_bytes(b"a = 1\n")
    expected = {"caf\\xe9.py": {1}, "caf\\xe8.py": {1}}
    untracked = subject_of(root)
    assert (added(untracked), untracked.read_new("caf\\xe9.py")) == (expected, b"a = 1\n")
    commit(root)
    assert added(subject_of(root, range_="HEAD^!")) == expected


def test_untracked_files_that_are_too_large_or_too_many_are_named(root: Path) -> None:
    write(root, "large.csv", "x\n" * 600_000)
    write(root, "large.py", "x = 1\n" * 200_000)
    write(root, "a.py", "a = 1\n")
    subject = subject_of(root)
    assert added(subject) == {"a.py": {1}}
    reason = "untracked and larger than 1024 KiB; it was not read"
    assert unchecked(subject) == {"large.csv": reason, "large.py": reason}
    for number in range(501):
        write(root, f"many/{number:03}.py", "a = 1\n")
    subject = subject_of(root)
    assert len(added(subject)) == MAX_UNTRACKED - 2
    assert "as are 3 more that were not read either" in unchecked(subject)["many/497.py"]


def test_crlf_renames_modes_and_links_are_told_apart(root: Path) -> None:
    write(root, "app/crlf.py", "a = 1\r\nb = 2\r\nc = 3\r\n")
    write(root, "run.py", "a = 1\n")
    commit(root)
    write(root, "app/crlf.py", "a = 1\r\nb = 3\r\nc = 3\r\n")
    git(root, "mv", "app/base.py", "app/moved.py")
    (root / "run.py").chmod(0o755)
    (root / "link.py").symlink_to("app/crlf.py")
    git(root, "add", "--all")
    for subject in (subject_of(root, staged=True), subject_of(root, worktree=True)):
        files = {file.path: (file.status, file.old_path, set(file.added)) for file in subject.diff.files}
        assert files == {
            "app/crlf.py": (FileStatus.MODIFIED, "app/crlf.py", {2}),
            "app/moved.py": (FileStatus.RENAMED, "app/base.py", set()),
            "run.py": (FileStatus.MODIFIED, "run.py", set()),
            "link.py": (FileStatus.ADDED, "link.py", {1}),
        }
        assert unchecked(subject) == {"link.py": "a symbolic link and no Python"}


@pytest.mark.parametrize("attribute", ["binary", "-diff", "-text -diff"])
def test_python_that_attributes_call_binary_is_read_all_the_same(root: Path, attribute: str) -> None:
    write(root, ".gitattributes", f"*.py {attribute}\n")
    write(root, "app/base.py", f"{BASE}x = 1\n")
    git(root, "mv", "app/base.py", "app/moved.py")
    git(root, "add", "--all")
    staged = subject_of(root, staged=True)
    commit(root)
    for subject in (staged, subject_of(root, range_="HEAD^!")):
        assert added(subject)["app/moved.py"] == {6}
        assert unchecked(subject) == {}


def test_python_that_is_binary_is_named(root: Path) -> None:
    write(root, "app/nul.py", "a = '\0'\n")
    reason = "the change shows no lines of it: it is binary, or it cannot be read"
    assert unchecked(subject_of(root)) == {"app/nul.py": reason}
    commit(root)
    assert unchecked(subject_of(root, range_="HEAD^!")) == {"app/nul.py": reason}


def test_configuration_of_the_user_changes_no_diff(root: Path) -> None:
    for key, value in (
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.context", "0"),
        ("diff.interHunkContext", "100"),
        ("diff.renames", "false"),
        ("diff.submodule", "log"),
        ("diff.relative", "true"),
        ("color.ui", "always"),
        ("core.bigFileThreshold", "1"),
    ):
        git(root, "config", key, value)
    git(root, "mv", "app/base.py", "app/moved.py")
    write(root, "app/moved.py", f"{BASE}x = 1\n")
    (file,) = subject_of(root, base="HEAD").diff.files
    assert (file.path, file.old_path, set(file.added), len(file.hunks[0].lines)) == (
        "app/moved.py",
        "app/base.py",
        {6},
        4,
    )
