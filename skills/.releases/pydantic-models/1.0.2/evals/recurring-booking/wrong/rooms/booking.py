"""The body of a request to book a room."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationInfo, field_validator


class BookingRequest(BaseModel):
    """A room for some time, once or again and again."""

    model_config = ConfigDict(extra="forbid")

    room: int
    title: str
    start: AwareDatetime
    end: AwareDatetime
    repeat: Literal["weekly", "monthly"] | None = None
    until: AwareDatetime | None = None

    @field_validator("end")
    @classmethod
    def end_is_after_start(cls, end: AwareDatetime, info: ValidationInfo) -> AwareDatetime:
        start = info.data.get("start")
        if start is not None and end <= start:
            raise ValueError("end must be after start")
        return end

    @field_validator("until")
    @classmethod
    def until_fits(cls, until: AwareDatetime | None, info: ValidationInfo) -> AwareDatetime | None:
        if info.data.get("repeat") is None:
            if until is not None:
                raise ValueError("only a booking that repeats has until")
            return until
        if until is None:
            raise ValueError("a booking that repeats needs until")
        end = info.data.get("end")
        if end is not None and until <= end:
            raise ValueError("until must be after end")
        return until
