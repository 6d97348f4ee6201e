"""Hosts whose session or whose guard is an object, and whose tests AnyIO runs: read where it is clear, else asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backwright.errors import UnsupportedProjectError
from tests.scaffold._commands import WITHOUT_FOREIGN, run
from tests.scaffold._projects import HOST, SMALL, plan, scaffold, write
from tests.scaffold.test_hosts import RICH, text_of

BASE = "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase):\n    pass\n"
CONTAINER = """\
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine


class Container:
    def __init__(self) -> None:
        self._sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite:///desk.db"))

    async def session(self) -> AsyncIterator[AsyncSession]:
        async with self._sessions.begin() as session:
            yield session


container = Container()
"""
DEPS = """\
from typing import Annotated

from app.container import container
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

DBSession = Annotated[AsyncSession, Depends(container.session)]
"""
HELD = {**HOST, "app/db.py": BASE, "app/container.py": CONTAINER, "app/deps.py": DEPS}
BEARER = """\
from fastapi import HTTPException, Request
from fastapi.security import HTTPBearer


class AuthBearer(HTTPBearer):
    def __init__(self, auto_error: bool = True) -> None:
        super().__init__(auto_error=auto_error)

    async def __call__(self, request: Request) -> str:
        raise HTTPException(403)
"""
GUARDED = HOST["app/main.py"].replace(
    "    app.include_router(tickets_router)\n",
    "    app.include_router(tickets_router)\n"
    "    app.include_router(tickets_router, prefix='/safe', dependencies=[Depends(AuthBearer())])\n",
)
GUARDED = GUARDED.replace("import FastAPI", "import Depends, FastAPI").replace(
    "\n\n\ndef", "\n\nfrom app.auth import AuthBearer\n\n\ndef"
)
ANYIO = """\
import pytest
{backend}

@pytest.fixture(scope="session", autouse=True)
async def started(anyio_backend) -> bool:
    return True


pytestmark = pytest.mark.anyio
"""
BACKEND = '\n\n@pytest.fixture(scope="session")\ndef anyio_backend():\n    return "asyncio"\n\n'
MARKED = "import pytest\n\n\n@pytest.mark.anyio\nasync def test_started(started): assert started\n"


def test_a_session_that_a_container_gives_is_read_with_its_object(tmp_path: Path) -> None:
    root = write(tmp_path, HELD)
    text = text_of(scaffold(root, RICH), "notes/router.py")
    assert "from app.container import container\n" in text
    assert 'Depends(container.session, scope="function")' in text
    assert "session.commit()" not in text
    assert plan(root, RICH).diff() == ""
    assert " passed" in run(root, "pytest", "-q", "-p", "no:cacheprovider")


def test_a_container_that_nothing_depends_on_is_a_question_with_its_answer(tmp_path: Path) -> None:
    root = write(tmp_path, {**HELD, "app/deps.py": ""})
    with pytest.raises(UnsupportedProjectError, match="no dependencies that yield") as refused:
        plan(root, SMALL)
    assert refused.value.hint == (
        "name it in backwright.yaml: `scaffold: {session: app.container:container.session}`; "
        "is it container.session (app/container.py:15)?"
    )
    made = plan(root, {**SMALL, "project": {"session": "app.container:container.session"}})
    assert "Depends(container.session, " in text_of(made, "notes/router.py")


def test_a_session_that_only_an_alias_names_is_a_question_with_the_alias(tmp_path: Path) -> None:
    deps = DEPS.replace("from app.container import container\n", "from made_elsewhere import provide\n")
    root = write(tmp_path, {**HOST, "app/db.py": BASE, "app/deps.py": deps.replace("container.session", "provide")})
    with pytest.raises(UnsupportedProjectError) as refused:
        plan(root, SMALL)
    assert refused.value.hint is not None
    assert refused.value.hint.endswith("DBSession (app/deps.py:7) stands on provide")


def test_an_object_that_only_guards_is_what_authorization_hangs_on(tmp_path: Path) -> None:
    root = write(tmp_path, {**HOST, "app/auth.py": BEARER, "app/main.py": GUARDED})
    made = scaffold(root, {**RICH, "auth": {}, "idempotency": True})
    text = text_of(made, "notes/router.py")
    assert "from app.auth import AuthBearer\n" in text
    assert "authenticated: Final = AuthBearer()\n" in text
    assert "Writer = Depends(authenticated)\n" in text
    assert "AuthBearer says that someone may, not who: callers are not told apart" in made.notes
    assert "auth hangs on AuthBearer (app/auth.py:5), which 1 route or dependency uses" in made.notes
    assert plan(root, {**RICH, "auth": {}, "idempotency": True}).diff() == ""
    assert " passed" in run(root, "pytest", "-q", "-p", "no:cacheprovider")


def test_an_object_that_guards_nothing_yet_is_a_question_with_its_answer(tmp_path: Path) -> None:
    root = write(tmp_path, {**HOST, "app/auth.py": BEARER})
    with pytest.raises(UnsupportedProjectError, match=r"; is it AuthBearer \(app/auth.py:5\)\?") as refused:
        plan(root, {**SMALL, "auth": {}})
    assert "`scaffold: {auth: app.auth:AuthBearer}`" in str(refused.value.hint)
    made = plan(root, {**SMALL, "auth": {}, "project": {"auth": "app.auth:AuthBearer"}})
    assert "authenticated: Final = AuthBearer()\n" in text_of(made, "notes/router.py")


@pytest.mark.parametrize(
    "auth",
    [
        BEARER.replace("auto_error: bool = True", "realm: str"),
        BEARER.replace("__call__", "refuse"),
        BEARER.replace("AuthBearer(HTTPBearer)", "Limiter"),
    ],
)
def test_a_class_that_is_no_guard_or_needs_arguments_is_not_asked_about(auth: str, tmp_path: Path) -> None:
    with pytest.raises(UnsupportedProjectError, match=r"such as get_current_user$"):
        plan(write(tmp_path, {**HOST, "app/auth.py": auth}), {**SMALL, "auth": {}})


def test_scopes_that_a_guard_does_not_take_are_refused_and_not_dropped(tmp_path: Path) -> None:
    root = write(tmp_path, {**HOST, "app/auth.py": BEARER, "app/main.py": GUARDED})
    with pytest.raises(UnsupportedProjectError, match="takes no SecurityScopes, so notes:read"):
        plan(root, {**SMALL, "auth": {"read": "notes:read"}})


@pytest.mark.parametrize("backend", [BACKEND, ""], ids=["the host's event loop", "no event loop named"])
def test_where_anyio_runs_the_tests_it_runs_the_new_ones_too(backend: str, tmp_path: Path) -> None:
    conftest = ANYIO.format(backend=backend)
    files = {"tests/conftest.py": conftest, "tests/test_started.py": MARKED, "pytest.ini": "[pytest]\npythonpath = .\n"}
    if not backend:
        files["tests/conftest.py"] = "import pytest\n"
        files["tests/test_started.py"] = MARKED.replace("started): assert started", "): ...")
    root = write(tmp_path, {**HOST, **files})
    made = scaffold(root, RICH)
    conftest = text_of(made, "tests/notes/conftest.py")
    assert "pytestmark = pytest.mark.anyio\n" in text_of(made, "test_notes_api.py")
    assert ("def anyio_backend" in conftest, "pytest_asyncio" in conftest) == (not backend, False)
    chosen = ["tests/notes", *(["tests/test_started.py"] if backend else [])]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:asyncio",
            *WITHOUT_FOREIGN.split(),
            *chosen,
        ],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
