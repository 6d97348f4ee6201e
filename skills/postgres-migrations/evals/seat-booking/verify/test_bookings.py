"""Bookings; a rival is as quick as it gets: they book right after our first look at the table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from shop.bookings import Base, Booking, BookingRepository, SeatTakenError
from sqlalchemy import Engine, create_engine, event, select
from sqlalchemy.orm import Session

ADA, BOB = 1, 2


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}", connect_args={"timeout": 0})
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


def book(engine: Engine, customer_id: int, show_id: int = 7, seat: str = "A1") -> bool:
    """Whether they got it, in a transaction of their own."""
    with Session(engine) as session:
        try:
            BookingRepository(session).book(show_id, seat, customer_id)
        except SeatTakenError:
            return False
        session.commit()
    return True


def customers(engine: Engine) -> list[int]:
    with Session(engine) as session:
        return list(session.scalars(select(Booking.customer_id).order_by(Booking.id)))


def test_a_free_seat_is_booked(engine: Engine) -> None:
    assert book(engine, ADA)
    assert customers(engine) == [ADA]


def test_a_seat_that_is_taken_is_refused(engine: Engine) -> None:
    assert book(engine, ADA) and not book(engine, BOB)
    assert customers(engine) == [ADA]


def test_another_seat_and_another_show_are_free(engine: Engine) -> None:
    assert book(engine, ADA) and book(engine, BOB, seat="A2") and book(engine, BOB, show_id=8)


def test_of_two_at_once_one_gets_the_seat(engine: Engine) -> None:
    came: list[bool] = []

    @event.listens_for(engine, "after_cursor_execute")
    def rival(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not came and statement.lstrip().upper().startswith("SELECT"):
            came.append(True)
            came.append(book(engine, BOB))

    ours = book(engine, ADA)
    event.remove(engine, "after_cursor_execute", rival)
    if not came:
        came = [True, book(engine, BOB)]
    assert [ours, came[1]].count(True) == 1, "both were told that the seat is theirs"
    assert customers(engine) == [ADA if ours else BOB]


def test_the_caller_commits(engine: Engine) -> None:
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    with Session(engine) as session:
        BookingRepository(session).book(7, "A1", ADA)
        assert not commits, "what the request does afterwards is another transaction"
        session.commit()
