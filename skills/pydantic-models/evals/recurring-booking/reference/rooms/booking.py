"""The body of a request to book a room."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator


class BookingRequest(BaseModel):
    """A room for some time, once or again and again."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    room: Annotated[int, Field(ge=1, le=1_000_000)]
    title: Annotated[str, Field(max_length=200)]
    start: AwareDatetime
    end: AwareDatetime
    repeat: Literal["weekly", "monthly"] | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _times_fit(self) -> Self:
        if self.end <= self.start:
            raise ValueError("end must be after start")
        if (self.repeat is None) != (self.until is None):
            raise ValueError("until goes with repeat, and only with it")
        if self.until is not None and self.until <= self.end:
            raise ValueError("until must be after end")
        return self
