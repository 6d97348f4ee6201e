from __future__ import annotations

from pathlib import Path

import pytest

from backwright.mcp_api._declares import declares, has_file


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", '[project]\ndependencies = ["fastapi>=0.121,<1", "uvicorn"]\n'),
        ("pyproject.toml", '[project]\ndependencies = [\n  "FastAPI[standard]",\n]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nfastapi = "^0.115"\n'),
        ("requirements.txt", "uvicorn\nfastapi==0.121.0\n"),
        ("setup.cfg", "[options]\ninstall_requires =\n    fastapi\n"),
    ],
)
def test_a_library_is_declared_where_a_requirement_begins_with_it(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert declares(tmp_path, "flask", "fastapi")
    assert not declares(tmp_path, "flask", "django")


@pytest.mark.parametrize(
    "text",
    [
        '[project]\nclassifiers = ["Framework :: FastAPI"]\n',
        '[project]\ndescription = "Not made with fastapi."\n',
        '[project]\ndependencies = ["my-fastapi", "fastapiutils"]\n',
        "",
    ],
)
def test_a_mention_is_no_declaration(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    assert not declares(tmp_path, "fastapi")


def test_where_there_is_no_project_nothing_is_declared(tmp_path: Path) -> None:
    assert not declares(None, "fastapi")
    assert not declares(tmp_path, "fastapi")
    assert not has_file(None, "alembic.ini")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("fastapi\n", encoding="utf-8")
    (tmp_path / "requirements.txt").symlink_to(tmp_path / "elsewhere")
    assert not declares(tmp_path, "fastapi")
