"""Reads `backwright.yaml`, the project context that lies in the root of a user's repository.

The repository may be anyone's, so the YAML is read strictly: plain mappings, lists and scalars only. An alias can
make a small file huge, a tag can ask for an object, and of two equal keys a reader sees one and the program another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from backwright._files import read_bounded, safe_join
from backwright.contexts.schema import ContextModel
from backwright.contexts.schemas.project_v1 import ProjectContextV1
from backwright.errors import InvalidContextError, PathOutsideRootError, TooLargeError

FILE_NAME = "backwright.yaml"
MAX_BYTES = 64 * 1024
MAX_DEPTH = 8

Path_ = tuple[str | int, ...]
Value = str | int | bool | list["Value"] | dict[str, "Value"] | None
Model = TypeVar("Model", bound=ContextModel)

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_CONSTANTS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_ADVICE = "see the schema context-schema://project/v1"


def load_project(root: Path) -> ProjectContextV1:
    """The project context of a repository; the defaults if it has no `backwright.yaml`.

    Raises:
        InvalidContextError: the file cannot be read, is no plain YAML, or does not validate.
    """
    try:
        data = read_bounded(safe_join(root, FILE_NAME), MAX_BYTES)
    except FileNotFoundError:
        return ProjectContextV1()
    except PathOutsideRootError:
        raise _refuse(f"{FILE_NAME} is a link", "put the file itself into the root of the project") from None
    except TooLargeError as error:
        raise _refuse(error.message, "keep conventions in it; put texts elsewhere") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise _refuse(f"{FILE_NAME} cannot be read: {reason}", "make it a readable file, or remove it") from None
    return parse_project(data)


def parse_project(data: bytes) -> ProjectContextV1:
    """The project context that the bytes of a `backwright.yaml` hold. An empty file holds the defaults.

    Raises:
        InvalidContextError: they are no plain YAML in UTF-8, or do not validate; `line` says where.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _refuse(f"{FILE_NAME} is not UTF-8", "save it as UTF-8", line) from None
    builder = _Builder()
    try:
        value = builder.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or "it holds a character that YAML does not allow")
        advice = "quote values with ': ' or '#' in them, and indent with blanks"
        raise _refuse(f"{FILE_NAME} is no valid YAML: {problem}", advice, mark.line + 1 if mark else None) from None
    return _validate(ProjectContextV1, {} if value is None else value, builder.lines)


def _validate(model: type[Model], value: Value, lines: dict[Path_, int]) -> Model:
    try:
        return model.model_validate(value)
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
        advice = f"put the value in quotes; {_ADVICE}"
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise _refuse(f"{where}: {message}{more}", advice, _line(first["loc"], lines)) from None


def _line(path: Path_, lines: dict[Path_, int]) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _refuse(message: str, hint: str, line: int | None = None) -> InvalidContextError:
    return InvalidContextError(message, hint=hint, line=line)


class _Builder:
    """Values from parser events; the first event that is not allowed ends it, before anything can be expanded."""

    def __init__(self) -> None:
        self.lines: dict[Path_, int] = {}

    def document(self, events: Iterator[yaml.Event]) -> Value:
        value: Value = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _at(event, "a second document starts", "keep only one; remove the line ---")
            elif isinstance(event, yaml.NodeEvent):
                value = self.node(event, events, ())
        return value

    def node(self, event: yaml.NodeEvent, events: Iterator[yaml.Event], path: Path_) -> Value:
        _plain(event)
        self.lines.setdefault(path, _line_of(event))
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if len(path) >= MAX_DEPTH:
            raise _at(event, f"it nests more than {MAX_DEPTH} levels deep", _ADVICE)
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(events, path)
        items: list[Value] = []
        for item in _nodes(events):
            items.append(self.node(item, events, (*path, len(items))))
        return items

    def mapping(self, events: Iterator[yaml.Event], path: Path_) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for event in _nodes(events):
            _plain(event)
            key = event.value if isinstance(event, yaml.ScalarEvent) else ""
            if not key or key == "<<":
                raise _at(event, "a key is not a plain word", "write the members out, each as `name: value`")
            if key in found:
                raise _at(event, f"the key {key!r} is there twice", "keep one of them")
            # A reader looks for a value at its key.
            self.lines[*path, key] = _line_of(event)
            found[key] = self.node(next(_nodes(events)), events, (*path, key))
        return found


def _nodes(events: Iterator[yaml.Event]) -> Iterator[yaml.NodeEvent]:
    """The nodes up to the end of the collection."""
    for event in events:
        if not isinstance(event, yaml.NodeEvent):
            return
        yield event


def _plain(event: yaml.NodeEvent) -> None:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        raise _at(event, "there is an anchor or an alias", "write the value out")
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        raise _at(event, f"there is a tag {event.tag!r}", "remove the tag")


def _scalar(event: yaml.ScalarEvent) -> Value:
    """A quoted scalar is text; of the others, true, false, null and decimal integers mean themselves.

    Everything else is text as well, even what YAML 1.1 would read as a date or, in `no`, as false: nothing in a
    project context is a date, and a word is meant as a word. Only a number with a point is refused, because of `3.10`.
    """
    value = str(event.value)
    if not event.implicit[0]:
        return value
    if value in _CONSTANTS:
        return _CONSTANTS[value]
    if re.fullmatch(r"-?[0-9]+\.[0-9]+", value):
        raise _at(event, f"{value} is a number that loses its last zeros", f'put it in quotes: "{value}"')
    return int(value) if _INTEGER.fullmatch(value) else value


def _at(event: yaml.Event, message: str, hint: str) -> InvalidContextError:
    return _refuse(message, hint, _line_of(event))


def _line_of(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
