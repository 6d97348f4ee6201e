"""Two linters of other parties accept every skill: the reference validator of Agent Skills, and skillsaw.

What skillsaw says and we do not follow stands in `NOTED`, by rule, with the reason.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TypedDict

import pytest
from skills_ref.validator import validate  # type: ignore[import-untyped]  # it ships no types

from tests.pack._pages import NAMES, SKILLS

SECONDS = 120
# Read by Backwright itself and named by no sentence that a model reads.
OURS = ("/triggers.yaml", "/checklist.yaml", "/assets/", "/evals/")
NOTED = {
    "agentskill-evals": "our evaluations are folders with a task and its proof; evals.json is another tool's format",
    "agentskill-unreferenced-files": "only what Backwright itself reads: triggers, checklists, templates, evaluations",
    "content-cognitive-chunks": "a short reference with one subject has one heading",
    "content-hook-candidate": "it describes a hook, and is not one",
    "content-inconsistent-terminology": "a word of a quoted command or message beside our own",
    "content-section-length": "a page of decisions is one table; it is read whole or not at all",
    "content-weak-language": "words of an example that shows how not to write, or that say truly how sure one can be",
}


class Violation(TypedDict):
    rule_id: str
    severity: str
    file_path: str
    message: str


@cache
def violations(folder: Path) -> tuple[Violation, ...]:
    """What skillsaw finds in a folder of skills; without it the test that asks is skipped, or fails if it must be."""
    if importlib.util.find_spec("skillsaw") is None:
        why = "skillsaw is not installed (uv sync --all-groups)"
        if os.environ.get("BACKWRIGHT_REQUIRE_SKILLSAW"):
            pytest.fail(why)
        pytest.skip(why)
    options = ["--format", "json", "--no-plugins", "--no-custom-rules", "--no-baseline", "--no-progress", "--verbose"]
    command = [sys.executable, "-m", "skillsaw", "lint", *options, str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=SECONDS, check=False)
    found: list[Violation] = json.loads(done.stdout)["violations"]
    return tuple(found)


@pytest.mark.parametrize("name", NAMES)
def test_the_reference_validator_accepts_a_skill(name: str) -> None:
    assert validate(SKILLS / name) == []


@pytest.mark.parametrize("name", NAMES)
def test_skillsaw_accepts_a_skill_but_for_what_is_noted(name: str) -> None:
    own = [each for each in violations(SKILLS) if f"/{name}/" in f"/{each['file_path']}"]
    assert [each for each in own if each["severity"] == "error"] == []
    assert [each for each in own if each["rule_id"] not in NOTED] == []
    unreferenced = [each["file_path"] for each in own if each["rule_id"] == "agentskill-unreferenced-files"]
    assert [path for path in unreferenced if not any(part in f"/{path}/" or path.endswith(part) for part in OURS)] == []


def test_skillsaw_would_see_a_skill_that_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "skills" / "one"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("---\nname: Other_Name\n---\n\n[gone](references/gone.md)\n", encoding="utf-8")
    errors = {each["rule_id"] for each in violations(tmp_path / "skills") if each["severity"] == "error"}
    assert "agentskill-valid" in errors
