from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from backwright.contexts.schemas.endpoint_v2 import EndpointContextV2
from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.settings import Settings
from tests.scaffold._commands import UP_AND_DOWN, run_in_turn
from tests.scaffold._hosts import HOSTS
from tests.scaffold._projects import HOST, SMALL, kinds, plan, scaffold, write

CLIENT = """\
from app.db import Base
from sqlalchemy.orm import Mapped, mapped_column


class Client(Base):
    __tablename__ = "clients"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
TREE: dict[str, object] = {
    "resource": "page",
    "fields": [{"name": "number", "type": "int", "unique": True}],
    "relations": [
        {"name": name, "to": "Page", "required": False, "on_delete": rule}
        for name, rule in (("parent", "restrict"), ("chapter", "cascade"), ("twin", "set_null"))
    ],
    "filters": ["parent"],
}
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


@pytest.mark.parametrize("host", ["own", "async", "classic", "sqlmodel-async"])
def test_a_resource_may_refer_to_itself_and_passes_its_tests(host: str, tmp_path: Path) -> None:
    files = {"own": {}, "async": HOST, **HOSTS}[host]
    root = write(tmp_path, files)
    made = scaffold(root, TREE)
    assert "parent refers to Page itself" in made.notes[0]
    assert plan(root, TREE).diff() == ""
    scaffold(root, {"resource": "line", "fields": SMALL["fields"], "relations": [{"name": "page", "to": "Page"}]})
    plugins = [] if "async" in host or host == "own" else ["-p", "no:asyncio"]
    migrations = UP_AND_DOWN if host == "async" else ()
    said = run_in_turn(root, ("pytest", "-q", "-p", "no:cacheprovider", *plugins), *migrations)
    assert " passed" in said
    assert " failed" not in said


def test_a_relation_to_itself_is_a_key_of_its_own_table(tmp_path: Path) -> None:
    made = text_of(tmp_path, TREE, "_create_pages.py")
    assert '["parent_id"],\n            ["pages.id"],\n            name=op.f("fk_pages_parent_id_pages")' in made
    assert "parent_id: UUID | None" in text_of(tmp_path, TREE, "schemas/page.py")


def test_a_relation_to_itself_that_is_required_is_refused_because_none_could_be_first(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="could never be a first one") as refused:
        plan(tmp_path, page(relations=[{"name": "before", "to": "Page"}]))
    assert refused.value.hint == "let it be empty: before:Page?"


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


VISIT = """

class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[int | None] = mapped_column({key})
"""
TO_CLIENT = {"name": "client", "to": "Client"}
NO_CLIENT = {**TO_CLIENT, "required": False}


def with_visit(root: Path, key: str) -> Path:
    return write(root, {**HOST, "app/clients.py": CLIENT + VISIT.format(key=key)})


@pytest.mark.parametrize(
    ("key", "relation", "said", "note"),
    [
        (
            'ForeignKey("clients.id", ondelete="CASCADE")',
            TO_CLIENT,
            "CASCADE",
            "client is on_delete=cascade, because other foreign keys to Client are CASCADE",
        ),
        (
            'sa.ForeignKey(Client.id, ondelete="set null")',
            NO_CLIENT,
            "SET NULL",
            "client is on_delete=set_null, because other foreign keys to Client are SET NULL",
        ),
        (
            'ForeignKey("clients.id", ondelete="SET NULL")',
            TO_CLIENT,
            "RESTRICT",
            "other foreign keys to Client are SET NULL; client is on_delete=restrict, because it is required",
        ),
        (
            'ForeignKey("clients.id", ondelete="CASCADE")',
            {**TO_CLIENT, "on_delete": "restrict"},
            "RESTRICT",
            "other foreign keys to Client are CASCADE; client is on_delete=restrict, as you asked",
        ),
        ('ForeignKey("clients.id")', TO_CLIENT, "RESTRICT", ""),
        ('ForeignKey("visits.id", ondelete="CASCADE")', TO_CLIENT, "RESTRICT", ""),
        ('ForeignKey("clients.id", ondelete="CASCADE")', {**TO_CLIENT, "on_delete": "cascade"}, "CASCADE", ""),
    ],
)
def test_a_foreign_key_does_what_the_others_to_the_same_table_do(
    tmp_path: Path, key: str, relation: dict[str, object], said: str, note: str
) -> None:
    made = plan(with_visit(tmp_path, key), page(relations=[relation]))
    texts = [action.after or "" for action in made.actions if action.path.endswith(("model.py", "_create_pages.py"))]
    assert [f'ondelete="{said}"' in text for text in texts] == [True, True]
    assert [each for each in made.notes if "on_delete" in each] == ([note] if note else [])


def test_a_foreign_key_stays_what_it_was_when_the_others_become_otherwise(tmp_path: Path) -> None:
    root = with_visit(tmp_path, 'ForeignKey("clients.id", ondelete="CASCADE")')
    scaffold(root, page(relations=[TO_CLIENT]))
    write(root, {"app/clients.py": CLIENT + VISIT.format(key='ForeignKey("clients.id")')})
    again = plan(root, page(relations=[TO_CLIENT]))
    assert again.diff() == ""
    assert (
        "other foreign keys to Client are NO ACTION; client is on_delete=cascade, as at the first time" in again.notes
    )


def test_what_a_context_does_not_say_of_deletions_is_left_to_the_project(tmp_path: Path) -> None:
    root = with_visit(tmp_path, 'ForeignKey("clients.id", ondelete="CASCADE")')
    scaffolding = App(Settings(root=root, state=tmp_path / "state", allow_unlocked=True)).scaffolding
    context = EndpointContextV2.model_validate(page(relations=[TO_CLIENT]))
    proposed = scaffolding.propose(context)
    scaffolding.apply_proposed(proposed.digest)
    assert 'ondelete="CASCADE"' in (root / "app/pages/model.py").read_text(encoding="utf-8")
    assert scaffolding.plan(context).diff() == ""


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
