from __future__ import annotations

from pathlib import Path

import pytest

from backwright.scaffold.flask_project import flask_sites, read_flask
from backwright.scaffold.mount import Site, insert_mount
from tests.scaffold._projects import write

FACTORY = """\
from flask import Flask


def create_app():
    app = Flask(__name__)
    from shop.auth import bp as auth_bp
    app.register_blueprint(auth_bp)
    from shop.main import bp as main_bp
    app.register_blueprint(main_bp, url_prefix="/api/main")
    return app
"""
CASES = {
    "a factory that imports between its registrations": (
        FACTORY,
        FACTORY.replace("    return app\n", "    NEW\n    app.register_blueprint(new)\n    return app\n"),
    ),
    "a function that is given the application": (
        "from shop import a\n\n\ndef register(app):\n    app.register_blueprint(a.bp)\n    app.cli.add(1)\n",
        (
            "from shop import a\nNEW\n\n\ndef register(app):\n    app.register_blueprint(a.bp)\n"
            "    app.register_blueprint(new)\n    app.cli.add(1)\n"
        ),
    ),
    "a module whose views import the application": (
        "from flask import Flask\n\napp = Flask(__name__)\ndb = make(app)\n\nif __name__ == '__main__':\n    run()\n",
        (
            "from flask import Flask\n\napp = Flask(__name__)\ndb = make(app)\nNEW\napp.register_blueprint(new)\n\n"
            "if __name__ == '__main__':\n    run()\n"
        ),
    ),
    "a module with its imports at the top": (
        "from flask import Flask\nfrom shop.a import bp\n\napp = Flask(__name__)\napp.register_blueprint(bp)\n",
        (
            "from flask import Flask\nfrom shop.a import bp\nNEW\n\napp = Flask(__name__)\napp.register_blueprint(bp)\n"
            "app.register_blueprint(new)\n"
        ),
    ),
    "a factory without a blueprint": (
        "from flask import Flask\n\n\ndef make_app():\n    app = Flask(__name__)\n    db.init(app)\n    return app\n",
        (
            "from flask import Flask\n\n\ndef make_app():\n    app = Flask(__name__)\n    db.init(app)\n    NEW\n"
            "    app.register_blueprint(new)\n    return app\n"
        ),
    ),
}


def best(text: str) -> Site:
    return max(flask_sites(text), key=lambda site: site.mounts)


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES)
def test_a_blueprint_goes_after_its_siblings_and_is_imported_where_they_are(before: str, after: str) -> None:
    statement = "from shop.new import blueprint as new"
    made = insert_mount(before, best(before), "app.register_blueprint(new)", statement)
    assert made == after.replace("NEW", statement)


def test_a_registration_under_a_condition_is_no_place() -> None:
    text = "def create_app(app):\n    if app.debug:\n        app.register_blueprint(a)\n"
    assert flask_sites(text) == []


def test_each_fact_is_read_with_its_place(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "shop/__init__.py": FACTORY,
            "shop/ext.py": "from flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\ncsrf = CSRFProtect()\n",
            "shop/db.py": "from sqlalchemy.orm import scoped_session\n\nS = scoped_session(make)\n",
            "shop/auth.py": (
                "from flask import Blueprint\n\nbp = Blueprint('auth', __name__)\n\n\n"
                "@bp.app_errorhandler(HTTPException)\ndef wrong(error): ...\n\n\n"
                "@bp.get('/')\n@login_required\ndef f(): ...\n"
            ),
            "shop/broken.py": "Flask(",
        },
    )
    facts = read_flask(root)
    assert {(each.fact, each.value, each.source) for each in facts.evidence()} == {
        ("application", "app", "shop/__init__.py:9"),
        ("Flask-SQLAlchemy", "db", "shop/ext.py:3"),
        ("scoped_session", "S", "shop/db.py:3"),
        ("blueprint", "auth", "shop/auth.py:3"),
        ("error handler", "HTTPException", "shop/auth.py:6"),
        ("guard", "login_required", "shop/auth.py:11"),
    }
    assert (facts.csrf, facts.prefixes) == (["shop/ext.py:4"], ["", "/api/main"])
