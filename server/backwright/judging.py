"""Reviews that are gone on with: kept under a handle, completed by their caller, compared with the next one.

A handle belongs to the caller who got it. On the user's own machine that is the user at this root; over HTTP it is the
principal, and where nobody has to say who it is all callers of one server are one.
"""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeAlias

from pydantic import ValidationError

from backwright.errors import (
    BackwrightError,
    RecordUnreadableError,
    ReviewNotFoundError,
    StorageFullError,
    StoreUnavailableError,
    TooLargeError,
    WriteFailedError,
)
from backwright.record.reviews import Reviews, handle_of
from backwright.review.anchor import Anchors
from backwright.review.diagnostic import Diagnostic, Frozen, Severity
from backwright.review.diff import Diff
from backwright.review.globs import matches
from backwright.review.judgement import Judge, completed
from backwright.review.kept import KeptFile, packed, unpacked
from backwright.review.report import Report
from backwright.review.since import Earlier, compared
from backwright.review.subject import disk_reader
from backwright.review.verdict import Comment, Judgements, Outcome, Remark, Verdict
from backwright.settings import Settings

if TYPE_CHECKING:
    from backwright.contexts.schemas.review_v2 import ReviewContextV2
    from backwright.record.shared import SharedReviews, Shelf
    from backwright.review.subject import Subject
    from backwright.reviewing import Reviewing

MOST_TEXT: Final = 4_000_000
"""Characters of a diff that is kept: about 100,000 lines."""


Scoped: TypeAlias = "tuple[Earlier, tuple[str, str] | None]"
"""An earlier review, and the profile and the floor of severity that it was asked for with, where they are known."""


class Kept(Frozen):
    """What is kept of a review.

    Args:
        report: what the review said, without what its caller added.
        files: its diff.
        scope: the profile and the floor of severity that it was asked for with.
        judged: what its caller said and was accepted.
        carried: what was said under earlier handles, of code that is still there.
    """

    report: Report
    files: tuple[KeptFile, ...]
    scope: tuple[str, str]
    judged: Judgements = Judgements()
    carried: tuple[Remark, ...] = ()

    @property
    def completed(self) -> Report:
        """The one report of the review and of what its caller said."""
        return completed(self.report, self.judged)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review and its handle; where it could not be kept, None and the reason."""

    report: Report
    handle: str | None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Completed:
    """The review after its caller's word, what came of each part of that, and how many questions it had asked."""

    handle: str
    report: Report
    outcomes: tuple[Outcome, ...]
    asked: int


