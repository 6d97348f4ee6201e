"""What a resource of Django does beside its five operations, in a project that was there and in one of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from anyio import to_thread

from backwright.errors import BackwrightError
from backwright.scaffold import engine
from backwright.scaffold.django_models import last_migrations, read_django_models
from backwright.scaffold.django_project import read_django
from tests.pack._postgres import empty_database
from tests.scaffold._commands import managed, run, run_in_turn
from tests.scaffold._django_hosts import REPLY, RICH_HOST
from tests.scaffold._projects import SMALL, tree, write
from tests.scaffold._stacks import BARE_DJANGO_HOST, DJANGO, DJANGO_HOST, EXAMPLES, plan_stack, scaffold_stack
from tests.scaffold.test_stacks import QUIET

SCOPES: dict[str, object] = {"auth": {"read": "replies:read", "write": "replies:write"}}
PERMISSIONS: dict[str, object] = {"auth": {"read": "replies.view_reply", "write": "replies.change_reply"}}
WITHOUT_OAUTH = {
    **RICH_HOST,
    "config/settings.py": RICH_HOST["config/settings.py"].replace('    "oauth2_provider",\n', ""),
}
MIXIN = {
    **WITHOUT_OAUTH,
    "config/settings.py": WITHOUT_OAUTH["config/settings.py"].partition("REST_FRAMEWORK")[0],
    "desk/access.py": """\
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated


class SignedIn:
    authentication_classes = (SessionAuthentication,)
    permission_classes = (IsAuthenticated,)
""",
}
# What the tests of these hosts themselves say about who may call depends on the settings that are taken out here.
OPEN = {**BARE_DJANGO_HOST, "desk/tickets/tests.py": "\n"}
HOSTS: dict[str, tuple[dict[str, str], dict[str, object], str]] = {
    "scopes by django-oauth-toolkit": (RICH_HOST, SCOPES, "permission_classes = (IsAuthenticated, TokenHasScope)"),
    "permissions of Django": (WITHOUT_OAUTH, PERMISSIONS, "permission_classes = (IsAuthenticated, HasPermissions)"),
    "what the settings say": (WITHOUT_OAUTH, {"auth": {}}, "class ReplyViewSet(\n    mixins."),
    "the mixin of the other views": (
        {**MIXIN, "desk/tickets/tests.py": "\n"},
        {"auth": {}, "pagination": "offset"},
        "class ReplyViewSet(\n    SignedIn,\n",
    ),
    "another version with paths of its own": (WITHOUT_OAUTH, {"version": 2}, "class ReplyViewSet("),
}


def manage(root: Path) -> None:
    """The project's tests and migrations, both ways."""
    run_in_turn(root, *managed("replies"))
    (root / "desk.sqlite3").unlink()


@pytest.mark.parametrize(("files", "values", "said"), HOSTS.values(), ids=HOSTS)
def test_a_project_that_was_there_asks_who_calls_as_it_does_elsewhere(
    files: dict[str, str], values: dict[str, object], said: str, tmp_path: Path
) -> None:
    root = write(tmp_path, files)
    before = tree(root)
    scaffold_stack(root, DJANGO, REPLY | values)
    assert said in (root / "desk/replies/views.py").read_text()
    assert plan_stack(root, DJANGO, REPLY | values).writes == ()
    manage(root)
    assert engine.undo(root, "reply").kept == ()
    assert tree(root) == before


def test_without_a_default_every_view_asks_for_signing_in(tmp_path: Path) -> None:
    root = write(tmp_path, OPEN)
    scaffold_stack(root, DJANGO, {**SMALL, "auth": {}})
    assert "permission_classes = (IsAuthenticated,)" in (root / "desk/notes/views.py").read_text()
    run(root, "manage", "test")


