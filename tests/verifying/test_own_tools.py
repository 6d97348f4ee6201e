"""A proof keeps to what the project chose: its rules, its checker, its environment."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from backwright.verifying.environment import Environment
from backwright.verifying.proof import STEPS
from backwright.verifying.running import checked_types
from tests.scaffold._projects import HOST, SMALL, kinds, scaffold, write
from tests.verifying.test_verifier import append, outcomes, step, verify

PROJECT = '[project]\nname = "desk"\nversion = "1"\nrequires-python = ">=3.11"\n'
LOOSE = "def loose(value):\n    return value\n"
WRONG = 'length: int = "long"\n'
HERE = Environment(Path(sys.prefix), "the active environment")


def host(root: Path, configuration: str) -> str:
    """A project that is configured so, with an endpoint in it; the path of its router."""
    write(root, {**HOST, "pyproject.toml": f"{PROJECT}\n{configuration}"})
    return next(path for path in kinds(scaffold(root, SMALL), "create") if path.endswith("router.py"))


@pytest.mark.parametrize(
    ("rules", "text", "outcome"),
    [
        ('select = ["TD002"]', "\n# TODO: more\n", "failed"),
        ('select = ["F"]', "\n# TODO: more\n", "passed"),
        ('select = ["F"]\nignore = ["F401"]', "\nimport os\n", "passed"),
        ('select = ["F"]', "\nimport os\n", "failed"),
    ],
)
def test_the_rules_are_those_of_the_project(rules: str, text: str, outcome: str, tmp_path: Path) -> None:
    router = host(tmp_path, f"[tool.ruff]\nline-length = 120\n[tool.ruff.lint]\n{rules}\n")
    append(tmp_path, router, text)
    assert step(verify(tmp_path), "lint").outcome == outcome


def test_the_style_is_that_of_the_project(tmp_path: Path) -> None:
    router = host(tmp_path, "[tool.ruff.format]\nquote-style = 'single'\n")
    assert "'" in (tmp_path / router).read_text(encoding="utf-8").replace("'s ", "")
    assert step(verify(tmp_path), "format").outcome == "passed"
    append(tmp_path, router, '\nX = "double"\n')
    assert step(verify(tmp_path), "format").outcome == "failed"


@pytest.mark.parametrize(
    ("configuration", "text", "outcome"),
    [
        ("[tool.mypy]\ncheck_untyped_defs = true\n", LOOSE, "passed"),
        ("[tool.mypy]\nstrict = true\n", LOOSE, "failed"),
        ('[tool.basedpyright]\ntypeCheckingMode = "basic"\n', LOOSE, "passed"),
        ('[tool.basedpyright]\ntypeCheckingMode = "basic"\n', WRONG, "failed"),
    ],
)
def test_the_types_are_checked_as_the_project_does(configuration: str, text: str, outcome: str, tmp_path: Path) -> None:
    # It imports nothing, for to read the libraries takes most of the time.
    write(tmp_path, {"pyproject.toml": f"{PROJECT}\n{configuration}", "app/made.py": text})
    found = checked_types(tmp_path, ["app/made.py"], HERE)
    assert found.outcome == outcome, found
    assert (outcome == "failed") == any("app/made.py:" in line for line in found.lines)


def test_all_of_it_runs_in_the_environment_of_the_project(tmp_path: Path) -> None:
    root = tmp_path / "my shop"
    root.mkdir()
    scaffold(root, SMALL)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root / ".venv")], check=True, timeout=120)
    (packages,) = (root / ".venv/lib").glob("python*/site-packages")
    (packages / "ours.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    where = f"import sys\n\n\ndef test_where() -> None:\n    assert sys.prefix == {str(root / '.venv')!r}\n"
    text = (root / "tests/test_notes_api.py").read_text(encoding="utf-8")
    body = where.removeprefix("import sys\n")
    write(root, {"tests/test_notes_api.py": text.replace("\nimport ", "\nimport sys\nimport ", 1) + body})
    proof = verify(root, "full", active=None)
    assert {**outcomes(proof), "lint": "", "format": ""} == {**dict.fromkeys(STEPS, "passed"), "lint": "", "format": ""}
