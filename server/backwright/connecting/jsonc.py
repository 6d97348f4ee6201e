"""One member put into, or taken out of, a JSON file that people and programs edit: all other bytes stay.

The files of assistants are JSON with comments and trailing commas (JSONC, as VS Code reads it). The libraries that keep
comments make a document anew from a model of it, and take minutes for the megabytes of one assistant's own file; here
the text is only cut at two places, and what comes out is read again and compared with what it must say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from backwright.errors import ConfigurationUnreadableError

MAX_DEPTH: Final = 64

_FORM: Final = "its form is none that an entry can be put into or taken out of"

_TOKEN: Final = re.compile(
    r"""(?P<blank>(?:[ \t\r\n\ufeff]|//[^\n]*|/\*.*?\*/)+)
    |(?P<string>"(?:[^"\\\n]|\\.)*")
    |(?P<mark>[{}\[\],:])
    |(?P<word>[A-Za-z0-9+.-]+)""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of an object: the offsets of its key, its value, and the comma behind it, where there is one."""

    key: str
    start: int
    value: int
    end: int
    comma: int | None


@dataclass(frozen=True, slots=True)
class _Object:
    """An object: its members, the offset behind its `{`, and that of its `}`."""

    members: tuple[_Member, ...]
    start: int
    close: int

    def get(self, key: str) -> _Member | None:
        return next((member for member in self.members if member.key == key), None)


def read(text: str) -> dict[str, object]:
    """What the text says; an empty text says nothing.

    Raises:
        ConfigurationUnreadableError: it is not an object in JSON, names a member twice, or is too deep.
    """
    _, plain = _checked(text)
    if not plain.strip():
        return {}
    try:
        document = json.loads(plain, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise _unreadable(text, error.pos, error.msg) from None
    if not isinstance(document, dict):
        raise ConfigurationUnreadableError("it holds no object", line=1)
    return document


def put(text: str, path: Sequence[str], name: str, value: Mapping[str, object]) -> str:
    """The text with `value` as the member `name` of the object at `path`; objects that lack are made.

    Raises:
        ConfigurationUnreadableError: see `read`; or what lies at `path` is no object.
    """
    document = read(text)
    expected = json.loads(json.dumps(document))
    inner = expected
    for key in path:
        inner = inner.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ConfigurationUnreadableError(f"its {key} is no object")
    if inner.get(name) == value:
        return text
    inner[name] = dict(value)
    return _proved(_put(text, path, name, value), expected)


def drop(text: str, path: Sequence[str], name: str) -> str:
    """The text without the member `name` of the object at `path`, and without objects that are empty by that.

    Raises:
        ConfigurationUnreadableError: see `read`.
    """
    keys = (*path, name)
    while keys:
        objects = [read(text)]
        for key in keys[:-1]:
            within = objects[-1].get(key)
            if not isinstance(within, dict):
                return text
            objects.append(within)
        if keys[-1] not in objects[-1]:
            return text
        del objects[-1][keys[-1]]
        cuts = (_drop(text, keys, tidy=tidy) for tidy in (True, False))
        cut = next((cut for cut in cuts if _says(cut, objects[0])), None)
        if cut is None:
            raise ConfigurationUnreadableError(_FORM)
        text = cut
        if objects[-1]:
            break
        keys = keys[:-1]
    return text


def _put(text: str, path: Sequence[str], name: str, value: Mapping[str, object]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    if "{" not in _checked(text)[1]:
        whole: object = {name: value}
        for key in reversed(path):
            whole = {key: whole}
        return text + _written(whole, "  ", newline) + newline
    tokens = _tokens(text)
    found = _object(tokens, 0)
    depth = 0
    while depth < len(path) and (member := found.get(path[depth])):
        found = _object(tokens, _at(tokens, member.value))
        depth += 1
    unit = _indent(text, _object(tokens, 0))
    old = found.get(name) if depth == len(path) else None
    key, new = name, value
    for outer in reversed(path[depth:]):
        key, new = outer, {key: new}
    lines = _written(new, unit, newline + unit * (depth + 1))
    if old is not None:
        return text[: old.value] + lines + text[old.end :]
    if found.members and "\n" not in text[found.start : found.close]:
        return _inserted(text, found, f" {json.dumps({key: new}, ensure_ascii=False)[1:-1]}", "")
    member_text = f"{newline}{unit * (depth + 1)}{json.dumps(key, ensure_ascii=False)}: {lines}"
    return _inserted(text, found, member_text, newline + unit * depth)


def _written(value: object, unit: str, newline: str) -> str:
    """A value as one writes it by hand: a member a line, a list on one."""
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    inner = newline + unit
    members = (
        f"{inner}{json.dumps(key, ensure_ascii=False)}: {_written(each, unit, inner)}" for key, each in value.items()
    )
    return "{" + ",".join(members) + newline + "}"


def _inserted(text: str, found: _Object, member: str, closing: str) -> str:
    """The member as the last one, behind the comments of the one before it; a trailing comma stays one."""
    end = found.start + len(text[found.start : found.close].rstrip(" \t\r\n"))
    last = found.members[-1] if found.members else None
    tail = text[end:]
    if closing and "\n" not in text[end : found.close]:
        tail = closing + text[found.close :]
    if last is None:
        return text[:end] + member + tail
    if last.comma is not None:
        return text[:end] + member + "," + tail
    return text[: last.end] + "," + text[last.end : end] + member + tail


def _drop(text: str, keys: Sequence[str], *, tidy: bool) -> str:
    """Without the member; `tidy`: without the blanks before it too, which may end a comment of the line above."""
    tokens = _tokens(text)
    found = _object(tokens, 0)
    for key in keys[:-1]:
        member = found.get(key)
        if member is None:
            return text
        found = _object(tokens, _at(tokens, member.value))
    gone = found.get(keys[-1])
    if gone is None:
        return text
    at = found.members.index(gone)
    before = found.members[at - 1] if at else None
    start = len(text[: gone.start].rstrip(" \t\r\n")) if tidy else gone.start
    if gone.comma is not None:
        return text[:start] + text[gone.end : gone.comma] + text[gone.comma + 1 :]
    rest = text[gone.end :]
    if before is None or before.comma is None:
        alone = start == found.start and not text[gone.end : found.close].strip()
        return text[:start] + (text[found.close :] if alone else rest)
    return text[: before.comma] + text[before.comma + 1 : start] + rest


def _proved(text: str, expected: Mapping[str, object]) -> str:
    if not _says(text, expected):
        raise ConfigurationUnreadableError(_FORM)
    return text


def _says(text: str, expected: Mapping[str, object]) -> bool:
    try:
        return bool(text) and read(text) == expected
    except ConfigurationUnreadableError:
        return False


def _indent(text: str, root: _Object) -> str:
    """What one level is indented by: the blanks before the first member, or two spaces."""
    if not root.members:
        return "  "
    before = text[root.start : root.members[0].start].rpartition("\n")
    return before[2] if before[1] and before[2] and not before[2].strip(" \t") else "  "


def _object(tokens: Sequence[_Token], at: int) -> _Object:
    """The object whose `{` is the token at `at`."""
    members: list[_Member] = []
    start = tokens[at].end
    at += 1
    while tokens[at].text != "}":
        key, value = tokens[at], tokens[at + 2]
        at = _behind(tokens, at + 2)
        end = tokens[at - 1].end
        comma = tokens[at].start if tokens[at].text == "," else None
        at += comma is not None
        members.append(_Member(str(json.loads(key.text, strict=False)), key.start, value.start, end, comma))
    return _Object(tuple(members), start, tokens[at].start)


def _behind(tokens: Sequence[_Token], at: int) -> int:
    """The index of the token behind the value that begins at `at`."""
    depth = 0
    while True:
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(tokens[at].text, 0)
        at += 1
        if not depth:
            return at


def _at(tokens: Sequence[_Token], offset: int) -> int:
    return next(index for index, token in enumerate(tokens) if token.start == offset)


def _tokens(text: str) -> list[_Token]:
    return [token for token in _scan(text) if token.kind != "blank"]


def _checked(text: str) -> tuple[list[_Token], str]:
    """The tokens, and the text without comments and trailing commas, as long as it was.

    Raises:
        ConfigurationUnreadableError: a character that no token begins with, or too many levels.
    """
    tokens = list(_scan(text))
    parts: list[str] = []
    depth = 0
    solid = [token for token in tokens if token.kind != "blank"]
    trailing = {
        comma.start
        for value, comma, close in zip(solid, solid[1:], solid[2:], strict=False)
        if comma.text == "," and close.text in {"}", "]"} and value.text not in {"{", "[", ",", ":"}
    }
    for token in tokens:
        if token.kind == "blank":
            parts.append(re.sub(r"[^\n]", " ", token.text))
            continue
        if token.kind == "mark":
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.text, 0)
            if depth > MAX_DEPTH:
                raise _unreadable(text, token.start, f"more than {MAX_DEPTH} levels")
        parts.append(" " if token.start in trailing else token.text)
    return solid, "".join(parts)


def _scan(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text, at, "this is no JSON")
        yield _Token(match.lastgroup or "", match[0], at, match.end())
        at = match.end()


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ConfigurationUnreadableError(f"it names {json.dumps(twice)[:60]} twice")
    return members


def _unreadable(text: str, at: int, why: str) -> ConfigurationUnreadableError:
    return ConfigurationUnreadableError(f"{why}, at character {at}", line=text.count("\n", 0, at) + 1)
