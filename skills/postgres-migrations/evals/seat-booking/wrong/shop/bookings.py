"""Seats and who has them."""

from sqlalchemy import BigInteger, Identity, Integer, Text, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class SeatTakenError(Exception):
    """Somebody else has the seat."""


class Base(DeclarativeBase):
    """What all tables have in common."""


class Booking(Base):
    """A seat of a show, and the customer who has it."""

    __tablename__ = "bookings"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)
    show_id: Mapped[int] = mapped_column(BigInteger)
    seat: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[int] = mapped_column(BigInteger)


class BookingRepository:
    """Bookings, within the transaction of the request, which commits when all of its work is done."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def book(self, show_id: int, seat: str, customer_id: int) -> int:
        """Book a seat, and the id of the booking.

        Raises:
            SeatTakenError: somebody has it.
        """
        taken = select(Booking).where(Booking.show_id == show_id, Booking.seat == seat)
        if self._session.scalar(taken) is not None:
            raise SeatTakenError(f"seat {seat} of show {show_id} is taken")
        booking = Booking(show_id=show_id, seat=seat, customer_id=customer_id)
        self._session.add(booking)
        self._session.commit()
        return booking.id
