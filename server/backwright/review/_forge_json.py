"""A change as a forge's API answers it in JSON: GitHub's files of a pull request, GitLab's changes of a merge request.

References: GitHub REST API, "List pull requests files" and "Compare two commits"; GitLab REST API, "List merge request
diffs", "Retrieve merge request changes" and "Compare branches, tags or commits".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, NoReturn

from backwright.errors import DiffSyntaxError
from backwright.review._diff_model import Diff, FileDiff, FileStatus, Unread
from backwright.review.diff import parse_diff

MAX_FILES: Final = 10_000
"""Files of one answer; GitHub lists 3,000 at most."""
MAX_OBJECTS: Final = 200_000
"""Of an answer: what memory it may take beside its text."""
MAX_PATH: Final = 4096
PAGES: Final = frozenset({20, 30, 100, 300, 3000})
"""How many files the APIs list at most, by page and in all: an answer of just so many may go on elsewhere."""

_HINT = (
    "give GitHub's list of a pull request's files or GitLab's of a merge request's diffs, or the output of `git diff`"
)
_LISTS = ("files", "changes", "diffs")
_STATUS: Mapping[str, FileStatus] = {
    "added": FileStatus.ADDED,
    "removed": FileStatus.DELETED,
    "modified": FileStatus.MODIFIED,
    "changed": FileStatus.MODIFIED,
    "unchanged": FileStatus.MODIFIED,
    "renamed": FileStatus.RENAMED,
    "copied": FileStatus.COPIED,
}
_CUT = ("too_large", "collapsed", "overflow")

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class _Listed:
    """One file of the answer, whichever forge gave it; `added` is how many lines the forge says it adds."""

    path: str
    old_path: str
    status: FileStatus
    patch: str | None
    added: int | None
    mode: str = ""
    cut: bool = False


def read_forge_json(text: str) -> Diff:
    """The change of an API's answer; what it leaves out is named.

    Args:
        text: one JSON value or several one after the other, as pages that were fetched in turn.

    Raises:
        DiffSyntaxError: it is no JSON, or not of a known shape; keys that come twice and NaN are none.
    """
    entries, unread = _entries(_values(text))
    files: list[FileDiff] = []
    known: set[str] = set()
    for number, entry in enumerate(entries, 1):
        listed = _listed(entry, number)
        if listed.path in known:
            _refuse(f"the JSON lists a file twice: {_shown(listed.path)}")
        known.add(listed.path)
        file, missed = _read(listed)
        files.append(file)
        unread += missed
    note = f"the answer lists just {len(files)} files, as many as a page holds: there may be more that were not given"
    return Diff(tuple(files), tuple(unread), (note,) if len(files) in PAGES else ())


def _values(text: str) -> Iterator[Json]:
    objects = count(1)

    def made(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        if next(objects) > MAX_OBJECTS:
            _refuse(f"the JSON holds more than {MAX_OBJECTS} objects")
        return _object(pairs)

    decoder = json.JSONDecoder(object_pairs_hook=made, parse_constant=_constant, parse_float=_number)
    at, end = 0, len(text)
    while at < end:
        if text[at].isspace():
            at += 1
            continue
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError as error:
            raise DiffSyntaxError(f"the JSON cannot be read: {error.msg}", hint=_HINT, line=error.lineno) from None
        except RecursionError:
            raise DiffSyntaxError("the JSON is nested too deeply", hint=_HINT) from None
        except ValueError:
            # Python refuses to convert numbers of thousands of digits.
            raise DiffSyntaxError("the JSON holds a number that is too long", hint=_HINT) from None
        yield value


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        _refuse("the JSON holds a key twice in one object")
    return found


def _constant(name: str) -> NoReturn:
    _refuse(f"the JSON holds {name}, which is no JSON")


def _number(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        _refuse("the JSON holds a number that is too large")
    return value


def _entries(values: Iterable[Json]) -> tuple[list[Mapping[str, Json]], list[Unread]]:
    """The objects that stand for files: of a list, of a list of pages, or under a known key of an object."""
    found: list[Mapping[str, Json]] = []
    unread: list[Unread] = []
    for value in values:
        items, pages = _items(value, unread), list[Json]()
        for item in items:
            pages += item if isinstance(item, list) else [item]
        for item in pages:
            if not isinstance(item, dict):
                _refuse(f"the JSON lists {_kind(item)} where it should list files as objects")
            found.append(item)
        if len(found) > MAX_FILES:
            _refuse(f"the JSON lists more than {MAX_FILES} files")
    return found, unread


def _items(value: Json, unread: list[Unread]) -> list[Json]:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        _refuse(f"the JSON is {_kind(value)} and no list of files")
    named = [value[key] for key in _LISTS if isinstance(value.get(key), list)]
    if len(named) != 1:
        return [value] if "filename" in value or "new_path" in value else _refuse("the JSON is an object without files")
    if value.get("overflow") is True or value.get("truncated") is True:
        unread.append(Unread(None, 0, 0, "the answer says that it leaves files out"))
    (items,) = named
    return items if isinstance(items, list) else []


def _listed(entry: Mapping[str, Json], number: int) -> _Listed:
    where = f"file {number} of the JSON"
    if "filename" in entry:
        return _of_github(entry, where)
    if "new_path" in entry:
        return _of_gitlab(entry, where)
    return _refuse(f"{where} has neither `filename` nor `new_path`")


def _of_github(entry: Mapping[str, Json], where: str) -> _Listed:
    path = _path(entry, "filename", where)
    named = entry.get("status", "modified")
    if not isinstance(named, str) or named not in _STATUS:
        _refuse(f"{where} has an unknown `status`")
    old = _path(entry, "previous_filename", where) if entry.get("previous_filename") is not None else path
    patch, added = entry.get("patch"), entry.get("additions")
    if patch is not None and not isinstance(patch, str):
        _refuse(f"`patch` of {where} is {_kind(patch)} and no text")
    if added is not None and (isinstance(added, bool) or not isinstance(added, int) or added < 0):
        _refuse(f"`additions` of {where} is no count")
    return _Listed(path, old, _STATUS[named], patch, added)


def _of_gitlab(entry: Mapping[str, Json], where: str) -> _Listed:
    path, old = _path(entry, "new_path", where), _path(entry, "old_path", where)
    patch, mode = entry.get("diff"), entry.get("b_mode")
    if patch is not None and not isinstance(patch, str):
        _refuse(f"`diff` of {where} is {_kind(patch)} and no text")
    flags = {key: entry.get(key, False) for key in ("new_file", "deleted_file", "renamed_file", *_CUT)}
    wrong = next((key for key, flag in flags.items() if flag is not None and not isinstance(flag, bool)), None)
    if wrong is not None:
        _refuse(f"`{wrong}` of {where} is neither true nor false")
    status = FileStatus.MODIFIED
    if flags["new_file"] or flags["deleted_file"]:
        status = FileStatus.ADDED if flags["new_file"] else FileStatus.DELETED
    elif flags["renamed_file"] or path != old:
        status = FileStatus.RENAMED
    cut = any(flags[key] for key in _CUT)
    # An empty diff of a changed file is a binary one, or a change of its mode or name alone.
    shown = None if cut and not patch else patch
    return _Listed(path, old, status, shown, None, mode if isinstance(mode, str) else "", cut=cut)


def _path(entry: Mapping[str, Json], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value or len(value) > MAX_PATH or "\0" in value:
        _refuse(f"`{key}` of {where} is no path")
    return value.encode("utf-8", "replace").decode("utf-8")


def _read(listed: _Listed) -> tuple[FileDiff, list[Unread]]:
    new = listed.status is FileStatus.ADDED
    empty = FileDiff(listed.path, listed.path if new else listed.old_path, listed.status, mode=listed.mode)
    if not listed.patch:
        changed = listed.added != 0 if listed.patch is None else False
        quiet = listed.status is FileStatus.DELETED or (listed.status is FileStatus.RENAMED and not listed.added)
        reason = "the answer holds no patch of it: the file is binary, or its diff too large for the API"
        return empty, [_unread(listed, reason)] if changed and (listed.cut or not quiet) else []
    try:
        diff = parse_diff(listed.patch.encode("utf-8", "replace"), path=listed.path)
    except DiffSyntaxError:
        return empty, [_unread(listed, "its patch is no diff")]
    own = [file for file in diff.files if file.path in {listed.path, listed.old_path}]
    hunks = tuple(hunk for file in own for hunk in file.hunks)
    file = replace(empty, hunks=hunks, binary=any(each.binary for each in own))
    unread = [_unread(listed, f"line {each.first_line} of its patch: {each.reason}") for each in diff.unread]
    if len(own) < len(diff.files):
        unread.append(_unread(listed, "its patch speaks of other files"))
    read = sum(len(hunk.added) for hunk in hunks)
    if not unread and (listed.cut or (listed.added is not None and read < listed.added)):
        of = "its added lines" if listed.added is None else f"{listed.added} added lines"
        unread.append(_unread(listed, f"its patch was cut off by the API: it shows {read} of {of}"))
    return file, unread


def _unread(listed: _Listed, reason: str) -> Unread:
    return Unread(listed.path, 0, 0, reason)


def _kind(value: Json) -> str:
    names = {
        type(None): "null",
        bool: "a truth value",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
    }
    return names.get(type(value), "an object")


def _shown(path: str) -> str:
    return repr(path.encode("unicode_escape").decode("ascii")[:120])


def _refuse(message: str) -> NoReturn:
    raise DiffSyntaxError(message, hint=_HINT)
