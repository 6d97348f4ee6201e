"""Seats and who has them."""

from sqlalchemy import BigInteger, Identity, Integer, Text, UniqueConstraint
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class SeatTakenError(Exception):
    """Somebody else has the seat."""


class Base(DeclarativeBase):
    """What all tables have in common."""


class Booking(Base):
    """A seat of a show, and the customer who has it."""

    __tablename__ = "bookings"
    __table_args__ = (UniqueConstraint("show_id", "seat", name="uq_bookings_show_id_seat"),)

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
        booking = Booking(show_id=show_id, seat=seat, customer_id=customer_id)
        try:
            with self._session.begin_nested():
                self._session.add(booking)
        except IntegrityError as error:
            raise SeatTakenError(f"seat {seat} of show {show_id} is taken") from error
        return booking.id
