"""Options that are switched off again: what was made for them goes, and what someone edited stays."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from backwright.errors import PlanStaleError
from backwright.scaffold import engine
from backwright.scaffold.disk import Change, recover
from backwright.scaffold.journal import Journal
from tests.scaffold._commands import run
from tests.scaffold._projects import HOST, SMALL, kinds, plan, scaffold, tree, write

GIT = ("git", "-c", "core.autocrlf=false")
SIGNED_IN = {**SMALL, "auth": {}}
SECOND = {**SMALL, "version": 2}
KEPT = {**SMALL, "persistence": "none"}


def made(root: Path) -> dict[str, bytes | None]:
    """The project without its records and without what all resources share."""
    return {path: text for path, text in tree(root).items() if not path.startswith(".scaffold") and "auth" not in path}


def test_a_project_with_an_option_off_again_is_as_if_it_had_never_been_on(tmp_path: Path) -> None:
    root, plain = tmp_path / "a" / "desk", tmp_path / "b" / "desk"
    root.mkdir(parents=True)
    plain.mkdir(parents=True)
    scaffold(root, SIGNED_IN)
    scaffold(plain, SMALL)
    removed = ["tests/notes/conftest.py", "tests/notes/test_notes_api.py", "tests/notes/test_notes_repository.py"]
    plan_off = scaffold(root, SMALL)
    assert kinds(plan_off, "remove") == removed
    assert plan(root, SMALL).diff() == ""
    assert made(root).keys() == made(plain).keys()
    assert " passed" in run(root, "pytest", "-q", "-p", "no:cacheprovider", "tests")
    engine.undo(root, "note")
    assert tree(root) == {}


def test_another_version_of_the_api_moves_the_router_and_takes_its_import_along(tmp_path: Path) -> None:
    scaffold(tmp_path, SMALL)
    made_again = scaffold(tmp_path, SECOND)
    package = next(tmp_path.glob("src/*"))
    main = (package / "main.py").read_text(encoding="utf-8")
    assert (main.count(".api.v1.notes import"), main.count(".api.v2.notes import")) == (0, 1)
    assert main.count("include_router(notes_router)") == 1
    assert [path.rpartition("/")[2] for path in kinds(made_again, "remove")] == ["notes.py"]
    assert " passed" in run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "tests")
    assert plan(tmp_path, SECOND).diff() == ""


def test_what_is_removed_is_in_the_diff_the_digest_and_the_answer(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    scaffold(root, SMALL)
    subprocess.run([*GIT, "init", "--quiet"], cwd=root, check=True)
    subprocess.run([*GIT, "add", "--all"], cwd=root, check=True)
    plan_off = plan(root, KEPT)
    assert "app/notes/model.py" in kinds(plan_off, "remove")
    assert "--- a/app/notes/model.py\n+++ /dev/null\n" in plan_off.diff()
    assert "-import app.notes.model  # noqa: F401  registers the table\n" in plan_off.diff()
    checked = subprocess.run([*GIT, "apply", "--check", "-"], cwd=root, input=plan_off.diff().encode(), check=False)
    assert checked.returncode == 0
    done = engine.apply(plan_off, root, expect=plan_off.digest)
    assert done.deleted == ("app/notes/model.py",)
    assert plan(root, KEPT).diff() == ""


def test_a_migration_stays_and_is_still_taken_back_by_undo(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    before = tree(root)
    scaffold(root, SMALL)
    plan_off = scaffold(root, KEPT)
    assert any("_create_notes.py stays, because a migration is made once" in note for note in plan_off.notes)
    assert list(root.glob("alembic/versions/*_create_notes.py"))
    assert engine.undo(root, "note").kept == ()
    assert tree(root) == before


def test_what_someone_edited_stays_with_the_statements_that_name_it(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    scaffold(root, SMALL)
    edited = (root / "app/notes/model.py").read_text(encoding="utf-8") + "\n\nMINE = 1\n"
    (root / "app/notes/model.py").write_text(edited, encoding="utf-8")
    plan_off = scaffold(root, KEPT)
    note = "no longer wanted, and left to you to delete, because you edited it: app/notes/model.py"
    assert note in plan_off.notes
    assert (root / "app/notes/model.py").read_text(encoding="utf-8") == edited
    assert "import app.notes.model" in (root / "alembic/env.py").read_text(encoding="utf-8")
    assert note in plan(root, KEPT).notes


def test_what_someone_imports_stays(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    scaffold(root, SMALL)
    write(root, {"app/report.py": "from app.notes.model import NoteRow\n"})
    plan_off = plan(root, KEPT)
    assert kinds(plan_off, "remove") == []
    assert any(note.endswith("because app/report.py imports it: app/notes/model.py") for note in plan_off.notes)


def test_a_statement_that_was_taken_out_by_hand_needs_no_taking_out(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    scaffold(root, SMALL)
    write(root, {"alembic/env.py": HOST["alembic/env.py"]})
    assert "alembic/env.py" not in [action.path for action in plan(root, KEPT).writes]


def test_what_is_edited_between_the_plan_and_its_writing_is_not_removed(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    scaffold(root, SMALL)
    plan_off = plan(root, KEPT)
    write(root, {"app/notes/model.py": "MINE = 1\n"})
    before = tree(root)
    with pytest.raises(PlanStaleError, match=r"app/notes/model\.py changed"):
        engine.apply(plan_off, root)
    assert tree(root) == before


def test_a_removal_that_is_interrupted_is_put_back(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    scaffold(root, SMALL)
    before = tree(root)
    journal = Journal(root, [Change(each.path, each.before, each.after) for each in plan(root, KEPT).writes])
    journal.announce()
    journal.stage()
    journal.commit()
    assert not (root / "app/notes/model.py").exists()
    recover(root)
    assert tree(root) == before
