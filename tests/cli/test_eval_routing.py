"""`backwright eval routing` from a shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main

LABELS = """\
{"id": "1", "prompt": "use fastapi-endpoint", "expected": ["fastapi-endpoint"]}
{"id": "2", "prompt": "translate a poem into Latin", "expected": []}
"""


def test_the_skills_own_examples_are_all_found_and_no_near_miss_is_loaded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["eval", "routing", "--json", "--allow-unlocked"]) == 0
    own = json.loads(capsys.readouterr().out)["methods"]["backwright"]
    assert (own["first"], own["near_loaded"]) == (1.0, 0.0)
    assert own["positives"] >= 15 * 8


def test_labels_of_a_file_are_routed_and_written_to_a_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labels, page = tmp_path / "labels.jsonl", tmp_path / "page.html"
    labels.write_text(LABELS, encoding="utf-8")
    assert main(["eval", "routing", "--labels", str(labels), "--page", str(page)]) == 0
    out = capsys.readouterr().out
    assert "1 prompts with a skill, 1 with none" in out
    assert "exact keyword" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_file_that_is_not_there_and_one_that_is_no_labels_are_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.jsonl").write_text("{", encoding="utf-8")
    for name in ("none.jsonl", "bad.jsonl"):
        assert main(["eval", "routing", "--labels", str(tmp_path / name)]) == 2
        assert capsys.readouterr().err


def test_a_skill_needs_a_workspace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "async-concurrency"]) == 2
    assert "--workspace" in capsys.readouterr().err
