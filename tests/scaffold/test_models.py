from __future__ import annotations

from pathlib import Path

import pytest

from backwright.scaffold.models import Key, read_models
from tests.scaffold._projects import write

BASE = "from sqlalchemy.orm import DeclarativeBase\nclass Base(DeclarativeBase): ...\n"


@pytest.mark.parametrize(
    ("body", "table", "keys"),
    [
        ("__tablename__ = 'a'\n id: Mapped[int] = mapped_column(primary_key=True)", "a", [Key("id", "id", "int")]),
        (
            "__tablename__ = 'a'\n id: Mapped[uuid.UUID] = mapped_column(primary_key=True)",
            "a",
            [Key("id", "id", "uuid")],
        ),
        (
            "__tablename__ = 'a'\n id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)",
            "a",
            [Key("id", "id", "bigint")],
        ),
        (
            "__tablename__ = 'a'\n code: Mapped[str] = mapped_column('c', sa.String(5), primary_key=True)",
            "a",
            [Key("code", "c", "str", 5)],
        ),
        ("__tablename__ = 'a'\n id = Column(Integer, primary_key=True)", "a", [Key("id", "id", "int")]),
        ("__tablename__ = 'a'\n id: Mapped[pk]", "a", [Key("id", "id", "int")]),
        (
            "__tablename__ = 'a'\n __table_args__ = (PrimaryKeyConstraint('id'),)\n id: Mapped[UUID]",
            "a",
            [Key("id", "id", "uuid")],
        ),
        (
            "__tablename__ = 'a'\n __table_args__ = {'schema': 's'}\n id = Column(Uuid(), primary_key=True)",
            "s.a",
            [Key("id", "id", "uuid")],
        ),
        (
            (
                "__tablename__ = 'a'\n x: Mapped[int] = mapped_column(primary_key=True)\n"
                " y: Mapped[int] = mapped_column(primary_key=True)"
            ),
            "a",
            [Key("x", "x", "int"), Key("y", "y", "int")],
        ),
        ("__tablename__ = 'a'\n id = Column(MyType(), primary_key=True)", "a", [Key("id", "id", "")]),
    ],
)
def test_a_table_and_its_key_are_read(tmp_path: Path, body: str, table: str, keys: list[Key]) -> None:
    alias = "pk = Annotated[int, mapped_column(primary_key=True)]\n"
    (model,) = read_models(write(tmp_path, {"app/m.py": f"{BASE}{alias}class A(Base):\n {body}\n"}))
    assert (model.cls, model.path, model.table, model.keys) == ("A", "app/m.py", table, tuple(keys))


def test_a_key_and_a_name_may_come_from_a_base_in_another_file(tmp_path: Path) -> None:
    base = (
        "class Base(DeclarativeBase):\n id: Mapped[int] = mapped_column(primary_key=True)\n"
        " @declared_attr.directive\n def __tablename__(cls): return cls.__name__.lower()\n"
    )
    files = {"app/db.py": base, "app/m.py": "from app.db import Base\nclass Customer(Base):\n name = mapped_column()\n"}
    files["app/m.py"] += "# __tablename__ is computed\n"
    (model,) = read_models(write(tmp_path, files))
    assert (model.cls, model.table, model.keys) == ("Customer", "customer", (Key("id", "id", "int"),))


@pytest.mark.parametrize(
    "text", ["class A:\n __tablename__ = f()\n", "class A(B): ...\n", "def __tablename__(", "\x00"]
)
def test_what_is_no_model_or_does_not_parse_is_passed_over(tmp_path: Path, text: str) -> None:
    assert read_models(write(tmp_path, {"app/m.py": f"# primary_key\n{text}"})) == []


def test_flask_sqlalchemy_names_a_table_for_its_class(tmp_path: Path) -> None:
    text = """\
from app import db


class Named(db.Model):
    __abstract__ = True
    id = db.Column(db.Integer, primary_key=True)


class BlogPost(Named):
    title = db.Column(db.String(50))


class HTTPLog(db.Model):
    key = db.Column(db.String(12), primary_key=True)


class Form(db.Model):
    title = db.Column(db.String(50))
"""
    found = read_models(write(tmp_path, {"app/models.py": text}))
    assert [(each.cls, each.table, each.keys[0].kind) for each in found] == [
        ("BlogPost", "blog_post", "int"),
        ("HTTPLog", "http_log", "str"),
    ]
