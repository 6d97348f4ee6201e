from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import UnsupportedProjectError
from backwright.scaffold.project import read_facts, read_head, script_location
from tests.scaffold._projects import HOST, write


def test_each_conclusion_has_its_place(tmp_path: Path) -> None:
    found = {(e.fact, e.value, e.source) for e in read_facts(write(tmp_path, HOST)).evidence()}
    assert {
        ("framework", "fastapi", "app/main.py"),
        ("application", "app", "app/main.py:9"),
        ("declarative base", "Base", "app/db.py:10"),
        ("session dependency", "get_db", "app/db.py:14"),
    } <= found


def test_a_session_that_does_not_commit_is_known(tmp_path: Path) -> None:
    (session,) = read_facts(write(tmp_path, HOST)).sessions
    assert session.commits is False


@pytest.mark.parametrize(
    "path", [".venv/lib/x.py", "env/lib/x.py", "node_modules/x.py", "tests/x.py", "app/test_x.py", "conftest.py"]
)
def test_what_is_not_the_project_itself_is_not_read(tmp_path: Path, path: str) -> None:
    root = write(tmp_path, {path: "from fastapi import FastAPI\napp = FastAPI()\n", "env/pyvenv.cfg": ""})
    assert read_facts(root).applications == []


def test_a_file_that_does_not_parse_is_named_and_passed_over(tmp_path: Path) -> None:
    facts = read_facts(write(tmp_path, {"a.py": "app = FastAPI(\n", "b.py": "app = FastAPI()\n"}))
    assert (facts.unread, [each.path for each in facts.applications]) == (["a.py"], ["b.py"])


def test_a_project_is_never_imported(tmp_path: Path) -> None:
    write(tmp_path, {"app/__init__.py": "raise SystemExit('imported')\n", "app/m.py": "import app\nx = FastAPI()\n"})
    assert [each.site.receiver for each in read_facts(tmp_path).applications] == ["x"]


def test_a_pyproject_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedProjectError, match="pyproject"):
        read_facts(write(tmp_path, {"pyproject.toml": "[project\n"}))


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, None),
        ({"alembic.ini": "[alembic]\nscript_location = %(here)s/db/migrations\n"}, "db/migrations"),
        ({"alembic.ini": "[alembic]\nscript_location = alembic\n"}, "alembic"),
        ({"pyproject.toml": '[tool.alembic]\nscript_location = "%(here)s/m"\n'}, "m"),
    ],
    ids=["none", "here", "plain", "pyproject"],
)
def test_the_folder_of_the_migrations_is_read(tmp_path: Path, files: dict[str, str], expected: str | None) -> None:
    root = write(tmp_path, files)
    assert script_location(root, read_facts(root)) == expected


@pytest.mark.parametrize(
    "setting",
    ["script_location = pkg:migrations", "script_location = ../m", "script_location = m\nversion_locations = a"],
)
def test_a_place_of_migrations_that_a_file_does_not_say_is_refused(tmp_path: Path, setting: str) -> None:
    root = write(tmp_path, {"alembic.ini": f"[alembic]\n{setting}\n"})
    with pytest.raises(UnsupportedProjectError):
        script_location(root, read_facts(root))


def migrations(root: Path, **parents: str) -> Path:
    files = {
        f"m/versions/{name}.py": f"revision: str = '{name}'\ndown_revision = {down}\n" for name, down in parents.items()
    }
    return write(root, files)


def test_the_head_is_the_revision_that_none_follows(tmp_path: Path) -> None:
    assert read_head(migrations(tmp_path, a="None", b="'a'", c="('b',)"), "m") == "c"


def test_no_migrations_have_no_head(tmp_path: Path) -> None:
    assert read_head(tmp_path, "m") is None


@pytest.mark.parametrize(
    ("parents", "said"), [({"a": "None", "b": "None"}, "2 heads"), ({"a": "'b'", "b": "'a'"}, "circle")]
)
def test_migrations_without_one_head_are_refused(tmp_path: Path, parents: dict[str, str], said: str) -> None:
    with pytest.raises(UnsupportedProjectError, match=said):
        read_head(migrations(tmp_path, **parents), "m")


def test_a_migration_that_does_not_parse_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedProjectError, match=r"a\.py"):
        read_head(write(tmp_path, {"m/versions/a.py": "revision = (\n"}), "m")


@pytest.mark.parametrize(
    ("files", "packages"),
    [
        ({"src/shop/__init__.py": "", "src/shop/a.py": "import shop.b\n"}, ["src/shop"]),
        ({"src/__init__.py": "", "src/api/__init__.py": "from src.db import x\n"}, ["src"]),
        ({"src/main.py": "from src.db import x\n"}, ["src"]),
    ],
)
def test_src_is_a_package_where_the_code_imports_it(files: dict[str, str], packages: list[str], tmp_path: Path) -> None:
    assert read_facts(write(tmp_path, files)).packages == packages


@pytest.mark.parametrize(
    ("files", "tests"),
    [
        ({"tests/test_a.py": "", "app/tests/conftest.py": ""}, "tests"),
        ({"app/__init__.py": "", "app/tests/conftest.py": ""}, "app/tests"),
        ({"app/__init__.py": "", "app/tests/models.py": ""}, None),
    ],
)
def test_tests_are_in_the_root_or_in_a_package(files: dict[str, str], tests: str | None, tmp_path: Path) -> None:
    assert read_facts(write(tmp_path, files)).tests == tests


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"src/alembic.ini": "[alembic]\nscript_location = migrations\n"}, "src/migrations"),
        ({"src/alembic.ini": "[alembic]\nscript_location = %(here)s/db\n", "alembic.ini": "[alembic]\n"}, None),
        ({"a/alembic.ini": "[alembic]\nscript_location = m\n", "b/alembic.ini": "[alembic]\n"}, None),
    ],
)
def test_alembic_is_configured_in_the_root_or_in_the_one_folder_below(
    files: dict[str, str], place: str | None, tmp_path: Path
) -> None:
    assert script_location(write(tmp_path, files), read_facts(tmp_path)) == place
