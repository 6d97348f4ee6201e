"""Every error that a user of Backwright can meet, in one tree.

    BackwrightError
    ├── UsageError               the call is wrong: a value, a name, a path          exit 2
    │   ├── InvalidInputError        INVALID_INPUT
    │   ├── PathOutsideRootError     PATH_OUTSIDE_ROOT
    │   ├── TooLargeError            TOO_LARGE
    │   ├── SkillNotFoundError       SKILL_NOT_FOUND
    │   ├── SkillFileNotFoundError   SKILL_FILE_NOT_FOUND
    │   ├── SessionNotFoundError     SESSION_NOT_FOUND
    │   ├── ReviewNotFoundError      REVIEW_NOT_FOUND
    │   ├── PlanNotFoundError        PLAN_NOT_FOUND
    │   ├── InvalidVersionError      INVALID_VERSION
    │   ├── VersionNotFoundError     VERSION_NOT_FOUND
    │   ├── RuleNotFoundError        RULE_NOT_FOUND
    │   ├── TemplateNotFoundError    TEMPLATE_NOT_FOUND
    │   ├── UnknownUriError          UNKNOWN_URI
    │   ├── InvalidCursorError       INVALID_CURSOR
    │   ├── DiffSyntaxError          DIFF_SYNTAX
    │   ├── NotARepositoryError      NOT_A_REPOSITORY
    │   ├── RevisionNotFoundError    REVISION_NOT_FOUND
    │   ├── UnsupportedProjectError  UNSUPPORTED_PROJECT
    │   ├── InvalidContextError      INVALID_CONTEXT
    │   └── InvalidBaselineError     INVALID_BASELINE
    └── RefusedError             the call is right, the state forbids it             exit 1
        ├── IntegrityError           DIGEST_MISMATCH
        ├── ManifestError            MANIFEST_MISMATCH
        ├── SkillBlockedError        SKILL_BLOCKED
        ├── RecordUnreadableError    RECORD_UNREADABLE
        ├── ReleaseRefusedError      RELEASE_REFUSED
        ├── PlanConflictError        PLAN_CONFLICT
        ├── PlanStaleError           PLAN_STALE
        ├── WriteFailedError         WRITE_FAILED
        ├── ScaffoldInterruptedError SCAFFOLD_INTERRUPTED
        └── ToolUnavailableError     TOOL_UNAVAILABLE

A leaf has a stable `code`, a message that says what is wrong and a `hint` that says what to do. How each surface
shows it: MCP tools answer `isError` with code, message and hint; MCP resources and prompts answer -32602; HTTP
answers problem+json; the command prints it to stderr and exits with `exit_code`. Anything else that is raised is a
defect of Backwright and exits with 3.
"""

from __future__ import annotations

import re
from typing import ClassVar

# What may be repeated to the caller: characters of a canonical URI, and no dot segment.
_PLAIN_URI = re.compile(r"(?!.*/\.{1,2}(?:/|\Z))[a-z][a-z-]{0,20}://[A-Za-z0-9._~/-]{1,200}")


class BackwrightError(Exception):
    """The root of the tree; never raised itself.

    Args:
        message: what is wrong, in one sentence that names the value.
        hint: what to do about it.
        line: the line of the input it is about, counted from 1, where there is one.
    """

    code: ClassVar[str] = "BACKWRIGHT"
    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, hint: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line


class UsageError(BackwrightError):
    """The call is wrong: a value, a name or a path that the caller can correct."""

    code: ClassVar[str] = "USAGE"
    exit_code: ClassVar[int] = 2


class RefusedError(BackwrightError):
    """The call is right, but the state of the disk or of the project forbids it."""

    code: ClassVar[str] = "REFUSED"
    exit_code: ClassVar[int] = 1


class InvalidInputError(UsageError):
    """An argument does not have the form that its schema asks for."""

    code: ClassVar[str] = "INVALID_INPUT"


class PathOutsideRootError(UsageError):
    """A path leads, or would lead through a link, out of the root that was given."""

    code: ClassVar[str] = "PATH_OUTSIDE_ROOT"

    def __init__(self, path: str) -> None:
        shown = path.encode("unicode_escape").decode("ascii")[:120]
        super().__init__(
            f"the path {shown!r} is not a plain path inside the root",
            hint="give a relative path with forward slashes that stays inside the root and passes through no link",
        )


class TooLargeError(UsageError):
    """A file or an argument is over its limit; nothing of it was used."""

    code: ClassVar[str] = "TOO_LARGE"

    def __init__(self, what: str, *, size: int, limit: int) -> None:
        super().__init__(f"{what} has {size} bytes; the limit is {limit}", hint="make it smaller or split it")


class SkillNotFoundError(UsageError):
    """No skill of that name is served."""

    code: ClassVar[str] = "SKILL_NOT_FOUND"


class SkillFileNotFoundError(UsageError):
    """The skill has no such file."""

    code: ClassVar[str] = "SKILL_FILE_NOT_FOUND"


class SessionNotFoundError(UsageError):
    """Nothing was recorded under that handle, or too long ago."""

    code: ClassVar[str] = "SESSION_NOT_FOUND"