@pytest.mark.parametrize("files", [BARE_DJANGO_HOST, WITHOUT_OAUTH], ids=["paths of its own", "beside the router"])
def test_a_second_resource_changes_nothing_of_the_first(files: dict[str, str], tmp_path: Path) -> None:
    root = write(tmp_path, files)
    empty = tree(root)
    first, second = SMALL | {"version": 2}, {**SMALL, "resource": "label", "version": 2}
    scaffold_stack(root, DJANGO, first)
    before = tree(root)
    scaffold_stack(root, DJANGO, second)
    assert {path for path, text in tree(root).items() if before.get(path, text) != text} == {
        "config/settings.py",
        "config/urls.py",
    }
    assert plan_stack(root, DJANGO, first).writes == plan_stack(root, DJANGO, second).writes == ()
    assert engine.undo(root, "note").kept == ()
    run(root, "manage", "test")
    assert engine.undo(root, "label").kept == ()
    assert tree(root) == empty


def test_an_app_in_the_root_is_found_again_with_its_tests(tmp_path: Path) -> None:
    moved = {path.removeprefix("desk/"): text.replace("desk.tickets", "tickets") for path, text in OPEN.items()}
    root = write(tmp_path, {path: text for path, text in moved.items() if path != "__init__.py"})
    scaffold_stack(root, DJANGO, SMALL)
    assert (root / "notes/tests/test_notes_api.py").is_file()
    assert plan_stack(root, DJANGO, SMALL).writes == ()


def test_foreign_keys_say_what_the_project_says_and_differ_only_where_asked(tmp_path: Path) -> None:
    plan = scaffold_stack(write(tmp_path, RICH_HOST), DJANGO, REPLY)
    model = (tmp_path / "desk/replies/models.py").read_text()
    assert 'ticket = models.ForeignKey(\n        "tickets.Ticket"' in model
    assert 'related_name="replies_as_ticket"' in model
    assert "author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)" in model
    migration = (tmp_path / "desk/replies/migrations/0001_initial.py").read_text()
    assert (
        '("tickets", "0001_initial"),\n        migrations.swappable_dependency(settings.AUTH_USER_MODEL)' in migration
    )
    assert "other foreign keys to Member are CASCADE; author is on_delete=restrict, as you asked" in plan.notes


def test_a_foreign_key_does_what_the_others_to_the_same_model_do(tmp_path: Path) -> None:
    values = {**SMALL, "relations": [{"name": "author", "to": "User"}, {"name": "ticket", "to": "Ticket"}]}
    plan = scaffold_stack(write(tmp_path, RICH_HOST), DJANGO, values)
    model = (tmp_path / "desk/notes/models.py").read_text()
    assert "author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)" in model
    assert 'ticket = models.ForeignKey("tickets.Ticket", on_delete=models.PROTECT)' in model
    assert "author is on_delete=cascade, because other foreign keys to Member are CASCADE" in plan.notes


def test_a_project_that_restricts_gets_restrict(tmp_path: Path) -> None:
    text = RICH_HOST["desk/tickets/models.py"].replace("models.CASCADE", "models.RESTRICT")
    scaffold_stack(write(tmp_path, {**RICH_HOST, "desk/tickets/models.py": text}), DJANGO, REPLY)
    assert "on_delete=models.RESTRICT)" in (tmp_path / "desk/replies/models.py").read_text()


def test_the_migrations_before_it_stay_those_of_the_first_time(tmp_path: Path) -> None:
    root = write(tmp_path, RICH_HOST)
    scaffold_stack(root, DJANGO, REPLY)
    later = 'dependencies = [("tickets", "0001_initial")]\n'
    write(root, {"desk/tickets/migrations/0002_more.py": later})
    again = plan_stack(root, DJANGO, REPLY)
    assert again.writes == ()
    assert "the fields are not those of the migration" not in "".join(again.notes)
    assert last_migrations(root, "desk/tickets") == ["0002_more"]


def test_a_resource_that_another_one_refers_to_keeps_its_migration(tmp_path: Path) -> None:
    for example in EXAMPLES[DJANGO.name][:3]:
        scaffold_stack(tmp_path, DJANGO, example.values)
    kept = engine.undo(tmp_path, "invoice").kept
    assert [path.rpartition("invoices/")[2] for path in kept] == ["migrations/0001_initial.py"]


