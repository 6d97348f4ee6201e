"""The proof of the service template: what it makes is clean, typed, tested, reviewed, and takes endpoints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
import yaml

from backwright.app import App
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold import engine
from backwright.scaffold.render import md
from backwright.settings import Settings
from tests.pack._postgres import empty_database
from tests.scaffold import _projects
from tests.scaffold._projects import SMALL, kinds, tree, write
from tests.scaffold._services import ALL, NONE, OPTIONS, pairwise, plan, running_redis, scaffold_service

PAIRS = pairwise()
# What may not be said where an option is off; words that others need as well are not among them.
TRACES = {
    "database": r"sqlalchemy|alembic|postgres|sqlite|asyncpg|DATABASE|migration",
    "auth": r"jwt|Principal|api/v1/me",
    "cache": r"[Cc]acheDep|integrations.cache|get_or_load",
    "rate_limit": r"rate_?limit|RateLimit",
    "jobs": r"dramatiq|[Nn]otification|Claims",
    "metrics": r"prometheus|/metrics|Meter",
    "tracing": r"otlp|[Tt]racer|trace_id|OTLP",
    "docker": r"[Dd]ocker|compose",
    "pre_commit": r"pre-commit",
}


def run(root: Path, *arguments: str, **variables: str) -> str:
    """What a command of this environment says in the service; it has to succeed."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DATABASE", "COV", "TEST_"))}
    # A plugin that the project does not have.
    kept["PYTEST_ADDOPTS"] = "-p no:schemathesis"
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, cwd=root, env=kept | variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the whole service, the bare one, and each that the pairs need."""
    folder = tmp_path_factory.mktemp("services")
    for name, values in {"all": ALL, "none": NONE}.items():
        scaffold_service(folder / name, values)
    for number, values in enumerate(PAIRS):
        scaffold_service(folder / f"pair{number}", {"name": f"pair{number}", **values})
    return folder


def test_the_pairs_hold_each_two_values_together() -> None:
    for a, b in combinations(OPTIONS, 2):
        assert {(each[a], each[b]) for each in PAIRS} == set(product(OPTIONS[a], OPTIONS[b]))


def test_every_service_is_lint_clean_formatted_and_compiles(services: Path) -> None:
    run(services, "ruff", "check", "--no-cache", ".")
    run(services, "ruff", "format", "--no-cache", "--check", ".")
    for path in services.rglob("*.py"):
        compile(path.read_bytes(), str(path), "exec")


def test_the_whole_service_passes_its_tests_and_they_reach_nearly_all_of_it(services: Path, tmp_path: Path) -> None:
    with running_redis(tmp_path) as url:
        said = run(services / "all", "pytest", "-q", "-p", "no:cacheprovider", "--cov", TEST_REDIS_URL=url)
    assert " skipped" not in said
    assert float(re.findall(r"Total coverage: ([\d.]+)%", said)[0]) >= 95


def test_the_bare_service_passes_its_tests_and_they_reach_nearly_all_of_it(services: Path) -> None:
    said = run(services / "none", "pytest", "-q", "-p", "no:cacheprovider", "--cov")
    assert " skipped" not in said
    assert float(re.findall(r"Total coverage: ([\d.]+)%", said)[0]) >= 95


async def test_the_whole_service_passes_its_database_tests_on_postgresql(services: Path) -> None:
    async with empty_database() as url:
        text = url.render_as_string(hide_password=False)
        run(
            services / "all", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_database.py", TEST_DATABASE_URL=text
        )


def test_the_whole_and_the_bare_service_are_strictly_typed(services: Path, learned: Path) -> None:
    for name in ("all", "none"):
        run(services / name, "mypy", "--strict", "--cache-dir", str(learned / "plain"))


@pytest.mark.parametrize("values", [ALL, NONE], ids=["all", "none"])
def test_our_own_review_finds_nothing_in_it(values: dict[str, object], tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], cwd=tmp_path, check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "empty"], cwd=tmp_path, check=True)
    scaffold_service(tmp_path, values)
    report = App(Settings(root=tmp_path, allow_unlocked=True)).reviewing.review(
        ReviewContextV2(base="HEAD", profile="strict")
    )
    assert report.findings == ()


@pytest.mark.parametrize("values", [NONE, *PAIRS], ids=lambda values: str(values.get("name", "pair")))
def test_what_is_off_leaves_no_trace(values: dict[str, object], tmp_path: Path) -> None:
    made = plan(tmp_path, {"name": "ping", **values, "description": ""})
    off = [name for name in TRACES if values[name] in {"none", False}]
    found = [
        f"{action.path}: {hit[0]} although {name} is off"
        for action in made.actions
        for name in off
        if not action.path.startswith(".scaffold/")
        if (hit := re.search(TRACES[name], action.path + "\n" + (action.after or "")))
    ]
    assert found == []


def test_without_redis_nothing_speaks_of_it(tmp_path: Path) -> None:
    made = plan(tmp_path, {"name": "ping", "cache": "none", "rate_limit": False, "jobs": "none"})
    said = "".join(f"{a.path}\n{a.after}" for a in made.actions if not a.path.startswith(".scaffold/"))
    assert re.findall(r"redis|Redis|REDIS", said) == []


def test_dependencies_are_those_that_are_imported(services: Path) -> None:
    modules = {"pyjwt": "jwt", "opentelemetry-sdk": "opentelemetry.sdk", "pydantic-settings": "pydantic_settings"}
    modules |= {"opentelemetry-exporter-prometheus": "opentelemetry.exporter.prometheus"}
    modules |= {"opentelemetry-exporter-otlp-proto-http": "opentelemetry.exporter.otlp.proto.http"}
    # Reached through a URL, or on a command line.
    unseen = {"aiosqlite", "asyncpg", "uvicorn"}
    for folder in services.iterdir():
        declared = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
        names = {re.split(r"[\[>]", each)[0] for each in declared} - unseen
        text = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py") if "tests" not in p.parts)
        for name in names:
            module = modules.get(name, name.replace("-", "_"))
            assert re.search(rf"^(from|import) {re.escape(module)}\b", text, re.MULTILINE), (folder.name, name)


def document(root: Path, path: str) -> Any:
    return yaml.safe_load((root / path).read_text(encoding="utf-8"))


def test_the_containers_run_without_rights_on_a_root_that_is_read_only(services: Path) -> None:
    compose = document(services / "all", "compose.yaml")
    assert set(compose["services"]) == {"api", "worker", "migrate", "postgres", "redis"}
    for name in ("api", "worker", "migrate"):
        service = compose["services"][name]
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert compose["services"]["api"]["ports"] == ["127.0.0.1:8000:8000"]
    assert "${POSTGRES_PASSWORD:?" in compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"]
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
    named = {volume.partition(":")[0] for s in compose["services"].values() for volume in s.get("volumes", [])}
    assert named == set(compose["volumes"])
    lines = (services / "all" / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.startswith("FROM ")]) == 2
    assert lines.index("USER 10001") > lines.index("COPY --from=build /app/.venv .venv")
    assert [line for line in lines if re.search(r"JWT_KEY|PASSWORD|ARG ", line)] == []


def test_settings_that_compose_gives_are_settings_that_there_are(services: Path) -> None:
    for folder in services.iterdir():
        if (folder / "compose.yaml").exists():
            given = document(folder, "compose.yaml")["x-service"]["environment"]
            (settings,) = folder.glob("src/*/core/settings.py")
            known = re.findall(r"^    (\w+):", settings.read_text(encoding="utf-8"), re.MULTILINE)
            assert {name.lower() for name in given} <= set(known)
            example = (folder / ".env.example").read_text(encoding="utf-8")
            assert {name.lower() for name in re.findall(r"^(\w+)=", example, re.MULTILINE)} <= set(known)


def test_the_workflow_has_the_least_permissions_and_pinned_majors(services: Path) -> None:
    workflow = document(services / "all", ".github/workflows/ci.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow["jobs"]) == {"check", "image"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 15
        for step in job["steps"]:
            assert set(step) & {"uses", "run"}
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "actions/checkout@v6"))
            if step.get("uses", "").startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False


def test_the_other_pipeline_and_the_hooks_parse(services: Path) -> None:
    for folder in services.iterdir():
        if (folder / ".gitlab-ci.yml").exists():
            assert all(isinstance(line, str) for line in document(folder, ".gitlab-ci.yml")["check"]["script"])
        if (folder / ".pre-commit-config.yaml").exists():
            (repository,) = document(folder, ".pre-commit-config.yaml")["repos"]
            assert [hook["id"] for hook in repository["hooks"]] == ["ruff-check", "ruff-format", "mypy"]


@pytest.mark.parametrize(
    "description", ["\"'`", '"""', "{{ x }} {% y %} << s.name >> <% x %>", "# [x]\\", "</b>", "客"]
)
def test_a_description_stays_literal(tmp_path: Path, description: str) -> None:
    made = {
        action.path: action.after or ""
        for action in plan(tmp_path, {"name": "ping", "description": description}).actions
    }
    assert tomllib.loads(made["pyproject.toml"])["project"]["description"] == description
    compile(made["src/ping/main.py"], "main.py", "exec")
    assert md(description) in made["README.md"]


