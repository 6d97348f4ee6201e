"""Users and their table."""

from sqlalchemy import BigInteger, Identity, Integer, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    """What all tables have in common."""


class User(Base):
    """A user."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)


class UserRepository:
    """Queries on users. It flushes and never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, email: str, full_name: str) -> int:
        """A new user's id."""
        user = User(email=email, name=full_name)
        self._session.add(user)
        self._session.flush()
        return user.id

    def rename(self, user_id: int, full_name: str) -> None:
        """Give a user another name."""
        self._session.get_one(User, user_id).name = full_name
        self._session.flush()

    def full_name_of(self, user_id: int) -> str:
        """The name of a user."""
        return self._session.get_one(User, user_id).name
