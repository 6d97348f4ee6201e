"""Jobs as they stand in the queue."""

from typing import Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class MailJob(BaseModel):
    """A mail to be sent."""

    model_config = ConfigDict(frozen=True)

    job: int
    recipient: str = Field(validation_alias=AliasChoices("recipient", "email"))
    template: str
    language: Literal["en", "de", "fr"] = "en"


def encode(job: MailJob) -> bytes:
    """What is put into the queue."""
    return job.model_dump_json().encode()


def decode(body: bytes) -> MailJob:
    """What a worker takes out of it.

    Raises:
        ValidationError: it is no job.
    """
    return MailJob.model_validate_json(body)
