from __future__ import annotations

import os
from pathlib import Path

import pytest

from backwright.verifying.environment import Environment, find_environment, inherited
from tests.scaffold._projects import write


def made(folder: Path) -> Path:
    return write(folder, {"pyvenv.cfg": "", "bin/python": ""})


@pytest.mark.parametrize("name", [".venv", "venv"])
def test_an_environment_in_the_project_is_its_own(tmp_path: Path, name: str) -> None:
    made(tmp_path / name)
    made(tmp_path / "active")
    assert find_environment(tmp_path, tmp_path / "active") == Environment(tmp_path / name, name)


def test_the_active_environment_serves_a_project_without_one(tmp_path: Path) -> None:
    made(tmp_path / "active")
    found = find_environment(tmp_path / "project", tmp_path / "active")
    assert found == Environment(tmp_path / "active", "the active environment")


def test_a_folder_that_is_no_environment_is_none(tmp_path: Path) -> None:
    write(tmp_path, {".venv/bin/python": "", "venv/pyvenv.cfg": ""})
    assert find_environment(tmp_path, tmp_path / "active") is None


def test_programs_inherit_no_secret_no_python_settings_and_no_way_out(tmp_path: Path) -> None:
    given = {
        "HOME": "/home/me",
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin",
        "OPENAI_API_KEY": "sk-1",
        "DATABASE_URL": "postgresql://me:secret@db/live",
        "PYTHONPATH": "/elsewhere",
        "PYTEST_ADDOPTS": "--pdb",
        "LD_PRELOAD": "x.so",
    }
    environment = inherited(Environment(tmp_path / ".venv", ".venv"), given)
    assert environment["PATH"] == f"{tmp_path / '.venv' / 'bin'}{os.pathsep}/usr/bin"
    assert (environment["HOME"], environment["VIRTUAL_ENV"]) == ("/home/me", str(tmp_path / ".venv"))
    assert (environment["UV_OFFLINE"], environment["PIP_NO_INDEX"]) == ("1", "1")
    assert environment["NO_PROXY"] == "localhost,127.0.0.1,::1"
    left = {"OPENAI_API_KEY", "DATABASE_URL", "PYTHONPATH", "PYTEST_ADDOPTS", "LD_PRELOAD"}
    assert left.isdisjoint(environment)
    assert not [value for value in environment.values() if "secret" in value]


def test_a_program_of_ours_belongs_to_no_environment() -> None:
    assert "VIRTUAL_ENV" not in inherited(None, {"PATH": "/usr/bin", "VIRTUAL_ENV": "/x"})
