"""Proof on the spot: real scaffolds in real projects, with what a user may have done to them since."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from backwright.app import App
from backwright.errors import InvalidInputError, PathOutsideRootError, UnsupportedProjectError
from backwright.review.watch import Cancelled, Progress, Watch
from backwright.settings import Settings
from backwright.verifying.environment import Environment
from backwright.verifying.proof import STEPS, Level, Proof, Step
from backwright.verifying.running import checked_types, passed_tests
from backwright.verifying.verifier import Verifying
from tests.scaffold._projects import HOST, SMALL, scaffold, tree, write

ROUTER = "src/shop/api/v1/notes.py"
TESTS = "tests/test_notes_api.py"
HERE = Environment(Path(sys.prefix), "the active environment")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    scaffold(folder, SMALL)
    return folder


def verify(root: Path, level: Level = "fast", *, active: Path | None = Path(sys.prefix)) -> Proof:
    app = App(Settings(root=root, allow_unlocked=True, environment=active))
    return Verifying(app).verify("note", level)


def outcomes(proof: Proof) -> dict[str, str]:
    return {step.name: step.outcome for step in proof.steps}


def step(proof: Proof, name: str) -> Step:
    return next(each for each in proof.steps if each.name == name)


def append(root: Path, path: str, text: str) -> None:
    (root / path).write_text((root / path).read_text(encoding="utf-8") + text, encoding="utf-8")


def test_what_was_just_generated_passes_every_step_and_leaves_nothing_behind(root: Path) -> None:
    before = {path.relative_to(root).as_posix() for path in root.rglob("*")}
    proof = verify(root, "full")
    assert outcomes(proof) == dict.fromkeys(STEPS, "passed"), proof
    assert " passed" in step(proof, "tests").reason
    assert {path.relative_to(root).as_posix() for path in root.rglob("*")} == before
    assert not proof.failed


def test_fast_says_of_what_executes_the_project_that_it_was_not_run(root: Path) -> None:
    proof = verify(root)
    static = dict.fromkeys(("format", "lint", "compile", "review"), "passed")
    assert outcomes(proof) == {**static, "types": "not run", "tests": "not run"}
    assert not proof.failed


def test_a_full_proof_without_an_environment_makes_none(root: Path) -> None:
    before = tree(root)
    proof = verify(root, "full", active=None)
    assert [step(proof, name).outcome for name in ("types", "tests")] == ["not run", "not run"]
    assert "uv sync" in step(proof, "tests").reason
    assert tree(root) == before


@pytest.mark.parametrize(
    ("path", "text", "failing", "said"),
    [
        (ROUTER, "\nx = [ 1,2 ]\n", "format", ROUTER),
        (ROUTER, "\nimport os\n", "lint", "F401"),
        (ROUTER, "\ndef (:\n", "compile", f"{ROUTER}:"),
        (ROUTER, "\ndef add(found: list[int] = []) -> None:\n    found.append(1)\n", "review", f"{ROUTER}:"),
    ],
)
def test_what_a_user_broke_since_fails_in_its_step_with_its_first_lines(
    root: Path, path: str, text: str, failing: str, said: str
) -> None:
    append(root, path, text)
    found = step(verify(root), failing)
    assert found.outcome == "failed"
    assert any(said in line for line in found.lines), found


def test_a_wrong_type_and_a_failing_test_fail_in_their_steps(root: Path) -> None:
    append(root, ROUTER, '\nlength: int = "long"\n')
    append(root, TESTS, "\n\ndef test_the_impossible() -> None:\n    assert 1 == 2\n")
    proof = verify(root, "full")
    types, tests = step(proof, "types"), step(proof, "tests")
    assert (types.outcome, tests.outcome) == ("failed", "failed")
    assert any(line.startswith(f"{ROUTER}:") and "[assignment]" in line for line in types.lines)
    assert any("test_the_impossible" in line for line in tests.lines)
    assert "1 failed" in tests.reason
    assert proof.failed


def test_errors_of_types_elsewhere_are_not_those_of_the_scaffold(tmp_path: Path) -> None:
    project = '[project]\nname = "shop"\nversion = "1"\n\n[tool.mypy]\nstrict = true\nfiles = ["src"]\n'
    mine = {"pyproject.toml": project, "src/shop/mine.py": 'length: int = "long"\n'}
    types = checked_types(write(tmp_path, {**mine, ROUTER: "paths: list[str] = []\n"}), [ROUTER], HERE)
    assert types.outcome == "passed"
    assert "not generated" in types.reason


def test_a_project_without_rules_is_held_to_ours_and_told_so(tmp_path: Path) -> None:
    plain = {**HOST, "pyproject.toml": '[project]\nname = "desk"\nversion = "1"\n'}
    scaffold(write(tmp_path, plain), SMALL)
    proof = verify(tmp_path)
    assert [step(proof, name).outcome for name in ("format", "lint")] == ["passed", "passed"]
    assert "our defaults" in step(proof, "lint").reason


def test_a_project_that_configures_no_checker_has_no_types_checked(tmp_path: Path) -> None:
    scaffold(write(tmp_path, HOST), SMALL)
    found = checked_types(tmp_path, ["app/notes/router.py"], HERE)
    assert (found.outcome, found.reason) == ("not run", "the project configures neither mypy nor pyright")


def test_fast_executes_nothing_of_the_project_whatever_it_holds(root: Path) -> None:
    mark = 'open("executed", "w").close()\n'
    script = f"#!{sys.executable}\n{mark}"
    programs = {f".venv/bin/{name}": script for name in ("python", "ruff", "mypy", "pytest")}
    write(root, {".venv/pyvenv.cfg": "", "conftest.py": mark, "sitecustomize.py": mark, "ruff.py": mark, **programs})
    for name in programs:
        (root / name).chmod(0o755)
    append(root, ROUTER, f"\n{mark}")
    proof = verify(root)
    assert not (root / "executed").exists()
    assert step(proof, "types").outcome == "not run"


def test_the_projects_own_environment_goes_before_the_active_one(root: Path) -> None:
    script = f'#!{sys.executable}\nimport sys\nsys.exit("ours: No module named pytest")\n'
    write(root, {".venv/pyvenv.cfg": "", ".venv/bin/python": script})
    (root / ".venv/bin/python").chmod(0o755)
    assert (
        step(verify(root, "full"), "tests").reason == "pytest is not installed in .venv; nothing is installed for you"
    )


def test_no_secret_of_this_process_reaches_a_test(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_API_TOKEN", "0123456789abcdef")
    text = '\n\ndef test_the_environment() -> None:\n    assert "SHOP_API_TOKEN" not in os.environ\n'
    body = (root / TESTS).read_text(encoding="utf-8")
    (root / TESTS).write_text(body.replace("\nimport ", "\nimport os\nimport ", 1) + text, encoding="utf-8")
    assert "import os\n" in (root / TESTS).read_text(encoding="utf-8")
    tests = passed_tests(root, [TESTS], HERE)
    assert tests.outcome == "passed", tests
    assert os.environ["SHOP_API_TOKEN"]


def test_ruff_is_led_to_no_file_outside_of_the_project(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text('token = "0123456789abcdef"\n', encoding="utf-8")
    write(root, {"src/shop/api/ruff.toml": 'extend = "../../../../secret.toml"\n'})
    proof = verify(root)
    for name in ("format", "lint"):
        assert step(proof, name).reason == "src/shop/api/ruff.toml extends a file outside of the project"
    assert "0123456789abcdef" not in str(proof)


def test_a_configuration_that_ruff_refuses_is_no_failure_of_the_scaffold(root: Path) -> None:
    write(root, {"ruff.toml": 'required-version = "==0.0.1"\n'})
    found = step(verify(root), "lint")
    assert (found.outcome, found.reason) == ("not run", "ruff does not run here")
    assert any("0.0.1" in line for line in found.lines)


def test_a_configuration_that_fixes_writes_nothing(root: Path) -> None:
    append(root, "pyproject.toml", "")
    text = (root / "pyproject.toml").read_text(encoding="utf-8").replace("[tool.ruff]\n", "[tool.ruff]\nfix = true\n")
    (root / "pyproject.toml").write_text(text, encoding="utf-8")
    append(root, ROUTER, "\nimport os\n")
    before = tree(root)
    assert step(verify(root), "lint").outcome == "failed"
    assert tree(root) == before


def test_what_was_deleted_is_not_verified_and_nothing_left_is_said(root: Path) -> None:
    for path in list(root.rglob("*.py")):
        path.unlink()
    proof = verify(root)
    assert set(outcomes(proof).values()) == {"not run"}
    assert proof.files == 0


def test_a_record_cannot_name_an_option_or_a_file_elsewhere(root: Path, tmp_path: Path) -> None:
    path = root / ".scaffold/note.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    write(root, {"--output-file=owned.py": "x = 1\n"})
    path.write_text(json.dumps({**record, "files": {"--output-file=owned.py": "sha256:0"}}), encoding="utf-8")
    assert step(verify(root), "compile").outcome == "passed"
    assert not (root / "owned.py").exists()
    (tmp_path / "other.py").write_text("x = 1\n", encoding="utf-8")
    path.write_text(json.dumps({**record, "files": {"../other.py": "sha256:0"}}), encoding="utf-8")
    with pytest.raises(PathOutsideRootError):
        verify(root)


def test_a_record_that_names_more_files_than_a_scaffold_makes_is_refused(root: Path) -> None:
    path = root / ".scaffold/note.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    files = {f"m{number}.py": "sha256:0" for number in range(500)}
    path.write_text(json.dumps({**record, "files": files}), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="records name 5"):
        verify(root)


def test_a_resource_that_was_never_made_is_named_with_those_that_were(root: Path) -> None:
    with pytest.raises(InvalidInputError) as refused:
        Verifying(App(Settings(root=root, allow_unlocked=True))).verify("../note")
    assert refused.value.hint == "known are: note"


def test_a_server_without_a_project_verifies_nothing() -> None:
    for level in ("fast", "full"):
        with pytest.raises(UnsupportedProjectError, match="no project"):
            Verifying(App(Settings(allow_unlocked=True))).verify("note", level)


def test_progress_names_each_step_and_never_falls(root: Path) -> None:
    heard: list[Progress] = []
    with Watch(tell=heard.append).kept():
        verify(root)
    shares = [each.percent for each in heard]
    assert shares == sorted(set(shares))
    messages = [each.message for each in heard]
    wanted = ["checking the format", "linting", "compiling", "reviewing"]
    assert [message for message in messages if message in wanted] == wanted
    assert messages[-1] == "writing the report"


def test_a_proof_that_nobody_waits_for_ends(root: Path) -> None:
    watch = Watch()
    watch.cancel()
    with watch.kept(), pytest.raises(Cancelled):
        verify(root)


def test_steps_for_which_no_time_is_left_are_not_run_and_say_so(root: Path) -> None:
    now = iter([0.0, *[100.0] * 1_000])
    with Watch(5, clock=lambda: next(now)).kept():
        proof = verify(root)
    assert step(proof, "lint") == Step("lint", "not run", "the time limit of 5 s was reached")
