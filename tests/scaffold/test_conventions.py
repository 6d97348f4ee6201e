from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import UnsupportedProjectError
from tests.scaffold._projects import HOST, SMALL, plan, write

SCOPES = {"read": "notes:read", "write": "notes:write"}
USER = "class User:\n    id: int\n\n\n"
PLAIN = f"{USER}async def get_current_user(token: str) -> User: ...\n"
SCOPED = f"{USER}async def get_current_user(scopes: SecurityScopes) -> User: ...\n"


def router(root: Path, **more: object) -> tuple[str, tuple[str, ...]]:
    made = plan(root, {**SMALL, **more})
    (text,) = (action.after or "" for action in made.actions if action.path.endswith("notes/router.py"))
    return text, made.notes


def test_the_dependency_of_the_host_is_used_with_its_scopes(tmp_path: Path) -> None:
    root = write(tmp_path, {**HOST, "app/auth.py": SCOPED, "app/use.py": "x = Security(get_current_user)\n"})
    text, notes = router(root, auth=SCOPES)
    assert "from app.auth import get_current_user\n" in text
    assert 'Reader = Security(get_current_user, scopes=["notes:read"])' in text
    assert "auth hangs on get_current_user (app/auth.py:5), which 1 route or dependency uses" in notes


def test_signing_in_needs_no_scopes(tmp_path: Path) -> None:
    text, _ = router(write(tmp_path, {**HOST, "app/auth.py": PLAIN}), auth={})
    assert "Writer = Depends(get_current_user)" in text


def test_keys_count_for_the_caller_where_one_can_be_told_from_another(tmp_path: Path) -> None:
    root = write(tmp_path, {**HOST, "app/auth.py": PLAIN})
    text, _ = router(root, auth={}, idempotency=True)
    assert "IdempotencyKey(str(caller.id), idempotency_key)" in text
    (root / "app/auth.py").write_text(PLAIN.replace("    id: int", "    colour: str"), encoding="utf-8")
    text, notes = router(root, auth={}, idempotency=True)
    assert 'IdempotencyKey("", idempotency_key)' in text
    assert any(note.startswith("do callers share their keys?") for note in notes)


def test_of_several_the_one_in_use_is_taken_and_the_other_is_a_question(tmp_path: Path) -> None:
    both = f"{PLAIN}async def get_current_active_user(user: User) -> User: ...\n"
    root = write(tmp_path, {**HOST, "app/auth.py": both, "app/use.py": "x = Depends(get_current_active_user)\n"})
    text, notes = router(root, auth={})
    assert "Reader = Depends(get_current_active_user)" in text
    assert "is that right? There are get_current_user (app/auth.py:5) as well" in notes


@pytest.mark.parametrize(
    ("files", "auth", "said"),
    [
        ({}, {}, "no dependency that says who calls"),
        ({"app/auth.py": PLAIN}, SCOPES, r"get_current_user \(app/auth.py:5\) takes no SecurityScopes, so notes:read"),
        ({"app/auth.py": PLAIN, "app/b.py": PLAIN}, {}, r"cannot be told: .*app/auth.py:5.*app/b.py:5"),
    ],
)
def test_a_host_whose_authorization_cannot_be_told_is_refused_and_none_invented(
    tmp_path: Path, files: dict[str, str], auth: dict[str, str], said: str
) -> None:
    with pytest.raises(UnsupportedProjectError, match=said) as refused:
        plan(write(tmp_path, {**HOST, **files}), {**SMALL, "auth": auth})
    assert refused.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "@app.exception_handler(HTTPException)\ndef f(r, e): ...\n",
        "app.add_exception_handler(StarletteHTTPException, f)\n",
        "app = FastAPI(exception_handlers={HTTPException: f})\n",
    ],
)
def test_a_host_that_handles_errors_gets_them_as_it_handles_them(tmp_path: Path, text: str) -> None:
    made = plan(write(tmp_path, {**HOST, "app/errors.py": text}), SMALL)
    (http,) = (action.after or "" for action in made.actions if action.path.endswith("resource_kit/http.py"))
    assert "raise HTTPException(error.status, detail=error.message) from error" in http
    assert any("app/errors.py:1" in note for note in made.notes)


def test_a_host_that_handles_none_gets_a_stable_code_in_the_detail(tmp_path: Path) -> None:
    made = plan(write(tmp_path, HOST), SMALL)
    (http,) = (action.after or "" for action in made.actions if action.path.endswith("resource_kit/http.py"))
    assert "problem = Problem(code=error.code" in http


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{USER}async def verify_token(token: str) -> User: ...\n", "no dependency that says who calls"),
        (f'{USER}@router.get("/me")\nasync def get_current_user() -> User: ...\n', "no dependency that says who calls"),
    ],
)
def test_a_helper_and_an_operation_are_no_dependencies(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedProjectError, match=said):
        plan(write(tmp_path, {**HOST, "app/auth.py": text}), {**SMALL, "auth": {}})


def test_a_dependency_counts_where_its_alias_is_used(tmp_path: Path) -> None:
    alias = "CurrentUser = Annotated[User, Depends(get_current_user)]\nasync def me(user: CurrentUser) -> None: ...\n"
    both = f"{PLAIN}async def get_current_active_user(user: User) -> User: ...\n{alias}"
    text, _ = router(write(tmp_path, {**HOST, "app/auth.py": both}), auth={})
    assert "Reader = Depends(get_current_user)" in text
