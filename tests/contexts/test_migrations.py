"""The tables, made by revisions, are those that the statements are written for, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, make_url, text

from backwright.contexts.context import LOCAL, Address
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts
from backwright.contexts.stores import _migrate
from backwright.contexts.stores._tables import METADATA
from backwright.errors import StoreUnavailableError
from tests.contexts._databases import fresh_url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_url(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def connection(url: str) -> Iterator[Connection]:
    address = make_url(url)
    engine = create_engine(address.set(drivername="postgresql+psycopg") if "postgresql" in url else address)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_the_revisions_make_what_the_statements_expect(connection: Connection) -> None:
    _migrate.migrate(connection)
    assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_downgrade_leaves_nothing_and_an_upgrade_follows_it(connection: Connection) -> None:
    _migrate.migrate(connection)
    from alembic import command

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(_migrate.__file__).parent / "_migrations"))
    command.downgrade(config, "base")
    assert inspect(connection).get_table_names() == ["alembic_version"]
    _migrate.migrate(connection)
    assert _migrate.revision(connection) == _migrate.HEAD


def test_the_head_that_is_asked_for_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(_migrate.__file__).parent / "_migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [_migrate.HEAD]


def test_a_store_is_opened_again_as_it_was_left(url: str) -> None:
    written = Address("a", "one")
    store = open_store(url)
    Contexts(store).put(LOCAL, written, {"framework": "flask"}, type="project")
    store.close()
    again = open_store(url)
    assert Contexts(again).get(LOCAL, written).body == {"framework": "flask"}
    again.close()


def test_tables_of_a_later_version_are_left_alone(url: str, connection: Connection) -> None:
    open_store(url).close()
    connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    connection.commit()
    with pytest.raises(StoreUnavailableError, match="9999"):
        open_store(url)
