from __future__ import annotations

from pathlib import Path

import pytest

from backwright.errors import InvalidInputError, UnsupportedProjectError
from tests.scaffold._projects import HOST, SMALL, kinds, plan, scaffold, write

CLIENT = """\
from app.db import Base
from sqlalchemy.orm import Mapped, mapped_column


class Client(Base):
    __tablename__ = "clients"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
TO_NOTE = [{"name": "note", "to": "Note"}]


def page(**more: object) -> dict[str, object]:
    return {"resource": "page", "fields": [{"name": "number", "type": "int"}], **more}


def text_of(root: Path, values: dict[str, object], end: str) -> str:
    (text,) = (action.after or "" for action in plan(root, values).actions if action.path.endswith(end))
    return text


def test_a_relation_is_a_key_in_every_layer(tmp_path: Path) -> None:
    scaffold(tmp_path, SMALL)
    values = page(relations=[{"name": "note", "to": "Note", "required": False, "on_delete": "set_null"}])
    key = 'sa.ForeignKey("notes.id", name="fk_pages_note_id_notes", ondelete="SET NULL")'
    model = text_of(tmp_path, values, "models/page.py")
    assert f"note_id: Mapped[UUID | None] = mapped_column(\n        sa.Uuid(), {key}\n    )" in model
    assert 'sa.Index("ix_pages_note_id", "note_id")' in model
    migration = text_of(tmp_path, values, "_create_pages.py")
    assert 'ondelete="SET NULL"' in migration
    assert '["notes.id"]' in migration
    assert "note_id: UUID | None = None" in text_of(tmp_path, values, "schemas/page.py")


def test_the_model_of_a_host_is_found_by_its_name_and_told_with_its_place(tmp_path: Path) -> None:
    root = write(tmp_path, {**HOST, "app/clients.py": CLIENT})
    made = plan(root, page(relations=[{"name": "client", "to": "Client"}]))
    assert made.notes[0] == "client refers to Client (app/clients.py:5), table clients"
    assert "sa.Integer(), sa.ForeignKey(" in text_of(root, page(relations=[{"name": "c", "to": "Client"}]), "model.py")
    assert kinds(made, "conflict") == []


@pytest.mark.parametrize("to", ["clients.Client", "app.clients.Client"])
def test_of_two_models_of_one_name_the_module_tells_which(tmp_path: Path, to: str) -> None:
    other = CLIENT.replace('"clients"', '"old_clients"')
    root = write(tmp_path, {**HOST, "app/clients.py": CLIENT, "app/old.py": other})
    assert 'ForeignKey("clients.id"' in text_of(root, page(relations=[{"name": "client", "to": to}]), "model.py")
    with pytest.raises(UnsupportedProjectError, match="2 models called Client") as refused:
        plan(root, page(relations=[{"name": "client", "to": "Client"}]))
    assert "app.clients.Client (app/clients.py:5)" in refused.value.message
    assert "app.old.Client (app/old.py:5)" in refused.value.message


def test_a_model_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    scaffold(tmp_path, SMALL)
    with pytest.raises(UnsupportedProjectError, match="no model Person") as refused:
        plan(tmp_path, page(relations=[{"name": "owner", "to": "Person"}]))
    assert "models.note.Note" in refused.value.message
    with pytest.raises(UnsupportedProjectError, match="no model Page"):
        plan(tmp_path, page(relations=[{"name": "before", "to": "Page"}]))


@pytest.mark.parametrize("key", ["id = Column(MyType(), primary_key=True)", "x = 1"])
def test_a_model_whose_key_cannot_be_told_is_refused(tmp_path: Path, key: str) -> None:
    text = CLIENT.replace("id: Mapped[int] = mapped_column(primary_key=True)", key)
    root = write(tmp_path, {**HOST, "app/clients.py": text})
    with pytest.raises(UnsupportedProjectError, match=r"Client \(app/clients.py:5\) has no single primary key"):
        plan(root, page(relations=[{"name": "client", "to": "Client"}]))


@pytest.mark.parametrize(
    "relations",
    [
        "note",
        ["note"],
        [{"name": "note"}],
        [{"name": "No-te", "to": "Note"}],
        [{"name": "note", "to": "Note", "on_delete": "explode"}],
        [{"name": "note", "to": "Note", "on_delete": "set_null"}],
        [*TO_NOTE, *TO_NOTE],
    ],
    ids=str,
)
def test_what_is_no_relation_is_refused(tmp_path: Path, relations: object) -> None:
    scaffold(tmp_path, SMALL)
    with pytest.raises(InvalidInputError) as refused:
        plan(tmp_path, page(relations=relations))
    assert refused.value.hint
