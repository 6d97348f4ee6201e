"""FastAPI applications whose sessions block, or whose tables are SQLModel's: what is read, and what is made."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache, partial
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
from tests.scaffold._commands import UP_AND_DOWN, run, run_in_turn
from tests.scaffold._hosts import ASYNC_SQLMODEL_HOST, CLASSIC_HOST, HOSTS, SQLMODEL_HOST, SYNC_HOST
from tests.scaffold._projects import EXAMPLES, HOST, SMALL, kinds, plan, scaffold, tree, write
from tests.scaffold.test_hosts import text_of
from tests.scaffold.test_pyright import STRICT, checked

TOOLS = """
[tool.ruff.lint]
select = ["ALL"]
ignore = ["ANN401", "COM812", "CPY", "D", "E501", "EM", "TC", "TRY003"]

[tool.ruff.lint.per-file-ignores]
"tests/**" = ["D", "INP001", "PLR2004", "S101"]
"""
# Only where there are greenlets, and without threads: as a thread ends, coverage and greenlet may wait for ever.
GREENLETS = '\n[tool.coverage.run]\nconcurrency = ["greenlet"]\n'
PLURALS = ("invoices", "people", "orders", "quotes")
MADE = ["app/resource_kit", *(f"{place}/{name}" for name in PLURALS for place in ("app", "tests"))]
BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): ...\n"

of_each_host = pytest.mark.parametrize("host", HOSTS)


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The hosts by their names, each with every example in it, under version control; each is made once."""
    folder = tmp_path_factory.mktemp("hosts")

    @cache
    def made(host: str) -> Path:
        files = HOSTS[host]
        tools = TOOLS + (GREENLETS if "asyncio_mode" in files["pytest.ini"] else "")
        root = write(folder / host, files | {"pyproject.toml": files["pyproject.toml"] + tools})
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
        for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "host"]):
            subprocess.run([*git, *command], cwd=root, check=True)
        for example in EXAMPLES:
            scaffold(root, example.values)
        return root

    return made


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy learned of the libraries, for every host."""
    return tmp_path_factory.mktemp("types")


def passes(root: Path, *arguments: str) -> None:
    """The tests pass, and none is left out; of the plugins, only what the host would have is loaded."""
    asynchronous = "asyncio_mode" in (root / "pytest.ini").read_text(encoding="utf-8")
    plugins = ["-p", "pytest_cov", *(("-p", "pytest_asyncio.plugin") if asynchronous else ())]
    said = run(root, "pytest", "-q", "-p", "no:cacheprovider", *plugins, *arguments, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert " passed" in said
    assert " skipped" not in said


@pytest.mark.parametrize("host", ["sync", "sqlmodel-async"])
def test_every_example_passes_its_tests_in_the_host(host: str, hosts: Callable[[str], Path]) -> None:
    passes(hosts(host), *(f"--cov=app.{name}" for name in PLURALS), "--cov-fail-under=95")


@pytest.mark.parametrize("host", ["classic", "sqlmodel"])
def test_what_speaks_to_the_database_passes_its_tests_in_the_host(host: str, hosts: Callable[[str], Path]) -> None:
    # What bodies and queries are refused is the same code as in the first host: the next test.
    covered = [f"--cov=app.{name}" for name in PLURALS[:3]]
    passes(hosts(host), "-k", "not quotes and not refuses_a", *covered, "--cov-fail-under=95")


@pytest.mark.parametrize("host", ["classic", "sqlmodel"])
def test_what_does_not_speak_to_the_database_is_the_same_in_every_host(host: str, hosts: Callable[[str], Path]) -> None:
    first, other = hosts("sync"), hosts(host)
    same = [f"app/{name}/{module}.py" for name in PLURALS for module in ("domain", "schemas", "service")]
    same += [f"{place}/quotes/{path.name}" for place in ("app", "tests") for path in first.glob(f"{place}/quotes/*.py")]
    assert len(same) > len(PLURALS) * 3
    assert [path for path in same if (first / path).read_bytes() != (other / path).read_bytes()] == []


@of_each_host
async def test_what_speaks_to_the_database_passes_its_tests_on_postgresql(
    host: str, hosts: Callable[[str], Path], tmp_path: Path
) -> None:
    root = shutil.copytree(hosts(host), tmp_path / "desk")
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
        spoken = "not quotes and (repository or at_once or the_same_time or narrowed or retry)"
        await to_thread.run_sync(partial(passes, root, "-k", spoken))


def fresh(text: str) -> str:
    """The fixture, with a database that is empty at the start of each test."""
    begin = "with engine.begin() as connection:\n"
    empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    before, wait, after = text.partition(f"async {begin}")
    if wait:
        steps = "".join(f"        await connection.exec_driver_sql({each.strip()!r})\n" for each in empty.split(";"))
        return before + wait + steps + after
    return text.replace(begin, f"{begin}        connection.exec_driver_sql({empty!r})\n")


@of_each_host
def test_what_is_made_is_lint_clean_and_formatted(host: str, hosts: Callable[[str], Path]) -> None:
    run(hosts(host), "ruff", "check", "--no-cache", *MADE)
    run(hosts(host), "ruff", "format", "--no-cache", "--check", *MADE)


@of_each_host
def test_what_is_made_is_strictly_typed(host: str, hosts: Callable[[str], Path], types: Path) -> None:
    # A host may be untyped itself; of what was made, nothing is wrong.
    run(
        *(hosts(host), "mypy", "--strict", "--explicit-package-bases", "--cache-dir", str(types)),
        *("--follow-imports=silent", *MADE),
    )


def test_pyright_finds_nothing_in_what_is_made_in_any_host_or_alone(
    hosts: Callable[[str], Path], tmp_path: Path
) -> None:
    # All at once, so that the libraries are read once.
    roots = [hosts(host) for host in HOSTS]
    within = ["own/src", "own/tests", *(f"{host}/{path}" for host in HOSTS for path in MADE)]
    places = [{"root": "own", "extraPaths": ["own/src"]}, *({"root": host} for host in HOSTS)]
    settings = {**STRICT, "extraPaths": [], "include": within, "executionEnvironments": places}
    for root in roots:
        (tmp_path / root.name).symlink_to(root, target_is_directory=True)
    own = tmp_path / "own"
    own.mkdir()
    for example in EXAMPLES:
        scaffold(own, example.values)
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    report = checked(tmp_path)
    assert report.generalDiagnostics == []
    made = [path for root in roots for each in MADE for path in (root / each).glob("*.py")]
    made += [*own.glob("src/**/*.py"), *own.glob("tests/**/*.py")]
    assert report.summary.filesAnalyzed >= len(made)


@of_each_host
def test_our_own_review_finds_nothing(host: str, hosts: Callable[[str], Path]) -> None:
    report = App(Settings(root=hosts(host), allow_unlocked=True)).reviewing.review(
        ReviewContextV2(base="HEAD", profile="strict")
    )
    assert report.findings == ()


@of_each_host
def test_a_host_of_this_shape_gets_a_table_that_alembic_agrees_with_and_back_what_it_was(
    host: str, tmp_path: Path
) -> None:
    root = write(tmp_path, HOSTS[host])
    before = tree(root)
    made = scaffold(root, EXAMPLES[0].values)
    assert kinds(made, "edit") == ["app/main.py", "alembic/env.py"]
    assert plan(root, EXAMPLES[0].values).diff() == ""
    run_in_turn(root, *UP_AND_DOWN)
    (root / "desk.db").unlink()
    assert engine.undo(root, "invoice").kept == ()
    assert tree(root) == before


@pytest.mark.parametrize("host", ["sync", "classic", "sqlmodel"])
def test_nothing_is_asynchronous_where_the_session_blocks(host: str, hosts: Callable[[str], Path]) -> None:
    python = [path for made in MADE for path in (hosts(host) / made).rglob("*.py")]
    words = ("async ", "await ", "Async")
    assert len(python) > len(MADE) * 2
    assert [path for path in python if any(each in path.read_text(encoding="utf-8") for each in words)] == []


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
    passes(root, "tests/notes")


def test_a_resource_may_be_called_claim_and_hold_a_password(tmp_path: Path) -> None:
    fields = [
        {"name": "password", "type": "str"},
        {"name": "kind", "type": "enum", "choices": ["token", "password"]},
    ]
    scaffold(tmp_path, {"resource": "claim", "fields": fields, "idempotency": True})
    run(tmp_path, "ruff", "check", "--no-cache", ".")
    assert " passed" in run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "-k", "claims")
