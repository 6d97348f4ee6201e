from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import UnsupportedProjectError
from tests.scaffold._projects import SMALL, write
from tests.scaffold._stacks import FLASK, FLASK_ACCOUNTS, FLASK_HOST, plan_stack

SCOPES = {"read": "notes:read", "write": "notes:write"}
HOME = FLASK_ACCOUNTS["a decorator of its own"]
SCOPED = FLASK_ACCOUNTS["a decorator of its own for scopes"]


def routes(root: Path, **more: object) -> tuple[str, tuple[str, ...]]:
    made = plan_stack(root, FLASK, {**SMALL, **more})
    (text,) = (action.after or "" for action in made.actions if action.path.endswith("notes/routes.py"))
    return text, made.notes


def host(root: Path, accounts: str) -> Path:
    return write(root, {**FLASK_HOST, "app/accounts.py": accounts})


DECORATED = {
    "Flask-Login": ("@login_required", "from flask_login import current_user, login_required"),
    "Flask-JWT-Extended": ("@jwt_required()", "from flask_jwt_extended import get_jwt_identity, jwt_required"),
    "Flask-HTTPAuth with tokens": ("@token_auth.login_required", "from app.accounts import token_auth"),
    "Flask-HTTPAuth with passwords": ("@auth.login_required", "from app.accounts import auth"),
    "a decorator of its own": ("@token_required", "from app.accounts import token_required"),
}


@pytest.mark.parametrize(("name", "decorator", "imported"), [(n, *each) for n, each in DECORATED.items()])
def test_every_view_has_the_decorator_of_the_host(name: str, decorator: str, imported: str, tmp_path: Path) -> None:
    text, notes = routes(host(tmp_path, FLASK_ACCOUNTS[name]), auth={}, idempotency=True)
    assert text.count(f"{decorator}\ndef ") == 5
    assert f"{imported}\n" in text
    assert 'read_key("")' not in text
    (note,) = (each for each in notes if each.startswith(f"auth hangs on {decorator} ("))
    assert note.endswith(("which no view has", "which 1 view has"))


def test_roles_of_flask_httpauth_are_scopes(tmp_path: Path) -> None:
    text, _ = routes(host(tmp_path, FLASK_ACCOUNTS["Flask-HTTPAuth with roles"]), auth=SCOPES)
    assert text.count('@token_auth.login_required(role="notes:read")\ndef ') == 2
    assert text.count('@token_auth.login_required(role="notes:write")\ndef ') == 3


def test_a_decorator_for_scopes_stands_below_the_one_that_signs_in(tmp_path: Path) -> None:
    text, notes = routes(host(tmp_path, SCOPED), auth={"write": "notes:write"}, idempotency=True)
    assert text.count('@jwt_required()\n@scope_required("notes:write")\ndef ') == 3
    assert text.count("@jwt_required()\ndef ") == 2
    assert any(note.startswith("do callers share their keys?") for note in notes)


def test_a_decorator_that_gives_the_caller_to_the_view_is_given_its_argument(tmp_path: Path) -> None:
    given = HOME.replace("view(*args", "view(g.user, *args")
    text, _ = routes(host(tmp_path, given), auth={}, idempotency=True)
    assert "def get_note(_caller: object, note_id: UUID)" in text
    assert "def create_note(caller: object)" in text
    assert "read_key(caller_id(caller))" in text


def test_what_is_meant_for_an_api_comes_before_a_page_for_people(tmp_path: Path) -> None:
    both = FLASK_ACCOUNTS["Flask-Login"] + FLASK_ACCOUNTS["Flask-HTTPAuth with tokens"]
    text, notes = routes(host(tmp_path, both), auth={})
    assert "@token_auth.login_required\ndef " in text
    assert "is that right? There are @login_required (flask_login) as well" in notes


def test_a_list_of_decorators_of_a_class_counts_as_a_use(tmp_path: Path) -> None:
    listed = "from flask_jwt_extended import jwt_required\n\n\nclass R:\n    method_decorators = [jwt_required()]\n"
    text, _ = routes(host(tmp_path, listed), auth={})
    assert "@jwt_required()\ndef " in text


def test_the_decorator_of_apifairy_counts_for_the_object_that_it_is_given(tmp_path: Path) -> None:
    text = "a = HTTPTokenAuth()\nb = HTTPTokenAuth()\n\n\n@authenticate(b)\ndef page(): ...\n"
    made, _ = routes(host(tmp_path, text), auth={})
    assert "@b.login_required\ndef " in made


REFUSED = {
    "nothing that says who calls": ("", {}, "the project has no decorator that says who calls"),
    "scopes that nothing asks for": (
        FLASK_ACCOUNTS["Flask-Login"],
        SCOPES,
        "@login_required takes no scopes, so notes:read, notes:write would not be enforced",
    ),
    "permissions that are no texts": (
        SCOPED.replace("'a'", "Permission.A"),
        SCOPES,
        "@scope_required(Permission.A) takes no scope as a text",
    ),
    "two that are used alike": (
        "a = HTTPTokenAuth()\nb = HTTPTokenAuth()\n",
        {},
        "which of these says who calls cannot be told: a.login_required, b.login_required",
    ),
    "a decorator that renames its views": (
        HOME.replace("    @wraps(view)\n", ""),
        {},
        "the decorator token_required (app/accounts.py:6) does not use functools.wraps",
    ),
    "a decorator that gives more than the caller": (
        HOME.replace("view(*args", "view(g.user, 1, *args"),
        {},
        "the decorator token_required (app/accounts.py:6) gives its view 2 arguments of its own",
    ),
}


@pytest.mark.parametrize(("accounts", "auth", "message"), REFUSED.values(), ids=REFUSED)
def test_what_would_not_be_enforced_is_refused(
    accounts: str, auth: dict[str, str], message: str, tmp_path: Path
) -> None:
    root = host(tmp_path, accounts)
    with pytest.raises(UnsupportedProjectError) as refused:
        plan_stack(root, FLASK, {**SMALL, "auth": auth})
    assert refused.value.message.startswith(message)
