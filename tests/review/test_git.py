"""The change that a repository holds; and a repository that means harm is read without obeying it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backwright.errors import (
    InvalidInputError,
    NotARepositoryError,
    PathOutsideRootError,
    RevisionNotFoundError,
    ToolUnavailableError,
)
from backwright.review._git_open import open_repository
from backwright.review.diff import FileStatus
from backwright.review.subject import Subject, disk_reader, subject_of
from tests.review._git import commit, git, repository, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return repository(tmp_path / "repo")


def _added(subject: Subject) -> dict[str, set[int]]:
    return {file.path: set(file.added) for file in subject.diff.files}


def test_default_is_the_branch_since_its_merge_base_with_staged_and_untracked_files(root: Path) -> None:
    git(root, "switch", "--quiet", "-c", "topic")
    write(root, "app/committed.py", "a = 1\n")
    commit(root)
    write(root, "app/staged.py", "b = 1\n")
    git(root, "add", "app/staged.py")
    write(root, "app/untracked.py", "c = 1\nd = 2\n")
    write(root, ".gitignore", "ignored.py\n")
    write(root, "ignored.py", "e = 1\n")
    git(root, "switch", "--quiet", "main")
    write(root, "elsewhere.py", "f = 1\n")
    git(root, "add", "elsewhere.py")
    git(root, "commit", "--quiet", "-m", "main goes on", "elsewhere.py")
    git(root, "switch", "--quiet", "topic")
    subject = subject_of(root)
    assert _added(subject) == {
        "app/committed.py": {1},
        "app/staged.py": {1},
        "app/untracked.py": {1, 2},
        ".gitignore": {1},
    }
    assert "merge base with main" in subject.described
    assert subject.read_new("app/untracked.py") == b"c = 1\nd = 2\n"


def test_work_tree_of_a_sub_folder_has_paths_of_that_folder(root: Path) -> None:
    write(root, "app/base.py", "x = 1\n")
    write(root, "other/y.py", "y = 1\n")
    subject = subject_of(root / "app")
    assert _added(subject) == {"base.py": {1}}
    assert (subject.read_new("base.py"), subject.read_old("base.py")) == (
        b"x = 1\n",
        b"import os\n\n\ndef base() -> int:\n    return 1\n",
    )


def test_range_reads_both_sides_from_commits_and_not_from_the_disk(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD").decode().strip()
    write(root, "app/base.py", "x = 1\n")
    second = commit(root)
    write(root, "app/base.py", "on the disk\n")
    subject = subject_of(root, range_=f"{first}..{second}")
    assert _added(subject) == {"app/base.py": {1}}
    assert subject.read_new("app/base.py") == b"x = 1\n"
    assert subject.read_old("app/base.py") == b"import os\n\n\ndef base() -> int:\n    return 1\n"


@pytest.mark.parametrize(("base", "range_"), [("HEAD~1", None), (None, "HEAD~1..HEAD")])
def test_old_side_of_any_file_is_read_though_the_change_leaves_it_alone(
    root: Path, base: str | None, range_: str | None
) -> None:
    write(root, "backwright.yaml", "framework: fastapi\n")
    write(root, "app/with\nline feed.py", "a = 1\n")
    commit(root)
    write(root, "app/new.py", "b = 1\n")
    commit(root)
    write(root, "backwright.yaml", "of the disk\n")
    subject = subject_of(root, base=base, range_=range_)
    assert subject.read_old("backwright.yaml") == b"framework: fastapi\n"
    assert subject.read_old("app/with\nline feed.py") == b"a = 1\n"
    absent = ["app/new.py", "app", "missing", "../x", "./backwright.yaml", "", "a\0b", "/etc/passwd", "-x"]
    assert [subject.read_old(path) for path in absent] == [None] * len(absent)


def test_old_side_is_relative_to_the_folder_under_review(root: Path) -> None:
    write(root, "app/backwright.yaml", "framework: fastapi\n")
    write(root, "backwright.yaml", "framework: flask\n")
    commit(root)
    subject = subject_of(root / "app")
    assert subject.read_old("backwright.yaml") == b"framework: fastapi\n"
    assert subject.read_old("../backwright.yaml") is None


def test_three_dots_start_at_the_merge_base(root: Path) -> None:
    git(root, "branch", "topic")
    write(root, "main_only.py", "a = 1\n")
    commit(root)
    git(root, "switch", "--quiet", "topic")
    write(root, "topic_only.py", "b = 1\n")
    commit(root)
    assert set(_added(subject_of(root, range_="main...topic"))) == {"topic_only.py"}
    assert {file.status for file in subject_of(root, range_="main..topic").diff.files} == {
        FileStatus.ADDED,
        FileStatus.DELETED,
    }


def test_rename_reads_its_old_text_by_its_old_path(root: Path) -> None:
    git(root, "mv", "app/base.py", "app/moved.py")
    write(root, "app/moved.py", "import os\n\n\ndef base() -> int:\n    return 2\n")
    subject = subject_of(root, base="HEAD")
    (file,) = subject.diff.files
    assert (file.path, file.old_path, file.status) == ("app/moved.py", "app/base.py", FileStatus.RENAMED)
    assert subject.read_old("app/base.py") == b"import os\n\n\ndef base() -> int:\n    return 1\n"


def test_repository_without_commits_shows_everything(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, "a.py", "a = 1\n")
    git(tmp_path, "add", "a.py")
    write(tmp_path, "b.py", "b = 1\n")
    assert _added(subject_of(tmp_path)) == {"a.py": {1}, "b.py": {1}}


def test_detached_head_and_shallow_clone_are_read(root: Path, tmp_path: Path) -> None:
    write(root, "app/more.py", "a = 1\n")
    commit(root)
    git(tmp_path, "clone", "--quiet", "--depth=1", root.as_uri(), "shallow")
    shallow = tmp_path / "shallow"
    git(shallow, "checkout", "--quiet", "--detach")
    write(shallow, "app/new.py", "b = 1\n")
    assert _added(subject_of(shallow)) == {"app/new.py": {1}}


@pytest.mark.parametrize(
    "revision",
    [
        "--output=/tmp/owned",
        "-O/tmp/owned",
        "no-such-branch",
        "",
        "main\n--all",
        "main main",
        "HEAD^{tree}",
        ":/first\0",
    ],
)
def test_unknown_or_option_like_revision_is_refused(root: Path, revision: str) -> None:
    with pytest.raises(RevisionNotFoundError):
        subject_of(root, base=revision)
    with pytest.raises(RevisionNotFoundError):
        subject_of(root, range_=f"HEAD..{revision}" if revision else "HEAD")


def test_folder_outside_any_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotARepositoryError):
        subject_of(tmp_path)
    with pytest.raises(NotARepositoryError):
        subject_of(None)


def test_folder_that_is_not_there_is_an_error_and_no_traceback(tmp_path: Path) -> None:
    with pytest.raises(ToolUnavailableError):
        open_repository(tmp_path / "missing")


def test_reader_of_the_disk_stays_inside_the_root(root: Path) -> None:
    (root.parent / "secret.py").write_text("s = 1\n", encoding="utf-8")
    (root.parent / "repo-evil").mkdir()
    (root.parent / "repo-evil/x.py").write_text("s = 1\n", encoding="utf-8")
    (root / "link.py").symlink_to(root.parent / "secret.py")
    (root / "folder").symlink_to(root.parent)
    os.mkfifo(root / "pipe.py")
    read = disk_reader(root)
    hostile = ["../secret.py", "link.py", "folder/secret.py", "../repo-evil/x.py", str(root.parent / "secret.py")]
    assert [read(path) for path in [*hostile, "pipe.py", "missing.py", "a\0b.py", ""]] == [None] * 9
    assert read("app/base.py") is not None


def test_untracked_link_is_not_followed(root: Path) -> None:
    (root.parent / "secret.py").write_text("s = 1\n", encoding="utf-8")
    (root / "link.py").symlink_to(root.parent / "secret.py")
    (file,) = subject_of(root).diff.files
    assert (file.path, file.binary, file.hunks) == ("link.py", True, ())


def test_diff_file_is_read_from_inside_the_root_only(root: Path) -> None:
    write(root, "change.diff", "--- a/app/base.py\n+++ b/app/base.py\n@@ -1 +1 @@\n-import sys\n+import os\n")
    write(root.parent, "outside.diff", "")
    assert _added(subject_of(root, diff_file="change.diff")) == {"app/base.py": {1}}
    with pytest.raises(PathOutsideRootError):
        subject_of(root, diff_file="../outside.diff")
    with pytest.raises(InvalidInputError):
        subject_of(root, diff_file="missing.diff")
