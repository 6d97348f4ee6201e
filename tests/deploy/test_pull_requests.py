"""Where pull requests live: the action's steps are run on a real repository, and each file is held to its schema."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from backwright.cli.main import parser
from tests.review._git import git

ROOT = Path(__file__).parent.parent.parent
ACTION = ROOT / ".github" / "actions" / "review"
BASH = shutil.which("bash") or "bash"
BIN = Path(sys.executable).parent
CLEAN = "def total(values: list[int]) -> int:\n    return sum(values)\n"
DEFECT = """
from pathlib import Path


async def load(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def first(values: list[int] = []) -> int:
    try:
        return values[0]
    except Exception:
        pass
    return 0
"""


@dataclass(frozen=True)
class PullRequest:
    """A clone with a pull request's branch, as a runner has it: one commit deep."""

    clone: Path
    base: str
    head: str


@pytest.fixture(scope="module")
def pull_request(tmp_path_factory: pytest.TempPathFactory) -> PullRequest:
    folder = tmp_path_factory.mktemp("pulls")
    origin, clone = folder / "origin", folder / "clone"
    origin.mkdir()
    git(origin, "init", "--quiet", "--initial-branch=main")
    git(origin, "config", "uploadpack.allowAnySHA1InWant", "true")
    (origin / "app.py").write_text(CLEAN, encoding="utf-8")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message", "one")
    git(origin, "checkout", "--quiet", "-b", "work")
    (origin / "app.py").write_text(CLEAN + DEFECT, encoding="utf-8")
    git(origin, "commit", "--quiet", "--all", "--message", "two")
    git(origin, "checkout", "--quiet", "main")
    (origin / "README.md").write_text("# Shop\n", encoding="utf-8")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "--message", "three")
    base, head = (git(origin, "rev-parse", name).decode().strip() for name in ("main", "work"))
    git(origin, "checkout", "--quiet", "-b", "merge")
    git(origin, "merge", "--quiet", "--no-edit", "work")
    git(folder, "clone", "--quiet", "--depth=1", "--branch=merge", origin.as_uri(), str(clone))
    # What a pull request may bring along: a module that the standard library has too.
    (clone / "json.py").write_text("open('imported', 'w').close()\n", encoding="utf-8")
    return PullRequest(clone, base, head)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    outputs: dict[str, str]
    summary: str
    temp: Path
    posted: Path


def run_action(pull_request: PullRequest, folder: Path, **inputs: str) -> Ran:
    """The action's own step as a runner executes it: its expressions filled in, its `run` given to bash."""
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][0]
    values = {f"inputs.{name}": str(each["default"]) for name, each in action["inputs"].items()}
    values |= {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
    event = {
        "github.action_path": str(ACTION),
        "github.token": "t0ken",
        "github.event.pull_request.base.sha": pull_request.base,
        "github.event.pull_request.head.sha": pull_request.head,
        "github.event.pull_request.number": "7",
    }

    def filled(text: str) -> str:
        for _ in range(2):
            text = re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: {**event, **values}[found[1]], text)
        return text

    programs = folder / "bin"
    programs.mkdir()
    # The package is this checkout's; what is installed of it is what is tested.
    shim(programs / "uvx", f'shift 4; exec "{sys.executable}" -P -m backwright "$@"')
    shim(programs / "gh", f'printf "%s\\n" "$@" > "{folder}/gh.txt"; cp "${{@: -1}}" "{folder}/posted.json"')
    written = {"GITHUB_OUTPUT": folder / "output", "GITHUB_STEP_SUMMARY": folder / "summary"}
    for path in written.values():
        path.touch()
    environment = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "HOME": str(folder),
        "RUNNER_TEMP": str(folder),
        "GITHUB_REPOSITORY": "shop/shop",
        **{name: str(path) for name, path in written.items()},
        **{name: filled(value) for name, value in step["env"].items()},
    }
    done = subprocess.run(
        [BASH, "-eo", "pipefail", "-c", step["run"]],
        cwd=pull_request.clone,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    lines = written["GITHUB_OUTPUT"].read_text(encoding="utf-8").splitlines()
    outputs = dict(line.split("=", 1) for line in lines)
    summary = written["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
    return Ran(done.returncode, done.stdout + done.stderr, outputs, summary, folder, folder / "posted.json")


def shim(path: Path, command: str) -> None:
    path.write_text(f"#!/usr/bin/env bash\n{command}\n", encoding="utf-8")
    path.chmod(0o755)


def test_the_action_reviews_what_the_pull_request_adds_and_fails_by_severity(
    pull_request: PullRequest, tmp_path: Path
) -> None:
    ran = run_action(pull_request, tmp_path, fail_on="warning", comments="true")
    assert ran.code == 1, ran.out
    lines = CLEAN.count("\n") + 1 + DEFECT[1:].splitlines().index("def first(values: list[int] = []) -> int:") + 1
    assert re.search(rf"^::\w+ file=app\.py,line={lines},.*B006", ran.out, re.MULTILINE)
    assert "README.md" not in ran.out
    sarif = json.loads(Path(ran.outputs["sarif"]).read_text(encoding="utf-8"))
    assert len(sarif["runs"][0]["results"]) == int(ran.outputs["findings"]) > 0
    assert "B006" in ran.summary
    posted = json.loads(ran.posted.read_text(encoding="utf-8"))
    assert posted["commit_id"] == pull_request.head
    assert {comment["path"] for comment in posted["comments"]} == {"app.py"}
    assert "repos/shop/shop/pulls/7/reviews" in (tmp_path / "gh.txt").read_text(encoding="utf-8")


def test_a_module_of_the_pull_request_s_own_is_not_imported_by_the_action(
    pull_request: PullRequest, tmp_path: Path
) -> None:
    ran = run_action(pull_request, tmp_path, fail_on="never", comments="true")
    assert (ran.code, ran.posted.exists()) == (0, True), ran.out
    assert not (pull_request.clone / "imported").exists()


def test_findings_that_do_not_fail_are_told_all_the_same_and_nothing_is_posted_unasked(
    pull_request: PullRequest, tmp_path: Path
) -> None:
    ran = run_action(pull_request, tmp_path, fail_on="never")
    assert ran.code == 0, ran.out
    assert int(ran.outputs["findings"]) > 0
    assert not ran.posted.exists()


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"base": "$(touch pwned)"}, "no base commit"),
        ({"base": ""}, "no base commit"),
        ({"fail_on": "never; touch pwned"}, "fail-on is"),
        ({"profile": "--root=/"}, "profile is"),
    ],
)
def test_an_input_never_becomes_a_command(
    inputs: dict[str, str], said: str, pull_request: PullRequest, tmp_path: Path
) -> None:
    ran = run_action(pull_request, tmp_path, **inputs)
    assert ran.code == 2
    assert f"::error title=Backwright::{said}" in ran.out
    assert not (pull_request.clone / "pwned").exists()


