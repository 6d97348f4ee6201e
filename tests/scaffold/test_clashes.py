"""A new resource stands in nobody's way: other resources, modules, tables, file systems without case."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from backwright.errors import InvalidInputError
from backwright.scaffold.names import pascal
from backwright.scaffold.record import records
from tests.scaffold._projects import EXAMPLES, HOST, SMALL, plan, scaffold, tree, write

NOTE = SMALL["fields"]


def refused(root: Path, values: dict[str, object]) -> InvalidInputError:
    """How a plan is refused; nothing is written for it."""
    before = tree(root)
    with pytest.raises(InvalidInputError) as caught:
        plan(root, values)
    assert tree(root) == before
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "values", [{"resource": "human", "plural": "people"}, {"resource": "human", "plural": "notes"}]
)
def test_two_resources_have_two_plurals(tmp_path: Path, values: dict[str, object]) -> None:
    for made in ({"resource": "person"}, {"resource": "note"}):
        scaffold(tmp_path, {**made, "fields": NOTE})
    error = refused(tmp_path, {**values, "fields": NOTE})
    assert f"has the plural {values['plural']!r} already" in error.message
    assert "human_list" in error.hint


def test_a_resource_may_be_planned_again_and_beside_another_one(tmp_path: Path) -> None:
    scaffold(tmp_path, SMALL)
    assert plan(tmp_path, SMALL).writes == ()
    assert plan(tmp_path, {"resource": "note_book", "fields": NOTE}).conflicts == ()


def test_a_package_does_not_hide_a_module_of_the_project(tmp_path: Path) -> None:
    write(tmp_path, {**HOST, "app/notes.py": "mine = 1\n"})
    error = refused(tmp_path, SMALL)
    assert "app/notes.py would be one module to Python" in error.message
    assert "another plural" in error.hint


def test_a_module_does_not_stand_behind_a_package_of_the_project(tmp_path: Path) -> None:
    write(tmp_path, {"src/shop/__init__.py": "", "src/shop/models/note/__init__.py": "mine = 1\n"})
    assert "src/shop/models/note/__init__.py" in refused(tmp_path, SMALL).message


def test_a_name_that_differs_in_case_only_is_the_same_file_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, {**HOST, "app/Notes/readme.txt": "mine\n"})
    assert "app/Notes differ in upper and lower case only" in refused(tmp_path, SMALL).message


@pytest.mark.parametrize(
    "text",
    [
        'class Note(Base):\n    __tablename__ = "notes"\n',
        "class Note(Base):\n    __tablename__: str = 'notes'\n",
        'notes = Table("notes", metadata)\n',
        'op.create_table(\n    "notes",\n)\n',
    ],
)
def test_a_table_of_the_project_keeps_its_name(tmp_path: Path, text: str) -> None:
    write(tmp_path, {**HOST, "app/legacy.py": f"# old\n{text}"})
    error = refused(tmp_path, SMALL)
    assert "there is a table 'notes' already (app/legacy.py:" in error.message
    assert "note_list" in error.hint


def test_a_table_of_another_name_is_in_nobodys_way(tmp_path: Path) -> None:
    write(tmp_path, {**HOST, "app/legacy.py": '__tablename__ = "old_notes"\nnotes = "notes"\n'})
    assert plan(tmp_path, SMALL).conflicts == ()


@pytest.mark.parametrize(
    ("resource", "field"),
    [("invoice", "row"), ("invoice", "query"), ("invoice", "page_read"), ("invoice", "repository"), ("plain", "text")],
)
def test_an_enum_is_not_called_as_another_class(tmp_path: Path, resource: str, field: str) -> None:
    fields = [{"name": field, "type": "enum", "choices": ["a", "b"]}]
    assert f"field {field!r}" in refused(tmp_path, {"resource": resource, "fields": fields}).message


def test_two_enums_have_two_names(tmp_path: Path) -> None:
    fields = [{"name": name, "type": "enum", "choices": ["a"]} for name in ("a_1", "a1")]
    assert "field 'a1'" in refused(tmp_path, {"resource": "thing", "fields": fields}).message


@pytest.mark.parametrize("name", ["platform", "journal", "con", "aux", "nul", "com1", "lpt9"])
def test_a_resource_that_no_file_can_be_called_after_is_refused(tmp_path: Path, name: str) -> None:
    assert f"resource {name!r}" in refused(tmp_path, {"resource": name, "fields": NOTE}).message


@pytest.mark.parametrize("plural", ["con", "sqlite_notes", "alembic_version", "pg_notes", "current_user"])
def test_a_plural_that_no_table_can_have_is_refused(tmp_path: Path, plural: str) -> None:
    assert plural in refused(tmp_path, {"resource": "note", "plural": plural, "fields": NOTE}).message


def test_every_class_that_generated_modules_import_is_one_that_no_resource_can_hide(tmp_path: Path) -> None:
    for example in EXAMPLES:
        scaffold(tmp_path, example.values)
    own = [pascal(str(example.values["resource"])) for example in EXAMPLES]
    paths = {path for record in records(tmp_path).values() for path in record.files if path.endswith(".py")}
    trees = [ast.parse((tmp_path / path).read_text(encoding="utf-8")) for path in paths]
    nodes = [node for each in trees for node in ast.walk(each) if isinstance(node, ast.ImportFrom)]
    imported = {alias.asname or alias.name for node in nodes for alias in node.names}
    imported = {name for name in imported if not any(cls in name for cls in own)}
    names = {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower(): name for name in imported}
    # The class of a caller is in the way where there is authorization only.
    could_hide = {snake for snake, name in names.items() if pascal(snake) == name} - {"principal"}
    assert {"field", "base", "protocol"} <= could_hide
    assert sorted(name for name in could_hide if not _is_refused(tmp_path, name)) == []


def _is_refused(root: Path, name: str) -> bool:
    try:
        plan(root, {"resource": name, "plural": f"{name}_list", "fields": NOTE})
    except InvalidInputError:
        return True
    return False
