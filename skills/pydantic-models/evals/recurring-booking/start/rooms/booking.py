"""The body of a request to book a room."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel


class BookingRequest(BaseModel):
    """A room for some time, once or again and again."""

    room: int
    title: str
    start: AwareDatetime
    end: AwareDatetime
    repeat: Literal["weekly", "monthly"] | None = None
    until: AwareDatetime | None = None