def test_a_second_run_changes_nothing_and_undo_leaves_an_empty_folder(tmp_path: Path) -> None:
    scaffold_service(tmp_path, ALL)
    before = tree(tmp_path)
    assert plan(tmp_path, ALL).writes == ()
    assert tree(tmp_path) == before
    undone = engine.undo(tmp_path, "service-order_desk")
    assert (tree(tmp_path), undone.kept) == ({}, ())


def test_undo_leaves_what_was_edited_since(tmp_path: Path) -> None:
    scaffold_service(tmp_path, NONE)
    main = (tmp_path / "src/ping/main.py").read_text(encoding="utf-8") + "# mine\n"
    write(tmp_path, {"src/ping/main.py": main})
    assert engine.undo(tmp_path, "service-ping").kept == ("src/ping/main.py",)
    assert [path for path, data in tree(tmp_path).items() if data is not None] == ["src/ping/main.py"]


def test_an_option_that_is_turned_on_later_joins_what_is_there(tmp_path: Path) -> None:
    scaffold_service(tmp_path, NONE)
    made = scaffold_service(tmp_path, {**NONE, "auth": "jwt"})
    assert "src/ping/api/auth.py" in kinds(made, "create")
    assert "src/ping/main.py" in kinds(made, "update")
    run(tmp_path, "ruff", "check", "--no-cache", ".")


