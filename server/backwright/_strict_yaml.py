"""The one strict YAML loader, for files that may be anyone's.

What is loaded is JSON: mappings with string keys, lists, strings, numbers, booleans and null. An alias can make a small
file huge, a tag can ask for an object, and of two equal keys a reader sees one and the program another: all are
refused. So is a plain scalar that YAML 1.1 and 1.2 read differently (`no`, `012`, `2026-01-01`, `1_000`), rather than
guessed: what is read here is also read by others, each with a parser of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import yaml

from backwright._hidden import describe, find_hidden, printable

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML without libyaml: slower, the same events
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | None"

# The numbers that JSON, YAML 1.1 and YAML 1.2 read alike.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+][0-9]+)?")
_CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# What YAML 1.1 reads as more than a text, by the first character: PyYAML's own table. All that YAML 1.2 does begins
# with one of these too.
_SPECIAL: Final[Mapping[str, list[tuple[str, re.Pattern[str]]]]] = yaml.SafeLoader.yaml_implicit_resolvers
# What YAML 1.2's core schema reads as a number.
_CORE_NUMBER = re.compile(
    r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_MAX_INTEGER = 2**53 - 1


class Fault(StrEnum):
    """Why a document is refused; the values are stable."""

    ENCODING = "ENCODING"
    TOO_LARGE = "TOO_LARGE"
    HIDDEN_TEXT = "HIDDEN_TEXT"
    SYNTAX = "YAML_SYNTAX"
    DIRECTIVE = "YAML_DIRECTIVE"
    SECOND_DOCUMENT = "YAML_SECOND_DOCUMENT"
    ALIAS = "YAML_ALIAS"
    TAG = "YAML_TAG"
    MERGE_KEY = "YAML_MERGE_KEY"
    KEY = "YAML_KEY"
    DUPLICATE_KEY = "YAML_DUPLICATE_KEY"
    TOO_DEEP = "YAML_TOO_DEEP"
    TOO_MANY_KEYS = "YAML_TOO_MANY_KEYS"
    AMBIGUOUS = "YAML_AMBIGUOUS"


class StrictYamlError(Exception):
    """A document is refused. It reaches no user: the engine that reads the file says it in its own words.

    Args:
        code: stable, for programs.
        message: the reason, printable.
        fix: what to do, in the imperative.
        line: the line of the file, from 1, where the reason has one.
    """

    def __init__(self, code: Fault, message: str, fix: str, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fix = fix
        self.line = line


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a document is read: bytes, levels of nesting, and keys of all its mappings together."""

    size: int = 64 * 1024
    depth: int = 16
    keys: int = 500


STANDARD: Final = Limits()
"""The limits of a file that a person writes."""


@dataclass(frozen=True, slots=True)
class Document:
    """A loaded document, which can still say where each of its values stands.

    Args:
        value: JSON.
        text: what it was read from; already proved harmless.
        first_line: the line of the file that the text starts on.
    """

    value: JSON
    text: str
    first_line: int = 1

    def line(self, *path: str | int) -> int:
        """The line (from 1) of the value that some keys and indexes lead to, or of the nearest one around it.

        The text is parsed again, because only a problem asks for lines.
        """
        node: yaml.Node | None = yaml.compose(self.text, Loader=_Loader)
        line = node.start_mark.line if node is not None else 0
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            line, node = found
        return self.first_line + line