REFUSED: dict[str, tuple[dict[str, str], dict[str, object], str]] = {
    "scopes that nothing would enforce": (
        WITHOUT_OAUTH,
        SCOPES,
        "the project has no django-oauth-toolkit, so replies:read, replies:write would not be enforced",
    ),
    "a model that is not there": (
        RICH_HOST,
        {"relations": [{"name": "room", "to": "Room"}], "filters": []},
        (
            "there is no model Room to refer to; "
            "there are staff.Member (desk/staff/models.py:15), tickets.Ticket (desk/tickets/models.py:5)"
        ),
    ),
    "a model that is there twice": (
        {
            **RICH_HOST,
            "desk/staff/more.py": "from django.db import models\n\n\nclass Ticket(models.Model):\n    pass\n",
        },
        {"relations": [{"name": "ticket", "to": "Ticket"}], "filters": []},
        (
            "there are 2 models called Ticket: "
            "staff.Ticket (desk/staff/more.py:4), tickets.Ticket (desk/tickets/models.py:5)"
        ),
    ),
    "a model with a key of another type": (
        {
            **RICH_HOST,
            "desk/tickets/models.py": (
                "from django.db import models\n\n\nclass Ticket(models.Model):\n"
                "    day = models.DateField(primary_key=True)\n"
            ),
        },
        {"relations": [{"name": "ticket", "to": "Ticket"}], "filters": []},
        "Ticket (desk/tickets/models.py:4) has no single primary key of type UUID, int or str",
    ),
    "migrations that end twice": (
        {**RICH_HOST, "desk/tickets/migrations/0002_a.py": "\n"},
        {},
        "the migrations of tickets end in several: 0001_initial, 0002_a",
    ),
}


@pytest.mark.parametrize(("files", "values", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_said_and_nothing_is_written(
    files: dict[str, str], values: dict[str, object], message: str, tmp_path: Path
) -> None:
    root = write(tmp_path, files)
    before = tree(root)
    with pytest.raises(BackwrightError) as refused:
        plan_stack(root, DJANGO, REPLY | values)
    assert refused.value.message == message
    assert tree(root) == before


def test_models_are_read_with_their_apps_and_keys(tmp_path: Path) -> None:
    root = write(tmp_path, RICH_HOST)
    found = read_django_models(root, read_django(root))
    assert [(each.app, each.cls, each.kind, dict(each.on_delete)) for each in found] == [
        ("staff", "Member", "uuid", {"CASCADE": 1}),
        ("tickets", "Ticket", "bigint", {}),
    ]
    assert [each.module for each in found] == ["desk.staff.models", "desk.tickets.models"]


async def test_every_example_together_passes_its_tests_on_postgresql(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    for example in EXAMPLES[DJANGO.name]:
        scaffold_stack(root, DJANGO, example.values)
    async with empty_database() as url:
        variables = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": str(url.database),
            "USER": str(url.username or ""),
            "PASSWORD": str(url.password or ""),
            "HOST": str(url.host),
            "PORT": str(url.port or 5432),
        }
        environment = {f"DATABASE_{name}": value for name, value in variables.items()}
        said = await to_thread.run_sync(partial(run, root, "pytest", *QUIET, **environment))
    assert " passed" in said
    assert " skipped" not in said


def test_a_host_without_rest_framework_settings_is_open_and_says_so(tmp_path: Path) -> None:
    plan = plan_stack(write(tmp_path, OPEN), DJANGO, SMALL)
    assert "every caller may use the new views, as DEFAULT_PERMISSION_CLASSES says; decide who may" in plan.notes
    guarded = plan_stack(write(tmp_path / "guarded", DJANGO_HOST), DJANGO, SMALL)
    assert "decide who may" not in "".join(guarded.notes)
