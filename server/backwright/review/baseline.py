"""The findings that were there when Backwright came: known by their fingerprints, counted, and not reported again.

The file is JSON, sorted and with one finding a line, so that two branches that both write it merge like text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backwright.errors import InvalidBaselineError
from backwright.review.diagnostic import Diagnostic
from backwright.review.full import MAX_SOURCE_BYTES

FILE_NAME: Final = "backwright-baseline.json"
MAX_BYTES: Final = MAX_SOURCE_BYTES
"""What a file of a revision is read up to; room for about 9,000 findings."""
_VERSION: Final = 1
_AGAIN: Final = "write it again: `backwright review --all --write-baseline`"


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Entry(_Closed):
    code: str = Field(pattern=r"^[A-Z]{1,10}[0-9]{1,5}$")
    path: str = Field(min_length=1, max_length=4096)
    fingerprint: str = Field(pattern=r"^[0-9a-f]{16}$")


class _Document(_Closed):
    backwright: Literal["baseline"]
    version: Literal[1]
    findings: tuple[_Entry, ...] = Field(strict=False)


@dataclass(frozen=True, slots=True)
class Baseline:
    """Known findings.

    Args:
        name: the file's path, as notes name it.
        marks: the code and the fingerprint of each.
    """

    name: str
    marks: frozenset[tuple[str, str]]

    def holds(self, finding: Diagnostic) -> bool:
        """Whether this finding was there before."""
        return (finding.code, finding.fingerprint) in self.marks


def parse_baseline(data: bytes, name: str = FILE_NAME) -> Baseline:
    """The baseline that a file holds.

    Raises:
        InvalidBaselineError: it is too large, damaged, of a later version, or something else.
    """
    if len(data) > MAX_BYTES:
        raise InvalidBaselineError(f"{name} is larger than {MAX_BYTES // 1024} KiB", hint=_AGAIN)
    try:
        document = json.loads(data)
    except json.JSONDecodeError as error:
        raise InvalidBaselineError(f"{name} is no JSON: {error.msg}", hint=_AGAIN, line=error.lineno) from None
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise InvalidBaselineError(f"{name} is no JSON in UTF-8", hint=_AGAIN) from None
    if not isinstance(document, dict) or document.get("backwright") != "baseline":
        raise InvalidBaselineError(
            f"{name} is no baseline of Backwright", hint=f"name another file under review.baseline, or {_AGAIN}"
        )
    if isinstance(document.get("version"), int) and document["version"] > _VERSION:
        raise InvalidBaselineError(
            f"{name} is of version {document['version']}; this Backwright reads version {_VERSION}",
            hint="update Backwright, or write the baseline with this one",
        )
    try:
        read = _Document.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidBaselineError(f"{name} is damaged at {where}: {first['msg']}", hint=_AGAIN) from None
    return Baseline(name, frozenset((entry.code, entry.fingerprint) for entry in read.findings))


def baseline_text(findings: Iterable[Diagnostic]) -> str:
    """The file for these findings, which must not have been put together into one entry a file."""
    entries = sorted((finding.location.path, finding.code, finding.fingerprint) for finding in findings)
    lines = [
        json.dumps({"code": code, "path": path, "fingerprint": mark}) for path, code, mark in dict.fromkeys(entries)
    ]
    listed = ",\n".join(f"    {line}" for line in lines)
    body = f"[\n{listed}\n  ]" if lines else "[]"
    return f'{{\n  "backwright": "baseline",\n  "version": {_VERSION},\n  "findings": {body}\n}}\n'
