"""The proof of the revisions: what they do to a database with rows in it, that they go back, and are clean."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from backwright.app import App
from backwright.contexts.changes import parse_change
from backwright.contexts.schemas.migration_v1 import MigrationContextV1
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold import engine
from backwright.scaffold.migration import plan_migration
from backwright.scaffold.plan import Plan
from backwright.settings import Settings
from tests.pack._postgres import empty_database, run_sql
from tests.scaffold._projects import kinds, tree, write

TEMPLATE = next((Path(__file__).parents[2] / "skills").glob("*/assets/alembic-change"))

ENV = """\
import asyncio
import os

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine


def migrate(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


async def connect():
    # sqlite+aiosqlite in tests, postgresql+asyncpg elsewhere
    engine = create_async_engine(os.environ["URL"])
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


asyncio.run(connect())
"""
FIRST = '''\
"""Tables with rows."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("customers", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(200)),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(50), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'paid')", name="ck_orders_status"),
    )
    op.execute("INSERT INTO customers (id) VALUES (1)")
    op.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
        " INSERT INTO orders SELECT i, 1, 'note ' || i, 'title ' || i, 'old', i, 'draft' FROM n"
    )


def downgrade():
    op.drop_table("orders")
    op.drop_table("customers")
'''
HOST = {
    "pyproject.toml": '[project]\nname = "desk"\nversion = "1"\n\n[tool.ruff]\nline-length = 88\n',
    "alembic.ini": "[alembic]\nscript_location = %(here)s/alembic\nprepend_sys_path = .\npath_separator = os\n",
    "alembic/env.py": ENV,
    "alembic/versions/0001_tables.py": FIRST,
}
CHANGES = (
    "add orders.priority:int,fill=0",
    "add orders.priority:int,fill=0 contract",
    "add orders.placed:datetime,default=now",
    "add orders.source:enum,choices=web/shop,default=web",
    "add orders.subject:str?,max=80,from=title",
    "add orders.rate:decimal,fill=1.5",
    "rename orders.note:str?,max=200 comment",
    "rename orders.note:str?,max=200 comment contract",
    "rename orders.title:str,max=80 headline",
    "rename orders.title:str,max=80 headline contract",
    "drop orders.old:text",
    "drop orders.old:text contract",
    "index orders.customer_id+status",
    "link orders.customer_id customers.id,cascade",
    "check orders.total,ge=0,le=9000",
    "choices orders.status draft/paid/returned",
)


def context(text: str) -> dict[str, object]:
    """The context of a change as one writes it, with `contract` behind it for that phase."""
    phase = "contract" if text.endswith(" contract") else "expand"
    given = {**parse_change(text.removesuffix(" contract")), "phase": phase}
    return MigrationContextV1.model_validate(given).model_dump(mode="json")


def planned(root: Path, text: str) -> Plan:
    return plan_migration(root, TEMPLATE, context(text))


def made(root: Path, text: str) -> Plan:
    plan = planned(root, text)
    engine.apply(plan, root, expect=plan.digest)
    return plan


def files(plan: Plan) -> list[str]:
    """The revisions of a plan by their names, without their ids."""
    return [a.path.rpartition("/")[2].partition("_")[2] for a in plan.actions if a.path.endswith(".py")]


def alembic(root: Path, url: str, *arguments: str) -> str:
    """What Alembic says in the project; it has to succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=root,
        env={**os.environ, "URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def host(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    return write(folder, HOST)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project under version control with every change in it, one after the other."""
    folder = tmp_path_factory.mktemp("every") / "desk"
    folder.mkdir()
    root = write(folder, HOST)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "--quiet"], cwd=root, check=True)
    subprocess.run([*git, "add", "."], cwd=root, check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "first"], cwd=root, check=True)
    for text in CHANGES:
        made(root, text)
    return root


def test_every_change_goes_up_and_down_and_up_again_on_sqlite_with_rows(every: Path, tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    url = f"sqlite+aiosqlite:///{path}"
    alembic(every, url, "upgrade", "head")
    first = _schema(path)
    alembic(every, url, "downgrade", "0001")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT note, title FROM orders WHERE id = 2500").fetchall() == [
            ("note 2500", "title 2500")
        ]
    connection.close()
    alembic(every, url, "upgrade", "head")
    assert _schema(path) == first
    with sqlite3.connect(path) as connection:
        row = "SELECT priority, source, subject, rate, comment, headline FROM orders WHERE id = 2500"
        assert connection.execute(row).fetchall() == [(0, "web", "title 2500", 1.5, "note 2500", "title 2500")]
        assert connection.execute("SELECT count(*) FROM orders WHERE priority IS NULL").fetchall() == [(0,)]
        for broken in ("status = 'lost'", "total = 9001", "priority = NULL", "headline = NULL", "source = 'x'"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"UPDATE orders SET {broken} WHERE id = 1")  # noqa: S608  literals above
        connection.execute("UPDATE orders SET status = 'returned' WHERE id = 1")
    connection.close()


def _schema(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        found = sorted(row[1] for row in connection.execute("PRAGMA table_info(orders)"))
    connection.close()
    return found


def test_every_change_goes_up_and_down_and_up_again_on_postgresql_with_rows(every: Path) -> None:
    async def prove() -> None:
        async with empty_database() as url:
            address = url.render_as_string(hide_password=False)
            for step in (("upgrade", "head"), ("downgrade", "0001"), ("upgrade", "head")):
                await anyio.to_thread.run_sync(alembic, every, address, *step)
            wrong = (
                *("NOT convalidated FROM pg_constraint WHERE NOT convalidated",),
                *("1 FROM pg_index WHERE NOT indisvalid",),
                *("1 FROM orders WHERE priority <> 0 OR comment <> 'note ' || id OR headline <> 'title ' || id",),
                *("1 FROM pg_constraint WHERE conname LIKE '%\\_new' OR conname LIKE '%not\\_null'",),
            )
            checks = [f"DO $$ BEGIN ASSERT NOT EXISTS (SELECT {each}), 'left'; END $$" for each in wrong]
            required = (
                "pg_attribute WHERE attrelid = 'orders'::regclass AND attnotnull"
                " AND attname IN ('priority', 'placed', 'source', 'headline')"
            )
            await run_sql(
                url,
                [
                    *checks,
                    "UPDATE orders SET status = 'returned' WHERE id = 1",
                    "DO $$ BEGIN ASSERT (SELECT count(*) FROM orders WHERE priority = 0) = 2500; END $$",
                    f"DO $$ BEGIN ASSERT 4 = (SELECT count(*) FROM {required}); END $$",  # noqa: S608  the literal above
                    "DELETE FROM customers",
                    "DO $$ BEGIN ASSERT (SELECT count(*) FROM orders) = 0, 'cascade'; END $$",
                ],
            )

    anyio.run(prove)


def test_a_value_of_a_native_enum_is_there_for_the_next_revision(host: Path) -> None:
    first = FIRST.replace("sa.String(50)", 'sa.Enum("draft", "paid", name="order_status")').replace(
        "        sa.CheckConstraint(\"status IN ('draft', 'paid')\", name=\"ck_orders_status\"),\n", ""
    )
    write(host, {"alembic/versions/0001_tables.py": first.replace("'draft' FROM", "'draft'::order_status FROM")})
    made(host, "enum order_status returned/lost")

    async def prove() -> None:
        async with empty_database() as url:
            address = url.render_as_string(hide_password=False)
            await anyio.to_thread.run_sync(alembic, host, address, "upgrade", "head")
            await run_sql(url, ["UPDATE orders SET status = 'lost'"])
            await anyio.to_thread.run_sync(alembic, host, address, "downgrade", "0001")
            await anyio.to_thread.run_sync(alembic, host, address, "upgrade", "head")

    anyio.run(prove)


def test_our_own_strict_review_finds_nothing_in_any_revision(every: Path) -> None:
    report = App(Settings(root=every, allow_unlocked=True)).reviewing.review(
        ReviewContextV2(base="HEAD", profile="strict")
    )
    assert [(f.code, f.location, f.message) for f in report.findings] == []


def test_the_revisions_are_lint_clean_formatted_and_strictly_typed(every: Path, learned: Path) -> None:
    folder = every / "alembic" / "versions"
    new = [str(path) for path in sorted(folder.glob("*.py")) if path.name != "0001_tables.py"]
    wide = ["--select", "E,F,I,B,UP,SIM,RET,PL,S,C4,D1,ANN,ERA", "--line-length", "88"]
    for command in (
        ["ruff", "check", "--no-cache", *wide, *new],
        ["ruff", "format", "--no-cache", "--check", *new],
        ["mypy", "--strict", "--scripts-are-modules", "--cache-dir", str(learned / "plain"), *new],
    ):
        done = subprocess.run([sys.executable, "-m", *command], cwd=every, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_second_run_changes_nothing_although_the_head_has_moved(every: Path) -> None:
    before = tree(every)
    for text in CHANGES:
        assert planned(every, text).writes == ()
    assert tree(every) == before


def test_a_filled_column_takes_two_phases_and_each_its_steps(host: Path) -> None:
    expand = made(host, CHANGES[0])
    assert files(expand) == ["expand_add_orders_priority.py", "fill_add_orders_priority.py"]
    contract = made(host, CHANGES[1])
    assert files(contract) == [
        "fill_add_orders_priority.py",
        "constrain_add_orders_priority.py",
        "require_add_orders_priority.py",
    ]
    assert (expand.resource, contract.resource) == (
        "migration-add_orders_priority",
        "migration-add_orders_priority_contract",
    )
    assert any("deploy code that always writes orders.priority" in note for note in expand.notes)


def test_a_project_of_postgresql_alone_is_not_asked_where_it_runs(host: Path) -> None:
    write(host, {"alembic/env.py": ENV.replace("sqlite+aiosqlite in tests, ", "")})
    plan = planned(host, "check orders.total,ge=0")
    texts = [action.after or "" for action in plan.actions if action.path.endswith(".py")]
    assert not any("dialect" in text or "batch_alter" in text for text in texts)
    assert "postgresql_not_valid=True" in texts[0]
    assert "written for PostgreSQL (from alembic/env.py)" in plan.notes


def test_a_project_of_sqlite_alone_gets_no_step_that_only_postgresql_needs(host: Path) -> None:
    write(host, {"alembic/env.py": ENV.replace(", postgresql+asyncpg elsewhere", "")})
    assert files(planned(host, "check orders.total,ge=0")) == ["constrain_check_orders_total.py"]
    with pytest.raises(UnsupportedProjectError, match="only PostgreSQL has enum types"):
        planned(host, "enum order_status lost")


def test_the_key_of_the_model_counts_the_rows_and_the_model_is_named(host: Path) -> None:
    model = (
        "from app.db import Base\n\n\nclass Order(Base):\n    __tablename__ = 'orders'\n"
        "    number: Mapped[int] = mapped_column(primary_key=True)\n"
    )
    write(host, {"app/orders.py": model})
    plan = planned(host, CHANGES[0])
    fill = next(action for action in plan.actions if "fill_" in action.path)
    assert '_KEY = _ROWS.c["number"]' in (fill.after or "")
    assert "the model is yours to change: app/orders.py:4" in plan.notes
    assert "no model has the table 'ordres'; known are orders" in planned(host, "add ordres.x:int?").notes


def test_undo_takes_the_whole_chain_and_the_last_one_first(host: Path) -> None:
    before = tree(host)
    made(host, CHANGES[0])
    made(host, CHANGES[1])
    kept = engine.undo(host, "migration-add_orders_priority")
    assert (len(kept.kept), kept.deleted) == (2, ())
    assert "because a later migration follows it" in kept.notes[0]
    engine.undo(host, "migration-add_orders_priority_contract")
    engine.undo(host, "migration-add_orders_priority")
    assert tree(host) == before


def test_several_heads_are_refused(host: Path) -> None:
    other = FIRST.replace('"0001"', '"0002"')
    write(host, {"alembic/versions/0002_more.py": other})
    with pytest.raises(UnsupportedProjectError, match="2 heads"):
        planned(host, CHANGES[0])


def test_a_project_without_alembic_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedProjectError, match="no Alembic"):
        planned(tmp_path, CHANGES[0])


def test_there_is_nothing_to_expand_for_a_column_that_may_be_null(host: Path) -> None:
    with pytest.raises(InvalidInputError, match="may be NULL"):
        planned(host, "drop orders.note:str?")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("add orders.priority:int,fill=many", "fill 'many' is no int"),
        ("add orders.on:date,fill=2026-02-30", "is no date"),
        ("add orders.at:datetime,fill=2026-01-01T00:00:00", "is no datetime"),
        ("add orders.open:bool,default=yes", "default 'yes' is no bool"),
        ("add orders.kind:enum,choices=a/b,default=c", "default 'c' is no enum"),
        ("add orders.data:json,fill={}", "is no json"),
        ("add orders.price:decimal,fill=NaN", "is no decimal"),
        ("enum order_status it's", "would have to be escaped"),
        (f"add {'t' * 40}.{'c' * 40}:enum,choices=a,default=a", "longer than PostgreSQL allows"),
    ],
)
def test_a_value_that_cannot_be_written_is_refused_by_what_it_is(host: Path, text: str, said: str) -> None:
    before = tree(host)
    with pytest.raises(InvalidInputError, match=said):
        planned(host, text)
    assert tree(host) == before


@pytest.mark.parametrize("value", ['"; DROP TABLE orders; --', "{{7*7}}", "<<c.table>>", "\\'", "é💥", ":name"])
def test_a_hostile_text_stays_a_value(host: Path, value: str) -> None:
    given = {**context("add orders.kind:text,fill=x"), "fill": value}
    plan = plan_migration(host, TEMPLATE, given)
    fill = next(action.after or "" for action in plan.actions if "fill_" in action.path)
    namespace: dict[str, object] = {}
    line = next(line for line in fill.split("\n") if ".values(" in line)
    exec(f"found = {line.strip().removeprefix('.values(').removesuffix(')')}", namespace)  # noqa: S102  our own output
    assert namespace["found"] == {"kind": value}


def test_every_revision_is_recorded_as_created(host: Path) -> None:
    plan = made(host, "index orders.customer_id+status")
    assert len(kinds(plan, "create")) == len(files(plan)) + 1
