"""Flask and Django projects to scaffold into."""

from __future__ import annotations

from pathlib import Path

from backwright.scaffold import engine
from backwright.scaffold.plan import Plan
from backwright.scaffold.template import load_template

ASSETS = Path(__file__).parents[2] / "skills" / "flask-django" / "assets"
FLASK, DJANGO = ASSETS / "flask-sqlalchemy", ASSETS / "django-drf"
EXAMPLES = {folder.name: load_template(folder).manifest.examples for folder in (FLASK, DJANGO)}

PYPROJECT = '[project]\nname = "desk"\nversion = "1"\n\n[tool.ruff]\nline-length = 100\n'

FLASK_HOST = {
    "pyproject.toml": PYPROJECT,
    "pytest.ini": "[pytest]\nfilterwarnings = error\npythonpath = .\n",
    "app/__init__.py": """\
from flask import Flask

from app.extensions import db, migrate


def create_app(uri: str = "sqlite:///desk.db") -> Flask:
    # Here, because of a cycle.
    from app.tickets import bp as tickets_bp

    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = uri
    db.init_app(app)
    migrate.init_app(app, db)
    app.register_blueprint(tickets_bp, url_prefix="/api/tickets")
    return app
""",
    "app/extensions.py": """\
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
migrate = Migrate()
""",
    "app/tickets.py": """\
from app import create_app
from app.extensions import db
from flask import Blueprint

assert create_app
bp = Blueprint("tickets", __name__)


class Ticket(db.Model):
    id = db.Column(db.Integer, primary_key=True)


@bp.get("")
def list_tickets():
    return []
""",
    "migrations/alembic.ini": "[alembic]\npath_separator = os\n",
    "migrations/env.py": """\
from alembic import context
from flask import current_app

database = current_app.extensions["migrate"].db
with database.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=database.metadata)
    with context.begin_transaction():
        context.run_migrations()
""",
    "migrations/versions/0001_tickets.py": """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("ticket", sa.Column("id", sa.Integer(), nullable=False), sa.PrimaryKeyConstraint("id"))


def downgrade():
    op.drop_table("ticket")
""",
    "tests/test_app.py": """\
from app import create_app


def test_tickets():
    assert create_app("sqlite://").test_client().get("/api/tickets").json == []
""",
}

PLAIN_FLASK_HOST = {
    "pyproject.toml": PYPROJECT,
    "pytest.ini": "[pytest]\nfilterwarnings = error\npythonpath = .\n",
    "alembic.ini": "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\npath_separator = os\n",
    "alembic/env.py": """\
from alembic import context
from desk.db import Base
from sqlalchemy import create_engine

engine = create_engine("sqlite:///desk.db")
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
""",
    "desk/__init__.py": "",
    "desk/db.py": """\
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, sessionmaker

engine = create_engine("sqlite:///desk.db")
SessionLocal = sessionmaker(engine)


class Base(DeclarativeBase):
    pass
""",
    "desk/app.py": """\
from flask import Flask, jsonify
from werkzeug.exceptions import HTTPException

app = Flask(__name__)


@app.errorhandler(HTTPException)
def on_error(error):
    return jsonify(message=error.description), error.code


if __name__ == "__main__":
    app.run()
""",
    "tests/test_app.py": """\
from desk.app import app


def test_errors_have_a_message():
    assert app.test_client().get("/nothing").get_json()["message"]


def test_a_missing_invoice_is_answered_as_the_application_does():
    response = app.test_client().get("/v1/invoices/no-uuid")
    assert (response.status_code, set(response.get_json())) == (404, {"message"})
""",
}

