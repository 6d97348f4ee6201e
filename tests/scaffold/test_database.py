"""FastAPI applications whose sessions block, or whose tables are SQLModel's: what is read, and what is made."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest
from anyio import to_thread

from backwright.app import App
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import UnsupportedProjectError
from backwright.scaffold import engine
from backwright.scaffold.project import read_facts
from backwright.settings import Settings
from tests.pack._postgres import empty_database
from tests.scaffold._hosts import ASYNC_SQLMODEL_HOST, CLASSIC_HOST, HOSTS, SQLMODEL_HOST, SYNC_HOST
from tests.scaffold._projects import EXAMPLES, HOST, SMALL, kinds, plan, scaffold, tree, write
from tests.scaffold.test_examples import run
from tests.scaffold.test_hosts import text_of
from tests.scaffold.test_pyright import STRICT, checked

RUFF = """
[tool.ruff.lint]
select = ["ALL"]
ignore = ["ANN401", "COM812", "CPY", "D", "E501", "EM", "PLR0913", "PLR0917", "TC", "TRY003"]

[tool.ruff.lint.per-file-ignores]
"tests/**" = ["D", "INP001", "PLR2004", "S101"]
"""
MADE = [f"{place}/{name}" for name in ("invoices", "people", "orders", "quotes") for place in ("app", "tests")]
BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): ...\n"


@pytest.fixture(scope="module", params=HOSTS)
def every(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A host with every example in it, under version control."""
    files = HOSTS[request.param]
    root = write(
        tmp_path_factory.mktemp(request.param) / "desk", files | {"pyproject.toml": files["pyproject.toml"] + RUFF}
    )
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], cwd=root, check=True)
    subprocess.run([*git, "add", "--all"], cwd=root, check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "host"], cwd=root, check=True)
    for example in EXAMPLES:
        scaffold(root, example.values)
    return root


def plugins(root: Path) -> list[str]:
    """A host whose sessions block has no plugin for asynchronous tests."""
    return [] if "asyncio_mode" in (root / "pytest.ini").read_text(encoding="utf-8") else ["-p", "no:asyncio"]


def test_every_example_passes_its_tests_in_the_host(every: Path) -> None:
    coverage = ["--cov=app.invoices", "--cov=app.people", "--cov=app.orders", "--cov=app.quotes", "--cov-fail-under=95"]
    said = run(every, "pytest", "-q", "-p", "no:cacheprovider", *plugins(every), *coverage)
    assert " passed" in said
    assert " skipped" not in said


async def test_every_example_passes_its_tests_on_postgresql(every: Path, tmp_path: Path) -> None:
    root = shutil.copytree(every, tmp_path / "desk")
    async with empty_database() as url:
        driver = "asyncpg" if "asyncio_mode" in (root / "pytest.ini").read_text(encoding="utf-8") else "psycopg"
        address = url.set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)
        for path in root.glob("tests/*/conftest.py"):
            text = path.read_text(encoding="utf-8")
            on_disk = next((line for line in text.split("\n") if "sqlite" in line and "engine" in line), None)
            if on_disk is not None:
                made = on_disk.partition("(")[0]
                text = text.replace(on_disk, f'{made}("{address}", connect_args={{}})')
                text = "\n".join(line for line in text.split("\n") if "event.listen" not in line)
                path.write_text(fresh(text), encoding="utf-8")
        work = partial(run, root, "pytest", "-q", "-p", "no:cacheprovider", *plugins(root))
        said = await to_thread.run_sync(work)
    assert " passed" in said
    assert " skipped" not in said


def fresh(text: str) -> str:
    """The fixture, with a database that is empty at the start of each test."""
    clean = (
        'connection.exec_driver_sql("DROP SCHEMA public CASCADE"), connection.exec_driver_sql("CREATE SCHEMA public")'
    )
    text = text.replace(
        "    with engine.begin() as connection:\n", f"    with engine.begin() as connection:\n        {clean}\n"
    )
    both = " ".join(
        f"await connection.exec_driver_sql({sql!r});" for sql in ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    )
    return text.replace(
        "    async with engine.begin() as connection:\n",
        f"    async with engine.begin() as connection:\n        {both}\n",
    )


def test_what_is_made_is_lint_clean_and_formatted(every: Path) -> None:
    run(every, "ruff", "check", "--no-cache", "app/resource_kit", *MADE)
    run(every, "ruff", "format", "--no-cache", "--check", "app/resource_kit", *MADE)


def test_what_is_made_is_strictly_typed(every: Path, tmp_path: Path) -> None:
    # A host may be untyped itself; of what was made, nothing is wrong.
    run(
        *(every, "mypy", "--strict", "--explicit-package-bases", "--cache-dir", str(tmp_path)),
        *("--follow-imports=silent", "app/resource_kit", *MADE),
    )


