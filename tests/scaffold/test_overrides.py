"""What backwright.yaml says where reading the project is not to decide."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import InvalidInputError
from backwright.scaffold.plan import Plan
from tests.scaffold._projects import HOST, SMALL, kinds, plan, write

TWO = HOST["app/db.py"] + "\n\nasync def get_other() -> AsyncIterator[AsyncSession]:\n    yield Sessions()\n"
AUTH = """\
class User:
    id: int


async def who(token: str) -> User: ...


async def get_current_user() -> User: ...
"""
MAIN = (
    HOST["app/main.py"]
    + "\n\ndef other() -> FastAPI:\n    shop = FastAPI()\n    shop.include_router(x)\n    return shop\n"
)
HANDLER = "app.add_exception_handler(HTTPException, answer)\n"


def planned(root: Path, files: dict[str, str], **more: object) -> Plan:
    return plan(write(root, {**HOST, **files}), {**SMALL, **more})


def text_of(made: Plan, end: str) -> str:
    (text,) = (action.after or "" for action in made.actions if action.path.endswith(end))
    return text


def test_the_session_that_is_named_is_taken(tmp_path: Path) -> None:
    made = planned(tmp_path, {"app/db.py": TWO}, project={"session": "app.db:get_other"})
    assert "from app.db import get_other\n" in text_of(made, "notes/router.py")


def test_a_session_that_reading_does_not_know_is_committed_by_the_operation(tmp_path: Path) -> None:
    files = {"app/deps.py": "async def session(request): ...\n"}
    text = text_of(planned(tmp_path, files, project={"session": "app.deps:session"}), "notes/router.py")
    assert "Depends(session, " in text
    assert "await session.commit()" in text


def test_the_dependency_that_is_named_says_who_calls(tmp_path: Path) -> None:
    made = planned(tmp_path, {"app/auth.py": AUTH}, auth={}, idempotency=True, project={"auth": "app.auth:who"})
    text = text_of(made, "notes/router.py")
    assert "Writer = Depends(who)" in text
    assert "str(caller.id)" in text


def test_the_router_that_is_named_gets_it_where_two_are_alike(tmp_path: Path) -> None:
    assert kinds(planned(tmp_path, {"app/main.py": MAIN}), "edit") == ["alembic/env.py"]
    made = planned(tmp_path, {"app/main.py": MAIN}, project={"router": "app.main:shop"})
    assert "    shop.include_router(notes_router)\n" in text_of(made, "app/main.py")


@pytest.mark.parametrize(("errors", "has_code"), [("detail", True), ("text", False), (None, False)])
def test_errors_are_in_the_form_that_is_named(errors: str | None, tmp_path: Path, *, has_code: bool) -> None:
    project = {} if errors is None else {"errors": errors}
    made = planned(tmp_path, {"app/errors.py": HANDLER}, project=project)
    assert ("code=error.code" in text_of(made, "resource_kit/http.py")) is has_code
    assert any("HTTPException with a text" in note for note in made.notes) is (errors is None)


@pytest.mark.parametrize(
    ("project", "said"),
    [
        ({"session": "app.database:get_db"}, "there is no app.database"),
        ({"session": "app.db:get"}, "there is no get"),
        ({"auth": "app.auth:who"}, "there is no app.auth"),
        ({"router": "app.main:api"}, "there is no api"),
        ({"router": "app.tickets:router"}, "no router is mounted on that yet"),
    ],
)
def test_what_is_named_and_not_there_is_refused_with_what_there_is(
    project: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInputError, match=said) as refused:
        planned(tmp_path, {}, auth={}, project=project)
    assert refused.value.hint
