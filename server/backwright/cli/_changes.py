"""The arguments of `backwright scaffold migration`, `job` and `test`, and the contexts that they come to."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pydantic import ValidationError

    from backwright.contexts.schemas.job_v1 import JobContextV1
    from backwright.contexts.schemas.migration_v1 import MigrationContextV1
    from backwright.contexts.schemas.test_v1 import TestContextV1
    from backwright.errors import InvalidInputError

CHANGES: Final = """\
CHANGE is one of these; `?` after the type of a column that may be NULL:

  add orders.priority:int,fill=0           a column whose rows are filled in batches; --contract then forbids NULL
  add orders.source:str,max=20,default=web one with a default that the database keeps
  add orders.subject:str?,max=80,from=title  one that copies another
  drop orders.note:str?,max=200 --contract takes it away when no code knows it any more
  rename orders.note:str?,max=200 comment  a new column that is filled from the old; --contract drops that
  index orders.customer_id+status,unique   built while others write
  link orders.customer_id customers.id,cascade   a foreign key that is validated apart
  check orders.total,ge=0                  a CHECK that is validated apart
  choices orders.status draft/paid/lost    the CHECK of an enum that is kept as text, made anew
  enum order_status lost                   a value of a native enum of PostgreSQL

types: str text int bigint float decimal bool datetime date uuid json enum (with choices=A/B)"""

JOBS: Final = """\
  backwright scaffold job send-invoice invoice_id:uuid --retries 5
  backwright scaffold job capture-payment order_id:int,key note:str? --queue payments --retry-on httpx.TransportError
  backwright scaffold job close-day --schedule '0 3 * * *'

types: str int float bool uuid date datetime decimal; ? is optional; ,key: says which job it is (default: all do)"""

OPERATIONS: Final = """\
  backwright scaffold test POST /v1/orders
  backwright scaffold test DELETE '/v1/orders/{order_id}' --signed-in member_client

What cannot be read from the code is asked in the notes, and its test is left out."""


def add_migration_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("change", metavar="CHANGE", nargs="+", help="such as: add orders.priority:int,fill=0")
    parser.add_argument("--contract", action="store_true", help="the later phase, which takes away")
    parser.add_argument("--name", help="of the index or the constraint where it is not the usual one")


def add_job_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("name", metavar="NAME", help="what it does, with hyphens: send-invoice")
    parser.add_argument("arguments", metavar="ARGUMENT", nargs="*", help="ids and small values: invoice_id:uuid")
    parser.add_argument("--queue", help="the queue, where it is not the project's default")
    parser.add_argument("--retries", metavar="N", help="after failures that may pass (default: 5)")
    parser.add_argument("--backoff", metavar="SECONDS", help="before the first retry; then about doubled (default: 2)")
    parser.add_argument("--backoff-max", metavar="SECONDS", help="the longest pause (default: 600)")
    parser.add_argument("--time-limit", metavar="SECONDS", help="of one attempt (default: 60)")
    what = "exceptions that may pass, with commas (default: ConnectionError,TimeoutError)"
    parser.add_argument("--retry-on", metavar="NAMES", help=what)
    parser.add_argument("--drop-on", metavar="NAMES", help="exceptions that are an answer: not retried, and not kept")
    parser.add_argument("--schedule", metavar="CRON", help="enqueue it by itself, in UTC: '0 3 * * *'")
    parser.add_argument("--record", choices=("redis", "none"), help="where is kept what is done")
    parser.add_argument("--library", choices=("celery", "dramatiq", "rq", "arq"), help="where there are several")
    parser.add_argument(
        "--app", metavar="MODULE:NAME", help="the app, broker, queue or worker, where there are several"
    )


def add_test_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("method", metavar="METHOD", help="such as POST")
    parser.add_argument("path", metavar="PATH", help="the whole path with its prefixes: /v1/orders/{order_id}")
    parser.add_argument("--client", help="the fixture of a client that is not signed in")
    parser.add_argument("--signed-in", help="the fixture of a client that is signed in and may do it")


def migration_context(arguments: argparse.Namespace) -> MigrationContextV1:
    """The change that the arguments describe.

    Raises:
        InvalidInputError: a part has another form; the message names it.
    """
    from pydantic import ValidationError

    from backwright.contexts.changes import parse_change
    from backwright.contexts.schemas.migration_v1 import MigrationContextV1

    given = parse_change(" ".join(arguments.change)) | {"phase": "contract" if arguments.contract else "expand"}
    try:
        return MigrationContextV1.model_validate(given | ({"name": arguments.name} if arguments.name else {}))
    except ValidationError as error:
        raise _refusal(error, "migration") from error


def job_context(arguments: argparse.Namespace) -> JobContextV1:
    """The job that the arguments describe.

    Raises:
        InvalidInputError: a part has another form; the message names it.
    """
    from pydantic import ValidationError

    from backwright.contexts.jobs import OPTIONS, parse_job
    from backwright.contexts.schemas.job_v1 import JobContextV1

    options = {name: getattr(arguments, name) for name in OPTIONS}
    try:
        return JobContextV1.model_validate(parse_job([arguments.name, *arguments.arguments], options))
    except ValidationError as error:
        raise _refusal(error, "job") from error


def test_context(arguments: argparse.Namespace) -> TestContextV1:
    """The operation that the arguments describe.

    Raises:
        InvalidInputError: a part has another form; the message names it.
    """
    from pydantic import ValidationError

    from backwright.contexts.schemas.test_v1 import TestContextV1

    given = {member: getattr(arguments, member) for member in ("path", "client", "signed_in")}
    try:
        return TestContextV1.model_validate(given | {"method": arguments.method.lower()})
    except ValidationError as error:
        raise _refusal(error, "test") from error


def _refusal(error: ValidationError, kind: str) -> InvalidInputError:
    from backwright.errors import InvalidInputError

    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or f"the {kind}"
    said = first["msg"].removeprefix("Value error, ")
    return InvalidInputError(f"{place}: {said}", hint=f"see `backwright scaffold {kind} --help`")