def _child(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    """A value inside a node with its line: that of its key, because a missing value has the place of what follows."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    return None


def decode(data: bytes) -> str:
    """The text of some bytes, which must be UTF-8 without a byte order mark.

    Raises:
        StrictYamlError: they are not.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        raise StrictYamlError(
            Fault.ENCODING, "the file starts with a byte order mark", "save it as UTF-8 without BOM", 1
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise StrictYamlError(
            Fault.ENCODING, f"byte {error.start} is not UTF-8", "save the file as UTF-8", line
        ) from None


def load_yaml(text: str, *, first_line: int = 1, limits: Limits = STANDARD) -> Document:
    """One YAML document as JSON.

    Args:
        text: the document.
        first_line: the line of the file that the text starts on.
        limits: what is too much.

    Raises:
        StrictYamlError: anything that is not plain, unambiguous, visible JSON-like YAML.
    """
    if len(text.encode("utf-8", "surrogatepass")) > limits.size:
        raise too_large(limits)
    hidden = find_hidden(text)
    if hidden is not None:
        raise _hidden(text[hidden], first_line + text.count("\n", 0, hidden))
    builder = _Builder(first_line, limits)
    try:
        # The parser itself and not yaml.parse(), which puts two more calls around each event.
        value = builder.document(iter(_Loader(text).get_event, None))
    except yaml.YAMLError as error:
        raise _syntax(error, first_line) from None
    return Document(value, text, first_line)


def too_large(limits: Limits) -> StrictYamlError:
    """The refusal of a document over its limit of bytes."""
    return StrictYamlError(Fault.TOO_LARGE, f"the YAML has more than {limits.size} bytes", "make it smaller")


def _hidden(character: str, line: int) -> StrictYamlError:
    message = f"there is invisible text: {describe(character)}"
    fix = "delete the character; a reader must see what a model reads"
    return StrictYamlError(Fault.HIDDEN_TEXT, message, fix, line)


def _syntax(error: yaml.YAMLError, first_line: int) -> StrictYamlError:
    mark = getattr(error, "problem_mark", None)
    line = first_line if mark is None else first_line + mark.line
    reason = printable(str(getattr(error, "problem", None) or "it does not parse"))
    fix = "put values with ': ', '#' or quotes in them into quotes, and indent with blanks"
    return StrictYamlError(Fault.SYNTAX, f"the YAML is not valid: {reason}", fix, line)


@dataclass(slots=True)
class _Builder:
    """Builds JSON from parser events; the first forbidden event ends it, so hostile input costs what was read of it."""

    first_line: int
    limits: Limits
    keys: int = 0

    def document(self, events: Iterator[yaml.Event]) -> JSON:
        value: JSON = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.refuse(event, Fault.SECOND_DOCUMENT, "a second document starts", "keep only one")
                if event.version or event.tags:
                    raise self.refuse(event, Fault.DIRECTIVE, "there is a % directive", "delete it")
            elif isinstance(event, yaml.NodeEvent):
                value = self.node(event, events, 0)
        return value

    def node(self, event: yaml.NodeEvent, events: Iterator[yaml.Event], depth: int) -> JSON:
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self.alias(event)
        if isinstance(event, yaml.CollectionStartEvent) and event.tag is not None:
            raise self.tag(event, event.tag)
        if depth >= self.limits.depth:
            message = f"it nests more than {self.limits.depth} levels deep"
            raise self.refuse(event, Fault.TOO_DEEP, message, "flatten it")
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(events, depth + 1)
        found: list[JSON] = []
        for item in events:
            if not isinstance(item, yaml.NodeEvent):
                break
            found.append(self.node(item, events, depth + 1))
        return found

    def mapping(self, events: Iterator[yaml.Event], depth: int) -> dict[str, JSON]:
        found: dict[str, JSON] = {}
        folded: set[str] = set()
        for event in events:
            if not isinstance(event, yaml.NodeEvent):
                break
            key = self.key(event)
            fold = key.lower() if key.isascii() else unicodedata.normalize("NFKC", key).casefold()
            if fold in folded:
                message = f"the key {printable(key)!r} is there twice (case does not count)"
                raise self.refuse(event, Fault.DUPLICATE_KEY, message, "keep one of them")
            folded.add(fold)
            value = next(events)
            if isinstance(value, yaml.NodeEvent):
                found[key] = self.node(value, events, depth)
        return found

    def key(self, event: yaml.NodeEvent) -> str:
        self.keys += 1
        if self.keys > self.limits.keys:
            message = f"it has more than {self.limits.keys} keys"
            raise self.refuse(event, Fault.TOO_MANY_KEYS, message, "split it")
        if isinstance(event, yaml.AliasEvent):
            raise self.alias(event)
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<":
            raise self.refuse(event, Fault.MERGE_KEY, "there is a merge key <<", "write the keys out")
        key = self.scalar(event) if isinstance(event, yaml.ScalarEvent) else None
        if not isinstance(key, str) or not key:
            raise self.refuse(event, Fault.KEY, "a key is not a string", "write a plain word, or quote it")
        return key

    def scalar(self, event: yaml.ScalarEvent) -> JSON:
        if event.anchor is not None:
            raise self.alias(event)
        if event.tag is not None:
            raise self.tag(event, event.tag)
        value = event.value
        # The text itself has been looked at; only the escapes of a double-quoted scalar can spell something new.
        hidden = find_hidden(value) if event.style == '"' else None
        if hidden is not None:
            raise _hidden(value[hidden], self.line(event))
        # Only a plain scalar, one without quotes and no block, can mean anything but its text.
        return self.resolve(event, value) if event.implicit[0] and value[:1] in _SPECIAL else value

    def resolve(self, event: yaml.ScalarEvent, value: str) -> JSON:
        """What a plain scalar means whose first character allows that it is more than a text."""
        if value in _CONSTANTS:
            return _CONSTANTS[value]
        if _FLOAT.fullmatch(value) and abs(float(value)) != float("inf"):
            return float(value)
        # The length first: int() of a huge text is slow, and beyond 2**53 JSON readers disagree.
        if _INTEGER.fullmatch(value) and len(value) <= 17 and abs(int(value)) <= _MAX_INTEGER:  # noqa: PLR2004  sign and 16 digits
            return int(value)
        if _CORE_NUMBER.fullmatch(value) or any(pattern.match(value) for _, pattern in _SPECIAL[value[:1]]):
            message = f"{printable(value, 60)!r} is read differently by different YAML parsers"
            raise self.refuse(event, Fault.AMBIGUOUS, message, "put it in quotes")
        return value

    def alias(self, event: yaml.NodeEvent) -> StrictYamlError:
        return self.refuse(event, Fault.ALIAS, "there is an anchor or an alias", "write the value out")

    def tag(self, event: yaml.NodeEvent, tag: str) -> StrictYamlError:
        return self.refuse(event, Fault.TAG, f"there is a tag {printable(tag)}", "delete it")

    def line(self, event: yaml.Event) -> int:
        return self.first_line + (event.start_mark.line if event.start_mark else 0)

    def refuse(self, event: yaml.Event, code: Fault, message: str, fix: str) -> StrictYamlError:
        return StrictYamlError(code, message, fix, self.line(event))
