"""What was generated, kept beside it in `.scaffold/`, so that a second run and an undo need no guess.

`.scaffold/<resource>.json` belongs to one resource, `.scaffold/platform.json` to all of them, and
`.scaffold/<kind>-<name>.json` to what stands alone, such as a service. They are meant to be committed with the code.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, TypedDict

from pydantic import BaseModel, ConfigDict, ValidationError

from backwright._files import digest
from backwright.errors import PlanConflictError
from backwright.scaffold.disk import read_text
from backwright.scaffold.plan import RECORDS

PLATFORM = "platform"


class Insertion(BaseModel):
    """A statement that was put into a file that is not the resource's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    statement: str


class Layout(BaseModel):
    """Where things are: the folder of the sources, the package in it, the tests, the migrations."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source_root: str
    package: str
    tests: str
    migrations: str

    @property
    def root(self) -> str:
        """The folder of the package."""
        return f"{self.source_root}/{self.package.replace('.', '/')}".lstrip("/")


class Known(NamedTuple):
    """What a record knows of a file: the digest of what was generated, and its packed text if that was kept."""

    digest: str | None = None
    base: str | None = None


class _Files(TypedDict):
    files: dict[str, str]
    bases: dict[str, str]


class Record(BaseModel):
    """One record.

    `files` are the digests of what was generated and `bases` its texts, packed, to merge with when both the user and
    the template have changed one; `inserted` and `appended` what was put into other files, `folders`
    those that were made; `host` says that the project was there before the template; `prefix` is that of the
    resource's router where it is not the usual one. A migration's `revision` and `down_revision` never change once they
    stand here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: str
    name: str
    values: dict[str, object] = {}
    layout: Layout | None = None
    host: bool = False
    files: dict[str, str] = {}
    bases: dict[str, str] = {}
    inserted: tuple[Insertion, ...] = ()
    appended: dict[str, str] = {}
    folders: tuple[str, ...] = ()
    prefix: str | None = None
    migration: str | None = None
    revision: str | None = None
    down_revision: str | None = None

    def text(self) -> str:
        """The record as it is written: sorted, so that it is the same on every run."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def known(self, path: str) -> Known:
        """What is known of one file; nothing of one that was not generated."""
        return Known(self.files.get(path), self.bases.get(path))

    def with_known(self, more: Mapping[str, Known]) -> _Files:
        """The members of the next record: what is known, and over it what is known better."""
        return self.known_as({path: self.known(path) for path in self.files} | dict(more))

    @staticmethod
    def known_as(files: Mapping[str, Known]) -> _Files:
        """The members of a record that hold this."""
        return _Files(
            files={path: known.digest for path, known in files.items() if known.digest is not None},
            bases={path: known.base for path, known in files.items() if known.base is not None},
        )

    def is_as_generated(self, path: str, text: str) -> bool:
        """Whether the text of a file is what was generated."""
        return self.files.get(path) == text_digest(text)


def stands_alone(name: str) -> bool:
    """Whether a record is that of a service, a job or the like: the name of a resource has no hyphen."""
    return "-" in name


def text_digest(text: str) -> str:
    """The digest of a file's text in UTF-8."""
    return digest(text.encode("utf-8"))


def record_path(name: str) -> str:
    """`.scaffold/invoice.json`."""
    return f"{RECORDS}/{name}.json"


def read_record(root: Path, name: str) -> Record | None:
    """The record of a resource or of the platform, or None where there is none.

    Raises:
        PlanConflictError: the record was damaged.
        PathOutsideRootError: it lies behind a link.
    """
    text = read_text(root, record_path(name))
    if text is None:
        return None
    try:
        return Record.model_validate_json(text)
    except ValidationError as error:
        raise PlanConflictError(
            f"{record_path(name)} is damaged", hint="restore it from version control, or delete it to start over"
        ) from error


def records(root: Path) -> Mapping[str, Record]:
    """Every record of a resource and of what stands alone, by name."""
    names = sorted(path.stem for path in (root / RECORDS).glob("*.json") if path.stem != PLATFORM)
    return {name: record for name in names if (record := read_record(root, name)) is not None}
