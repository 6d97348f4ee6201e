"""The rules of Agent Skills on a frontmatter, and the schemas of `triggers.yaml` and `checklist.yaml`.

Source: agentskills.io/specification, and the rules of its reference validator (`skills-ref`), with two of our own:
`metadata.version` is SemVer 2.0.0, and names are ASCII, so that no two look alike.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from backwright._hidden import printable
from backwright._strict_yaml import JSON, Document
from backwright.catalog.frontmatter import load_yaml
from backwright.catalog.problem import Code, ProblemError, refuse
from backwright.catalog.skill import MAX_NAME, NAME, Checklist, ChecklistItem, Triggers
from backwright.catalog.version import Version
from backwright.errors import InvalidVersionError

MAX_DESCRIPTION = 1024
MAX_COMPATIBILITY = 500
KEPT: Final = 512
"""Files that are not parsed again: a pack is loaded whole as often as one skill of it changes."""

FIELDS = ("name", "description", "license", "compatibility", "allowed-tools", "metadata")

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """What the catalog itself reads from a frontmatter; `fields` is all of it."""

    name: str
    description: str
    version: str
    keywords: tuple[str, ...]
    fields: dict[str, JSON]


def check_frontmatter(document: Document, path: str, folder: str, version: str | None = None) -> Frontmatter:
    """The frontmatter of a document, if it keeps every rule.

    Args:
        document: what the strict loader read.
        path: the SKILL.md, for messages.
        folder: the name of the skill's folder.
        version: what stands for `metadata.version`, which then need not be there.

    Raises:
        ProblemError: the first rule that is broken.
    """
    fields = document.value
    if not isinstance(fields, dict):
        fix = "write key: value lines, at least name and description"
        raise refuse(Code.FIELD_MISSING, path, "the frontmatter is not a mapping", fix, line=document.line())
    check = _Check(fields, document, path)
    check.known()
    name = check.name(folder)
    description = check.text("description", MAX_DESCRIPTION, required=True)
    check.text("compatibility", MAX_COMPATIBILITY)
    check.text("license", MAX_DESCRIPTION)
    check.text("allowed-tools", MAX_DESCRIPTION)
    metadata = check.metadata()
    version = check.version(metadata) if version is None else version
    return Frontmatter(name, description, version, check.keywords(metadata), fields)


@dataclass(frozen=True, slots=True)
class _Check:
    """The rules, each with the line of the field that it is about."""

    fields: dict[str, JSON]
    document: Document
    path: str

    def refuse(self, code: Code, message: str, fix: str, *at: str) -> ProblemError:
        return refuse(code, self.path, message, fix, line=self.document.line(*at))

    def known(self) -> None:
        for key in self.fields:
            if key not in FIELDS:
                message = f"the field {printable(key, 64)!r} is not one of Agent Skills"
                fix = f"move it under metadata, as a string; the fields are {', '.join(FIELDS)}"
                raise self.refuse(Code.FIELD_UNKNOWN, message, fix, key)

    def text(self, key: str, limit: int, *, required: bool = False) -> str:
        if key not in self.fields:
            if required:
                raise self.refuse(Code.FIELD_MISSING, f"the field {key} is missing", f"add {key}: ...")
            return ""
        value = self.fields[key]
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(Code.FIELD_INVALID, f"{key} is not a text", "write a text; quote it", key)
        if len(value) > limit:
            message = f"{key} has {len(value)} characters; the limit is {limit}"
            raise self.refuse(Code.FIELD_INVALID, message, "shorten it; details belong into the body", key)
        return value

    def name(self, folder: str) -> str:
        name = self.text("name", 1024, required=True)
        if not NAME.fullmatch(name) or len(name) > MAX_NAME:
            message = f"the name {printable(name, 80)!r} is not one of lower-case letters, digits and single hyphens"
            fix = f"use a-z, 0-9 and single hyphens between them, at most {MAX_NAME} characters"
            raise self.refuse(Code.NAME_INVALID, message, fix, "name")
        if name != folder:
            message = f"the name {name} differs from the folder {printable(folder, 80)!r}"
            raise self.refuse(Code.NAME_FOLDER, message, "rename one of them", "name")
        return name

    def metadata(self) -> dict[str, str]:
        found = self.fields.get("metadata", {})
        if not isinstance(found, dict):
            fix = "write key: value lines under it"
            raise self.refuse(Code.FIELD_INVALID, "metadata is not a mapping", fix, "metadata")
        strings: dict[str, str] = {}
        for key, value in found.items():
            if not isinstance(value, str):
                message = f"metadata.{printable(key, 64)} is not a string"
                raise self.refuse(Code.FIELD_INVALID, message, "put the value in quotes", "metadata", key)
            strings[key] = value
        return strings

    def version(self, metadata: dict[str, str]) -> str:
        if "version" not in metadata:
            fix = 'add version: "0.1.0" under metadata'
            raise self.refuse(Code.VERSION_INVALID, "metadata.version is missing", fix, "metadata")
        try:
            return str(Version.parse(metadata["version"]))
        except InvalidVersionError as error:
            message = f"metadata.version: {printable(error.message)}"
            raise self.refuse(Code.VERSION_INVALID, message, error.hint, "metadata", "version") from None

    def keywords(self, metadata: dict[str, str]) -> tuple[str, ...]:
        if "triggers" not in metadata:
            return ()
        words = tuple(" ".join(word.split()) for word in metadata["triggers"].split(","))
        if not all(words) or len({word.casefold() for word in words}) != len(words):
            message = "metadata.triggers has an empty keyword or the same one twice"
            fix = "write distinct keywords with one comma between two"
            raise self.refuse(Code.FIELD_INVALID, message, fix, "metadata", "triggers")
        return words


@lru_cache(maxsize=KEPT)
def load_triggers(text: str, path: str) -> Triggers:
    """The content of a `triggers.yaml`.

    Raises:
        ProblemError: it is not strict YAML, or does not fit the model; the line is that of the value.
    """
    if not text:
        return Triggers()
    return check_model(Triggers, load_yaml(text, path), path)


@lru_cache(maxsize=KEPT)
def load_checklist(text: str, path: str) -> tuple[ChecklistItem, ...]:
    """The items of a `checklist.yaml`.

    Raises:
        ProblemError: as `load_triggers`, or two items have the same id.
    """
    if not text:
        return ()
    document = load_yaml(text, path)
    items = check_model(Checklist, document, path).items
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.id in seen:
            line = document.line("items", index)
            raise refuse(Code.FIELD_INVALID, path, f"two items have the id {item.id}", "rename one of them", line=line)
        seen.add(item.id)
    return items


def check_model(model: type[ModelT], document: Document, path: str) -> ModelT:
    """A loaded document as a model; an empty file is an empty mapping.

    Raises:
        ProblemError: it does not fit the model.
    """
    value = {} if document.value is None else document.value
    try:
        # As JSON, so that strictness still takes a list for a tuple, and never a 1 for a true.
        return model.model_validate_json(json.dumps(value), strict=True, by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        code = {"extra_forbidden": Code.FIELD_UNKNOWN, "missing": Code.FIELD_MISSING}.get(
            first["type"], Code.FIELD_INVALID
        )
        known = ", ".join(field.alias or name for name, field in model.model_fields.items())
        message = printable(f"{where}: {first['msg']}" if where else first["msg"])
        raise refuse(
            code, path, message, f"correct the value; the file's fields are {known}", line=document.line(*first["loc"])
        ) from None