class ReviewNotFoundError(UsageError):
    """No review is kept for this caller under that handle: another's and one that never was look the same.

    Args:
        hours: how long reviews are kept.
    """

    code: ClassVar[str] = "REVIEW_NOT_FOUND"

    def __init__(self, hours: int) -> None:
        super().__init__(
            "no review is kept here under that handle",
            hint=f"review again and use the handle of that answer; one is kept for {hours} hours after its last use",
        )


class PlanNotFoundError(UsageError):
    """No plan with that digest was made for this project, or it is too long ago.

    Args:
        hours: how long plans are kept.
    """

    code: ClassVar[str] = "PLAN_NOT_FOUND"

    def __init__(self, hours: int) -> None:
        super().__init__(
            "no plan with that digest was made for this project",
            hint=f"plan again and give the digest of that answer; plans are kept for {hours} hours",
        )


class InvalidVersionError(UsageError):
    """A version or a range of versions does not parse (Semantic Versioning 2.0.0)."""

    code: ClassVar[str] = "INVALID_VERSION"


class VersionNotFoundError(UsageError):
    """The skill exists, but no version of it lies in the range; the nearest is never served instead."""

    code: ClassVar[str] = "VERSION_NOT_FOUND"


class RuleNotFoundError(UsageError):
    """No review rule has that code."""

    code: ClassVar[str] = "RULE_NOT_FOUND"


class TemplateNotFoundError(UsageError):
    """No scaffold template has that name."""

    code: ClassVar[str] = "TEMPLATE_NOT_FOUND"


class UnknownUriError(UsageError):
    """No resource, skill or directory has that URI.

    Args:
        what: what was asked for: a resource, a skill, a directory.
        uri: as it was asked for; repeated only where it is plain.
        hint: where to look instead.
    """

    code: ClassVar[str] = "UNKNOWN_URI"

    def __init__(self, what: str, uri: str, hint: str | None = None) -> None:
        self.uri = uri if _PLAIN_URI.fullmatch(uri) else None
        super().__init__(
            f"no {what} is served at {self.uri or 'that URI'}",
            hint=hint or "see resources/list and resources/templates/list; a URI has one canonical form",
        )


class InvalidCursorError(UsageError):
    """A cursor was not made by this server, or for another list."""

    code: ClassVar[str] = "INVALID_CURSOR"


class DiffSyntaxError(UsageError):
    """The text is no diff that can be read; `line` says where reading stopped."""

    code: ClassVar[str] = "DIFF_SYNTAX"


class NotARepositoryError(UsageError):
    """The root is not inside a git work tree, so there is no diff to read."""

    code: ClassVar[str] = "NOT_A_REPOSITORY"


class RevisionNotFoundError(UsageError):
    """Git does not know the revision that the diff should start from."""

    code: ClassVar[str] = "REVISION_NOT_FOUND"


class UnsupportedProjectError(UsageError):
    """The project is not one that the template can write into; the message says why."""

    code: ClassVar[str] = "UNSUPPORTED_PROJECT"


class InvalidContextError(UsageError):
    """A context document, such as `backwright.yaml`, does not validate against its schema."""

    code: ClassVar[str] = "INVALID_CONTEXT"


class InvalidBaselineError(UsageError):
    """The file that a project names as its baseline is damaged, of a later version, or something else."""

    code: ClassVar[str] = "INVALID_BASELINE"


class IntegrityError(RefusedError):
    """The bytes of a skill are not those that the manifest pins; they are not served."""

    code: ClassVar[str] = "DIGEST_MISMATCH"


class ManifestError(RefusedError):
    """The manifest does not say what the pack holds, or cannot be read."""

    code: ClassVar[str] = "MANIFEST_MISMATCH"


class SkillBlockedError(RefusedError):
    """The project's `backwright.yaml` blocks the skill; it is there, and it is not served."""

    code: ClassVar[str] = "SKILL_BLOCKED"


class RecordUnreadableError(RefusedError):
    """A file of the user's state folder cannot be read, or holds something else; the message names it."""

    code: ClassVar[str] = "RECORD_UNREADABLE"


class ReleaseRefusedError(RefusedError):
    """A skill cannot be released as it is; nothing was written."""

    code: ClassVar[str] = "RELEASE_REFUSED"


class PlanConflictError(RefusedError):
    """Applying the plan would overwrite what someone wrote; nothing was written."""

    code: ClassVar[str] = "PLAN_CONFLICT"


class PlanStaleError(RefusedError):
    """The project changed between plan and apply; nothing was written."""

    code: ClassVar[str] = "PLAN_STALE"


class WriteFailedError(RefusedError):
    """The disk refused a write; everything that was written before it has been put back."""

    code: ClassVar[str] = "WRITE_FAILED"


class ScaffoldInterruptedError(RefusedError):
    """A process was killed while it wrote a scaffold; its journal says how to put everything back."""

    code: ClassVar[str] = "SCAFFOLD_INTERRUPTED"


class ToolUnavailableError(RefusedError):
    """A program that the work needs, such as git or ruff, is not there or failed."""

    code: ClassVar[str] = "TOOL_UNAVAILABLE"
