"""Jobs across a deployment: what is in the queue, what the running release reads, and what this one writes."""

import pytest
from pydantic import BaseModel, ValidationError
from shop.jobs import decode, encode

STORED = b'{"job": 7, "email": "a@example.com", "template": "welcome"}'
NEW = b'{"job": 7, "recipient": "a@example.com", "template": "welcome", "language": "de"}'


class RunningRelease(BaseModel):
    """The model of the workers that are not deployed yet."""

    job: int
    email: str
    template: str


def test_a_job_has_a_recipient_and_speaks_english_where_nobody_says() -> None:
    job = decode(STORED)
    assert (job.recipient, job.language) == ("a@example.com", "en")


def test_a_job_under_the_new_name_is_read_too() -> None:
    assert (decode(NEW).recipient, decode(NEW).language) == ("a@example.com", "de")


def test_a_worker_of_the_running_release_reads_what_this_one_writes() -> None:
    try:
        job = RunningRelease.model_validate_json(encode(decode(STORED)))
    except ValidationError as error:
        pytest.fail(f"a worker that is not deployed yet cannot read it: {error.errors()[0]['loc']} is missing")
    assert job.email == "a@example.com"


def test_a_job_survives_the_queue() -> None:
    job = decode(NEW)
    assert decode(encode(job)) == job


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValidationError):
        decode(NEW.replace(b'"de"', b'"xx"'))
