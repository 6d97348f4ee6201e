"""The guides to a skill, a rule and a template are followed word for word, and what they promise is there."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from backwright.cli.main import main
from backwright.contexts.project_file import parse_project
from tests.scaffold._projects import write

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "server" / "docs"
GUIDES = sorted(DOCS.glob("*.md"))
_FILE = re.compile(r"^`([\w./-]+)`:\n\n(`{3,4})\w+\n(.*?)^\2$", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^(`{3,4})(\w*)[^\n]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
SCREEN = 100
"""Lines; the longest shows three files whole."""


def files_of(name: str) -> Mapping[str, str]:
    """The files that a guide has its reader write, by path."""
    text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    return {match[1]: match[3] for match in _FILE.finditer(text)}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout in which the guide to rules was followed."""
    root = tmp_path_factory.mktemp("checkout")
    # With what Python compiled of it: that is valid for a copy with the same times.
    for name in ("server/backwright", "tests/review"):
        shutil.copytree(ROOT / name, root / name)
    for name in ("skills", "manifest.yaml"):
        (root / name).symlink_to(ROOT / name)
    return write(root, dict(files_of("rules")))


def test_a_rule_written_as_the_guide_says_finds_its_line(checkout: Path) -> None:
    page = files_of("rules")["server/backwright/review/rules/reloader_in_service.md"]
    diffs = re.findall(r"^```diff\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    write(checkout, {"change.diff": "".join(diffs)})
    said = {**os.environ, "PYTHONPATH": str(checkout / "server")}
    run = [sys.executable, "-m", "backwright", "review", "change.diff", "--format", "github"]
    ended = subprocess.run(run, cwd=checkout, env=said, capture_output=True, text=True, check=False)
    assert len(diffs) == 2
    assert re.findall(r"file=(\S+?),line=(\d+).*BW299", ended.stdout) == [("app/serve.py", "4")]


def test_the_page_of_that_rule_passes_the_tests_of_pages(checkout: Path) -> None:
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/review/test_rules.py", "-k", "BW299"]
    said = {**os.environ, "PYTHONPATH": str(checkout / "server")}
    ended = subprocess.run(run, cwd=checkout, env=said, capture_output=True, text=True, check=False)
    assert re.search(r"^14 passed", ended.stdout, re.MULTILINE), ended.stdout[-2_000:]


def test_a_skill_written_as_the_guide_says_is_sound_and_routed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["new", "skill", "queue-workers", "--trigger", "queue worker", "--into", "notes"]) == 0
    write(tmp_path, dict(files_of("skills")))
    assert main(["lint", "notes"]) == 0
    capsys.readouterr()
    assert main(["route", "our queue worker loses messages", "--skills", "notes"]) == 0
    assert "queue-workers" in capsys.readouterr().out.splitlines()[0]


def test_the_code_of_that_skill_runs_as_it_stands() -> None:
    page = files_of("skills")["notes/queue-workers/SKILL.md"]
    module, test = (block[2] for block in _BLOCK.findall(page))
    names: dict[str, object] = {}
    exec(compile(module + test, "SKILL.md", "exec"), names)  # noqa: S102  a page of our own
    run = names["test_a_message_that_comes_twice_is_handled_once"]
    assert callable(run)
    run()


def test_a_template_written_as_the_guide_says_writes_its_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = {
        "pyproject.toml": '[project]\nname = "desk"\nversion = "1"\ndependencies = ["fastapi"]\n',
        "app/__init__.py": "",
        "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
        '@app.get("/orders/{order_id}")\nasync def read_order(order_id: int) -> dict[str, int]:\n    return {}\n',
    }
    monkeypatch.chdir(write(tmp_path, project | dict(files_of("templates"))))
    plan = ["scaffold", "test", "GET", "/orders/{order_id}", "--template", "smoke", "--allow-unlocked"]
    made = tmp_path / "tests/test_smoke_get_orders_order_id.py"
    assert main(plan) == 0
    assert not made.exists()
    assert main([*plan, "--apply"]) == 0
    capsys.readouterr()
    text = made.read_text(encoding="utf-8")
    assert text.startswith('"""GET /orders/{order_id} is there."""\n')
    ran = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "tests"]
    ended = subprocess.run(
        ran, cwd=tmp_path, env={**os.environ, "PYTHONPATH": "."}, capture_output=True, text=True, check=False
    )
    assert "1 passed" in ended.stdout, ended.stdout


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_block_of_a_guide_is_what_it_says(guide: Path) -> None:
    for _, language, text in _BLOCK.findall(guide.read_text(encoding="utf-8")):
        if language == "python" and "<<" not in text:
            ast.parse(text)
        elif language == "yaml":
            assert yaml.safe_load(text)
        elif language == "json":
            assert json.loads(text)


def test_the_project_files_of_the_guides_validate() -> None:
    assert parse_project(files_of("templates")["backwright.yaml"].encode()).templates == ("tools/templates",)
    page = (DOCS / "conventions.md").read_text(encoding="utf-8")
    project = parse_project(next(text for _, language, text in _BLOCK.findall(page) if language == "yaml").encode())
    assert (project.review.baseline, project.exclude) == ("known.json", ("vendor/**",))


@pytest.mark.parametrize("name", ["skills", "rules", "templates", "security", "peers", "shell", "conventions"])
def test_a_guide_is_one_page_long(name: str) -> None:
    assert len((DOCS / f"{name}.md").read_text(encoding="utf-8").splitlines()) <= SCREEN
