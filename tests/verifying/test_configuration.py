from __future__ import annotations

from pathlib import Path

import pytest

from backwright.verifying.configuration import checker_of, foreign_ruff, has_ruff, line_length, measures_coverage
from tests.scaffold._projects import write


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, None),
        ({"pyproject.toml": "[tool.other]\n"}, None),
        ({"pyproject.toml": "not toml = ["}, None),
        ({"pyproject.toml": "[tool.mypy]\nstrict = true\n"}, ("mypy", False)),
        ({"pyproject.toml": '[tool.mypy]\nfiles = ["src"]\n'}, ("mypy", True)),
        ({"mypy.ini": "[mypy]\n"}, ("mypy", False)),
        ({"setup.cfg": "[mypy]\npackages = shop\n"}, ("mypy", True)),
        ({"setup.cfg": "[flake8]\n"}, None),
        ({"mypy.ini": "no section\n"}, None),
        ({"pyproject.toml": "[tool.pyright]\n"}, ("pyright", False)),
        ({"pyrightconfig.json": "{}"}, ("pyright", False)),
        ({"pyproject.toml": "[tool.basedpyright]\n"}, ("basedpyright", False)),
        ({"pyproject.toml": "[tool.pyright]\n[tool.mypy]\n"}, ("mypy", False)),
    ],
)
def test_the_checker_is_the_one_that_the_project_configures(
    tmp_path: Path, files: dict[str, str], found: tuple[str, bool] | None
) -> None:
    assert checker_of(write(tmp_path, files)) == found


@pytest.mark.parametrize("name", ["ruff.toml", ".ruff.toml"])
def test_a_file_of_ruff_configures_it(tmp_path: Path, name: str) -> None:
    assert not has_ruff(tmp_path)
    assert has_ruff(write(tmp_path, {name: "line-length = 100\n"}))


def test_a_project_table_without_ruff_configures_none(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.black]\nline-length = 100\n"})
    assert not has_ruff(tmp_path)
    assert line_length(tmp_path) == 100


@pytest.mark.parametrize("given", ["10", "true", '"100"', "1_000_000"])
def test_a_length_that_no_ruff_takes_is_the_usual_one(tmp_path: Path, given: str) -> None:
    assert line_length(write(tmp_path, {"pyproject.toml": f"[tool.black]\nline-length = {given}\n"})) == 88


@pytest.mark.parametrize(
    ("files", "foreign"),
    [
        ({"ruff.toml": 'extend = "/etc/passwd"\n'}, "ruff.toml"),
        ({"ruff.toml": 'extend = "~/.netrc"\n'}, "ruff.toml"),
        ({"ruff.toml": 'extend = "$HOME/.netrc"\n'}, "ruff.toml"),
        ({"app/ruff.toml": 'extend = "../../x.toml"\n'}, "app/ruff.toml"),
        ({"pyproject.toml": '[tool.ruff]\nextend = "../x.toml"\n'}, "pyproject.toml"),
        ({"ruff.toml": 'extend = "a.toml"\n', "a.toml": 'extend = "../b.toml"\n'}, "ruff.toml"),
        ({"ruff.toml": 'extend = "ruff.toml"\n'}, "ruff.toml"),
        ({"app/ruff.toml": 'extend = "../ruff.toml"\n', "ruff.toml": "line-length = 99\n"}, None),
        ({"other/ruff.toml": 'extend = "/etc/passwd"\n'}, None),
        ({"ruff.toml": 'extend = "missing.toml"\n'}, None),
        ({}, None),
    ],
)
def test_a_configuration_that_leads_out_of_the_project_is_named(
    tmp_path: Path, files: dict[str, str], foreign: str | None
) -> None:
    assert foreign_ruff(write(tmp_path, files), ["app/api/orders.py"]) == foreign


def test_a_configuration_that_is_a_link_leads_out(tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").symlink_to("/etc/hostname")
    assert foreign_ruff(tmp_path, ["orders.py"]) == "ruff.toml"


@pytest.mark.parametrize(
    ("files", "measured"),
    [
        ({"pytest.ini": "[pytest]\naddopts = --cov=app --cov-fail-under=90\n"}, True),
        ({"pytest.ini": "[pytest]\n"}, False),
    ],
)
def test_coverage_is_known_from_the_options(tmp_path: Path, files: dict[str, str], *, measured: bool) -> None:
    assert measures_coverage(write(tmp_path, files)) is measured
