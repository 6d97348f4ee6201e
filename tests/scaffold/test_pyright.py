"""Pyright's judgement, in its strict mode, of what the templates of FastAPI make.

The endpoints of every example, in hosts and alone, are judged in one run in `test_database.py`.

It is basedpyright that runs: pyright's own checks in a wheel that brings its Node along, so that nothing is fetched. In
`strict` mode the checks are those of pyright and no more.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from tests.scaffold._projects import SMALL, scaffold, write
from tests.scaffold._services import ALL, NONE, scaffold_service

STRICT = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "extraPaths": ["src"], "include": ["src", "tests"]}


class Summary(BaseModel):
    filesAnalyzed: int  # noqa: N815  pyright's name


class Found(BaseModel):
    file: str
    message: str


class Report(BaseModel):
    """What `--outputjson` gives, as far as it is read here."""

    summary: Summary
    generalDiagnostics: list[Found]  # noqa: N815  pyright's name


def checked(root: Path) -> Report:
    """What pyright says of a project, which has to configure it."""
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode in {0, 1}, done.stderr
    return Report.model_validate_json(done.stdout)


@pytest.mark.parametrize("values", [ALL, NONE], ids=["all", "none"])
def test_a_service_with_an_endpoint_is_clean_as_it_configures_it(values: dict[str, object], tmp_path: Path) -> None:
    scaffold_service(tmp_path / "desk", values)
    if values is ALL:
        scaffold(tmp_path / "desk", SMALL)
    report = checked(tmp_path / "desk")
    assert report.generalDiagnostics == []
    assert report.summary.filesAnalyzed > 10


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    files = {"pyrightconfig.json": json.dumps(STRICT), "src/a.py": "def f(x):\n    return x + 1\n"}
    assert checked(write(tmp_path, files)).generalDiagnostics != []
