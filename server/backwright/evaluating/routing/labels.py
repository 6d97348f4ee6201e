"""Labelled prompts: what someone types, and the skills that are right for it, or none.

A file holds one JSON object a line: `id`, `prompt` and `expected` (names of skills; empty: none fits), and where there
is more to say `acceptable` (right as well), `wrong` (must not be shown), `expected_version`, `category`, `lang` (or
`language`), and what a caller would send along: `keywords`, `paths` and `context`, a list of names or an object of such
lists.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from backwright.catalog.skill import Skill
from backwright.errors import InvalidInputError

_LISTS = ("expected", "acceptable", "wrong", "keywords", "paths")
_TEXTS = ("expected_version", "category", "lang", "language")


@dataclass(frozen=True, slots=True)
class Label:
    """One prompt with its answer.

    Args:
        id: what it is called in a report.
        prompt: what someone types.
        expected: the skills that are right; none where nothing fits.
        wrong: skills that it only seems to be for; where there are any, nothing else is asked of the prompt.
        acceptable: skills that are right as well.
        version: the version that the prompt asks for.
        category: what kind of prompt it is.
        language: a language code.
        keywords: what a caller adds.
        paths: files at hand.
        context: what the caller knows of the project, such as its libraries.
    """

    id: str
    prompt: str
    expected: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    acceptable: tuple[str, ...] = ()
    version: str | None = None
    category: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    context: tuple[str, ...] = ()

    @property
    def accompanied(self) -> bool:
        """Whether the caller sends anything along."""
        return bool(self.keywords or self.paths or self.context)

    def alone(self) -> Label:
        """The same prompt with nothing sent along."""
        return replace(self, keywords=(), paths=(), context=())

    @property
    def right(self) -> frozenset[str]:
        """Every skill that is right; none where nothing fits."""
        return frozenset((*self.expected, *self.acceptable)) if self.expected else frozenset()


def examples_of(skills: Iterable[Skill]) -> tuple[Label, ...]:
    """The skills' own examples: a `match` of a skill expects it, a `no_match` anything else, or nothing."""
    found: dict[str, Label] = {}
    for skill in skills:
        for number, prompt in enumerate(skill.triggers.match, 1):
            label = found.get(prompt)
            expected = (*(label.expected if label else ()), skill.name)
            found[prompt] = Label(f"{skill.name}/match/{number}", prompt, expected, category="match")
        for number, prompt in enumerate(skill.triggers.no_match, 1):
            identity = f"{skill.name}/no_match/{number}"
            found[identity] = Label(identity, prompt, (), wrong=(skill.name,), category="no_match")
    return tuple(found.values())


def parse_labels(data: bytes) -> tuple[Label, ...]:
    """The labels of a file.

    Raises:
        InvalidInputError: it is no UTF-8, a line is no label, or two have one id; `line` says which.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError("the labels are not UTF-8", hint="save the file as UTF-8") from None
    labels: dict[str, Label] = {}
    # Not splitlines(): JSON strings may hold U+2028 and the like.
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            label = _label(line, number)
            if label.id in labels:
                raise InvalidInputError(f"the id {label.id!r} is there twice", hint="give each its own", line=number)
            labels[label.id] = label
    if not labels:
        raise InvalidInputError("the file holds no label", hint='write a line {"id", "prompt", "expected"} for each')
    return tuple(labels.values())


def _label(line: str, number: int) -> Label:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise _wrong("the line is no JSON", number) from None
    if not isinstance(row, dict):
        raise _wrong("the line is no JSON object", number)
    identity, prompt = row.get("id"), row.get("prompt")
    if not isinstance(identity, str | int) or isinstance(identity, bool) or not isinstance(prompt, str):
        raise _wrong("the line has no id and prompt", number)
    if "expected" not in row:
        raise _wrong("the line does not say what is expected", number)
    lists = {key: tuple(_strings(row, key, number)) for key in _LISTS}
    texts = {key: row.get(key) for key in _TEXTS}
    for key, value in texts.items():
        if not isinstance(value, str | None):
            raise _wrong(f"{key} is no string", number)
    return Label(
        id=str(identity),
        prompt=prompt,
        expected=lists["expected"],
        wrong=lists["wrong"],
        acceptable=lists["acceptable"],
        version=texts["expected_version"],
        category=texts["category"] or "",
        language=texts["lang"] or texts["language"] or "",
        keywords=lists["keywords"],
        paths=lists["paths"],
        context=tuple(_context(row.get("context") or [], number)),
    )


def _context(value: object, number: int) -> Iterator[str]:
    lists = list(value.values()) if isinstance(value, dict) else [value]
    for each in lists:
        names = [each] if isinstance(each, str) else each
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise _wrong("context is no list of strings, and no object of such lists", number)
        yield from names


def _strings(row: dict[str, object], key: str, number: int) -> Iterator[str]:
    values = row.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _wrong(f"{key} is no list of strings", number)
    yield from values


def _wrong(what: str, number: int) -> InvalidInputError:
    hint = 'write such as {"id": "a1", "prompt": "add an endpoint", "expected": ["fastapi-endpoint"]}'
    return InvalidInputError(what, hint=hint, line=number)
