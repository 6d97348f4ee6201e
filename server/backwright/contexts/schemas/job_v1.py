"""The job context, version 1: a background task that acts once, however often it is delivered."""

from __future__ import annotations

import builtins
import keyword
import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from backwright.contexts.schema import ContextModel, Schema

ArgumentType = Literal["str", "int", "float", "bool", "uuid", "date", "datetime", "decimal"]
Library = Literal["celery", "dramatiq", "rq", "arq"]

MAX_NAME: Final = 50
# The columns of a cron line with the least and the greatest number of each; of the days of a week 0 and 7 are Sunday.
CRON: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_DOTTED: Final = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*"
_PART = re.compile(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([1-9][0-9]?))?")
_EXCEPTIONS: Final = frozenset(
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)
)
# What the generated code calls something by itself.
_TAKEN: Final = frozenset(["correlation_id", "ctx", "key", "period", "self"])


def _argument(name: str) -> str:
    if keyword.iskeyword(name) or hasattr(builtins, name) or name in _TAKEN:
        raise ValueError(f"{name!r} means something else in the generated code; choose another, such as {name}_value")
    return name


def _failure(name: str) -> str:
    if any(keyword.iskeyword(part) for part in name.split(".")):
        raise ValueError(f"{name!r} has a Python keyword in it")
    if "." in name:
        return name
    if name not in _EXCEPTIONS:
        raise ValueError(
            f"{name!r} is no exception of Python; give one of another module with it: httpx.TransportError"
        )
    if name in {"Exception", "RuntimeError", "ValueError", "TypeError"}:
        raise ValueError(f"{name} is what a defect raises too; name what exactly may pass or be expected")
    return name


def _cron(line: str) -> str:
    parts = line.split(" ")
    if len(parts) != len(CRON):
        raise ValueError(f"a schedule is five parts of cron, and not {len(parts)}: 0 3 * * *")
    for part, (what, least, greatest) in zip(parts, CRON, strict=True):
        for each in part.split(","):
            found = _PART.fullmatch(each)
            numbers = [int(number) for number in found.groups()[:2] if number] if found else []
            if found is None or numbers != sorted(numbers) or any(not least <= n <= greatest for n in numbers):
                raise ValueError(f"{each[:20]!r} is no {what} of cron between {least} and {greatest}")
    return line


ArgumentName = Annotated[
    str, Field(min_length=1, max_length=MAX_NAME, pattern=r"^[a-z]+(_?[a-z0-9]+)*$"), AfterValidator(_argument)
]
Failure = Annotated[str, Field(max_length=200, pattern=rf"^{_DOTTED}$"), AfterValidator(_failure)]
Cron = Annotated[str, Field(min_length=9, max_length=100), AfterValidator(_cron)]


class ArgumentV1(ContextModel):
    """One argument: an id or a small value, never the thing itself."""

    name: ArgumentName
    """Its name, in snake_case."""
    type: ArgumentType
    """Its type; what JSON does not have travels as text."""
    required: bool = True
    """Whether each message has it. One that is added later may not: queued messages outlive a deployment."""


class JobContextV1(ContextModel):
    """A job: what it is asked, what makes it act once, what is tried again, and what becomes of the rest."""

    name: str = Field(min_length=1, max_length=MAX_NAME, pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
    """What it does, as words with hyphens: send-invoice."""
    arguments: tuple[ArgumentV1, ...] = Field(strict=False, default=(), max_length=10)
    """Ids and small values; the job reads the current state by them."""
    key: tuple[ArgumentName, ...] = Field(strict=False, default=(), max_length=10)
    """The arguments that say which job it is, so that a second delivery does nothing; all where none is named."""
    queue: str | None = Field(default=None, max_length=60, pattern=r"^[a-z][a-z0-9_-]*$")
    """The queue, where it is not the project's default."""
    retries: int = Field(default=5, ge=0, le=20)
    """How often it is tried again after a failure that may pass."""
    backoff: int = Field(default=2, ge=1, le=3600)
    """Seconds before the first retry; each next one waits up to twice as long, with jitter."""
    backoff_max: int = Field(default=600, ge=1, le=86_400)
    """Seconds that a pause never exceeds."""
    time_limit: int = Field(default=60, ge=1, le=21_600)
    """Seconds that one attempt may take."""
    retry_on: tuple[Failure, ...] = Field(
        strict=False, default=("ConnectionError", "TimeoutError"), min_length=1, max_length=10
    )
    """Exceptions that may pass, and are tried again; all others fail at once."""
    drop_on: tuple[Failure, ...] = Field(strict=False, default=(), max_length=10)
    """Exceptions that are an answer, such as a refused card: neither tried again nor kept as a dead letter."""
    schedule: Cron | None = None
    """A line of cron, in UTC, that enqueues it, once for each period; then no argument may be required."""
    record: Literal["redis", "none"] | None = None
    """Where it is kept which keys are done, in Redis where the project has one; none: nowhere, so that the effect
    has to be unique by its key."""
    library: Library | None = None
    """The library, where the project has several."""
    app: str | None = Field(
        default=None,
        max_length=200,
        pattern=rf"^{_DOTTED}:[A-Za-z_][A-Za-z0-9_]*$",
    )
    """The Celery app, broker, queue or settings of the worker as module:name, where it cannot be told which."""

    @model_validator(mode="after")
    def _members_fit_each_other(self) -> JobContextV1:
        names = [argument.name for argument in self.arguments]
        for what, given in (("arguments", names), ("key", self.key), ("retry_on", self.retry_on)):
            if len(set(given)) != len(given):
                raise ValueError(f"{what} names one twice; list it once")
        unknown = [name for name in self.key if name not in names]
        if unknown:
            raise ValueError(f"key names {unknown[0]!r}, which is no argument; known are {', '.join(names) or 'none'}")
        both = sorted({*self.retry_on} & {*self.drop_on})
        if both:
            raise ValueError(f"{both[0]} cannot be tried again and dropped; choose one")
        if self.backoff > self.backoff_max:
            raise ValueError(f"backoff {self.backoff} is greater than backoff_max {self.backoff_max}")
        order = [argument.required for argument in self.arguments]
        if order != sorted(order, reverse=True):
            raise ValueError("a required argument follows one that is not; put the required ones first")
        if not names and self.schedule is None:
            raise ValueError(
                "a job without arguments would act once and never again: give it one that says which it is, "
                "or a schedule"
            )
        needed = [argument.name for argument in self.arguments if argument.required]
        if self.schedule is not None and needed:
            raise ValueError(f"nobody gives {needed[0]} to a job on a schedule; make it optional with ?")
        return self


SCHEMA = Schema(
    type="job",
    version=1,
    model=JobContextV1,
    examples=(
        {"name": "send-invoice", "arguments": [{"name": "invoice_id", "type": "uuid"}], "retries": 5},
        {
            "name": "capture-payment",
            "arguments": [{"name": "order_id", "type": "int"}, {"name": "note", "type": "str", "required": False}],
            "key": ["order_id"],
            "queue": "payments",
            "retry_on": ["ConnectionError", "httpx.TransportError"],
            "time_limit": 30,
        },
        {"name": "close-day", "schedule": "0 3 * * *", "record": "none"},
    ),
)