class Judging:
    """The reviews of one process that may be gone on with. Safe to share between threads.

    Args:
        settings: how the process serves; without a state folder, reviews are kept in memory.
        reviewing: makes the reviews.
        now: the time, in seconds.
        shelf: what several processes share; None to keep reviews as the settings say.
    """

    def __init__(
        self,
        settings: Settings,
        reviewing: Callable[[], Reviewing],
        now: Callable[[], float] = time.time,
        shelf: Shelf | None = None,
    ) -> None:
        self._settings = settings
        self._shelf = shelf
        self._reviewing = reviewing
        self._now = now

    @cached_property
    def store(self) -> Reviews | SharedReviews:
        """What is kept."""
        if self._shelf is not None:
            from backwright.record.shared import SharedReviews

            return SharedReviews(self._shelf, self._now)
        state = self._settings.state
        return Reviews(None if state is None else state / "reviews", self._now)

    def review(self, context: ReviewContextV2, caller: str | None = None) -> Reviewed:
        """The review of a change, kept under a handle; with `previous`, against the one under that handle.

        Raises:
            ReviewNotFoundError, RecordUnreadableError: of `previous`, as `read`.
            BackwrightError: as `Reviewing.review`.
        """
        earlier = None if context.previous is None else self.earlier(context.previous, caller)
        subject, report = self._reviewing().reviewed(context)
        return self.kept(subject, report, context, earlier, caller)

    def kept(
        self,
        subject: Subject,
        report: Report,
        context: ReviewContextV2,
        earlier: Scoped | None = None,
        caller: str | None = None,
    ) -> Reviewed:
        """A review that has been made, kept under a handle, and compared with an earlier one if there is one."""
        scope = (context.profile or "", context.min_severity)
        carried: tuple[Remark, ...] = ()
        if earlier is not None:
            looked = _looked(report, context, same=earlier[1] in {None, scope})
            report, carried = compared(report, earlier[0], Anchors(subject.diff), looked)
        if _size(subject.diff) > MOST_TEXT:
            return Reviewed(report, None, "the change is too large for its review to be kept")
        made = Kept(report=report, files=packed(subject.diff), scope=scope, carried=carried)
        handle = handle_of("review", made.model_dump_json())
        who = caller_of(self._settings) if caller is None else caller

        def with_what_was_said(before: Callable[[], bytes]) -> bytes:
            # What was said of the same review before still holds.
            with suppress(ReviewNotFoundError, RecordUnreadableError):
                return made.model_copy(update={"judged": _kept(before(), handle).judged}).model_dump_json().encode()
            return made.model_dump_json().encode()

        try:
            self.store.update(who, handle, with_what_was_said)
        except (OSError, TooLargeError, StoreUnavailableError, StorageFullError) as error:
            reason = error.message if isinstance(error, BackwrightError) else error.strerror or str(error)
            return Reviewed(report, None, f"the review could not be kept: {reason}")
        return Reviewed(report, handle)

    def complete(
        self, handle: str, verdicts: Sequence[Verdict], comments: Sequence[Comment], caller: str | None = None
    ) -> Completed:
        """The review with what its caller says of it, as far as that holds.

        A verdict replaces an earlier one on the same item; a comment is added. The same call twice is the same as once.

        Raises:
            ReviewNotFoundError, RecordUnreadableError: as `read`.
            WriteFailedError: the disk refuses.
            StoreUnavailableError, StorageFullError: what several processes share does not take it.
        """
        who = caller_of(self._settings) if caller is None else caller
        done: list[Completed] = []

        def judged(before: Callable[[], bytes]) -> bytes:
            kept = _kept(before(), handle)
            anchors = Anchors(self._diff(kept, handle))
            judge = Judge(kept.report, anchors, disk_reader(self._settings.root), kept.judged)
            kept = kept.model_copy(update={"judged": judge.judged(verdicts, comments)})
            done[:] = [Completed(handle, kept.completed, tuple(judge.outcomes), len(kept.report.questions))]
            return kept.model_dump_json().encode()

        try:
            self.store.update(who, handle, judged)
        except OSError as error:
            message = f"what was said of the review could not be kept: {error.strerror or error}"
            raise WriteFailedError(message, hint="make room in the state folder, and call again") from None
        return done[0]

    def read(self, handle: str, caller: str | None = None) -> tuple[Report, Diff]:
        """The report under a handle, with what its caller said, and its diff, for a format to render.

        Raises:
            ReviewNotFoundError: nothing is kept for this caller under it, or it is too long ago.
            RecordUnreadableError: it cannot be read, or was damaged.
        """
        kept = self._read(handle, caller_of(self._settings) if caller is None else caller)
        return kept.completed, self._diff(kept, handle)

    def rendered(self, handle: str, form: str, caller: str | None = None) -> tuple[str, str] | None:
        """The report under a handle in a format, and its media type; None where there is no such format.

        Raises:
            ReviewNotFoundError, RecordUnreadableError: as `read`.
        """
        from backwright.review.format import formats

        chosen = next((one for one in formats() if one.name == form), None)
        return None if chosen is None else (chosen.render(*self.read(handle, caller)), chosen.media_type)

    def earlier(self, name: str, caller: str | None = None) -> Scoped:
        """A review that another one is to be compared with, and the scope that it had.

        Raises:
            ReviewNotFoundError, RecordUnreadableError: as `read`.
        """
        kept = self._read(name, caller_of(self._settings) if caller is None else caller)
        return Earlier(name, kept.report, kept.judged, kept.carried), kept.scope

    def _read(self, handle: str, caller: str) -> Kept:
        return _kept(self.store.read(caller, handle), handle)

    def _diff(self, kept: Kept, handle: str) -> Diff:
        try:
            return unpacked(kept.files)
        except ValueError:
            raise _damaged(handle) from None


def _kept(data: bytes, handle: str) -> Kept:
    try:
        return Kept.model_validate_json(data)
    except ValidationError:
        raise _damaged(handle) from None


def caller_of(settings: Settings) -> str:
    """Who calls a process that nobody has to log in to: its user, at its root; or whoever reaches it."""
    if settings.root is None:
        return "anyone"
    user = str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()
    return f"user {user} at {settings.root.resolve()}"


def _looked(report: Report, context: ReviewContextV2, *, same: bool) -> Callable[[Diagnostic], bool]:
    """Whether this review would have made a finding again, had it still been there."""
    floor = Severity(context.min_severity).rank
    silenced = {entry.fingerprint for entry in report.suppressed} - {""}
    unread = {entry.path for entry in report.unchecked}

    def looked(one: Diagnostic) -> bool:
        path = one.location.path
        asked = one.severity.rank <= floor and (not context.paths or matches(path, context.paths))
        read = path not in unread and None not in unread and one.fingerprint not in silenced
        return same and asked and read

    return looked


def _size(diff: Diff) -> int:
    return sum(len(line.text) for file in diff.files for hunk in file.hunks for line in hunk.lines)


def _damaged(handle: str) -> RecordUnreadableError:
    return RecordUnreadableError(
        f"what is kept of the review {handle} is damaged, or of another version", hint="review again"
    )