def test_what_is_there_and_not_ours_is_a_conflict_and_a_readme_is_kept(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[project]\nname = 'mine'\n", "README.md": "# Mine\n"})
    made = plan(tmp_path, NONE)
    assert (kinds(made, "conflict"), kinds(made, "keep")) == (["pyproject.toml"], ["README.md"])


def test_a_folder_holds_one_service(tmp_path: Path) -> None:
    scaffold_service(tmp_path, NONE)
    with pytest.raises(UnsupportedProjectError, match="holds service-ping already"):
        plan(tmp_path, {"name": "pong"})


@pytest.mark.parametrize(
    "values",
    [
        *[{"name": name} for name in ("", "Order", "a_b", "../a", "a\n", "x" * 51, "redis", "json", "class", "tests")],
        *[{"name": "ping", "package": package} for package in ("a-b", "fastapi", "import", "../x", "P")],
        {"name": "ping", "description": "a\nb"},
        {},
    ],
    ids=str,
)
def test_a_value_that_cannot_be_used_is_refused_and_nothing_is_made(tmp_path: Path, values: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        plan(tmp_path, values)
    assert tree(tmp_path) == {}


def test_an_endpoint_joins_the_service_and_both_are_taken_back_in_turn(tmp_path: Path) -> None:
    root = tmp_path / "desk"
    scaffold_service(root, ALL)
    service = tree(root)
    made = _projects.scaffold(root, SMALL)
    assert kinds(made, "edit") == ["src/order_desk/main.py", "migrations/env.py"]
    run(root, "ruff", "check", "--no-cache", ".")
    said = run(root, "pytest", "-q", "-p", "no:cacheprovider", "tests/notes", "tests/test_database.py")
    assert " passed" in said
    assert plan(root, ALL).writes == ()
    with pytest.raises(InvalidInputError, match="the service carries note"):
        engine.undo(root, "service-order_desk")
    engine.undo(root, "note")
    assert tree(root) == service
    engine.undo(root, "service-order_desk")
    assert tree(root) == {}


def test_the_record_says_what_the_service_was_made_from(tmp_path: Path) -> None:
    scaffold_service(tmp_path, NONE)
    record = json.loads((tmp_path / ".scaffold/service-ping.json").read_text(encoding="utf-8"))
    assert record["values"] == NONE
    assert record["layout"] == {"source_root": "src", "package": "ping", "tests": "tests", "migrations": "migrations"}
