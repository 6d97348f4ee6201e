"""The two names of a file as a diff spells them: quoted or bare, with `a/`-like prefixes or without."""

from __future__ import annotations

import re

DEV_NULL = "/dev/null"

_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


def unquote(name: str) -> str:
    """A name without the C-style quotes that git puts around one with unusual bytes (core.quotePath).

    Bytes that are no UTF-8 stay escapes, so that two names never look the same.
    """
    quoted = _QUOTED.fullmatch(name)
    if quoted is None:
        return name
    raw = quoted.group(1).encode("utf-8", "replace")
    return _ESCAPE.sub(_unescape, raw).decode("utf-8", "backslashreplace")


def _unescape(match: re.Match[bytes]) -> bytes:
    escaped = match.group(1)
    if escaped[:1].isdigit():
        return bytes([int(escaped, 8) & 0xFF])
    return bytes([_LETTERS[escaped]]) if escaped in _LETTERS else escaped


def marked_name(rest: str) -> str:
    """The name after `--- ` or `+++ `: what follows a tab is a time stamp, or git's guard after a name with spaces."""
    return unquote(rest.rstrip("\r").partition("\t")[0].rstrip(" ") if not rest.startswith('"') else _quoted_head(rest))


def _quoted_head(rest: str) -> str:
    quoted = _QUOTED.match(rest)
    return quoted.group(0) if quoted else rest.rstrip("\r")


def git_names(rest: str) -> tuple[str, str] | None:
    """The two names after `diff --git `, or None where the line alone does not say where the first one ends.

    Git does not quote spaces, so an unquoted line is cut where both halves name the same file.
    """
    rest = rest.rstrip("\r")
    if rest.startswith('"'):
        first = _QUOTED.match(rest)
        if first is None:
            return None
        return unquote(first.group(0)), unquote(rest[first.end() :].lstrip(" "))
    if rest.endswith('"'):
        old, separator, new = rest.partition(' "')
        return (old, unquote(f'"{new}')) if separator else None
    cuts = [at for at, character in enumerate(rest) if character == " "]
    halves = [(rest[:at], rest[at + 1 :]) for at in cuts]
    same = [pair for pair in halves if pair[0] == pair[1] or _below(pair[0]) == _below(pair[1]) != ""]
    if same:
        return min(same, key=lambda pair: abs(len(pair[0]) - len(pair[1])))
    return halves[0] if len(halves) == 1 else None


def _below(name: str) -> str:
    return name.partition("/")[2]


def without_prefixes(old: str, new: str) -> tuple[str, str]:
    """Both names as the repository knows them.

    `a/x` and `b/x`, git's mnemonic `i/x` and `w/x`, and the two folders of `diff -r` differ in their first component
    alone, and that is the prefix; two equal names have none (`--no-prefix`). Beside `/dev/null` only `a/` and `b/` of
    their own side are known for prefixes.
    """
    if old == new:
        return old, new
    if DEV_NULL in {old, new}:
        return old.removeprefix("a/"), new.removeprefix("b/")
    if _below(old) and _below(old) == _below(new):
        return _below(old), _below(new)
    if old.startswith("a/") and new.startswith("b/"):
        return old[2:], new[2:]
    return old, new
