from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import InvalidInputError, PathOutsideRootError
from backwright.scaffold.engine import undo
from tests.scaffold._projects import HOST, SMALL, scaffold, tree, write

OTHER: dict[str, object] = {"resource": "task", "fields": [{"name": "done", "type": "bool"}]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


def test_undo_takes_back_the_second_resource_and_leaves_the_first(root: Path) -> None:
    scaffold(root, SMALL)
    before = tree(root)
    scaffold(root, OTHER)
    undone = undo(root, "task")
    assert tree(root) == before
    assert undone.restored == ("src/shop/main.py", "src/shop/models/__init__.py")


def test_undo_of_the_first_resource_keeps_the_migration_that_another_follows(root: Path) -> None:
    scaffold(root, SMALL)
    scaffold(root, OTHER)
    (kept,) = undo(root, "note").kept
    assert (root / kept).is_file()
    assert not (root / "src/shop/models/note.py").exists()
    undo(root, "task")
    assert undo(root, "note").deleted[0] == kept
    assert tree(root) == {}


def test_undo_keeps_an_edited_file_and_the_platform_that_it_may_use(root: Path) -> None:
    scaffold(root, SMALL)
    service = root / "src/shop/services/note.py"
    service.write_text("# mine\n", encoding="utf-8")
    undone = undo(root, "note")
    assert undone.kept == ("src/shop/services/note.py",)
    assert service.read_text(encoding="utf-8") == "# mine\n"
    assert (root / "src/shop/main.py").is_file()
    assert any("platform stays" in note for note in undone.notes)


def test_undo_keeps_the_platform_when_a_part_of_it_was_edited(root: Path) -> None:
    scaffold(root, SMALL)
    main = root / "src/shop/main.py"
    main.write_text(main.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    undone = undo(root, "note")
    assert "notes_router" not in main.read_text(encoding="utf-8")
    assert main.read_text(encoding="utf-8").endswith("# mine\n")
    assert (root / "src/shop/core/settings.py").is_file()
    assert any("src/shop/main.py" in note for note in undone.notes)


def test_undo_says_how_to_take_the_table_back(root: Path) -> None:
    scaffold(root, SMALL)
    assert any("alembic downgrade base" in note for note in undo(root, "note").notes)


def test_undo_leaves_an_application_byte_for_byte_as_it_was(root: Path) -> None:
    crlf = {path: text.replace("\n", "\r\n") for path, text in HOST.items() if path == "app/main.py"}
    write(root, {**HOST, **crlf})
    before = tree(root)
    scaffold(root, SMALL)
    scaffold(root, OTHER)
    undo(root, "task")
    undo(root, "note")
    assert tree(root) == before


def test_undo_removes_the_caches_of_what_it_removes(root: Path) -> None:
    scaffold(root, SMALL)
    write(root, {"src/shop/__pycache__/main.cpython-311.pyc": "x"})
    undo(root, "note")
    assert list(root.iterdir()) == []


def test_undo_of_what_was_never_made_names_what_was(root: Path) -> None:
    scaffold(root, SMALL)
    with pytest.raises(InvalidInputError) as refused:
        undo(root, "invoice")
    assert "note" in refused.value.hint


@pytest.mark.parametrize("name", ["../note", "platform", ""])
def test_undo_reads_no_other_record(root: Path, name: str) -> None:
    scaffold(root, SMALL)
    before = tree(root)
    with pytest.raises(InvalidInputError):
        undo(root, name)
    assert tree(root) == before


def test_undo_follows_no_link(root: Path, tmp_path: Path) -> None:
    scaffold(root, SMALL)
    services = root / "src/shop/services"
    services.rename(tmp_path / "outside")
    services.symlink_to(tmp_path / "outside", target_is_directory=True)
    with pytest.raises(PathOutsideRootError):
        undo(root, "note")
    assert (tmp_path / "outside" / "note.py").is_file()
    assert (root / "src/shop/api/v1/notes.py").is_file()


def test_undo_leaves_a_registration_that_was_there_before_us(root: Path) -> None:
    statement = "import app.notes.model  # noqa: F401\n"
    write(root, {**HOST, "alembic/env.py": statement + HOST["alembic/env.py"]})
    before = tree(root)
    scaffold(root, SMALL)
    undo(root, "note")
    assert tree(root) == before
