"""Two releases at once on one table: the new one by its repository, the old one by the statements that it sends."""

import sqlite3
from collections.abc import Callable, Iterator

import pytest
from shop.users import Base, UserRepository
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool


class Releases:
    def __init__(self, session: Session) -> None:
        self.session = session

    def old(self, statement: str, **values: object) -> str | None:
        """The first value that the release before gets; AssertionError where the database refuses."""
        try:
            result = self.session.execute(text(statement), values)
        except (DBAPIError, sqlite3.Error) as error:
            raise AssertionError(f"the release before fails: {error}") from None
        return result.scalar() if result.returns_rows else None

    def old_add(self, name: str) -> int:
        self.old("INSERT INTO users (email, name) VALUES ('a@example.org', :name)", name=name)
        return int(self.old("SELECT max(id) FROM users") or 0)

    def new(self) -> UserRepository:
        self.session.expire_all()
        return UserRepository(self.session)


@pytest.fixture
def releases() -> Iterator[Releases]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield Releases(session)
    engine.dispose()


def test_the_migration_takes_nothing_away(statements: Callable[..., list[str]]) -> None:
    for statement in statements("0002"):
        said = statement.upper()
        assert "RENAME" not in said and "DROP" not in said, f"replicas that still run fail: {statement}"
        if "ADD COLUMN" in said:
            assert "NOT NULL" not in said or "DEFAULT" in said, (
                f"there are rows, and replicas that add more: {statement}"
            )


def test_the_migration_adds_the_column_and_fills_nothing(statements: Callable[..., list[str]]) -> None:
    said = " ".join(statements("0002")).upper()
    assert "FULL_NAME" in said, said
    assert "UPDATE" not in said, "30 million rows are filled in one transaction"


def test_a_user_is_added_and_renamed(releases: Releases) -> None:
    user_id = releases.new().add("ada@example.org", "Ada")
    assert releases.new().full_name_of(user_id) == "Ada"
    releases.new().rename(user_id, "Ada King")
    assert releases.new().full_name_of(user_id) == "Ada King"


def test_new_replicas_write_the_new_column(releases: Releases) -> None:
    user_id = releases.new().add("ada@example.org", "Ada")
    assert releases.old("SELECT full_name FROM users WHERE id = :id", id=user_id) == "Ada"


def test_old_replicas_add_users(releases: Releases) -> None:
    assert releases.old_add("Bob") == 1


def test_old_replicas_read_what_new_ones_write(releases: Releases) -> None:
    user_id = releases.new().add("ada@example.org", "Ada")
    releases.new().rename(user_id, "Ada King")
    assert releases.old("SELECT name FROM users WHERE id = :id", id=user_id) == "Ada King"


def test_new_replicas_read_what_old_ones_write(releases: Releases) -> None:
    user_id = releases.old_add("Bob")
    assert releases.new().full_name_of(user_id) == "Bob"


def test_new_replicas_read_what_old_ones_change(releases: Releases) -> None:
    releases.old("SELECT name FROM users")
    user_id = releases.new().add("ada@example.org", "Ada")
    releases.old("UPDATE users SET name = 'Ada King' WHERE id = :id", id=user_id)
    assert releases.new().full_name_of(user_id) == "Ada King", "a change by a replica that still runs is not seen"
