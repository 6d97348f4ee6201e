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
    │   ├── InvalidBodyError         INVALID_BODY
    │   ├── ContextNotFoundError     NOT_FOUND
    │   ├── SchemaUnknownError       SCHEMA_UNKNOWN
    │   ├── InvalidBaselineError     INVALID_BASELINE
    │   ├── EvalNotFoundError        EVAL_NOT_FOUND
    │   └── InvalidEvalError         INVALID_EVAL
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
        ├── VersionConflictError     VERSION_CONFLICT
        ├── AlreadyExistsError       ALREADY_EXISTS
        ├── PreconditionRequiredError PRECONDITION_REQUIRED
        ├── IdempotencyMismatchError IDEMPOTENCY_MISMATCH
        ├── SchemaIncompatibleError  SCHEMA_INCOMPATIBLE
        ├── SchemaImmutableError     SCHEMA_IMMUTABLE
        ├── ForbiddenError           FORBIDDEN
        ├── UnauthenticatedError     UNAUTHENTICATED
        ├── InsufficientScopeError   INSUFFICIENT_SCOPE
        ├── AuthorityUnavailableError AUTHORITY_UNAVAILABLE
        ├── RateLimitedError         RATE_LIMITED
        ├── StoreUnavailableError    UNAVAILABLE
        ├── StorageFullError         STORAGE_FULL
        ├── ToolUnavailableError     TOOL_UNAVAILABLE
        ├── ConfigurationUnreadableError CONFIGURATION_UNREADABLE
        └── RegistryFailedError      REGISTRY_FAILED

A leaf has a stable `code`, a message that says what is wrong and a `hint` that says what to do. MCP tools answer them
as `isError`, MCP resources and prompts with -32602, HTTP with problem+json; the command prints them to stderr and exits
with `exit_code`. Anything else that is raised is a defect of Backwright and exits with 3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

# What may be repeated to the caller: characters of a canonical URI, and no dot segment.
_PLAIN_URI = re.compile(r"(?!.*/\.{1,2}(?:/|\Z))[a-z][a-z-]{0,20}://[A-Za-z0-9._~/-]{1,200}")


