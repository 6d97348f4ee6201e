"""A resource of django-ninja: where it goes, how it asks who calls, and that it passes what it brings."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest
from anyio import to_thread

from backwright.app import App
from backwright.contexts.schemas.endpoint_v1 import EndpointContextV1
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import BackwrightError
from backwright.scaffold import engine
from backwright.scaffold.django_ninja import read_ninja
from backwright.scaffold.template import load_template
from backwright.settings import Settings
from tests.pack._postgres import empty_database
from tests.scaffold._commands import run
from tests.scaffold._django_hosts import NINJA_HOST, REPLY
from tests.scaffold._projects import SMALL, kinds, tree, write
from tests.scaffold._stacks import ASSETS, DJANGO, plan_stack, scaffold_stack
from tests.scaffold.test_django_features import PERMISSIONS, SCOPES, manage
from tests.scaffold.test_stacks import QUIET

NINJA = ASSETS / "django-ninja"
EXAMPLES = load_template(NINJA).manifest.examples
# Files that say the same whatever the HTTP is written with.
SHARED = (
    "kit/ids.py.j2",
    "kit/rows.py.j2",
    "resource/models.py.j2",
    "resource/migration.py.j2",
    "resource/apps.py.j2",
    "resource/admin.py.j2",
    "platform/project/health.py.j2",
)
BY_NAME = NINJA_HOST["desk/api.py"].replace(
    'api.add_router("/tickets", tickets_router)',
    'api.add_router("tickets/", "desk.tickets.api.router")',
)
BY_NAME = BY_NAME.replace(
    "from desk.tickets.api import router as tickets_router\n", "from desk.auth import TokenAuth\n"
)
SESSION = NINJA_HOST["desk/tickets/api.py"].replace(
    "router = Router()", "from ninja.security import django_auth\n\nrouter = Router(auth=django_auth)"
)
HOSTS: dict[str, tuple[dict[str, str], dict[str, object], str]] = {
    "open to all": (NINJA_HOST, {}, 'api.add_router("/replies", replies_router)'),
    "tokens of its own for every router": (
        {
            **NINJA_HOST,
            "desk/api.py": BY_NAME.replace("NinjaAPI()", "NinjaAPI(auth=TokenAuth())"),
            "desk/tickets/tests.py": NINJA_HOST["desk/tickets/tests.py"].replace("/api/tickets", "/api/tickets/"),
        },
        {"auth": {}, "pagination": "offset"},
        'api.add_router("replies/", "desk.replies.api.router")',
    ),
    "the session of another router": (
        {**NINJA_HOST, "desk/tickets/api.py": SESSION},
        PERMISSIONS,
        'api.add_router("/replies", replies_router)',
    ),
    "its own pages, and tokens that are asked for without being said": (
        {
            **NINJA_HOST,
            "config/settings.py": NINJA_HOST["config/settings.py"]
            + 'NINJA_PAGINATION_CLASS = "ninja.pagination.PageNumberPagination"\n',
            "desk/api.py": NINJA_HOST["desk/api.py"].replace(
                "api = NinjaAPI()", "from desk.auth import TokenAuth\n\napi = NinjaAPI(auth=[TokenAuth()])"
            ),
        },
        {},
        'api.add_router("/replies", replies_router)',
    ),
}


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One project with every example in it, under version control."""
    root = tmp_path_factory.mktemp("ninja") / "shop"
    root.mkdir()
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run([*git, "init", "--quiet"], cwd=root, check=True)
    subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "empty"], cwd=root, check=True)
    for example in EXAMPLES:
        scaffold_stack(root, NINJA, example.values)
    return root


def test_every_example_is_lint_clean_formatted_strictly_typed_and_reviewed(every: Path, tmp_path: Path) -> None:
    run(every, "ruff", "check", "--no-cache", ".")
    run(every, "ruff", "format", "--no-cache", "--check", ".")
    run(every, "mypy", "--strict", "--cache-dir", str(tmp_path))
    report = App(Settings(root=every, allow_unlocked=True)).reviewing.review(
        ReviewContextV2(base="HEAD", profile="strict")
    )
    assert report.findings == ()


def test_every_example_passes_its_tests_with_its_code_covered(every: Path, tmp_path: Path) -> None:
    report = tmp_path / "coverage.json"
    said = run(every, "pytest", *QUIET, "--cov=shop", f"--cov-report=json:{report}")
    (every / ".coverage").unlink()
    assert " passed" in said
    assert " skipped" not in said
    assert json.loads(report.read_text())["totals"]["percent_covered"] >= 95


