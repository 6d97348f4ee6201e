"""Shapes of projects that were there before, each as small as it can be: what real ones failed at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backwright.errors import UnsupportedProjectError
from backwright.scaffold import engine
from backwright.scaffold.plan import Plan
from tests.scaffold._commands import UP_AND_DOWN, run, run_in_turn
from tests.scaffold._projects import HOST, SMALL, kinds, plan, scaffold, tree, write

RICH: dict[str, object] = {
    "resource": "note",
    "fields": [
        {"name": "title", "type": "str", "unique": True, "max_length": 40},
        {"name": "pages", "type": "int", "ge": 1},
        {"name": "due", "type": "date", "required": False},
        {"name": "state", "type": "enum", "choices": ["open", "closed"]},
    ],
    "filters": ["state"],
}
UNTYPED = HOST["app/db.py"].replace("AsyncIterator[AsyncSession]", "AsyncIterator")
ALIASED = (
    HOST["app/db.py"]
    .replace(
        "AsyncSession, async_sessionmaker, create_async_engine",
        "AsyncSession as S, async_sessionmaker as make, create_async_engine",
    )
    .replace("[AsyncSession]", "[S]")
    .replace("= async_sessionmaker(", "= make(")
)
TWO = HOST["app/db.py"] + "\n\nasync def get_test_db() -> AsyncIterator[AsyncSession]:\n    yield Sessions()\n"
ALIAS = """\
from typing import Annotated

from app.db import get_db
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

SessionDep = Annotated[AsyncSession, Depends(get_db)]


async def look(session: SessionDep) -> None: ...
"""


def lock(**versions: str) -> str:
    return "\n".join(f'[[package]]\nname = "{name}"\nversion = "{each}"\n' for name, each in versions.items())


API = """\
from fastapi import APIRouter

from app.tickets import router as tickets_router

