"""Which change is read and what is said beside it: staged, not committed, one commit; repositories of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import NotARepositoryError, RevisionNotFoundError
from backwright.review.subject import subject_of
from tests.review._git import added, commit, git, repository, unchecked, write

BASE = "import os\n\n\ndef base() -> int:\n    return 1\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return repository(tmp_path / "repo")


def test_staged_is_the_index_against_the_last_commit_and_never_the_disk(root: Path) -> None:
    write(root, "app/base.py", "import os\nstaged = 1\n")
    git(root, "add", "app/base.py")
    write(root, "app/base.py", "import os\nstaged = 1\nlater = 1\n")
    write(root, "app/untracked.py", "x = 1\n")
    subject = subject_of(root, staged=True)
    assert added(subject) == {"app/base.py": {2}}
    assert subject.read_new("app/base.py") == b"import os\nstaged = 1\n"
    assert subject.read_new("app/untracked.py") is None
    assert subject.read_old("app/base.py") == BASE.encode()
    assert subject.described.startswith("what is staged against its last commit")
    assert subject.diff.notes == ("files that differ from what is staged: 1; reviewed is what is staged",)


def test_staged_says_nothing_more_where_the_disk_is_as_staged(root: Path) -> None:
    write(root, "app/new.py", "x = 1\n")
    git(root, "add", "--all")
    assert (added(subject_of(root, staged=True)), subject_of(root, staged=True).diff.notes) == (
        {"app/new.py": {1}},
        (),
    )


def test_staged_before_the_first_commit_is_all_that_is_staged(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    write(tmp_path, "a.py", "a = 1\n")
    git(tmp_path, "add", "a.py")
    write(tmp_path, "b.py", "b = 1\n")
    staged, worktree = subject_of(tmp_path, staged=True), subject_of(tmp_path, worktree=True)
    assert (added(staged), staged.read_new("a.py"), staged.read_old("a.py")) == ({"a.py": {1}}, b"a = 1\n", None)
    assert added(worktree) == {"a.py": {1}, "b.py": {1}}
    assert "without commits" in staged.described
    assert "without commits" in worktree.described


def test_index_that_a_hook_is_given_is_the_one_that_is_staged(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root, "app/base.py", "import os\nx = 1\n")
    other = root / ".git/next-index-1.lock"
    other.write_bytes((root / ".git/index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", str(other))
    assert added(subject_of(root, staged=True)) == {}
    git(root, "add", "app/base.py")
    assert added(subject_of(root, staged=True)) == {}
    other.write_bytes((root / ".git/index").read_bytes())
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/next-index-1.lock")
    assert added(subject_of(root, staged=True)) == {"app/base.py": {2}}


def test_index_outside_the_repository_is_not_believed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "index"
    outside.write_bytes((root / ".git/index").read_bytes())
    write(root, "app/base.py", "import os\nx = 1\n")
    git(root, "add", "app/base.py")
    for value in (str(outside), "../index", ".git/../../index", ".git/missing"):
        monkeypatch.setenv("GIT_INDEX_FILE", value)
        assert added(subject_of(root, staged=True)) == {"app/base.py": {2}}


def test_worktree_is_what_is_not_committed_staged_or_not(root: Path) -> None:
    git(root, "switch", "--quiet", "-c", "topic")
    write(root, "app/committed.py", "a = 1\n")
    commit(root)
    write(root, "app/staged.py", "b = 1\n")
    git(root, "add", "app/staged.py")
    write(root, "app/base.py", f"{BASE}c = 1\n")
    write(root, "app/untracked.py", "d = 1\n")
    subject = subject_of(root, worktree=True)
    assert added(subject) == {"app/staged.py": {1}, "app/base.py": {6}, "app/untracked.py": {1}}
    assert subject.described.startswith("what is not committed: the work tree against its last commit")


def test_file_that_is_only_intended_to_be_added_is_work_and_not_staged(root: Path) -> None:
    write(root, "app/new.py", "a = 1\n")
    git(root, "add", "-N", "app/new.py")
    assert added(subject_of(root, worktree=True)) == {"app/new.py": {1}}
    assert added(subject_of(root, staged=True)) == {}


def test_file_in_conflict_is_named_when_staged_and_read_in_the_work_tree(root: Path) -> None:
    git(root, "switch", "--quiet", "-c", "topic")
    write(root, "app/base.py", BASE.replace("1", "2"))
    commit(root)
    git(root, "switch", "--quiet", "main")
    write(root, "app/base.py", BASE.replace("1", "3"))
    commit(root)
    with pytest.raises(Exception, match="merge"):
        git(root, "merge", "topic")
    assert unchecked(subject_of(root, staged=True)) == {"app/base.py": "it is in conflict; resolve it first"}
    assert "app/base.py" in added(subject_of(root, worktree=True))


def test_one_commit_is_compared_with_its_parent(root: Path) -> None:
    write(root, "app/one.py", "a = 1\n")
    commit(root)
    write(root, "app/two.py", "b = 1\n")
    commit(root)
    subject = subject_of(root, range_="HEAD~1^!")
    assert added(subject) == {"app/one.py": {1}}
    assert subject.described.startswith("the commit HEAD~1 (")
    assert subject.diff.notes == ()


def test_first_commit_adds_all_that_it_holds(root: Path) -> None:
    subject = subject_of(root, range_="HEAD^!")
    assert (added(subject), subject.read_old("app/base.py")) == ({"app/base.py": {1, 2, 3, 4, 5}}, None)


def _octopus(root: Path) -> None:
    for name in ("one", "two"):
        git(root, "switch", "--quiet", "-c", name, "main")
        write(root, f"app/{name}.py", "a = 1\n")
        commit(root)
    git(root, "switch", "--quiet", "main")
    write(root, "app/three.py", "a = 1\n")
    commit(root)
    git(root, "merge", "--quiet", "--no-edit", "one", "two")


def test_merge_of_several_branches_is_what_it_brings_to_its_first_parent(root: Path) -> None:
    _octopus(root)
    subject = subject_of(root, range_="HEAD^!")
    assert set(added(subject)) == {"app/one.py", "app/two.py"}
    assert subject.diff.notes == ("HEAD is a merge of 3 parents; reviewed is what it changes in the first of them",)


def test_range_with_merges_in_it_is_all_that_they_bring(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD").decode().strip()
    _octopus(root)
    for dots in ("..", "..."):
        assert set(added(subject_of(root, range_=f"{first}{dots}HEAD"))) == {
            "app/one.py",
            "app/two.py",
            "app/three.py",
        }


@pytest.mark.parametrize("text", ["^!", "nowhere^!", "--all^!", "HEAD^!^!", "HEAD"])
def test_one_commit_that_is_none_is_refused(root: Path, text: str) -> None:
    with pytest.raises(RevisionNotFoundError):
        subject_of(root, range_=text)


def test_detached_head_is_compared_with_the_default_branch(root: Path) -> None:
    git(root, "switch", "--quiet", "--detach")
    write(root, "app/new.py", "a = 1\n")
    commit(root)
    subject = subject_of(root)
    assert added(subject) == {"app/new.py": {1}}
    assert "merge base with main" in subject.described


def test_linked_worktree_is_read_at_its_own_head(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "--quiet", "-b", "linked", str(tmp_path / "linked"))
    linked = tmp_path / "linked"
    write(linked, "app/committed.py", "a = 1\n")
    commit(linked)
    write(linked, "app/staged.py", "b = 1\n")
    git(linked, "add", "app/staged.py")
    assert set(added(subject_of(linked))) == {"app/committed.py", "app/staged.py"}
    assert set(added(subject_of(linked, staged=True))) == {"app/staged.py"}
    assert added(subject_of(root)) == {}


def _shallow(root: Path, tmp_path: Path) -> Path:
    git(root, "switch", "--quiet", "-c", "topic")
    for number in range(3):
        write(root, f"app/new{number}.py", "a = 1\n")
        commit(root)
    git(root, "switch", "--quiet", "main")
    write(root, "app/main.py", "of_main = 1\n")
    commit(root)
    git(tmp_path, "clone", "--quiet", "--depth=1", "--no-single-branch", "--branch=topic", root.as_uri(), "shallow")
    return tmp_path / "shallow"


def test_shallow_clone_without_merge_base_says_what_was_compared_instead(root: Path, tmp_path: Path) -> None:
    shallow = _shallow(root, tmp_path)
    write(shallow, "app/mine.py", "b = 1\n")
    default = subject_of(shallow)
    assert added(default) == {"app/mine.py": {1}}
    (note,) = default.diff.notes
    assert "origin/HEAD" in note
    assert "the clone is shallow: only what is not committed was reviewed" in note
    based = subject_of(shallow, base="origin/main")
    assert {"app/mine.py", "app/main.py", "app/new0.py"} <= set(added(based))
    (note,) = based.diff.notes
    assert "shallow: compared with origin/main itself" in note
    (note,) = subject_of(shallow, range_="origin/main...HEAD").diff.notes
    assert "shallow: compared with origin/main itself" in note
    (note,) = subject_of(shallow, range_="HEAD^!").diff.notes
    assert "the commit's parent is not here" in note


def test_change_outside_the_sub_folder_is_counted(root: Path) -> None:
    write(root, "app/base.py", "x = 1\n")
    write(root, "other/y.py", "y = 1\n")
    write(root, "application/z.py", "y = 1\n")
    git(root, "add", "other/y.py")
    note = "changed files outside the folder app, not reviewed: {}"
    assert subject_of(root / "app").diff.notes == (note.format(2),)
    assert subject_of(root / "app", staged=True).diff.notes == (
        note.format(1),
        "files that differ from what is staged: 1; reviewed is what is staged",
    )
    commit(root)
    assert subject_of(root / "app", range_="HEAD^!").diff.notes == (note.format(2),)
    assert subject_of(root / "app").diff.notes == ()
    assert subject_of(root, range_="HEAD^!").diff.notes == ()


def _with_submodule(root: Path, tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    library = repository(tmp_path / "library")
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.as_uri(), "vendored")
    commit(root)
    return root / "vendored"


def test_submodule_is_named_and_its_own_files_are_not_reviewed(root: Path, tmp_path: Path) -> None:
    inner = _with_submodule(root, tmp_path)
    write(inner, "app/base.py", "dirty = 1\n")
    subject = subject_of(root)
    assert (added(subject), subject.diff.notes) == ({}, ("submodules, whose own files were not reviewed: 1",))
    commit(inner)
    for moved in (subject_of(root), subject_of(root, base="HEAD")):
        assert unchecked(moved) == {
            "vendored": "a submodule that moves to another commit; review it in its own repository"
        }
    assert added(subject_of(inner, range_="HEAD^!")) == {"app/base.py": {1}}


def test_repository_inside_the_repository_is_named(root: Path) -> None:
    (root / "inner").mkdir()
    repository(root / "inner")
    subject = subject_of(root)
    assert (added(subject), list(unchecked(subject))) == ({}, ["inner/"])


def test_bare_repository_is_refused_with_what_to_do(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", root.as_uri(), "bare")
    for each in (tmp_path / "bare", root / ".git"):
        with pytest.raises(NotARepositoryError) as caught:
            subject_of(each)
        assert "work tree" in caught.value.message
        assert "diff file" in caught.value.hint


def test_sparse_checkout_takes_no_file_for_deleted(root: Path) -> None:
    write(root, "other/y.py", "y = 1\n")
    commit(root)
    git(root, "sparse-checkout", "set", "app")
    assert not (root / "other").exists()
    write(root, "app/base.py", f"{BASE}c = 1\n")
    assert [added(subject) for subject in (subject_of(root), subject_of(root, worktree=True))] == [
        {"app/base.py": {6}}
    ] * 2
    assert subject_of(root).diff.notes == ()


@pytest.mark.parametrize("mark", ["--assume-unchanged", "--skip-worktree"])
def test_file_that_git_takes_for_unchanged_is_told_of(root: Path, mark: str) -> None:
    git(root, "update-index", mark, "app/base.py")
    write(root, "app/base.py", "x = 1\n")
    subject = subject_of(root)
    assert (added(subject), subject.diff.notes) == (
        {},
        ("files marked assume-unchanged or skip-worktree, whose changes git does not show: 1",),
    )
