"""The repository around a diff: bounded, confined, read once, and never imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.review import repository
from backwright.review.repository import Repository
from tests.review._git import write


def test_names_are_those_that_only_async_def_defines(tmp_path: Path) -> None:
    write(tmp_path, "app/a.py", "async def send_mail(): ...\nasync def load(): ...\n")
    write(tmp_path, "app/b.py", "class B:\n    def load(self): ...\n")
    names = Repository(tmp_path).names()
    assert names is not None
    assert names.only_async == {"send_mail"}


def test_folders_that_are_not_the_projects_own_are_passed_over(tmp_path: Path) -> None:
    for folder in ("node_modules/x", ".venv/lib", "venv/lib", ".git"):
        write(tmp_path, f"{folder}/a.py", "def f(): ...\n")
    write(tmp_path, "app/a.py", "")
    assert Repository(tmp_path).paths() == ("app/a.py",)


def test_tree_that_is_too_large_answers_nothing_that_needs_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.py", "async def f(): ...\n")
    write(tmp_path, "b.py", "def g(): ...\n")
    assert Repository(tmp_path).names() is not None
    with monkeypatch.context() as patch:
        patch.setattr(repository, "MAX_FILES", 1)
        assert Repository(tmp_path).names() is None
    monkeypatch.setattr(repository, "MAX_BYTES", 20)
    assert Repository(tmp_path).names() is None


def test_link_out_of_the_root_is_not_read(tmp_path: Path) -> None:
    write(tmp_path, "outside.py", "async def f(): ...\n")
    root = tmp_path / "root"
    write(root, "a.py", "")
    (root / "link.py").symlink_to(tmp_path / "outside.py")
    assert Repository(root).source("link.py") is None
    assert Repository(root).text("../outside.py") is None


@pytest.mark.parametrize(
    ("dotted", "importer", "path"),
    [
        ("app.mail", "src/app/main.py", "src/app/mail.py"),
        ("app", "src/app/main.py", "src/app/__init__.py"),
        (".mail", "src/app/main.py", "src/app/mail.py"),
        ("..mail", "src/app/api/routes.py", "src/app/mail.py"),
        (".other", "src/app/main.py", None),
        ("mail", "lib/x.py", None),
        ("json", "src/app/main.py", None),
        ("...........mail", "src/app/main.py", None),
    ],
)
def test_module_is_found_from_its_importer(tmp_path: Path, dotted: str, importer: str, path: str | None) -> None:
    for name in ("src/app/__init__.py", "src/app/mail.py", "src/app/main.py", "src/other/mail.py", "lib/x.py"):
        write(tmp_path, name, "")
    assert Repository(tmp_path).module(dotted, importer) == path


def test_file_that_does_not_parse_is_no_source(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "x = = 1\n")
    assert Repository(tmp_path).source("a.py") is None


def test_no_more_files_are_parsed_than_a_review_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository, "MAX_PARSED", 1)
    write(tmp_path, "a.py", "x = 1\n")
    write(tmp_path, "b.py", "x = 1\n")
    known = Repository(tmp_path)
    assert [known.source(path) is not None for path in ("a.py", "b.py", "a.py")] == [True, False, True]
