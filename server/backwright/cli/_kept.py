"""Reviews that are kept: the report of one, and the review of the next push against it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.errors import InvalidInputError, TooLargeError

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.contexts.schemas.review_v2 import ReviewContextV2
    from backwright.judging import Scoped
    from backwright.review.diff import Diff
    from backwright.review.report import Report
    from backwright.review.subject import Subject

_NEW = ("file", "staged", "worktree", "commit", "base", "range", "all", "since", "keep", "fix", "write_baseline")


def configure_kept(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that keep a review, or go on from one."""
    parser.add_argument("--keep", action="store_true", help="keep it for --since; its handle goes to stderr")
    parser.add_argument(
        "--since", metavar="HANDLE|FILE", help="tell what is new since a review: its handle, or its --json report"
    )
    parser.add_argument(
        "--handle", help="print the report of this review, with what complete_review accepted; reviews nothing"
    )


def report_of(app: App, arguments: argparse.Namespace) -> tuple[Report, Diff]:
    """The report under the handle that was given, with what its caller said.

    Raises:
        InvalidInputError: something else was given that asks for a new review.
        ReviewNotFoundError, RecordUnreadableError: it is not kept, or was damaged.
    """
    given = [name for name in _NEW if getattr(arguments, name)]
    if given:
        name = "FILE" if given[0] == "file" else f"--{given[0].replace('_', '-')}"
        raise InvalidInputError(
            f"--handle names a review that is made, and {name} asks for a new one", hint="leave one of the two out"
        )
    return app.judging.read(arguments.handle)


def earlier_of(app: App, name: str | None) -> Scoped | None:
    """The review that another one is compared with: by its handle, or the file of a JSON report.

    Raises:
        InvalidInputError: the file cannot be read, or is no report.
        ReviewNotFoundError, RecordUnreadableError: the handle's is not kept, or was damaged.
    """
    from pydantic import ValidationError

    from backwright._files import read_bounded
    from backwright.record.reviews import HANDLE
    from backwright.review.report import Report
    from backwright.review.since import Earlier

    if name is None:
        return None
    if HANDLE.fullmatch(name):
        return app.judging.earlier(name)
    hint = "name a file that `backwright review --json` wrote, or a handle"
    try:
        return Earlier(Path(name).name, Report.model_validate_json(read_bounded(Path(name)))), None
    except (OSError, TooLargeError) as error:
        reason = error.message if isinstance(error, TooLargeError) else error.strerror or str(error)
        raise InvalidInputError(f"the earlier review {name!r} cannot be read: {reason}", hint=hint) from None
    except ValidationError:
        raise InvalidInputError(f"{name!r} is no report of a review", hint=hint) from None


def kept(app: App, subject: Subject, report: Report, context: ReviewContextV2, earlier: Scoped | None) -> Report:
    """The report, against the earlier review if there is one; kept, with its handle said to the person."""
    done = app.judging.kept(subject, report, context, earlier)
    print(f"review {done.handle}" if done.handle else f"not kept: {done.word}", file=sys.stderr)
    return done.report
