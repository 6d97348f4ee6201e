"""The proof of the Flask and Django templates: clean, typed, tested, passed by our review, undone without a trace."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from anyio import to_thread

from backwright.app import App
from backwright.contexts.schemas.endpoint_v1 import EndpointContextV1
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import BackwrightError
from backwright.scaffold import engine
from backwright.settings import Settings
from tests.pack._postgres import empty_database
from tests.scaffold._commands import UP_AND_DOWN, managed, run, run_in_turn
from tests.scaffold._projects import SMALL, kinds, tree, write
from tests.scaffold._stacks import (
    BARE_DJANGO_HOST,
    DJANGO,
    DJANGO_HOST,
    EXAMPLES,
    FLASK,
    FLASK_HOST,
    PLAIN_FLASK_HOST,
    plan_stack,
    scaffold_stack,
)

INVOICE: dict[str, dict[str, object]] = {name: examples[0].values for name, examples in EXAMPLES.items()}
# The plug-in of the environment asks for a setting that only asynchronous projects have.
QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:asyncio")
by_template = pytest.mark.parametrize("template", [FLASK, DJANGO], ids=lambda folder: folder.name)


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """A project of each template with every example in it, under version control."""
    made: dict[str, Path] = {}

    def project(template: Path) -> Path:
        if template.name not in made:
            root = tmp_path_factory.mktemp(template.name) / "shop"
            root.mkdir()
            git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
            subprocess.run([*git, "init", "--quiet"], cwd=root, check=True)
            subprocess.run([*git, "commit", "--quiet", "--allow-empty", "--message", "empty"], cwd=root, check=True)
            for example in EXAMPLES[template.name]:
                scaffold_stack(root, template, example.values)
            made[template.name] = root
        return made[template.name]

    return project


@by_template
def test_every_example_is_lint_clean_formatted_and_strictly_typed(
    template: Path, projects: Callable[[Path], Path], learned: Path
) -> None:
    root = projects(template)
    run(root, "ruff", "check", "--no-cache", ".")
    run(root, "ruff", "format", "--no-cache", "--check", ".")
    run(root, "mypy", "--strict", "--cache-dir", str(learned / ("plain" if template is FLASK else "drf")))


@by_template
def test_every_example_passes_its_tests_with_its_code_covered(
    template: Path, projects: Callable[[Path], Path], tmp_path: Path
) -> None:
    root = projects(template)
    report = tmp_path / "coverage.json"
    options = ["--cov=shop", f"--cov-report=json:{report}"]
    said = run(root, "pytest", *QUIET, *options)
    (root / ".coverage").unlink()
    assert " passed" in said
    assert " skipped" not in said
    assert json.loads(report.read_text())["totals"]["percent_covered"] >= 95


async def test_every_flask_example_passes_its_tests_on_postgresql(projects: Callable[[Path], Path]) -> None:
    root = projects(FLASK)
    async with empty_database() as url:
        address = url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        said = await to_thread.run_sync(partial(run, root, "pytest", *QUIET, TEST_DATABASE_URL=address))
    assert " passed" in said
    assert " skipped" not in said


@by_template
def test_our_own_review_finds_nothing(template: Path, projects: Callable[[Path], Path]) -> None:
    report = App(Settings(root=projects(template), allow_unlocked=True)).reviewing.review(
        ReviewContextV2(base="HEAD", profile="strict")
    )
    assert report.findings == ()


@by_template
def test_a_second_run_changes_nothing(template: Path, projects: Callable[[Path], Path]) -> None:
    for example in EXAMPLES[template.name]:
        assert plan_stack(projects(template), template, example.values).writes == ()


@by_template
def test_undo_leaves_an_empty_folder_as_empty_as_it_was(template: Path, tmp_path: Path) -> None:
    for example in EXAMPLES[template.name]:
        scaffold_stack(tmp_path, template, example.values)
    # Each migration of Alembic follows the one before, so that the last has to go first.
    for example in reversed(EXAMPLES[template.name]):
        assert engine.undo(tmp_path, str(example.values["resource"])).kept == ()
    assert tree(tmp_path) == {}


HOSTS = {
    "flask with its extensions": (FLASK, FLASK_HOST, ["app/__init__.py"]),
    "flask with a session of its own": (FLASK, PLAIN_FLASK_HOST, ["desk/app.py", "alembic/env.py"]),
    "django with a router": (DJANGO, DJANGO_HOST, ["config/settings.py", "config/api.py"]),
    "django without one": (DJANGO, BARE_DJANGO_HOST, ["config/settings.py", "config/urls.py"]),
}


def run_tests(root: Path) -> None:
    if (root / "manage.py").is_file():
        run_in_turn(root, *managed("invoices"))
        (root / "desk.sqlite3").unlink()
        return
    tests = ("pytest", *QUIET)
    if (root / "alembic.ini").is_file():
        said = run_in_turn(root, tests, *UP_AND_DOWN)
        (root / "desk.db").unlink()
    else:
        flask = ("flask", "--app", "app", "db")
        said = run_in_turn(root, tests, (*flask, "upgrade"), (*flask, "check"), (*flask, "downgrade"))
    assert "failed" not in said


@pytest.mark.parametrize(("template", "files", "edited"), HOSTS.values(), ids=HOSTS)
def test_a_project_that_was_there_passes_its_tests_and_the_new_ones_and_gets_back_what_it_was(
    template: Path, files: dict[str, str], edited: list[str], tmp_path: Path
) -> None:
    root = write(tmp_path, files)
    before = tree(root)
    made = scaffold_stack(root, template, INVOICE[template.name])
    assert kinds(made, "edit") == edited
    assert plan_stack(root, template, INVOICE[template.name]).writes == ()
    run_tests(root)
    (root / "instance" / "desk.db").unlink(missing_ok=True)
    (root / "instance").rmdir() if (root / "instance").is_dir() else None
    undone = engine.undo(root, "invoice")
    assert undone.kept == ()
    assert tree(root) == before


def test_each_insertion_stands_beside_its_siblings(tmp_path: Path) -> None:
    flask = write(tmp_path / "flask", FLASK_HOST)
    django = write(tmp_path / "django", DJANGO_HOST)
    scaffold_stack(flask, FLASK, INVOICE[FLASK.name])
    scaffold_stack(django, DJANGO, INVOICE[DJANGO.name])
    assert (flask / "app/__init__.py").read_text() == FLASK_HOST["app/__init__.py"].replace(
        "    from app.tickets",
        "    from app.invoices.routes import blueprint as invoices_blueprint\n    from app.tickets",
    ).replace("    return app", "    app.register_blueprint(invoices_blueprint)\n    return app")
    assert 'url_prefix="/api/v1/invoices"' in (flask / "app/invoices/routes.py").read_text()
    assert (django / "config/settings.py").read_text() == DJANGO_HOST["config/settings.py"].replace(
        '.TicketsConfig"\n', '.TicketsConfig",\n    "desk.invoices.apps.InvoicesConfig"\n'
    )
    assert (django / "config/api.py").read_text() == DJANGO_HOST["config/api.py"].replace(
        "import TicketViewSet", "import TicketViewSet\nfrom desk.invoices.views import InvoiceViewSet"
    ).replace("urlpatterns", 'router.register("invoices", InvoiceViewSet, basename="invoice")\nurlpatterns')


def test_a_database_that_has_the_table_is_named_with_the_command_of_its_framework(tmp_path: Path) -> None:
    scaffold_stack(tmp_path, DJANGO, INVOICE[DJANGO.name])
    (note,) = engine.undo(tmp_path, "invoice").notes
    assert "run `python manage.py migrate invoices zero` there" in note


def test_a_migration_that_another_one_of_the_app_follows_stays(tmp_path: Path) -> None:
    scaffold_stack(tmp_path, DJANGO, INVOICE[DJANGO.name])
    later = next(tmp_path.glob("*/invoices/migrations/0001_initial.py")).with_name("0002_more.py")
    later.write_text("dependencies = [('invoices', '0001_initial')]\n", encoding="utf-8")
    undone = engine.undo(tmp_path, "invoice")
    assert [path.rpartition("/")[2] for path in undone.kept] == ["0001_initial.py"]


REFUSED: dict[str, tuple[Path, dict[str, str], dict[str, object], str]] = {
    "a django project without rest framework": (
        DJANGO,
        {**DJANGO_HOST, "config/settings.py": "INSTALLED_APPS = ['desk.tickets']\nROOT_URLCONF = 'config.urls'\n"},
        SMALL,
        "rest_framework is not among the INSTALLED_APPS that can be read",
    ),
    "django without a manage.py": (
        DJANGO,
        {"pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = ["django"]\n'},
        SMALL,
        "this is a project of Django (pyproject.toml) without a manage.py here",
    ),
    "flask without migrations": (
        FLASK,
        {"app/__init__.py": FLASK_HOST["app/__init__.py"], "app/extensions.py": FLASK_HOST["app/extensions.py"]},
        SMALL,
        "there is no folder of migrations with an env.py",
    ),
    "flask without a session": (
        FLASK,
        {**FLASK_HOST, "app/extensions.py": "db = migrate = None\n"},
        SMALL,
        "the project has no sources of database sessions",
    ),
    "a blueprint of that name": (
        FLASK,
        {**FLASK_HOST, "app/notes.py": 'from flask import Blueprint\n\nbp = Blueprint("notes", __name__)\n'},
        SMALL,
        "there is a blueprint 'notes' already (app/notes.py:3)",
    ),
    "a field that models have": (
        DJANGO,
        {},
        {"resource": "note", "fields": [{"name": "objects", "type": "str"}]},
        "field 'objects' is taken by the classes of Django",
    ),
    "a resource that would hide a class": (
        FLASK,
        {},
        {"resource": "blueprint", "fields": [{"name": "title", "type": "str"}]},
        "resource 'blueprint' would hide a class of Flask that the generated code uses",
    ),
    "a resource of Django that is kept nowhere": (
        DJANGO,
        {},
        {**SMALL, "persistence": "none"},
        (
            "persistence is none, and what Django brings to an endpoint stands on a model: "
            "its query sets, validators, transactions and administration"
        ),
    ),
}


@pytest.mark.parametrize(("template", "files", "values", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    template: Path, files: dict[str, str], values: dict[str, object], message: str, tmp_path: Path
) -> None:
    root = write(tmp_path, files)
    before = tree(root)
    with pytest.raises(BackwrightError) as refused:
        plan_stack(root, template, values)
    assert refused.value.message == message
    assert tree(root) == before


@pytest.mark.parametrize(
    ("files", "template"),
    [
        (FLASK_HOST, "flask-sqlalchemy"),
        (DJANGO_HOST, "django-drf"),
        ({"backwright.yaml": "framework: django\n"}, "django-drf"),
        ({"backwright.yaml": "framework: flask\n"}, "flask-sqlalchemy"),
        ({}, "fastapi-sqlalchemy"),
    ],
)
def test_the_template_is_that_of_the_projects_framework(files: dict[str, str], template: str, tmp_path: Path) -> None:
    app = App(Settings(root=write(tmp_path, files), allow_unlocked=True))
    plan = app.scaffolding.plan(EndpointContextV1.model_validate_json(json.dumps(SMALL)))
    assert plan.template.partition("@")[0] == template
