"""Files as they come: with a mark, with other line ends, in another encoding, in folders with any name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import BackwrightError, PlanConflictError, UnsupportedProjectError
from backwright.scaffold import engine
from backwright.scaffold.parsing import parse
from tests.scaffold._commands import run
from tests.scaffold._projects import HOST, SMALL, kinds, plan, scaffold, tree, write

EDITED = ("app/main.py", "alembic/env.py", "app/db.py", "alembic/versions/0001_tickets.py")
LATIN = '# -*- coding: latin-1 -*-\nNAME = "Müller"\n'.encode("latin-1")


def crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


@given(st.text(st.sampled_from("ab =1\n\r\ufeff#'\"\\\f\t"), max_size=30))
def test_a_line_of_the_tree_is_a_line_of_the_text(text: str) -> None:
    try:
        tree_of = parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.removeprefix("\ufeff").split("\n")
    for node in ast.walk(tree_of):
        if isinstance(node, ast.Name):
            assert lines[node.lineno - 1].encode()[node.col_offset :].startswith(node.id.encode())


@pytest.mark.parametrize("ends", [str, crlf], ids=["lf", "crlf"])
def test_a_host_whose_files_begin_with_a_mark_keeps_it_and_gets_back_what_it_was(tmp_path: Path, ends: type) -> None:
    write(tmp_path, {**HOST, **{path: "\ufeff" + ends(HOST[path]) for path in EDITED}})
    before = tree(tmp_path)
    made = scaffold(tmp_path, SMALL)
    assert kinds(made, "edit") == ["app/main.py", "alembic/env.py"]
    for path in kinds(made, "edit"):
        data = (tmp_path / path).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        assert (b"\r\n" in data, data.replace(b"\r\n", b"").count(b"\n")) == (
            (True, 0) if ends is crlf else (False, data.count(b"\n"))
        )
    assert " passed" in run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider")
    assert plan(tmp_path, SMALL).writes == ()
    engine.undo(tmp_path, "note")
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("path", "data", "error"),
    [
        ("app/main.py", LATIN + HOST["app/main.py"].encode(), UnsupportedProjectError),
        ("app/main.py", HOST["app/main.py"].replace("\n", "\r").encode(), UnsupportedProjectError),
        ("alembic/env.py", LATIN + HOST["alembic/env.py"].encode(), PlanConflictError),
        ("alembic/versions/0002_more.py", LATIN, UnsupportedProjectError),
        ("pyproject.toml", LATIN, UnsupportedProjectError),
        ("alembic.ini", LATIN, UnsupportedProjectError),
    ],
    ids=["main", "main-cr", "env", "revision", "pyproject", "alembic.ini"],
)
def test_a_file_that_has_to_be_read_and_cannot_be_is_named_and_nothing_written(
    path: str, data: bytes, error: type[BackwrightError], tmp_path: Path
) -> None:
    write(tmp_path, HOST)
    (tmp_path / path).write_bytes(data)
    before = tree(tmp_path)
    with pytest.raises(error) as refused:
        plan(tmp_path, SMALL)
    assert Path(path).name in refused.value.message
    assert refused.value.hint
    assert tree(tmp_path) == before


def test_other_files_may_be_in_any_encoding(tmp_path: Path) -> None:
    write(tmp_path, HOST)
    for path in ("app/other.py", "tests/data.py", "app/names.csv", "README.md", "alembic/README"):
        (tmp_path / path).write_bytes(LATIN + b"\xff\xfe\x00")
    before = tree(tmp_path)
    scaffold(tmp_path, SMALL)
    engine.undo(tmp_path, "note")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("name", ["my shop", "größe 客户", "100% shop", 'it\'s "$HOME"', "-rf", "a;b & c"])
@pytest.mark.parametrize("files", [{}, HOST], ids=["new", "host"])
def test_a_project_may_lie_in_a_folder_of_any_name(name: str, files: dict[str, str], tmp_path: Path) -> None:
    root = tmp_path / name / "desk"
    root.mkdir(parents=True)
    write(root, files)
    before = tree(root)
    scaffold(root, SMALL)
    if name == "größe 客户":
        assert " passed" in run(root, "pytest", "-q", "-p", "no:cacheprovider")
    engine.undo(root, "note")
    assert tree(root) == before


@pytest.mark.parametrize("caught", ["A, B", "a.A, b.B , C"])
def test_several_exceptions_need_no_parentheses_in_newer_pythons(caught: str) -> None:
    tree = parse(f"try:\n    f()\nexcept {caught}:\n    g()\nx = 1\n")
    assert [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assign)] == [5]


@pytest.mark.parametrize("text", ["x = (", "except A, B:\n", "try:\n    f()\nexcept A, B as e:\n    g()\n"])
def test_what_is_no_python_of_any_version_is_refused(text: str) -> None:
    with pytest.raises(SyntaxError):
        parse(text)
