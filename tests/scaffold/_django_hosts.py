"""A Django project with models, users of its own and an authorization server."""

from __future__ import annotations

from tests.scaffold._stacks import DJANGO_HOST

_MIGRATION = """\
import django.contrib.auth.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [%s]
    operations = [migrations.CreateModel(name="%s", fields=[%s])]
"""

RICH_HOST = {
    **DJANGO_HOST,
    "config/settings.py": DJANGO_HOST["config/settings.py"]
    .replace('    "rest_framework",\n', '    "oauth2_provider",\n    "rest_framework",\n')
    .replace('.TicketsConfig"\n', '.TicketsConfig",\n    "desk.staff",\n')
    .replace("ROOT_URLCONF", 'AUTH_USER_MODEL = "staff.Member"\nOAUTH2_PROVIDER = {"SCOPES": {}}\nROOT_URLCONF'),
    "desk/staff/__init__.py": "",
    "desk/staff/models.py": """\
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models


class Keyed(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)

    class Meta:
        abstract = True


class Member(Keyed, AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    born = models.DateField()
    USERNAME_FIELD = "email"
    objects = BaseUserManager()
""",
    "desk/staff/migrations/__init__.py": "",
    "desk/staff/migrations/0001_initial.py": _MIGRATION
    % (
        '("auth", "0012_alter_user_first_name_max_length")',
        "Member",
        """
        ("id", models.UUIDField(primary_key=True, default=uuid.uuid4, serialize=False)),
        ("password", models.CharField(max_length=128, verbose_name="password")),
        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
        ("is_superuser", models.BooleanField(
            default=False, verbose_name="superuser status",
            help_text="Designates that this user has all permissions without explicitly assigning them.",
        )),
        ("email", models.EmailField(max_length=254, unique=True)),
        ("born", models.DateField()),
        ("groups", models.ManyToManyField(
            blank=True, related_name="user_set", related_query_name="user", to="auth.group", verbose_name="groups",
            help_text="The groups this user belongs to. "
            "A user will get all permissions granted to each of their groups.",
        )),
        ("user_permissions", models.ManyToManyField(
            blank=True, related_name="user_set", related_query_name="user", to="auth.permission",
            help_text="Specific permissions for this user.", verbose_name="user permissions",
        )),
    """,
    ),
    "desk/tickets/models.py": """\
from django.conf import settings
from django.db import models


class Ticket(models.Model):
    title = models.CharField(max_length=5, unique=True)
    kind = models.CharField(max_length=9, choices=[("bug", "Bug"), ("wish", "Wish")])
    link = models.URLField()
    open = models.BooleanField()
    due = models.DateTimeField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
""",
    "desk/tickets/migrations/__init__.py": "",
    "desk/tickets/migrations/0001_initial.py": _MIGRATION
    % (
        "migrations.swappable_dependency(settings.AUTH_USER_MODEL)",
        "Ticket",
        """
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("title", models.CharField(max_length=5, unique=True)),
        ("kind", models.CharField(choices=[("bug", "Bug"), ("wish", "Wish")], max_length=9)),
        ("link", models.URLField()),
        ("open", models.BooleanField()),
        ("due", models.DateTimeField()),
        ("made_by", models.ForeignKey(on_delete=models.CASCADE, to=settings.AUTH_USER_MODEL)),
    """,
    ),
}

REPLY: dict[str, object] = {
    "resource": "reply",
    "fields": [
        {"name": "text", "type": "text"},
        {"name": "state", "type": "enum", "choices": ["new", "read"]},
    ],
    "relations": [
        {"name": "ticket", "to": "Ticket"},
        {"name": "earlier", "to": "tickets.Ticket", "required": False, "on_delete": "set_null"},
        {"name": "author", "to": "User", "on_delete": "restrict"},
    ],
    "filters": ["state", "ticket", "author"],
    "actions": [{"name": "send", "set": {"state": "read"}, "when": {"state": ["new"]}}],
    "idempotency": True,
}

_NINJA_SETTINGS = (
    RICH_HOST["config/settings.py"]
    .replace('    "oauth2_provider",\n    "rest_framework",\n', '    "ninja",\n')
    .replace('OAUTH2_PROVIDER = {"SCOPES": {}}\n', "")
    .partition("REST_FRAMEWORK")[0]
)

NINJA_HOST = {
    **{path: text for path, text in RICH_HOST.items() if path not in {"config/api.py", "desk/tickets/views.py"}},
    "config/settings.py": _NINJA_SETTINGS,
    "config/urls.py": """\
from desk.api import api
from django.urls import path

urlpatterns = [
    path("api/", api.urls),
]
""",
    "desk/api.py": """\
from desk.tickets.api import router as tickets_router
from ninja import NinjaAPI
from ninja.errors import HttpError

api = NinjaAPI()
api.add_router("/tickets", tickets_router)


@api.exception_handler(HttpError)
def on_error(request, error):
    return api.create_response(request, {"said": str(error)}, status=error.status_code)
""",
    "desk/auth.py": """\
from ninja.security import HttpBearer


class TokenAuth(HttpBearer):
    def authenticate(self, request, token):
        return None
""",
    "desk/tickets/api.py": """\
from ninja import Router

router = Router()


@router.get("")
def list_tickets(request) -> list[int]:
    return []
""",
    "desk/tickets/tests.py": """\
from django.test import TestCase


class TicketTests(TestCase):
    def test_tickets(self):
        assert self.client.get("/api/tickets").status_code in {200, 401}
""",
}
