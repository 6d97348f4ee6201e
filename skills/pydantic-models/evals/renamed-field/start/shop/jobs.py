"""Jobs as they stand in the queue."""

from pydantic import BaseModel, ConfigDict


class MailJob(BaseModel):
    """A mail to be sent."""

    model_config = ConfigDict(frozen=True)

    job: int
    email: str
    template: str


def encode(job: MailJob) -> bytes:
    """What is put into the queue."""
    return job.model_dump_json().encode()


def decode(body: bytes) -> MailJob:
    """What a worker takes out of it.

    Raises:
        ValidationError: it is no job.
    """
    return MailJob.model_validate_json(body)
