"""`backwright detect`: what backwright.yaml could say, printed, as JSON, and written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.scaffold._projects import HOST, write


def test_the_proposal_is_printed_as_yaml_with_its_evidence_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["detect", "--root", str(write(tmp_path, HOST))]) == 0
    out = capsys.readouterr().out
    assert "# app/main.py:8 FastAPI(\nframework: fastapi\n" in out
    assert "  session: app.db:get_db\n" in out
    assert not (tmp_path / "backwright.yaml").exists()


def test_written_it_is_there_and_a_second_time_there_is_nothing_to_add(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(write(tmp_path, HOST))
    assert main(["detect", "--root", root, "--write", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert first["context"]["layout"] == {"package": "app", "tests": "tests", "migrations": "alembic"}
    assert first["written"]["added"] == [each["name"] for each in first["members"]]
    assert main(["detect", "--root", root, "--write"]) == 0
    out = capsys.readouterr().out
    assert "nothing that backwright.yaml does not say" in out
    assert "nothing added" in out


def test_a_question_is_printed_with_its_choices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {**HOST, "app/site.py": "from flask import Flask\n\nsite = Flask(__name__)\n"})
    assert main(["detect", "--root", str(tmp_path)]) == 0
    assert "# framework? the project has more than one framework" in capsys.readouterr().out


def test_a_root_that_is_no_folder_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", "--root", str(tmp_path / "none")]) == 2
    assert "there is no folder" in capsys.readouterr().err
