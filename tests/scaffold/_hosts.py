"""FastAPI applications to scaffold into, one for each way of speaking to a database."""

from __future__ import annotations

from tests.scaffold._projects import HOST

_SYNC_ENV = """\
from alembic import context
from app.db import Base
from app import tickets
from sqlalchemy import create_engine

engine = create_engine("sqlite:///desk.db")
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
"""
_SYNC_ROUTER = HOST["app/tickets.py"].replace("async def", "def")

SYNC_HOST = {
    **HOST,
    "pytest.ini": "[pytest]\nfilterwarnings = error\npythonpath = .\n",
    "alembic/env.py": _SYNC_ENV,
    "app/db.py": """\
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

engine = create_engine("sqlite:///desk.db")
SessionLocal = sessionmaker(engine)


class Base(DeclarativeBase):
    pass


def get_db() -> Iterator[Session]:
    with SessionLocal.begin() as session:
        yield session
""",
    "app/tickets.py": _SYNC_ROUTER,
    "app/auth.py": """\
from typing import Annotated

from fastapi import Header, HTTPException
from fastapi.security import SecurityScopes


class User:
    id: int


def get_current_user(scopes: SecurityScopes, token: Annotated[str, Header()]) -> User:
    raise HTTPException(401)
""",
}

CLASSIC_HOST = {
    **SYNC_HOST,
    "app/db.py": """\
from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base, sessionmaker

engine = create_engine("sqlite:///desk.db", connect_args={"check_same_thread": False})
SessionLocal = sessionmaker(autocommit=False, autoflush=False, bind=engine)

Base = declarative_base()


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
""",
    "app/tickets.py": _SYNC_ROUTER.replace(
        "from sqlalchemy.orm import Mapped, mapped_column", "from sqlalchemy import Column, Integer"
    ).replace("id: Mapped[int] = mapped_column(primary_key=True)", "id = Column(Integer, primary_key=True)"),
}

_MODELS = """\
from sqlmodel import Field, SQLModel


class TicketBase(SQLModel):
    title: str = Field(max_length=50)


class Ticket(TicketBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
"""
_TICKETS = """\
from fastapi import APIRouter

router = APIRouter(prefix="/tickets")


@router.get("")
def list_tickets() -> list[int]:
    return []
"""

SQLMODEL_HOST = {
    **{path: text for path, text in SYNC_HOST.items() if path != "app/db.py"},
    "alembic/env.py": _SYNC_ENV.replace("from app.db import Base\nfrom app import tickets", "from app import models")
    .replace(
        "from sqlalchemy import create_engine\n",
        "from sqlalchemy import create_engine\nfrom sqlmodel import SQLModel\n",
    )
    .replace("Base.metadata", "SQLModel.metadata"),
    "alembic/versions/0001_tickets.py": HOST["alembic/versions/0001_tickets.py"].replace(
        "primary_key=True)", 'primary_key=True), sa.Column("title", sa.String(50), nullable=False)'
    ),
    "app/models.py": _MODELS,
    "app/tickets.py": _TICKETS,
    "app/deps.py": """\
from collections.abc import Generator
from typing import Annotated

from fastapi import Depends
from sqlmodel import Session, create_engine

engine = create_engine("sqlite:///desk.db")


def get_db() -> Generator[Session, None, None]:
    with Session(engine) as session:
        yield session


SessionDep = Annotated[Session, Depends(get_db)]
""",
}

ASYNC_SQLMODEL_HOST = {
    **{path: text for path, text in SQLMODEL_HOST.items() if path != "app/deps.py"},
    "pytest.ini": HOST["pytest.ini"],
    "app/db.py": """\
from collections.abc import AsyncGenerator

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

engine = create_async_engine("sqlite+aiosqlite:///desk.db")
Sessions = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


async def get_session() -> AsyncGenerator[AsyncSession, None]:
    async with Sessions() as session:
        yield session
""",
}

HOSTS = {
    "sync": SYNC_HOST,
    "classic": CLASSIC_HOST,
    "sqlmodel": SQLMODEL_HOST,
    "sqlmodel-async": ASYNC_SQLMODEL_HOST,
}
"""All but the asynchronous one on SQLAlchemy, which is `_projects.HOST`."""