def test_pyright_finds_nothing_in_what_is_made(every: Path) -> None:
    settings = {**STRICT, "extraPaths": [], "include": ["app/resource_kit", *MADE]}
    (every / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    try:
        assert checked(every).generalDiagnostics == []
    finally:
        (every / "pyrightconfig.json").unlink()


def test_our_own_review_finds_nothing(every: Path) -> None:
    report = App(Settings(root=every, allow_unlocked=True)).reviewing.review(
        ReviewContextV2(base="HEAD", profile="strict")
    )
    assert report.findings == ()


@pytest.mark.parametrize("files", HOSTS.values(), ids=HOSTS)
def test_a_host_of_this_shape_gets_a_table_that_alembic_agrees_with_and_back_what_it_was(
    files: dict[str, str], tmp_path: Path
) -> None:
    root = write(tmp_path, files)
    before = tree(root)
    made = scaffold(root, EXAMPLES[0].values)
    assert kinds(made, "edit") == ["app/main.py", "alembic/env.py"]
    assert plan(root, EXAMPLES[0].values).diff() == ""
    run(root, "alembic", "upgrade", "head")
    run(root, "alembic", "check")
    run(root, "alembic", "downgrade", "base")
    (root / "desk.db").unlink()
    assert engine.undo(root, "invoice").kept == ()
    assert tree(root) == before


@pytest.mark.parametrize("files", [SYNC_HOST, CLASSIC_HOST, SQLMODEL_HOST])
def test_nothing_is_asynchronous_where_the_session_blocks(files: dict[str, str], tmp_path: Path) -> None:
    for example in EXAMPLES:
        made = scaffold(write(tmp_path, files), example.values)
        python = [action.after or "" for action in made.actions if action.path.endswith(".py")]
        assert [text for text in python if "async " in text or "await " in text or "Async" in text] == []


@pytest.mark.parametrize(
    ("files", "lines"),
    [
        (HOST, ["class NoteRow(Base):", "    title: Mapped[str] = mapped_column(sa.String(255))"]),
        (SYNC_HOST, ["class NoteRow(Base):", "    title: Mapped[str] = mapped_column(sa.String(255))"]),
        (CLASSIC_HOST, ["    title = sa.Column[str](sa.String(255), nullable=False)"]),
        (
            SQLMODEL_HOST,
            [
                "class NoteRow(SQLModel, table=True):",
                "    title: str = Field(sa_column=sa.Column(sa.String(255), nullable=False))",
            ],
        ),
    ],
    ids=["async", "sync", "classic", "sqlmodel"],
)
def test_the_model_is_written_as_the_host_writes_its_own(
    files: dict[str, str], lines: list[str], tmp_path: Path
) -> None:
    text = text_of(plan(write(tmp_path, files), SMALL), "notes/model.py")
    assert [line for line in lines if line not in text.split("\n")] == []


@pytest.mark.parametrize(
    ("files", "imported", "used"),
    [
        (SQLMODEL_HOST, "from app.deps import SessionDep", "session: SessionDep"),
        (ASYNC_SQLMODEL_HOST, "from app.db import get_session", "SessionDep = Annotated[AsyncSession, Depends("),
        (SYNC_HOST, "from app.db import get_db", 'Depends(get_db, scope="function")'),
    ],
)
def test_the_session_comes_as_in_other_routes(files: dict[str, str], imported: str, used: str, tmp_path: Path) -> None:
    text = text_of(plan(write(tmp_path, files), SMALL), "notes/router.py")
    assert imported in text
    assert used in text


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (
            "def get_db():\n    db = SessionLocal()\n    try:\n        yield db\n    finally:\n        db.close()\n",
            True,
        ),
        ("def get_db():\n    with make_session() as db:\n        yield db\n", True),
        ("def get_db() -> Iterator[Session]:\n    yield from sessions()\n", False),
        ("def get_db() -> Generator[Session]:\n    with Session(engine) as session:\n        yield session\n", True),
        ("async def get_db():\n    async with AsyncSessionLocal() as db:\n        yield db\n", False),
        ("def numbers():\n    session = Session()\n    yield 1\n", False),
        ("@contextmanager\ndef get_db():\n    db = SessionLocal()\n    yield db\n", False),
        ("def get_db():\n    def inner():\n        db = SessionLocal()\n        yield db\n    return inner\n", False),
    ],
)
def test_a_dependency_that_yields_a_session_that_blocks_is_told_from_others(
    body: str, tmp_path: Path, *, found: bool
) -> None:
    facts = read_facts(write(tmp_path, {"app/db.py": f"from sqlalchemy.orm import Session\n{body}"}))
    assert [(each.name, each.sync) for each in facts.sessions] == ([("get_db", True)] if found else [])


def test_a_project_of_two_kinds_of_tables_is_refused(tmp_path: Path) -> None:
    root = write(tmp_path, {**SQLMODEL_HOST, "app/base.py": BASE})
    with pytest.raises(UnsupportedProjectError, match=r"tables of SQLModel and a declarative base \(app/base.py:2\)"):
        plan(root, SMALL)


def test_a_relation_to_a_table_of_sqlmodel_is_found(tmp_path: Path) -> None:
    root = write(tmp_path, SQLMODEL_HOST)
    values: dict[str, object] = {**SMALL, "relations": [{"name": "ticket", "to": "Ticket"}]}
    made = scaffold(root, values)
    assert made.notes[0] == "ticket refers to Ticket (app/models.py:8), table ticket"
    assert " passed" in run(root, "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:asyncio")


def test_a_resource_may_be_called_claim_and_hold_a_password(tmp_path: Path) -> None:
    fields = [
        {"name": "password", "type": "str"},
        {"name": "kind", "type": "enum", "choices": ["token", "password"]},
    ]
    scaffold(tmp_path, {"resource": "claim", "fields": fields, "idempotency": True})
    run(tmp_path, "ruff", "check", "--no-cache", ".")
    assert " passed" in run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider")