api_router = APIRouter(prefix="/api/v2")
api_router.include_router(router=tickets_router)
"""
AGGREGATE = {
    "app/api.py": API,
    "app/main.py": HOST["app/main.py"]
    .replace("from app.tickets import router as tickets_router", "from app.api import api_router")
    .replace("tickets_router", "api_router"),
    "tests/test_app.py": HOST["tests/test_app.py"].replace("/tickets", "/api/v2/tickets"),
}

SHAPES: dict[str, dict[str, str]] = {
    "the framework by its module": {
        "app/main.py": HOST["app/main.py"]
        .replace("from fastapi import FastAPI", "import fastapi")
        .replace("FastAPI", "fastapi.FastAPI")
    },
    "a session by another name": {"app/db.py": ALIASED},
    "a maker of sessions by another name": {"app/db.py": ALIASED.replace("AsyncIterator[S]", "AsyncIterator")},
    "a session of no said type": {"app/db.py": UNTYPED},
    "two sessions, one of them in use": {"app/db.py": TWO, "app/deps.py": ALIAS},
    "an older Pydantic and FastAPI": {"uv.lock": lock(pydantic="2.7.4", fastapi="0.119.0")},
    "pinned requirements": {"requirements.txt": "pydantic[email]==2.9.2\nfastapi == 0.115.0  # web\n"},
}


def text_of(made: Plan, end: str) -> str:
    (text,) = (action.after or "" for action in made.actions if action.path.endswith(end))
    return text


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_host_of_this_shape_passes_its_tests_and_the_new_ones_and_gets_back_what_it_was(
    shape: dict[str, str], tmp_path: Path
) -> None:
    root = write(tmp_path, {**HOST, **shape})
    before = tree(root)
    made = scaffold(root, RICH)
    assert kinds(made, "edit") == ["app/main.py", "alembic/env.py"]
    assert plan(root, RICH).diff() == ""
    assert " passed" in run_in_turn(root, ("pytest", "-q", "-p", "no:cacheprovider"), *UP_AND_DOWN)
    (root / "desk.db").unlink()
    assert engine.undo(root, "note").kept == ()
    assert tree(root) == before


def test_a_router_goes_where_its_siblings_are_and_says_the_version_once(tmp_path: Path) -> None:
    text = API.replace(
        "router=tickets_router)", "router=tickets_router)\napi_router.include_router(router=tickets_router)"
    )
    root = write(tmp_path, {**HOST, **AGGREGATE, "app/api.py": text})
    made = scaffold(root, SMALL)
    assert kinds(made, "edit") == ["app/api.py", "alembic/env.py"]
    assert (root / "app/api.py").read_text(encoding="utf-8") == text.replace(
        "from app.tickets import router",
        "from app.notes.router import router as notes_router\nfrom app.tickets import router",
    ) + "api_router.include_router(notes_router)\n"
    assert "the router goes on api_router in app/api.py:7, as 2 others do; its path is /api/v2/notes" in made.notes
    listed = "from app.main import create_app as c; print(*c().openapi()['paths'])"
    assert (
        "/api/v2/notes/{note_id}"
        in subprocess.run(
            [sys.executable, "-c", listed], cwd=root, capture_output=True, text=True, check=True
        ).stdout.split()
    )
    assert " passed" in run(root, "pytest", "-q", "-p", "no:cacheprovider")
    assert plan(root, SMALL).diff() == ""


def test_paths_that_were_given_out_stay_when_the_project_is_read_better(tmp_path: Path) -> None:
    root = write(tmp_path, HOST)
    scaffold(root, SMALL)
    write(root, AGGREGATE)
    (root / "app/api.py").write_text(f"{API}api_router.include_router(router=tickets_router)\n", encoding="utf-8")
    assert [action.path for action in plan(root, SMALL).writes if "notes" in action.path] == []


def test_the_session_that_most_places_use_is_taken_and_the_other_is_a_question(tmp_path: Path) -> None:
    made = plan(write(tmp_path, {**HOST, "app/db.py": TWO, "app/deps.py": ALIAS}), SMALL)
    assert "from app.deps import SessionDep\n" in text_of(made, "notes/router.py")
    assert any("get_test_db (app/db.py:19) as well" in note for note in made.notes)


def test_of_two_sessions_that_are_used_alike_none_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedProjectError, match=r"get_db \(app/db.py:14\), get_test_db \(app/db.py:19\)"):
        plan(write(tmp_path, {**HOST, "app/db.py": TWO}), SMALL)


@pytest.mark.parametrize(
    ("fastapi", "scope", "commits"),
    [("0.115.0", False, False), ("0.119.0", False, True), ("0.121.0", True, False), ("0.165.0", True, False)],
)
def test_what_was_written_is_committed_before_the_answer_in_each_fastapi(
    fastapi: str, tmp_path: Path, *, scope: bool, commits: bool
) -> None:
    session = HOST["app/db.py"] + "        await session.commit()\n"
    made = plan(write(tmp_path, {**HOST, "app/db.py": session, "uv.lock": lock(fastapi=fastapi)}), SMALL)
    text = text_of(made, "notes/router.py")
    assert ('scope="function"' in text, "await session.commit()" in text) == (scope, commits)


@pytest.mark.parametrize(("pydantic", "missing"), [("2.7.4", False), ("2.13.9", False), ("2.14.0", True)])
def test_an_absent_member_is_told_from_null_in_each_pydantic(pydantic: str, tmp_path: Path, *, missing: bool) -> None:
    made = plan(write(tmp_path, {**HOST, "uv.lock": lock(pydantic=pydantic)}), RICH)
    text = text_of(made, "notes/schemas.py")
    assert ("MISSING" in text, "exclude_unset=True" in text, "_refuse_null" in text) == (
        missing,
        not missing,
        not missing,
    )


def test_a_member_of_a_workspace_has_the_versions_of_its_lock_file(tmp_path: Path) -> None:
    root = write(tmp_path / "services" / "desk", HOST)
    write(tmp_path, {"uv.lock": lock(pydantic="1.10.2"), ".git/HEAD": ""})
    with pytest.raises(UnsupportedProjectError, match=r"the project has pydantic 1\.10"):
        plan(root, SMALL)


def test_a_lock_file_above_the_repository_is_not_its_own(tmp_path: Path) -> None:
    root = write(tmp_path / "services" / "desk", {**HOST, ".git/HEAD": ""})
    write(tmp_path, {"uv.lock": lock(pydantic="1.10.2")})
    assert plan(root, SMALL).conflicts == ()


RUFF = '[project]\nname = "desk"\n\n[tool.ruff.lint]\nselect = ["E", "PL", "S"]\n'


@pytest.mark.parametrize(
    ("settings", "first"),
    [
        ({"pyproject.toml": RUFF}, "# ruff: noqa: PLR2004, S101"),
        ({"pyproject.toml": RUFF + 'ignore = ["S101"]\n'}, "# ruff: noqa: PLR2004"),
        (
            {"pyproject.toml": RUFF + '\n[tool.ruff.lint.per-file-ignores]\n"tests/*" = ["PL", "S1"]\n'},
            "from __future__",
        ),
        ({"ruff.toml": 'extend-select = ["ALL"]\n'}, "# ruff: noqa: PLR2004, S101"),
        ({}, "from __future__"),
    ],
)
def test_tests_say_what_the_hosts_ruff_would_find_in_every_one_of_them(
    settings: dict[str, str], first: str, tmp_path: Path
) -> None:
    made = plan(write(tmp_path, {**HOST, **settings}), SMALL)
    assert text_of(made, "test_notes_api.py").startswith(first)


def test_an_import_behind_other_statements_says_so(tmp_path: Path) -> None:
    late = HOST["alembic/env.py"].replace("from app import tickets\n", "") + "\nfrom app import tickets  # noqa\n"
    made = plan(write(tmp_path, {**HOST, "alembic/env.py": late}), SMALL)
    assert "import app.notes.model  # noqa: E402, F401  registers the table\n" in text_of(made, "env.py")


def test_a_package_of_two_names_is_refused_because_it_would_be_there_twice(tmp_path: Path) -> None:
    moved = {f"src/{path}" if path.startswith("app/") else path: text for path, text in HOST.items()}
    root = write(tmp_path, {**moved, "src/__init__.py": ""})
    assert plan(root, SMALL).conflicts == ()
    write(root, {"tests/test_app.py": "from src.app.main import create_app\n"})
    with pytest.raises(
        UnsupportedProjectError, match=r"the code is app, and to the tests src.app \(tests/test_app.py\)"
    ):
        plan(root, SMALL)


def test_what_is_kept_in_memory_needs_neither_a_database_nor_migrations(tmp_path: Path) -> None:
    bare = {path: text for path, text in HOST.items() if not path.startswith("alembic")}
    root = write(
        tmp_path, {**bare, "app/db.py": "", "app/tickets.py": "from fastapi import APIRouter\n\nrouter = APIRouter()\n"}
    )
    (root / "tests/test_app.py").unlink()
    scaffold(root, {**RICH, "persistence": "none"})
    assert " passed" in run(root, "pytest", "-q", "-p", "no:cacheprovider")
