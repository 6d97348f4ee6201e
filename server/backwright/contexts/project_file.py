"""Reads `backwright.yaml`, the project context that lies in the root of a user's repository.

The repository may be anyone's, so the YAML is read strictly.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from backwright._files import read_bounded
from backwright._strict_yaml import Document, Fault, Limits, StrictYamlError, decode, load_yaml
from backwright.contexts.schemas.project_v3 import ProjectContextV3
from backwright.errors import InvalidContextError, TooLargeError

FILE_NAME = "backwright.yaml"
MAX_BYTES = 64 * 1024

_LIMITS: Final = Limits(size=MAX_BYTES, depth=8)
_BOM = b"\xef\xbb\xbf"
_ADVICE = "see the schema context-schema://project/v3"
_SMALLER = "keep conventions in it; put texts elsewhere"
_DEFAULTS: Final = ProjectContextV3()


def load_project(root: Path) -> ProjectContextV3:
    """The project context of a repository; the defaults if it has no `backwright.yaml`.

    Raises:
        InvalidContextError: the file cannot be read, is no plain YAML, or does not validate.
    """
    path = root / FILE_NAME
    try:
        data = read_bounded(path, MAX_BYTES, follow_links=False)
    except FileNotFoundError:
        return _DEFAULTS
    except TooLargeError as error:
        raise _refuse(error.message, _SMALLER) from None
    except OSError as error:
        if path.is_symlink():
            raise _refuse(f"{FILE_NAME} is a link", "put the file itself into the root of the project") from None
        reason = error.strerror or str(error)
        raise _refuse(f"{FILE_NAME} cannot be read: {reason}", "make it a readable file, or remove it") from None
    return parse_project(data)


@lru_cache(maxsize=4)
def parse_project(data: bytes) -> ProjectContextV3:
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


def _validate(document: Document) -> ProjectContextV3:
    try:
        return ProjectContextV3.model_validate({} if document.value is None else document.value)
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
    elif first["type"] == "string_type":
        advice = f"put the value in quotes, because as a number 3.10 is 3.1; {_ADVICE}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise _refuse(f"{where}: {message}{more}", advice, document.line(*first["loc"])) from None


def _refuse(message: str, hint: str, line: int | None = None) -> InvalidContextError:
    return InvalidContextError(message, hint=hint, line=line)
