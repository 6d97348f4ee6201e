"""Reads `backwright.yaml`, the project context that lies in the root of a user's repository.

The repository may be anyone's, so the YAML is read strictly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError

from backwright._files import read_bounded
from backwright._strict_yaml import Document, Fault, Limits, StrictYamlError, decode, load_yaml
from backwright.contexts.context import Address
from backwright.contexts.schemas.project_v3 import ProjectContextV3
from backwright.errors import InvalidContextError, InvalidInputError, TooLargeError

FILE_NAME = "backwright.yaml"
MAX_BYTES = 64 * 1024

_LIMITS: Final = Limits(size=MAX_BYTES, depth=8)
_BOM = b"\xef\xbb\xbf"
_ADVICE = "see the schema context-schema://project/v3"
_SMALLER = "keep conventions in it; put texts elsewhere"
_HOW: Final = "write namespace/name, or namespace/name@3 for version 3"
_MOST_DIGITS: Final = 9
MAX_FOLLOWED: Final = 8
"""Stored contexts that one project may follow."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A stored context that a project follows.

    Args:
        address: where it lives.
        version: the one version that is meant; None for whichever is the latest.
    """

    address: Address
    version: int | None = None

    @property
    def text(self) -> str:
        """As it is written in a `backwright.yaml`."""
        version = "" if self.version is None else f"@{self.version}"
        return f"{self.address.namespace}/{self.address.name}{version}"


def parse_followed(text: str) -> Followed:
    """What a name stands for: `namespace/name`, with `@N` for one version; its `context://` URI is taken as well.

    Raises:
        InvalidInputError: it is no such name.
    """
    plain = text.removeprefix("context://")
    found = re.fullmatch(r"([^/@]*)/([^/@]*)(?:(?:@|/v/)([0-9]+))?", plain)
    if found is None:
        shown = text.encode("unicode_escape").decode("ascii")[:80]
        raise InvalidInputError(f"{shown!r} names no stored context", hint=_HOW)
    number = found[3]
    if number is not None and (number.startswith("0") or len(number) > _MOST_DIGITS):
        raise InvalidInputError(f"{number[:20]!r} is no version; versions are 1, 2, 3 and so on", hint=_HOW)
    return Followed(Address(found[1], found[2]), None if number is None else int(number))


def _followed(text: str) -> str:
    try:
        return parse_followed(text).text
    except InvalidInputError as error:
        raise ValueError(f"{error.message}; {_HOW}") from None


class ProjectDeclared(ProjectContextV3):
    """What a `backwright.yaml` may say: a project context, and what of the store it follows.

    The member is the file's alone: a stored context follows no other, so that none can lead in a circle.
    """

    contexts: tuple[Annotated[str, Field(max_length=255), AfterValidator(_followed)], ...] = Field(
        strict=False, default=(), max_length=MAX_FOLLOWED
    )
    """Stored contexts of the type project that hold under this file, a later one over an earlier one."""


DEFAULTS: Final = ProjectDeclared()
"""What holds where there is no file."""


def load_project(root: Path) -> ProjectDeclared:
    """The project context of a repository; the defaults if it has no `backwright.yaml`.

    Raises:
        InvalidContextError: the file cannot be read, is no plain YAML, or does not validate.
    """
    path = root / FILE_NAME
    try:
        data = read_bounded(path, MAX_BYTES, follow_links=False)
    except FileNotFoundError:
        return DEFAULTS
    except TooLargeError as error:
        raise _refuse(error.message, _SMALLER) from None
    except OSError as error:
        if path.is_symlink():
            raise _refuse(f"{FILE_NAME} is a link", "put the file itself into the root of the project") from None
        reason = error.strerror or str(error)
        raise _refuse(f"{FILE_NAME} cannot be read: {reason}", "make it a readable file, or remove it") from None
    return parse_project(data)


@lru_cache(maxsize=4)
def parse_project(data: bytes) -> ProjectDeclared:
    """The project context that the bytes of a `backwright.yaml` hold. An empty file holds the defaults.

    The last ones are kept: each call of a tool asks, and the file hardly ever changes.

    Raises:
        InvalidContextError: they are no plain YAML in UTF-8, or do not validate; `line` says where.
    """
    try:
        # Editors on Windows write the mark; in a file that only Backwright reads it does no harm.
        document = load_yaml(decode(data.removeprefix(_BOM)), limits=_LIMITS)
    except StrictYamlError as error:
        fix = _SMALLER if error.code is Fault.TOO_LARGE else error.fix
        raise _refuse(f"{FILE_NAME}: {error.message}", fix, error.line) from None
    return _validate(document)


def _validate(document: Document) -> ProjectDeclared:
    try:
        return ProjectDeclared.model_validate({} if document.value is None else document.value)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
    # A list whose items are wrong is reported as too short as well.
    deepest = max(len(problem["loc"]) for problem in problems)
    problems = [problem for problem in problems if problem["type"] != "too_short" or len(problem["loc"]) == deepest]
    first = problems[0]
    where = ".".join(str(part) for part in first["loc"]) or "the document"
    message = first["msg"].removeprefix("Value error, ")
    advice = _ADVICE
    if first["type"] == "extra_forbidden":
        message = f"there is no member {where!r} here"
        advice = f"remove it or correct its spelling; {_ADVICE}"
    elif first["type"] == "tuple_type":
        message = "this is a list"
        advice = f"write it in brackets, even for one: {first['loc'][-1]}: [...]; {_ADVICE}"
    elif first["loc"][:1] == ("contexts",):
        advice = _HOW
    elif first["type"] == "string_type":
        advice = f"put the value in quotes, because as a number 3.10 is 3.1; {_ADVICE}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise _refuse(f"{where}: {message}{more}", advice, document.line(*first["loc"])) from None


def _refuse(message: str, hint: str, line: int | None = None) -> InvalidContextError:
    return InvalidContextError(message, hint=hint, line=line)
