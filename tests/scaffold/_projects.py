"""Projects to scaffold into, and what to compare of them."""

from __future__ import annotations

from pathlib import Path

from backwright.scaffold import engine
from backwright.scaffold.plan import Plan
from backwright.scaffold.template import Example, load_template

TEMPLATE = Path(__file__).parents[2] / "skills" / "fastapi-endpoint" / "assets" / "fastapi-sqlalchemy"
EXAMPLES = load_template(TEMPLATE).manifest.examples

SMALL: dict[str, object] = {"resource": "note", "fields": [{"name": "title", "type": "str"}]}

HOST = {
    "pyproject.toml": '[project]\nname = "desk"\nversion = "1"\n\n[tool.ruff]\nline-length = 100\n',
    "alembic.ini": "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\npath_separator = os\n",
    "alembic/env.py": """\
import asyncio

from alembic import context
from app.db import Base
from app import tickets
from sqlalchemy.ext.asyncio import create_async_engine


def migrate(connection):
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def connect():
    engine = create_async_engine("sqlite+aiosqlite:///desk.db")
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(connect())
""",
    "alembic/versions/0001_tickets.py": """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("ticket", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("ticket")
""",
    "app/__init__.py": "",
    "app/db.py": """\
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

engine = create_async_engine("sqlite+aiosqlite:///desk.db")
Sessions = async_sessionmaker(engine, expire_on_commit=False)


class Base(DeclarativeBase):
    pass


async def get_db() -> AsyncIterator[AsyncSession]:
    async with Sessions() as session:
        yield session
""",
    "app/tickets.py": """\
from app.db import Base
from fastapi import APIRouter
from sqlalchemy.orm import Mapped, mapped_column

router = APIRouter(prefix="/tickets")


class Ticket(Base):
    __tablename__ = "ticket"
    id: Mapped[int] = mapped_column(primary_key=True)


@router.get("")
async def list_tickets() -> list[int]:
    return []
""",
    "app/main.py": """\
from fastapi import FastAPI


def create_app() -> FastAPI:
    # Here, because of a cycle.
    from app.tickets import router as tickets_router

    app = FastAPI()
    app.include_router(tickets_router)
    return app
""",
    "pytest.ini": (
        "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
        "filterwarnings = error\npythonpath = .\n"
    ),
    "tests/test_app.py": """\
from app.main import create_app
from fastapi.testclient import TestClient


def test_tickets():
    assert TestClient(create_app()).get("/tickets").json() == []
""",
}


def write(root: Path, files: dict[str, str]) -> Path:
    """The root with these files in it."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    return root


def tree(root: Path) -> dict[str, bytes | None]:
    """Every file with its bytes and every folder, but Python's caches."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
        if "__pycache__" not in path.parts
    }


def plan(root: Path, values: dict[str, object]) -> Plan:
    """The plan of the template that ships."""
    return engine.plan_endpoint(root, TEMPLATE, values)


def scaffold(root: Path, values: dict[str, object]) -> Plan:
    """The plan, applied."""
    made = plan(root, values)
    engine.apply(made, root, expect=made.digest)
    return made


def scaffold_example(root: Path, example: Example) -> Plan:
    """The plan of an example, applied after those of the examples that it needs."""
    for other in EXAMPLES:
        if other.values["resource"] in example.after:
            scaffold(root, other.values)
    return scaffold(root, example.values)


def kinds(made: Plan, kind: str) -> list[str]:
    """The paths of one kind."""
    return [action.path for action in made.actions if action.kind == kind]