FLASK_ACCOUNTS = {
    "Flask-Login": "from flask_login import login_required\n\n\n@login_required\ndef page(): ...\n",
    "Flask-JWT-Extended": "from flask_jwt_extended import jwt_required\n\n\n@jwt_required()\ndef page(): ...\n",
    "Flask-HTTPAuth with tokens": """\
from flask_httpauth import HTTPTokenAuth

token_auth = HTTPTokenAuth()


@token_auth.error_handler
def wrong(status):
    return {"error": status}, status
""",
    "Flask-HTTPAuth with passwords": "from flask_httpauth import HTTPBasicAuth\n\nauth = HTTPBasicAuth()\n",
    "Flask-HTTPAuth with roles": """\
from flask_httpauth import HTTPTokenAuth

token_auth = HTTPTokenAuth(scheme="ApiKey", header="X-API-Key")


@token_auth.get_user_roles
def roles(user):
    return user.roles
""",
    "a decorator of its own": """\
from functools import wraps

from flask import abort, g, request


def token_required(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if "Authorization" not in request.headers:
            abort(401)
        g.user = object()
        return view(*args, **kwargs)

    return inner
""",
    "a decorator of its own for scopes": """\
from functools import wraps

from flask import abort
from flask_jwt_extended import get_jwt, jwt_required


def scope_required(*names):
    def around(view):
        @wraps(view)
        def inner(*args, **kwargs):
            if not set(names) <= set(get_jwt()["scope"].split()):
                abort(403)
            return view(*args, **kwargs)

        return inner

    return around


@jwt_required()
@scope_required('a')
def page(): ...
""",
}

FLAT_FLASK_HOST = {
    "pyproject.toml": PYPROJECT,
    "pytest.ini": "[pytest]\nfilterwarnings = error\npythonpath = .\n",
    "app.py": """\
from flask import Flask
from models import db

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db.init_app(app)

with app.app_context():
    db.create_all()


@app.get("/")
def index():
    return {}


if __name__ == "__main__":
    app.run()
""",
    "models.py": """\
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class SupportTicket(db.Model):
    id = db.Column(db.Integer, primary_key=True)
""",
    "tests/test_app.py": """\
from app import app


def test_the_pages_are_there():
    assert app.test_client().get("/").json == {}
""",
}

DJANGO_HOST = {
    "pyproject.toml": PYPROJECT,
    "manage.py": """\
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
execute_from_command_line(sys.argv)
""",
    "config/__init__.py": "",
    "config/settings.py": """\
SECRET_KEY = "not a secret"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "rest_framework",
    "desk.tickets.apps.TicketsConfig"
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "config.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "desk.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Europe/Berlin"
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 10,
}
""",
    "config/urls.py": """\
from django.urls import include, path

urlpatterns = [
    path("api/", include("config.api")),
]
""",
    "config/api.py": """\
from desk.tickets.views import TicketViewSet
from rest_framework.routers import DefaultRouter

app_name = "api"
router = DefaultRouter()
router.register(r"tickets", TicketViewSet, basename="ticket")
urlpatterns = router.urls
""",
    "desk/__init__.py": "",
    "desk/tickets/__init__.py": "",
    "desk/tickets/apps.py": """\
from django.apps import AppConfig


class TicketsConfig(AppConfig):
    name = "desk.tickets"
""",
    "desk/tickets/admin.py": "",
    "desk/tickets/models.py": "",
    "desk/tickets/views.py": """\
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet


class TicketViewSet(ViewSet):
    def list(self, request):
        return Response([])
""",
    "desk/tickets/tests.py": """\
from django.urls import reverse
from rest_framework.test import APITestCase


class TicketTests(APITestCase):
    def test_nobody_sees_tickets(self):
        assert self.client.get(reverse("api:ticket-list")).status_code == 403
""",
}

BARE_DJANGO_HOST = {
    **{path: text for path, text in DJANGO_HOST.items() if path not in {"config/api.py", "desk/tickets/admin.py"}},
    "config/settings.py": DJANGO_HOST["config/settings.py"].partition("REST_FRAMEWORK")[0],
    "config/urls.py": """\
from desk.tickets.views import TicketViewSet
from django.urls import path

urlpatterns = [path("tickets/", TicketViewSet.as_view({"get": "list"}), name="tickets")]
""",
    "desk/tickets/tests.py": """\
from django.test import TestCase


class TicketTests(TestCase):
    def test_everybody_sees_tickets(self):
        assert self.client.get("/tickets/").status_code == 200
""",
}


def plan_stack(root: Path, template: Path, values: dict[str, object]) -> Plan:
    """The plan of a template of this skill."""
    return engine.plan_endpoint(root, template, values)


def scaffold_stack(root: Path, template: Path, values: dict[str, object]) -> Plan:
    """The plan, applied."""
    made = plan_stack(root, template, values)
    engine.apply(made, root, expect=made.digest)
    return made
