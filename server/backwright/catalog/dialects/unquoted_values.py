"""YAML that its author took for plain text: `description: Use it: always`, `globs: *.py`, tabs, `version: 1_0`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from backwright._strict_yaml import Fault
from backwright.catalog.dialects._draft import Draft, Repair, Stage
from backwright.catalog.frontmatter import load_yaml
from backwright.catalog.problem import ProblemError

CODE = "UNQUOTED_VALUE"

_PAIR = re.compile(r"(?P<start>(?:- )?[A-Za-z][\w.-]*:[ \t]+|[ \t]*-[ \t]+)(?P<value>\S.*)")
_STARTS_OTHERWISE = ("[", "{", "|", ">", "&", "*", "!", "'", '"', "#")
_MENDED = frozenset({Fault.SYNTAX.value, Fault.AMBIGUOUS.value, Fault.ALIAS.value})
_GLOB = re.compile(r"\*[^\s\w].*|\*\*.*|\*$")


def _mend(draft: Draft) -> Draft:
    if draft.head is None:
        return draft
    try:
        load_yaml(draft.head, draft.path, first_line=draft.head_line)
    except ProblemError as error:
        # All else is refused and not guessed at: an alias, a tag or a key that is there twice is no slip of the pen.
        return _mended(draft, draft.head) if error.problem.code in _MENDED else draft
    return draft


def _mended(draft: Draft, head: str) -> Draft:
    lines = head.split("\n")
    after = list(_logical(lines))
    changed = [number for number, (before, now) in enumerate(zip(lines, after, strict=True)) if before != now]
    for number in changed:
        if lines[number].strip() and after[number]:
            message = "a value that is no YAML as it stood was put in quotes"
            draft = draft.told(CODE, draft.head_line + number, message, 'write the value in "quotes"')
    return replace(draft, head="\n".join(after))


def _logical(lines: list[str]) -> Iterator[str]:
    """The lines, as many as there were, with each value that needs it in quotes on its first line."""
    number = 0
    while number < len(lines):
        line = lines[number].replace("\t", "  ") if lines[number].startswith("\t") else lines[number]
        match = _PAIR.fullmatch(line)
        follows = _continuation(lines, number + 1) if match is not None and _is_plain(match["value"]) else 0
        rest = [part.strip() for part in lines[number + 1 : number + 1 + follows]]
        if match is not None and _needs_quotes(match["value"], " ".join([match["value"], *rest])):
            yield match["start"] + json.dumps(" ".join([match["value"].strip(), *rest]), ensure_ascii=False)
            yield from [""] * follows
        else:
            yield line
            yield from lines[number + 1 : number + 1 + follows]
        number += 1 + follows


def _continuation(lines: list[str], start: int) -> int:
    """How many lines continue a plain value: those that are further in, because a value has no fields below it."""
    number = start
    while number < len(lines) and lines[number].startswith((" ", "\t")) and lines[number].strip():
        number += 1
    return number - start


def _is_plain(value: str) -> bool:
    return not value.startswith(_STARTS_OTHERWISE)


def _needs_quotes(value: str, whole: str) -> bool:
    if value.startswith(("'", '"')):
        return not _is_closed(value.rstrip())
    if _GLOB.fullmatch(value) or value.startswith(("@", "`", "%")):
        return True
    if not _is_plain(value):
        return False
    return ": " in whole or " #" in whole or whole.rstrip().endswith(":") or _is_ambiguous(whole)


def _is_closed(value: str) -> bool:
    inside = value[1:-1].replace("''", "") if value[0] == "'" else re.sub(r"\\.", "", value[1:-1])
    return len(value) > 1 and value[-1] == value[0] and value[0] not in inside


def _is_ambiguous(value: str) -> bool:
    try:
        load_yaml(f"a: {value}", "")
    except ProblemError as error:
        return error.problem.code == Fault.AMBIGUOUS
    return False


REPAIR = Repair(CODE, Stage.HEAD, _mend)
