"""The proof of the jobs: what is made is clean, typed, tested, registered beside its siblings, and taken back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold import engine
from backwright.settings import Settings
from tests.scaffold._jobs import EXAMPLES, HOSTS, LIBRARIES, SMALL, plan, project, scaffold
from tests.scaffold._projects import kinds, tree, write
from tests.scaffold._services import running_redis

# arq holds redis-py below 6, beside which the others do not install: its jobs are made and checked, and not run.
RUNNABLE = [library for library in LIBRARIES if library != "arq"]


def run(root: Path, *arguments: str, **variables: str) -> str:
    """What a command of this environment says in the project; it has to succeed."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST")} | variables
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=LIBRARIES)
def every(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project for each library with every example in it, under version control."""
    root = project(tmp_path_factory.mktemp(f"jobs-{request.param}"), request.param)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], cwd=root, check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "empty"], cwd=root, check=True)
    for example in EXAMPLES:
        scaffold(root, example.values)
    return root


def test_every_example_is_lint_clean_and_formatted(every: Path) -> None:
    run(every, "ruff", "check", "--no-cache", ".")
    run(every, "ruff", "format", "--no-cache", "--check", ".")
    rules = "ALL,COM812,CPY,D104,D105,D107,D203,D205,D213,D401,D413,EM,TRY003,TC"
    first, _, rest = rules.partition(",")
    run(every, "ruff", "check", "--no-cache", "--select", first, "--ignore", rest, "--line-length", "100", "src")


def test_our_own_review_finds_nothing_in_any_example(every: Path) -> None:
    reviewing = App(Settings(root=every, allow_unlocked=True)).reviewing
    assert reviewing.review(ReviewContextV2(base="HEAD", profile="strict")).findings == ()


def test_a_second_apply_changes_nothing(every: Path) -> None:
    before = tree(every)
    for example in EXAMPLES:
        again = scaffold(every, example.values)
        assert (again.writes, again.diff()) == ((), "")
    assert tree(every) == before


@pytest.mark.parametrize("library", RUNNABLE)
def test_every_example_is_typed_passes_its_tests_and_is_covered(library: str, tmp_path: Path, learned: Path) -> None:
    root = project(tmp_path / "project", library)
    for example in EXAMPLES:
        scaffold(root, example.values)
    run(root, "mypy", "--strict", "--cache-dir", str(learned / "plain"), ".")
    (tmp_path / "redis").mkdir()
    with running_redis(tmp_path / "redis") as url:
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:django", "--cov=shop", "--cov-fail-under=95"]
        said = run(root, "pytest", *options, TEST_REDIS_URL=url)
    assert " passed" in said
    assert " skipped" not in said


@pytest.mark.parametrize("library", ["celery", "dramatiq"])
def test_without_redis_the_tests_pass_and_say_what_they_did_not_test(library: str, tmp_path: Path) -> None:
    root = project(tmp_path, library)
    scaffold(root, SMALL)
    said = run(root, "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-p", "no:django", TEST_REDIS_URL="")
    assert " passed" in said
    assert "NOT tested" in said


@pytest.mark.parametrize("library", LIBRARIES)
def test_undo_leaves_the_project_as_it_was_whichever_job_goes_first(library: str, tmp_path: Path) -> None:
    root = project(tmp_path, library)
    before = tree(root)
    names = ["job-send_invoice", "job-capture_payment", "job-close_day"]
    for order in (names, names[::-1]):
        for example in EXAMPLES:
            scaffold(root, example.values)
        for name in order:
            engine.undo(root, name)
        assert tree(root) == before


@pytest.mark.parametrize(
    ("library", "path", "line"),
    [
        ("celery", "shop/celery_app.py", 'include=["shop.tasks.mail", "shop.tasks.send_invoice"])'),
        ("dramatiq", "shop/broker.py", "from shop.jobs import send_invoice as _send_invoice  # noqa: E402, F401"),
        ("arq", "shop/worker.py", "    functions = [send, send_invoice]"),
    ],
)
def test_a_job_is_registered_where_its_siblings_are(library: str, path: str, line: str, tmp_path: Path) -> None:
    root = project(tmp_path, library, HOSTS[library])
    before = tree(root)
    made = scaffold(root, SMALL)
    assert kinds(made, "edit") == [path]
    assert line in (root / path).read_text(encoding="utf-8")
    assert scaffold(root, SMALL).writes == ()
    engine.undo(root, "job-send_invoice")
    assert tree(root) == before


@pytest.mark.parametrize("library", ["celery", "dramatiq"])
def test_the_workers_of_a_project_know_the_job(library: str, tmp_path: Path) -> None:
    root = project(tmp_path, library, HOSTS[library])
    scaffold(root, SMALL)
    known = {
        "celery": "from shop.celery_app import celery_app as a; a.loader.import_default_modules(); print(*a.tasks)",
        "dramatiq": "from shop.broker import broker; print(*broker.actors)",
    }
    done = subprocess.run([sys.executable, "-c", known[library]], cwd=root, capture_output=True, text=True, check=True)
    assert "send-invoice" in done.stdout.split()
    assert " passed" in run(root, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django")


def test_a_job_in_rq_takes_the_queue_that_is_there(tmp_path: Path) -> None:
    root = project(tmp_path, "rq", HOSTS["rq"])
    made = scaffold(root, SMALL)
    assert kinds(made, "edit") == []
    text = (root / "shop/jobs/send_invoice.py").read_text(encoding="utf-8")
    assert "from shop.work import jobs as queue" in text


def test_a_second_job_is_registered_beside_the_first_and_shares_its_modules(tmp_path: Path) -> None:
    root = project(tmp_path, "celery")
    scaffold(root, SMALL)
    second = scaffold(root, SMALL, name="send-reminder")
    assert kinds(second, "edit") == ["src/shop/jobs/app.py"]
    assert "src/shop/jobs/once.py" in kinds(second, "unchanged")
    undone = engine.undo(root, "job-send_invoice")
    assert "src/shop/jobs/once.py" in undone.kept
    assert (root / "src/shop/jobs/once.py").exists()


def test_a_registration_that_was_taken_out_stays_out(tmp_path: Path) -> None:
    root = project(tmp_path, "celery", HOSTS["celery"])
    scaffold(root, SMALL)
    write(root, {"shop/celery_app.py": HOSTS["celery"]["shop/celery_app.py"]})
    assert scaffold(root, SMALL).writes == ()


def test_work_that_was_written_is_kept(tmp_path: Path) -> None:
    root = project(tmp_path, "rq")
    scaffold(root, SMALL)
    path = root / "src/shop/jobs/send_invoice_work.py"
    path.write_text(path.read_text(encoding="utf-8").replace("has no work yet", "was sent"), encoding="utf-8")
    assert kinds(plan(root, SMALL), "keep") == ["src/shop/jobs/send_invoice_work.py"]
    assert kinds(scaffold(root, SMALL, retries=7), "update") == [
        "src/shop/jobs/send_invoice.py",
        ".scaffold/job-send_invoice.json",
    ]
    assert "was sent" in path.read_text(encoding="utf-8")


def test_a_module_that_is_there_is_a_conflict_and_nothing_is_written(tmp_path: Path) -> None:
    root = project(tmp_path, "celery", {"shop/__init__.py": "", "shop/jobs/send_invoice.py": "mine = 1\n"})
    made = plan(root, SMALL)
    assert kinds(made, "conflict") == ["shop/jobs/send_invoice.py"]


@pytest.mark.parametrize("name", ["import", "print", "once", "celery", "test-order", "con", "order-work"])
def test_a_name_that_means_something_else_is_refused(name: str, tmp_path: Path) -> None:
    root = project(tmp_path, "celery")
    with pytest.raises(InvalidInputError, match="would hide something"):
        plan(root, SMALL, name=name)


def test_a_name_that_gives_the_class_of_another_job_is_refused(tmp_path: Path) -> None:
    root = project(tmp_path, "celery")
    scaffold(root, SMALL)
    with pytest.raises(InvalidInputError, match="has the same class"):
        plan(root, SMALL, name="sendinvoice")


def test_a_project_without_a_library_for_jobs_is_refused(tmp_path: Path) -> None:
    write(
        tmp_path, {"pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndependencies = ["celery-types", "rq2"]\n'}
    )
    with pytest.raises(UnsupportedProjectError, match="declares no library for jobs"):
        plan(tmp_path, SMALL)


def test_a_record_is_kept_in_redis_only_where_there_is_one(tmp_path: Path) -> None:
    root = write(tmp_path, {"requirements.txt": "celery==5.7\n", **HOSTS["celery"]})
    assert any("no record is kept" in note for note in plan(root, SMALL).notes)
    with pytest.raises(UnsupportedProjectError, match="no Redis"):
        plan(root, SMALL, record="redis")


@pytest.mark.parametrize(
    ("schedule", "library", "said"),
    [
        ("0 3 * * *", "celery", 'crontab(\n            minute="0", hour="3"'),
        ("*/20 8-10 * * 1-5", "arq", "weekday={0, 1, 2, 3, 4}, hour={8, 9, 10}, minute={0, 20, 40}"),
        ("30 4 * * 0,7", "arq", "weekday={6}, hour={4}, minute={30}"),
    ],
)
def test_a_schedule_is_that_of_the_library(schedule: str, library: str, said: str, tmp_path: Path) -> None:
    root = project(tmp_path, library)
    scaffold(root, {"name": "close-day", "schedule": schedule})
    text = (root / "src/shop/jobs/close_day.py").read_text(encoding="utf-8")
    wanted = {part.strip() for part in said.replace("(\n", ",").replace("}, ", "},").split(",") if part.strip()}
    assert all(part in text for part in wanted), text