def test_no_expression_stands_inside_a_script() -> None:
    steps = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))["runs"]["steps"]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    assert "${{" not in (ACTION / "review.sh").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("schema", "path"),
    [("vendor.github-actions", ".github/actions/review/action.yml"), ("vendor.gitlab-ci", ".gitlab/review.yml")],
)
def test_a_file_has_the_form_that_its_host_reads(schema: str, path: str, tmp_path: Path) -> None:
    # GitLab reads the job, which stands behind the inputs, with their values filled in.
    text = (ROOT / path).read_text(encoding="utf-8").rpartition("\n---\n")[2]
    read = tmp_path / "file.yml"
    read.write_text(re.sub(r"\$\[\[ inputs\.[a-z-]+ \]\]", "value", text), encoding="utf-8")
    command = [str(BIN / "check-jsonschema"), "--builtin-schema", schema, str(read)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_the_guide_s_workflow_has_the_form_that_github_reads_and_names_inputs_that_there_are(tmp_path: Path) -> None:
    guide = (ROOT / "server" / "docs" / "pull-requests.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```yaml\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    workflow, hooks = (yaml.safe_load(block) for block in blocks)
    (tmp_path / "review.yml").write_text(blocks[0], encoding="utf-8")
    command = [
        str(BIN / "check-jsonschema"),
        "--builtin-schema",
        "vendor.github-workflows",
        str(tmp_path / "review.yml"),
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    step = workflow["jobs"]["review"]["steps"][-1]
    assert f"/{ACTION.relative_to(ROOT).as_posix()}@" in step["uses"]
    action = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
    assert set(step["with"]) <= set(action["inputs"])
    (offered,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hooks["repos"][0]["hooks"] == [{"id": offered["id"]}]


@pytest.mark.parametrize("path", [".gitlab/review.yml", ".pre-commit-hooks.yaml"])
def test_each_command_in_it_is_one_that_backwright_takes(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    commands = [
        line.split("backwright ", 1)[1] for line in text.splitlines() if re.match(r".*(- |entry: )backwright ", line)
    ]
    assert commands
    for command in commands:
        words = command.replace('"$CI_MERGE_REQUEST_DIFF_BASE_SHA...HEAD"', "a...b").replace('"$FAIL_ON"', "error")
        assert parser().parse_args(words.split()).command == "review"


def test_pre_commit_takes_the_hook() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (hook["id"], hook["pass_filenames"]) == ("backwright-review", False)


def test_the_hook_stops_a_commit_with_a_finding_and_lets_a_clean_one_through(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    git(tmp_path, "init", "--quiet")
    for text, code in ((CLEAN, 0), (CLEAN + DEFECT, 1)):
        (tmp_path / "app.py").write_text(text, encoding="utf-8")
        git(tmp_path, "add", ".")
        command = [sys.executable, "-m", *hook["entry"].split()]
        done = subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, text=True, timeout=60)
        assert done.returncode == code, done.stdout + done.stderr