async def test_every_example_passes_its_tests_on_postgresql(every: Path) -> None:
    async with empty_database() as url:
        variables = {
            "DATABASE_ENGINE": "django.db.backends.postgresql",
            "DATABASE_NAME": str(url.database),
            "DATABASE_USER": str(url.username or ""),
            "DATABASE_PASSWORD": str(url.password or ""),
            "DATABASE_HOST": str(url.host),
            "DATABASE_PORT": str(url.port or 5432),
        }
        said = await to_thread.run_sync(partial(run, every, "pytest", *QUIET, **variables))
    assert " passed" in said
    assert " skipped" not in said


def test_a_second_run_changes_nothing(every: Path) -> None:
    for example in EXAMPLES:
        assert plan_stack(every, NINJA, example.values).writes == ()


def test_undo_leaves_an_empty_folder_as_empty_as_it_was(tmp_path: Path) -> None:
    for example in EXAMPLES:
        scaffold_stack(tmp_path, NINJA, example.values)
    for example in reversed(EXAMPLES):
        assert engine.undo(tmp_path, str(example.values["resource"])).kept == ()
    assert tree(tmp_path) == {}


@pytest.mark.parametrize("path", SHARED)
def test_what_both_templates_of_django_have_is_the_same(path: str) -> None:
    assert (NINJA / "files" / path).read_bytes() == (DJANGO / "files" / path).read_bytes()


@pytest.mark.parametrize(("files", "values", "said"), HOSTS.values(), ids=HOSTS)
def test_a_project_that_was_there_passes_its_tests_and_the_new_ones_and_gets_back_what_it_was(
    files: dict[str, str], values: dict[str, object], said: str, tmp_path: Path
) -> None:
    root = write(tmp_path, files)
    before = tree(root)
    made = scaffold_stack(root, NINJA, REPLY | values)
    assert kinds(made, "edit") == ["config/settings.py", "desk/api.py"]
    assert said in (root / "desk/api.py").read_text()
    assert plan_stack(root, NINJA, REPLY | values).writes == ()
    manage(root)
    assert engine.undo(root, "reply").kept == ()
    assert tree(root) == before


REFUSED: dict[str, tuple[dict[str, str], dict[str, object], str]] = {
    "controllers of django-ninja-extra": (
        {"desk/api.py": "from ninja_extra import NinjaExtraAPI\n\napi = NinjaExtraAPI()\n"},
        {},
        "the project uses the controllers of django-ninja-extra (desk/api.py:3)",
    ),
    "two APIs": (
        {"desk/other.py": "from ninja import NinjaAPI\n\nother = NinjaAPI()\nother.add_router('/a', 'b')\n"},
        {},
        (
            "the project has 2 APIs of django-ninja at the top level of a module: "
            "api in desk/api.py:6; other in desk/other.py:4"
        ),
    ),
    "a version that there is not": ({}, {"version": 2}, "there is no NinjaAPI of version 2"),
    "nobody says who calls": ({}, {"auth": {}}, "the project has no authentication of django-ninja"),
    "scopes that nothing would enforce": (
        {"desk/tickets/api.py": SESSION},
        SCOPES,
        "django_auth of the project knows no scopes, so replies:read, replies:write would not be enforced",
    ),
    "times without a zone": (
        {"config/settings.py": NINJA_HOST["config/settings.py"].replace("USE_TZ = True", "USE_TZ = False")},
        {"fields": [{"name": "at", "type": "datetime"}], "filters": [], "actions": []},
        "USE_TZ is False, and a datetime of this API carries a time zone",
    ),
}


@pytest.mark.parametrize(("files", "values", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    files: dict[str, str], values: dict[str, object], message: str, tmp_path: Path
) -> None:
    root = write(tmp_path, {**NINJA_HOST, **files})
    before = tree(root)
    with pytest.raises(BackwrightError) as refused:
        plan_stack(root, NINJA, REPLY | values)
    assert refused.value.message == message
    assert tree(root) == before


def test_the_apis_are_read_with_what_they_add(tmp_path: Path) -> None:
    (place,) = [each for each in read_ninja(write(tmp_path, NINJA_HOST)).places if each.kind == "NinjaAPI"]
    assert (place.symbol.path, place.symbol.line, place.prefixes) == ("desk/api.py", 6, ("/tickets",))
    assert (place.by_name, place.auth, place.version) == (False, False, None)


NEW = {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["django>=5", "django-ninja>=1.4"]\n'}


@pytest.mark.parametrize("files", [NINJA_HOST, {**NEW, "backwright.yaml": "framework: django\n"}])
def test_a_project_of_django_ninja_gets_its_template(files: dict[str, str], tmp_path: Path) -> None:
    app = App(Settings(root=write(tmp_path, files), allow_unlocked=True))
    plan = app.scaffolding.plan(EndpointContextV1.model_validate_json(json.dumps(SMALL)))
    assert plan.template.partition("@")[0] == "django-ninja"