class BackwrightError(Exception):
    """The root of the tree; never raised itself.

    Args:
        message: what is wrong, in one sentence that names the value.
        hint: what to do about it.
        line: the line of the input it is about, counted from 1, where there is one.
        details: what a program can act on, as JSON: versions, places, changes.
    """

    code: ClassVar[str] = "BACKWRIGHT"
    exit_code: ClassVar[int] = 3
    retry: ClassVar[bool] = False
    """Whether the same call may succeed later, with nothing about it changed."""

    def __init__(
        self, message: str, *, hint: str, line: int | None = None, details: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.details = dict(details or {})

    def __init_subclass__(cls, *, code: str) -> None:
        cls.code = code


class UsageError(BackwrightError, code="USAGE"):
    """The call is wrong: a value, a name or a path that the caller can correct."""

    exit_code: ClassVar[int] = 2


class RefusedError(BackwrightError, code="REFUSED"):
    """The call is right, but the state of the disk or of the project forbids it."""

    exit_code: ClassVar[int] = 1


class InvalidInputError(UsageError, code="INVALID_INPUT"):
    """An argument does not have the form that its schema asks for."""


class PathOutsideRootError(UsageError, code="PATH_OUTSIDE_ROOT"):
    """A path leads, or would lead through a link, out of the root that was given."""

    def __init__(self, path: str, *, hint: str = "") -> None:
        shown = path.encode("unicode_escape").decode("ascii")[:120]
        usual = "give a relative path with forward slashes that stays inside the root and passes through no link"
        super().__init__(f"the path {shown!r} is not a plain path inside the root", hint=hint or usual)


class TooLargeError(UsageError, code="TOO_LARGE"):
    """A file or an argument is over its limit; nothing of it was used."""

    def __init__(self, what: str, *, size: int, limit: int) -> None:
        super().__init__(f"{what} has {size} bytes; the limit is {limit}", hint="make it smaller or split it")


class SkillNotFoundError(UsageError, code="SKILL_NOT_FOUND"):
    """No skill of that name is served."""


class SkillFileNotFoundError(UsageError, code="SKILL_FILE_NOT_FOUND"):
    """The skill has no such file."""


class SessionNotFoundError(UsageError, code="SESSION_NOT_FOUND"):
    """Nothing was recorded under that handle, or too long ago."""


class ReviewNotFoundError(UsageError, code="REVIEW_NOT_FOUND"):
    """No review is kept for this caller under that handle: another's and one that never was look the same."""

    def __init__(self, hours: int) -> None:
        super().__init__(
            "no review is kept here under that handle",
            hint=f"review again and use the handle of that answer; one is kept for {hours} hours after its last use",
        )


class PlanNotFoundError(UsageError, code="PLAN_NOT_FOUND"):
    """No plan with that digest was made for this project, or it is too long ago."""

    def __init__(self, hours: int) -> None:
        super().__init__(
            "no plan with that digest was made for this project",
            hint=f"plan again and give the digest of that answer; plans are kept for {hours} hours",
        )


class InvalidVersionError(UsageError, code="INVALID_VERSION"):
    """A version or a range of versions does not parse (Semantic Versioning 2.0.0)."""


class VersionNotFoundError(UsageError, code="VERSION_NOT_FOUND"):
    """The skill exists, but no version of it lies in the range; the nearest is never served instead."""


class RuleNotFoundError(UsageError, code="RULE_NOT_FOUND"):
    """No review rule has that code."""


class TemplateNotFoundError(UsageError, code="TEMPLATE_NOT_FOUND"):
    """No scaffold template has that name."""


class UnknownUriError(UsageError, code="UNKNOWN_URI"):
    """No resource, skill or directory has that URI.

    Args:
        what: what was asked for: a resource, a skill, a directory.
        uri: as it was asked for; repeated only where it is plain.
        hint: where to look instead.
    """

    def __init__(self, what: str, uri: str, hint: str | None = None) -> None:
        self.uri = uri if _PLAIN_URI.fullmatch(uri) else None
        super().__init__(
            f"no {what} is served at {self.uri or 'that URI'}",
            hint=hint or "see resources/list and resources/templates/list; a URI has one canonical form",
        )


class InvalidCursorError(UsageError, code="INVALID_CURSOR"):
    """A cursor was not made by this server, or for another list."""


class DiffSyntaxError(UsageError, code="DIFF_SYNTAX"):
    """The text is no diff that can be read; `line` says where reading stopped."""


class NotARepositoryError(UsageError, code="NOT_A_REPOSITORY"):
    """The root is not inside a git work tree, so there is no diff to read."""


class RevisionNotFoundError(UsageError, code="REVISION_NOT_FOUND"):
    """Git does not know the revision that the diff should start from."""


class UnsupportedProjectError(UsageError, code="UNSUPPORTED_PROJECT"):
    """The project is not one that the template can write into; the message says why."""


class InvalidContextError(UsageError, code="INVALID_CONTEXT"):
    """A context document, such as `backwright.yaml`, does not validate against its schema."""


class InvalidBodyError(UsageError, code="INVALID_BODY"):
    """A document does not validate, or holds what no store may be given; `errors` have pointer and message."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        first = errors[0]
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(
            f"{first['pointer'] or 'the document'}: {first['message']}{more}",
            hint="correct the document; each place is named by its JSON Pointer",
            details={"errors": [dict(each) for each in errors]},
        )


class ContextNotFoundError(UsageError, code="NOT_FOUND"):
    """There is no such context or version for this caller: another's and one that never was look the same.

    Args:
        what: what was asked for.
        purged: whether it was there, and is no longer kept.
    """

    def __init__(self, what: str, *, purged: bool = False) -> None:
        hint = "list the contexts to see which ones there are"
        super().__init__(
            f"{what} was purged" if purged else f"there is no {what} here",
            hint="its history says which versions are kept" if purged else hint,
        )


class SchemaUnknownError(UsageError, code="SCHEMA_UNKNOWN"):
    """No schema of that type, or none of that version, is published or registered."""


class InvalidBaselineError(UsageError, code="INVALID_BASELINE"):
    """The file that a project names as its baseline is damaged, of a later version, or something else."""


class EvalNotFoundError(UsageError, code="EVAL_NOT_FOUND"):
    """The skill has no evals, or none of that name."""


class InvalidEvalError(UsageError, code="INVALID_EVAL"):
    """A task among a skill's evals breaks a rule of their format."""


class IntegrityError(RefusedError, code="DIGEST_MISMATCH"):
    """The bytes of a skill are not those that the manifest pins; they are not served."""


class ManifestError(RefusedError, code="MANIFEST_MISMATCH"):
    """The manifest does not say what the pack holds, or cannot be read."""


class SkillBlockedError(RefusedError, code="SKILL_BLOCKED"):
    """The project's `backwright.yaml` blocks the skill; it is there, and it is not served."""


class RecordUnreadableError(RefusedError, code="RECORD_UNREADABLE"):
    """A file of the user's state folder cannot be read, or holds something else; the message names it."""


class ReleaseRefusedError(RefusedError, code="RELEASE_REFUSED"):
    """A skill cannot be released as it is; nothing was written."""


class PlanConflictError(RefusedError, code="PLAN_CONFLICT"):
    """Applying the plan would overwrite what someone wrote; nothing was written."""


class PlanStaleError(RefusedError, code="PLAN_STALE"):
    """The project changed between plan and apply; nothing was written."""


class WriteFailedError(RefusedError, code="WRITE_FAILED"):
    """The disk refused a write; everything that was written before it has been put back."""


class ScaffoldInterruptedError(RefusedError, code="SCAFFOLD_INTERRUPTED"):
    """A process was killed while it wrote a scaffold; its journal says how to put everything back."""


class VersionConflictError(RefusedError, code="VERSION_CONFLICT"):
    """Someone else wrote the context since the version that the caller read; `details` has the latest, 0 for none."""

    def __init__(self, uri: str, *, version: int, digest: str | None) -> None:
        super().__init__(
            f"{uri} is at version {version}",
            hint="read it, apply your change to what it is now, and write with if_version set to that version",
            details={"version": version, "digest": digest},
        )


class AlreadyExistsError(RefusedError, code="ALREADY_EXISTS"):
    """The context is there already, and the caller asked to create it."""


class PreconditionRequiredError(RefusedError, code="PRECONDITION_REQUIRED"):
    """The write would replace a document that the caller did not say to have read (RFC 6585, section 3)."""


class IdempotencyMismatchError(RefusedError, code="IDEMPOTENCY_MISMATCH"):
    """The idempotency key was used for another request."""


class SchemaIncompatibleError(RefusedError, code="SCHEMA_INCOMPATIBLE"):
    """The new version of a schema breaks the compatibility that its type promises; `details` names each change."""


class SchemaImmutableError(RefusedError, code="SCHEMA_IMMUTABLE"):
    """That version of the schema is registered with another content; a version never changes."""


class ForbiddenError(RefusedError, code="FORBIDDEN"):
    """The caller may read this, and may not do that with it."""


class UnauthenticatedError(RefusedError, code="UNAUTHENTICATED"):
    """The request does not say who sends it, or with a token that does not hold; `details` has RFC 6750's error."""


class InsufficientScopeError(RefusedError, code="INSUFFICIENT_SCOPE"):
    """The token holds, and does not allow this; `details` has all scopes that the operation needs."""


class AuthorityUnavailableError(RefusedError, code="AUTHORITY_UNAVAILABLE"):
    """Whoever can say whether a token holds cannot be asked; the token may be good."""

    retry: ClassVar[bool] = True


class RateLimitedError(RefusedError, code="RATE_LIMITED"):
    """Too many calls in too short a time; nothing was done.

    Args:
        message: how many are allowed.
        retry_after: the seconds after which the same call is let through.
    """

    retry: ClassVar[bool] = True

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, hint=f"try again in {retry_after} s", details={"retry_after": retry_after})


class StoreUnavailableError(RefusedError, code="UNAVAILABLE"):
    """The database or the bus cannot be reached, or is busy; nothing was written."""

    retry: ClassVar[bool] = True


class StorageFullError(RefusedError, code="STORAGE_FULL"):
    """The disk is full or read-only; nothing was written, and reads go on."""


class ToolUnavailableError(RefusedError, code="TOOL_UNAVAILABLE"):
    """A program that the work needs, such as git or ruff, is not there or failed."""


class ConfigurationUnreadableError(RefusedError, code="CONFIGURATION_UNREADABLE"):
    """An assistant's configuration has a form that nothing can safely be put into; it is as it was."""

    def __init__(self, why: str, *, path: str = "the file", line: int | None = None) -> None:
        place = path if line is None else f"{path}:{line}"
        super().__init__(
            f"{place} cannot be changed: {why}",
            hint="mend that file, or add what `backwright connect --print` shows by hand; nothing was written",
            line=line,
        )
        self.why = why


class RegistryFailedError(RefusedError, code="REGISTRY_FAILED"):
    """A registry of packages was asked for newest releases, and did not give them."""
