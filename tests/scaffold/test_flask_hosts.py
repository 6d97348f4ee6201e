"""The proof of the Flask template in applications of many shapes: what is generated runs there."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import UnsupportedProjectError
from backwright.scaffold import engine
from tests.scaffold._commands import run
from tests.scaffold._projects import SMALL, kinds, tree, write
from tests.scaffold._stacks import (
    FLASK,
    FLASK_ACCOUNTS,
    FLASK_HOST,
    FLAT_FLASK_HOST,
    PLAIN_FLASK_HOST,
    plan_stack,
    scaffold_stack,
)

QUIET = ("-q", "-p", "no:cacheprovider", "-p", "no:asyncio")
NOTE: dict[str, object] = {
    "resource": "note",
    "fields": [
        {"name": "title", "type": "str", "unique": True},
        {"name": "due", "type": "date", "required": False},
        {"name": "state", "type": "enum", "choices": ["open", "closed"]},
    ],
    "filters": ["due", "state"],
    "actions": [{"name": "close", "set": {"state": "closed"}, "when": {"state": ["open"]}}],
    "idempotency": True,
}
SCOPES = {"read": "notes:read", "write": "notes:write"}
TICKET: dict[str, object] = {"relations": [{"name": "ticket", "to": "Ticket"}]}
MEMORY: dict[str, object] = {"persistence": "none"}
PAGES = FLAT_FLASK_HOST["app.py"]
BARE = {
    **FLAT_FLASK_HOST,
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n" + PAGES[PAGES.index("\n\n@") :],
}
SCOPED_SESSION = (
    PLAIN_FLASK_HOST["desk/db.py"]
    .replace("DeclarativeBase, s", "DeclarativeBase, scoped_session, s")
    .replace("= sessionmaker(engine)", "= scoped_session(sessionmaker(engine))")
)
RUNS: dict[str, tuple[dict[str, str], dict[str, object]]] = {
    **{
        f"{name}, who signs in is enough": (
            {**FLASK_HOST, "app/accounts.py": text},
            {"auth": {}, **(TICKET if number % 2 else MEMORY)},
        )
        for number, (name, text) in enumerate(FLASK_ACCOUNTS.items())
        if "for scopes" not in name
    },
    **{
        f"{name}, with scopes": ({**FLASK_HOST, "app/accounts.py": FLASK_ACCOUNTS[name]}, {"auth": SCOPES, **TICKET})
        for name in ("Flask-HTTPAuth with roles", "a decorator of its own for scopes")
    },
    "a scoped session": ({**PLAIN_FLASK_HOST, "desk/db.py": SCOPED_SESSION}, {}),
    "a module with create_all": (FLAT_FLASK_HOST, {"relations": [{"name": "ticket", "to": "SupportTicket"}]}),
    "a module without a database": (
        {path: text for path, text in BARE.items() if path != "models.py"},
        {**MEMORY, "pagination": "offset"},
    ),
}


@pytest.mark.parametrize(("files", "more"), RUNS.values(), ids=RUNS)
def test_the_tests_of_the_host_and_of_the_resource_pass(
    files: dict[str, str], more: dict[str, object], tmp_path: Path
) -> None:
    root = write(tmp_path, files)
    before = tree(root)
    scaffold_stack(root, FLASK, {**NOTE, **more})
    assert plan_stack(root, FLASK, {**NOTE, **more}).diff() == ""
    said = run(root, "pytest", *QUIET)
    assert " passed" in said
    assert " skipped" not in said
    assert engine.undo(root, "note").kept == ()
    assert tree(root) == before


def test_what_create_all_makes_is_imported_before(tmp_path: Path) -> None:
    root = write(tmp_path, FLAT_FLASK_HOST)
    made = scaffold_stack(root, FLASK, SMALL)
    assert kinds(made, "edit") == ["app.py"]
    assert not [action for action in made.actions if "versions" in action.path]
    text = (root / "app.py").read_text()
    assert text.index("app.register_blueprint(notes_blueprint)") < text.index("db.create_all()")
    assert made.notes[-1] == (
        "the table is made by create_all() (app.py:9), which never changes one: add Flask-Migrate"
    )
    answer = "from app import app; print(app.test_client().get('/v1/notes').json)"
    (root / "ask.py").write_text(answer, encoding="utf-8")
    assert run(root, "ask") == "{'items': [], 'next': None}\n"


def test_a_script_that_holds_the_database_is_refused_with_what_would_help(tmp_path: Path) -> None:
    text = PAGES.replace("from models import db\n", "from flask_sqlalchemy import SQLAlchemy\n").replace(
        "db.init_app(app)", "db = SQLAlchemy(app)"
    )
    root = write(tmp_path, {"app.py": text})
    with pytest.raises(UnsupportedProjectError) as refused:
        plan_stack(root, FLASK, SMALL)
    assert refused.value.message.startswith("app.py is run as a script (line 17) and holds db (line 6): a model that")
    assert refused.value.hint is not None
    assert "such as extensions.py" in refused.value.hint
    # What is kept elsewhere needs no model.
    assert plan_stack(root, FLASK, {**SMALL, **MEMORY}).writes


STYLES = {
    "flask_smorest": "from flask_smorest import Api\n\napi = Api()\n",
    "flask_restful": "from flask_restful import Api\n\napi = Api()\n",
    "apifairy": "from apifairy import APIFairy\n\napifairy = APIFairy()\n",
}


@pytest.mark.parametrize(("style", "text"), STYLES.items())
def test_where_endpoints_are_written_otherwise_that_is_said(style: str, text: str, tmp_path: Path) -> None:
    made = plan_stack(write(tmp_path, {**FLASK_HOST, "app/docs.py": text}), FLASK, SMALL)
    note = f"the new views are a plain blueprint: {style} (app/docs.py:1) neither checks nor documents them"
    assert note in made.notes


def test_an_application_of_openapi_is_one_of_flask(tmp_path: Path) -> None:
    text = FLASK_HOST["app/__init__.py"].replace("from flask import Flask", "from flask_openapi3 import OpenAPI")
    root = write(tmp_path, {**FLASK_HOST, "app/__init__.py": text.replace("Flask", "OpenAPI")})
    made = plan_stack(root, FLASK, SMALL)
    assert kinds(made, "edit") == ["app/__init__.py"]


def test_alchemical_gives_its_model_and_its_session(tmp_path: Path) -> None:
    extensions = "from alchemical.flask import Alchemical\n\ndb = Alchemical()\n"
    env = "from alchemical.alembic.env import run_migrations\n"
    many = "def upgrade(engine_name):\n    ...\n"
    files = {**FLASK_HOST, "app/extensions.py": extensions, "migrations/env.py": env, "migrations/script.py.mako": many}
    texts = {action.path: action.after or "" for action in plan_stack(write(tmp_path, files), FLASK, SMALL).actions}
    assert "class NoteRow(db.Model):" in texts["app/notes/model.py"]
    (migration,) = (text for path, text in texts.items() if "/versions/" in path)
    assert "def upgrade(engine_name: str) -> None:" in migration
    assert "    session = db.session\n" in texts["app/resource_kit/database.py"]
