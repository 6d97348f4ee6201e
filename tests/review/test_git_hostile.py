"""A repository that means harm is read without obeying it: each program that it names would leave a mark; none does."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from backwright.errors import BackwrightError, NotARepositoryError, ToolUnavailableError
from backwright.review.subject import Subject, subject_of
from tests.review._git import ENVIRONMENT, GIT, commit, git, repository, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    return repository(tmp_path / "repo")


@pytest.fixture
def mark(root: Path) -> Path:
    return root.parent / "ran"


@pytest.fixture
def program(mark: Path) -> Path:
    """A program that leaves the mark, and passes on what it is given, as a filter does."""
    file = mark.with_name("evil.sh")
    file.write_text(f'#!/bin/sh\ntouch "{mark}"\ncat\n', encoding="utf-8")
    file.chmod(0o755)
    return file


def _added(subject: Subject) -> dict[str, set[int]]:
    return {file.path: set(file.added) for file in subject.diff.files}


def _everything(root: Path) -> list[Subject]:
    """Every way to read the repository, both sides of each file as well."""
    subjects = [
        subject_of(root),
        subject_of(root, base="HEAD"),
        subject_of(root, staged=True),
        subject_of(root, worktree=True),
        subject_of(root, range_="HEAD^!"),
    ]
    for subject in subjects:
        for path in (*(file.path for file in subject.diff.files), "app/base.py", "missing.py"):
            subject.read_new(path)
            subject.read_old(path)
    return subjects


def _changed(root: Path) -> None:
    """Something of each kind to look at: staged, not staged, not tracked."""
    write(root, "app/staged.py", "s = 1\n")
    git(root, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "add", "app/staged.py")
    write(root, "app/base.py", "x = 1\n")
    write(root, "app/untracked.py", "u = 1\n")


CONFIGURED = [
    ("core.fsmonitor", ""),
    ("core.hooksPath", ""),
    ("core.pager", ""),
    ("pager.diff", ""),
    ("core.editor", ""),
    ("core.askPass", ""),
    ("core.sshCommand", ""),
    ("core.gitProxy", ""),
    ("core.alternateRefsCommand", ""),
    ("credential.helper", ""),
    ("credential.https://example.org.helper", ""),
    ("diff.external", ""),
    ("diff.evil.command", "diff=evil"),
    ("diff.evil.textconv", "diff=evil"),
    ("diff.python.textconv", "diff=python"),
    ("filter.evil.clean", "filter=evil"),
    ("filter.evil.smudge", "filter=evil"),
    ("filter.evil.process", "filter=evil"),
    ("filter.a=b.clean", "filter=a=b"),
    ("filter.lfs.process", "filter=lfs"),
    ("merge.evil.driver", "merge=evil"),
    ("interactive.diffFilter", ""),
    ("gpg.program", ""),
    ("uploadpack.packObjectsHook", ""),
    ("alias.diff", ""),
    ("alias.rev-parse", ""),
    ("trailer.x.command", ""),
]


@pytest.mark.parametrize(("key", "attribute"), CONFIGURED)
def test_program_in_the_configuration_of_a_repository_is_never_run(
    root: Path, mark: Path, program: Path, key: str, attribute: str
) -> None:
    write(root, ".gitattributes", f"*.py {attribute}\n" if attribute else "")
    commit(root)
    value = f"!{program}" if key.startswith("alias.") else program.parent if key == "core.hooksPath" else program
    _changed(root)
    git(root, "config", key, str(value))
    if key.startswith("filter"):
        git(root, "config", key.rpartition(".")[0] + ".required", "true")
    assert _added(_everything(root)[1])["app/base.py"] == {1}
    assert not mark.exists()


@pytest.mark.parametrize("name", [".git/config.worktree", ".git/info/attributes", "global"])
def test_program_that_is_named_in_an_odd_place_is_never_run(
    root: Path, mark: Path, program: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(root)
    section = f'[filter "evil"]\n\tclean = {program}\n\trequired = true\n[core]\n\tfsmonitor = {program}\n'
    _changed(root)
    write(root, ".git/info/attributes", "*.py filter=evil\n")
    if name == ".git/config.worktree":
        git(root, "config", "extensions.worktreeConfig", "true")
        write(root, name, section)
    elif name == "global":
        # What the user configured for all repositories is theirs; still, no review runs it.
        write(root.parent, "home/.gitconfig", section)
        monkeypatch.setenv("HOME", str(root.parent / "home"))
    else:
        write(root, ".git/config", f"{(root / '.git/config').read_text(encoding='utf-8')}\n{section}")
    assert _added(_everything(root)[1])["app/base.py"] == {1}
    assert not mark.exists()


@pytest.mark.parametrize("key", ["include.path", "includeIf.gitdir:**.path", "includeIf.onbranch:main.path"])
def test_program_in_an_included_configuration_is_never_run(root: Path, mark: Path, program: Path, key: str) -> None:
    write(root, ".gitattributes", "*.py filter=evil diff=evil\n")
    commit(root)
    _changed(root)
    write(
        root.parent,
        "included",
        f'[filter "evil"]\n\tclean = {program}\n\trequired = true\n[diff "evil"]\n\ttextconv = {program}\n'
        f"[core]\n\tfsmonitor = {program}\n[diff]\n\texternal = {program}\n",
    )
    git(root, "config", key, str(root.parent / "included"))
    assert _added(_everything(root)[1])["app/base.py"] == {1}
    assert not mark.exists()


HOOKS = (
    "post-checkout",
    "post-index-change",
    "reference-transaction",
    "fsmonitor-watchman",
    "pre-commit",
    "proc-receive",
)


def test_hook_of_a_repository_is_never_run(root: Path, mark: Path, program: Path) -> None:
    commit(root)
    _changed(root)
    (root / ".git/hooks").mkdir(exist_ok=True)
    for name in HOOKS:
        shutil.copy(program, root / ".git/hooks" / name)
    _everything(root)
    assert not mark.exists()


ENVIRONMENT_OF_GIT: dict[str, Callable[[Path], str]] = {
    "GIT_EXTERNAL_DIFF": str,
    "GIT_PAGER": str,
    "PAGER": str,
    "GIT_EDITOR": str,
    "GIT_ASKPASS": str,
    "SSH_ASKPASS": str,
    "GIT_SSH": str,
    "GIT_SSH_COMMAND": str,
    "GIT_PROXY_COMMAND": str,
    "GIT_EXEC_PATH": lambda program: str(program.parent),
    "GIT_TEMPLATE_DIR": lambda program: str(program.parent),
    "GIT_CONFIG_PARAMETERS": lambda program: f"'core.fsmonitor'='{program}'",
    "GIT_CONFIG_GLOBAL": lambda program: str(program.with_name("configuration")),
    "GIT_CONFIG_SYSTEM": lambda program: str(program.with_name("configuration")),
    "GIT_CONFIG": lambda program: str(program.with_name("configuration")),
    "GIT_DIR": lambda program: str(program.parent / "other/.git"),
    "GIT_WORK_TREE": lambda program: str(program.parent / "other"),
    "GIT_COMMON_DIR": lambda program: str(program.parent / "other/.git"),
    "GIT_OBJECT_DIRECTORY": lambda program: str(program.parent / "other/.git/objects"),
    "GIT_INDEX_FILE": lambda program: str(program.parent / "other/.git/index"),
    "GIT_NAMESPACE": lambda _: "elsewhere",
    "GIT_DIFF_OPTS": lambda _: "--unified=0",
    "GIT_LITERAL_PATHSPECS": lambda _: "0",
    "GIT_TRACE": lambda program: str(program.with_name("ran")),
    "GIT_TRACE2_EVENT": lambda program: str(program.with_name("ran")),
}


@pytest.mark.parametrize("name", ENVIRONMENT_OF_GIT)
def test_environment_of_git_is_not_passed_on(
    root: Path, mark: Path, program: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(root)
    _changed(root)
    (root.parent / "other").mkdir()
    repository(root.parent / "other")
    write(root.parent, "configuration", f"[core]\n\tfsmonitor = {program}\n[diff]\n\texternal = {program}\n")
    expected = [_added(subject) for subject in _everything(root)]
    monkeypatch.setenv(name, ENVIRONMENT_OF_GIT[name](program))
    assert [_added(subject) for subject in _everything(root)] == expected
    assert not mark.exists()


def test_configuration_by_number_in_the_environment_is_not_passed_on(
    root: Path, mark: Path, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(root)
    _changed(root)
    for name, value in (("COUNT", "1"), ("KEY_0", "core.fsmonitor"), ("VALUE_0", str(program))):
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    _everything(root)
    assert not mark.exists()


@pytest.mark.parametrize("elsewhere", ["..", "/", "other"])
def test_work_tree_that_the_configuration_puts_elsewhere_is_refused(root: Path, elsewhere: str) -> None:
    write(root.parent, "secret.py", "s = 1\n")
    (root / "other").mkdir()
    git(root, "config", "core.worktree", str((root / elsewhere).resolve()))
    with pytest.raises(NotARepositoryError):
        subject_of(root)


def test_repository_that_a_file_points_to_elsewhere_is_read_and_not_obeyed(
    root: Path, mark: Path, program: Path
) -> None:
    (root.parent / "other").mkdir()
    other = repository(root.parent / "other")
    git(other, "config", "core.fsmonitor", str(program))
    git(other, "config", "diff.external", str(program))
    shutil.rmtree(root / ".git")
    write(root, ".git", f"gitdir: {other}/.git\n")
    write(root, "app/base.py", "x = 1\n")
    subject = subject_of(root)
    assert _added(subject) == {"app/base.py": {1}}
    assert not mark.exists()


@pytest.mark.parametrize("text", ["gitdir: /nowhere\n", "gitdir: \n", "nonsense", ""])
def test_file_that_points_to_no_repository_is_an_error_and_no_traceback(root: Path, text: str) -> None:
    shutil.rmtree(root / ".git")
    write(root, ".git", text)
    with pytest.raises(NotARepositoryError):
        subject_of(root)


def test_objects_of_another_store_are_read_and_nothing_is_run(root: Path, mark: Path, program: Path) -> None:
    git(root.parent, "clone", "--quiet", "--shared", str(root), "borrowing")
    borrowing = root.parent / "borrowing"
    commit(borrowing)
    git(root, "config", "core.fsmonitor", str(program))
    git(borrowing, "config", "core.alternateRefsCommand", str(program))
    _changed(borrowing)
    assert _added(_everything(borrowing)[1])["app/base.py"] == {1}
    assert not mark.exists()


def test_object_that_another_one_replaces_is_read_as_it_was_committed(root: Path) -> None:
    write(root, "app/bad.py", "bad = 1\n")
    bad = commit(root)
    write(root, "app/bad.py", "good = 1\n")
    good = commit(root)
    git(root, "replace", bad, good)
    subject = subject_of(root, range_=f"{bad}^!")
    assert (_added(subject), subject.read_new("app/bad.py")) == ({"app/bad.py": {1}}, b"bad = 1\n")
    blobs = [
        git(root, "--no-replace-objects", "rev-parse", f"{each}:app/bad.py").decode().strip() for each in (bad, good)
    ]
    git(root, "replace", *blobs)
    assert subject_of(root, range_=f"{bad}^!").read_new("app/bad.py") == b"bad = 1\n"


def test_graft_of_a_repository_hides_no_commit(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD").decode().strip()
    write(root, "app/hidden.py", "a = 1\n")
    hidden = commit(root)
    write(root, ".git/info/grafts", f"{hidden}\n")
    subject = subject_of(root, range_=f"{hidden}^!")
    assert subject.described.startswith(f"the commit {hidden}")
    assert (set(_added(subject)), first != hidden) == ({"app/hidden.py"}, True)


@pytest.mark.parametrize("scheme", ["ext", "file", "ssh"])
def test_object_that_is_missing_is_never_fetched(root: Path, mark: Path, program: Path, scheme: str) -> None:
    old = git(root, "rev-parse", "HEAD:app/base.py").decode().strip()
    write(root, "app/base.py", "x = 1\n")
    commit(root)
    address = {"ext": f"ext::{program}", "file": f"file://{root.parent}/other", "ssh": "ssh://example.invalid/x"}
    for key, value in (
        ("remote.origin.url", address[scheme]),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialclonefilter", "blob:none"),
        ("remote.origin.uploadpack", str(program)),
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("core.sshCommand", str(program)),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
    ):
        git(root, "config", key, value)
    (root.parent / "other").mkdir()
    repository(root.parent / "other")
    (root / ".git/objects" / old[:2] / old[2:]).unlink()
    with pytest.raises(ToolUnavailableError):
        subject_of(root, range_="HEAD^!")
    assert subject_of(root).read_old("app/base.py") is not None
    assert not mark.exists()


def test_side_that_is_missing_is_none(root: Path) -> None:
    old = git(root, "rev-parse", "HEAD:app/base.py").decode().strip()
    write(root, "app/new.py", "x = 1\n")
    (root / ".git/objects" / old[:2] / old[2:]).unlink()
    subject = subject_of(root)
    assert (_added(subject), subject.read_old("app/base.py")) == ({"app/new.py": {1}}, None)


def test_submodule_is_never_entered(root: Path, mark: Path, program: Path) -> None:
    (root.parent / "library").mkdir()
    library = repository(root.parent / "library")
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", library.as_uri(), "vendored")
    commit(root)
    inner = root / "vendored"
    write(inner, "app/base.py", "x = 1\n")
    commit(inner)
    write(inner, "app/base.py", "y = 1\n")
    git(inner, "config", "core.fsmonitor", str(program))
    git(inner, "config", "core.pager", str(program))
    git(root, "config", "submodule.vendored.update", f"!{program}")
    git(root, "config", "diff.submodule", "diff")
    git(root, "config", "status.submoduleSummary", "true")
    _everything(root)
    assert not mark.exists()


def test_bare_repository_inside_a_folder_is_not_taken_for_one(root: Path, mark: Path, program: Path) -> None:
    bare = root / "docs/history"
    bare.parent.mkdir()
    git(root, "clone", "--quiet", "--bare", ".", str(bare))
    git(bare, "config", "core.fsmonitor", str(program))
    git(bare, "config", "core.bare", "false")
    git(bare, "config", "core.worktree", str(root))
    for folder in (bare, bare / "refs"):
        with pytest.raises(NotARepositoryError):
            subject_of(folder)
    assert not mark.exists()


def test_review_writes_nothing_into_the_repository(root: Path) -> None:
    commit(root)
    _changed(root)
    # Older than the index, so that git would like to refresh it.
    os.utime(root / "app/base.py", (1, 1))
    before = {path: path.read_bytes() for path in sorted((root / ".git").rglob("*")) if path.is_file()}
    _everything(root)
    assert {path: path.read_bytes() for path in sorted((root / ".git").rglob("*")) if path.is_file()} == before


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".git/config", "[core\n"),
        (".git/config", "[include]\n\tpath = /etc/hostname\n"),
        (".git/HEAD", "nonsense\n"),
        (".git/HEAD", "ref: refs/heads/../../config\n"),
        (".git/index", "DIRC\0\0\0\2\xff\xff\xff\xff"),
        (".git/refs/heads/main", "0" * 40),
        (".git/objects/info/alternates", "/nowhere\n\0\n"),
        (".gitattributes", "[attr]x y\n" * 1000 + "*" * 5000 + " -diff\n"),
        (".gitmodules", '[submodule "../x"]\n\tpath = -x\n\turl = -u\n'),
        (".gitignore", "*" * 5000 + "\n"),
    ],
)
def test_damaged_repository_is_read_or_a_named_error(root: Path, path: str, text: str) -> None:
    commit(root)
    _changed(root)
    write(root, path, text)
    for read in (subject_of, lambda folder: subject_of(folder, staged=True)):
        try:
            read(root)
        except BackwrightError as error:
            assert "Traceback" not in error.message  # noqa: PT017  either outcome is right


def test_marks_would_be_left(root: Path, mark: Path, program: Path) -> None:
    # The tests above prove something only where the same program runs for a git that obeys.
    git(root, "config", "core.fsmonitor", str(program))
    subprocess.run([GIT, "status"], cwd=root, env=ENVIRONMENT, check=True, capture_output=True)
    assert mark.exists()
