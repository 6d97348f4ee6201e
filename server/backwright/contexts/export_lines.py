"""The lines of an export of contexts: how each is written, and what a file must be to be taken.

A line holds the canonical text of its document as it is stored, so that nothing is lost on the way, and its digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Final

from backwright._files import digest
from backwright.contexts.canonical import MAX_BYTES, canonical
from backwright.contexts.context import Address, Context, Document
from backwright.contexts.schema import JsonObject
from backwright.contexts.store import StoredSchema
from backwright.errors import BackwrightError, IntegrityError, InvalidInputError

FORMAT: Final = "backwright-contexts"
VERSION: Final = 1
HINT: Final = "take a file that `backwright contexts export` wrote, as it is"
_MAX_LINE: Final = 2 * MAX_BYTES


def header_line(*, history: bool, at: datetime) -> bytes:
    """The first line."""
    told = {"format": FORMAT, "version": VERSION, "history": history, "at": at.isoformat(timespec="seconds")}
    return _plain(told)


def end_line(count: int, whole: str) -> bytes:
    """The last line: how many lines are between it and the header, and the digest of all before it."""
    return _plain({"end": count, "digest": whole})


def schema_line(schema: StoredSchema) -> bytes:
    """A registered schema."""
    facts = {"schema": schema.type, "version": schema.version, "mode": schema.mode, "digest": schema.digest}
    by = {"created_by": schema.created_by, "created_at": schema.created_at.isoformat()}
    return _with_body({**facts, **by}, schema.text)


def context_line(context: Context) -> bytes:
    """A version of a context."""
    address = context.address
    facts = {
        "context": f"{address.namespace}/{address.name}",
        "version": context.version,
        "type": context.type,
        "type_version": context.type_version,
        "digest": context.digest,
        "labels": dict(context.labels),
        "deleted": context.deleted,
        "updated_by": context.updated_by,
        "updated_at": context.updated_at.isoformat(),
    }
    return _with_body(facts, context.text)


def _plain(value: JsonObject) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _with_body(facts: JsonObject, text: str) -> bytes:
    """The text as it is stored, and not one that was parsed and written anew."""
    return _plain(facts)[:-1] + b',"body":' + text.encode() + b"}"


def checked(lines: Iterable[bytes]) -> bool:
    """Whether a file has histories, after all of it was looked at.

    Raises:
        InvalidInputError: it is no export, of a later format, or cut; `line` says where.
        IntegrityError: a document or the file is not what its digest was made of.
    """
    whole, before = hashlib.sha256(), b""
    history, number = True, 0
    for number, line in enumerate(lines, start=1):
        value = _parsed(line, number)
        if number == 1:
            history = _header(value)
        else:
            whole.update(before)
        if "end" in value:
            if (value.get("end"), value.get("digest")) != (number - 2, f"sha256:{whole.hexdigest()}"):
                raise IntegrityError("the file is not what its digest was made of", hint=HINT, line=number)
        elif number > 1:
            _at_line(number, _check_value, value)
        before = line.rstrip(b"\r\n") + b"\n"
    if b'"end"' not in before[:8]:
        raise InvalidInputError("the file ends too soon: its last line is missing", hint=HINT, line=number)
    return history


def _header(value: JsonObject) -> bool:
    if value.get("format") != FORMAT:
        raise InvalidInputError("it is no export of contexts", hint=HINT, line=1)
    if value.get("version") != VERSION:
        raise InvalidInputError("it was written by a later Backwright", hint="update this one", line=1)
    return value.get("history") is True


def _parsed(line: bytes, number: int) -> JsonObject:
    try:
        value = json.loads(line) if len(line) <= _MAX_LINE else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise InvalidInputError("it is no export of contexts: no JSON object", hint=HINT, line=number)
    return value


def _values(lines: Iterable[bytes]) -> Iterator[JsonObject]:
    return (_parsed(line, number) for number, line in enumerate(lines, start=1))


def schemas_of(lines: Iterable[bytes]) -> Iterator[StoredSchema]:
    """The registered schemas of a file that was checked."""
    return filter(None, (_schema_of(value) for value in _values(lines)))


def contexts_of(lines: Iterable[bytes]) -> Iterator[tuple[Address, tuple[Context, ...]]]:
    """The contexts of a file that was checked, each with its versions."""
    found = filter(None, (_context_of(value) for value in _values(lines)))
    return ((address, tuple(group)) for address, group in groupby(found, key=lambda context: context.address))


def _check_value(value: JsonObject) -> None:
    held = _context_of(value) or _schema_of(value)
    if held is None:
        raise InvalidInputError("it is neither a context nor a schema", hint=HINT)
    if held.digest != digest(held.text.encode()):
        raise IntegrityError("the document is not what its digest was made of", hint=HINT)


def _at_line(number: int, check: Callable[[JsonObject], None], value: JsonObject) -> None:
    try:
        check(value)
    except BackwrightError as error:
        error.line = number
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(
            f"a member is missing or of another kind ({type(error).__name__})", hint=HINT, line=number
        ) from None


def _body(value: JsonObject) -> tuple[JsonObject, str]:
    body = value["body"]
    if not isinstance(body, dict):
        raise TypeError("body")
    return body, canonical(body).decode()


def _context_of(value: JsonObject) -> Context | None:
    if "context" not in value:
        return None
    namespace, _, name = str(value["context"]).partition("/")
    body, text = _body(value)
    # Its labels are checked as those of a write are.
    document = Document(_text(value, "type"), _number(value, "type_version"), body, _labels(value))
    return Context(
        address=Address(namespace, name),
        type=document.type,
        type_version=document.type_version,
        version=_number(value, "version"),
        digest=_text(value, "digest"),
        text=text,
        labels=document.labels,
        deleted=value["deleted"] is True,
        updated_by=_text(value, "updated_by"),
        updated_at=_time(value, "updated_at"),
    )


def _schema_of(value: JsonObject) -> StoredSchema | None:
    if "schema" not in value:
        return None
    return StoredSchema(
        type=_text(value, "schema"),
        version=_number(value, "version"),
        text=_body(value)[1],
        digest=_text(value, "digest"),
        mode=_text(value, "mode"),
        created_by=_text(value, "created_by"),
        created_at=_time(value, "created_at"),
    )


def _labels(value: JsonObject) -> dict[str, str]:
    labels = value["labels"]
    if not isinstance(labels, dict) or not all(isinstance(each, str) for each in labels.values()):
        raise TypeError("labels")
    return labels


def _text(value: JsonObject, name: str) -> str:
    found = value[name]
    if not isinstance(found, str) or not found.isprintable() or len(found) > MAX_BYTES:
        raise TypeError(name)
    return found


def _number(value: JsonObject, name: str) -> int:
    found = value[name]
    if not isinstance(found, int) or isinstance(found, bool) or not 0 < found < 2**31:
        raise TypeError(name)
    return found


def _time(value: JsonObject, name: str) -> datetime:
    found = datetime.fromisoformat(_text(value, name))
    if found.tzinfo is None:
        raise ValueError(name)
    return found
