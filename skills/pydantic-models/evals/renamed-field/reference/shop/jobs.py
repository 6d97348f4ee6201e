"""Jobs as they stand in the queue."""

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class MailJob(BaseModel):
    """A mail to be sent.

    The recipient is still written as `email`, which the running release reads; the next one may write `recipient`.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    job: int
    recipient: Annotated[str, Field(validation_alias=AliasChoices("recipient", "email"), serialization_alias="email")]
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
