"""Skills that a request names: `use fastapi-endpoint`, `fastapi-endpoint@^1`, `/code-review`, `code-review (latest)`.

A skill's name is often plain English ("code-review"), so the bare name inside of a sentence is only strong evidence.
It is a command when something around it says so: a verb, a sigil, the word skill, a version, or nothing else at all.
"""

from __future__ import annotations

import difflib
import heapq
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from backwright.errors import SkillNotFoundError

# ASCII only: a name may stand next to Han characters without a space.
_NAME = r"[a-z0-9]+(?:-[a-z0-9]+)*"
_MENTION = re.compile(rf"(?<![a-z0-9_.-])({_NAME})(?![a-z0-9_]|-[a-z0-9])")
_NUMBER = r"v?[0-9]+(?:\.(?:[0-9]+|[x*]))*(?:-[0-9a-z.-]*[0-9a-z])?"
_CLAUSE = rf"(?:\^|~=|~|>=|<=|==|=|>|<)?\s?{_NUMBER}"
_RANGE = re.compile(rf"@?\s?((?:\^|~=|~|>=|<=|==|>|<)\s?{_NUMBER}(?:\s?,\s?{_CLAUSE})*)")
_AT = re.compile(rf"@({_CLAUSE}(?:\s?,\s?{_CLAUSE})*|\*|latest)")
_LATEST = re.compile(
    r"(?:\s+skill)?\s*,?\s*\(?(?:the\s+)?(?:latest|newest|most recent)(?:\s+(?:stable|version|release))*\)?(?![a-z0-9])"
)
_VERSION = re.compile(rf"(?:\s+skill)?\s*,?\s*\(?(?:version\s+|v)({_NUMBER})\)?")
_VERB = re.compile(
    r"(?:(?<![a-z])(?:use|using|run|load|invoke|apply|activate|call|follow|open|usa|usar|utiliza|ejecuta|carga|aplica)"
    r"|使用|用|运行|加载|调用)"
    r"(?:\s+(?:the|our|my|la|el))?(?:\s+skill)?\s*[`\"'“]?[/@$]?$"
)
_SIGIL = re.compile(r"(?:^|[\s(])[/@$]$")
_SKILL_AFTER = re.compile(r"[`\"'”]?\s*(?:skill|技能|スキル)(?![a-z])")
_SKILL_BEFORE = re.compile(r"(?:skill|技能|スキル)[\s:]*[`\"'“]?$")
_NEGATED = re.compile(r"(?:(?<![a-z])(?:dont|don't|do not|not|never|without|no uses?|sin)|不要|别|不)\s*(?:\w+\s+)?$")
_WANTS_A_SKILL = re.compile(
    rf"(?:use|run|load|invoke|apply|usa|ejecuta|carga)\s+(?:the\s+|la\s+|el\s+)?"
    rf"(?:skill\s+[`\"']?({_NAME}-[a-z0-9]+)|[`\"']?({_NAME}-[a-z0-9]+)[`\"']?\s+skill(?![a-z]))"
)
# Nothing but a skill has such a name, so it needs no verb.
_ADDRESS = re.compile(rf"(?<![a-z0-9_./-])((?:{_NAME}/)+{_NAME})(?![a-z0-9_/]|[.-][a-z0-9_])")
_ONLY_A_NAME = re.compile(rf"(?:[/$]({_NAME})|@?({_NAME}-[a-z0-9]+)@(?:{_CLAUSE}.*|\*|latest))")
_ARGUMENT = re.compile(r"\s*(?P<name>[^@<>=~^\s]+)\s*(?P<range>[@<>=~^].+?)?\s*")
# Longer requests are prose or pastes; a command stands at the front of them.
_LOOKED_AT = 4_000
_NEAR = 100
# Of so many names all are compared closely, of more only the likeliest.
_COMPARED = 100
_LIKELIEST = 40
_SHOWN = 10
_BEGINNING = 3
_EDGE = " .!?`\"'/@$"


@dataclass(frozen=True, slots=True)
class Named:
    """A skill that was named, and the range of versions as it was written for the catalogue, if any."""

    skill: str
    versions: str | None = None


def split_argument(argument: str, names: Collection[str]) -> Named:
    """The value of a `name` argument.

    Raises:
        SkillNotFoundError: no skill has that name.
    """
    match = _ARGUMENT.fullmatch(unicodedata.normalize("NFKC", argument[:_LOOKED_AT]))
    name = match["name"].casefold() if match else argument.strip()
    if name not in names:
        raise unknown(name, names)
    versions = match["range"] if match else None
    return Named(name, None if versions is None else _range(versions.removeprefix("@")))


def named_in(text: str, names: Collection[str]) -> Named | None:
    """The first skill that a text names as a command, or None.

    Raises:
        SkillNotFoundError: the text is nothing but a command for a skill, or says "use the ... skill", and no skill
            has that name.
    """
    plain = unicodedata.normalize("NFKC", text[:_LOOKED_AT]).casefold().replace("\u2019", "'").strip()
    for address in _ADDRESS.finditer(plain) if "/" in plain else ():
        if address[1] in names and not _NEGATED.search(plain[max(address.start() - _NEAR, 0) : address.start()]):
            return Named(address[1], _versions(plain[address.end() : address.end() + _NEAR]))
    for mention in _MENTION.finditer(plain):
        if mention[1] in names and (found := _command(plain, mention)):
            return found
    wanted = _ONLY_A_NAME.fullmatch(plain) or _WANTS_A_SKILL.match(plain)
    if wanted:
        name = wanted[1] or wanted[2]
        if name not in names:
            raise unknown(name, names)
    return None


def unknown(name: str, names: Iterable[str]) -> SkillNotFoundError:
    """The error for a name that no skill has, with the nearest ones in its hint."""
    served = list(names)
    near = difflib.get_close_matches(name, _worth_comparing(name, served), n=3, cutoff=0.5)
    near = near or heapq.nsmallest(_SHOWN, served)
    hint = f"name one of these: {', '.join(near)}" if near else "no skill is served; run `backwright skills`"
    return SkillNotFoundError(f"no skill is called {name[:80]!r}", hint=hint)


def _command(plain: str, mention: re.Match[str]) -> Named | None:
    # What makes a command of a name stands next to it.
    before = plain[max(mention.start() - _NEAR, 0) : mention.start()]
    after = plain[mention.end() : mention.end() + _NEAR]
    verb = _VERB.search(before)
    if _NEGATED.search(before[: verb.start()] if verb else before):
        return None
    versions = _versions(after)
    commanded = (
        versions is not None
        or verb is not None
        or _SIGIL.search(before) is not None
        or _SKILL_AFTER.match(after) is not None
        or _SKILL_BEFORE.search(before) is not None
        or (not before.strip(_EDGE) and not plain[mention.end() :].strip(_EDGE))
    )
    return Named(mention[1], versions) if commanded else None


def _versions(after: str) -> str | None:
    match = _AT.match(after) or _RANGE.match(after.lstrip(" "))
    if match:
        return _range(match[1])
    if _LATEST.match(after):
        return "latest"
    match = _VERSION.match(after)
    return _range(match[1]) if match else None


def _range(written: str) -> str:
    """A range in the catalogue's grammar: no spaces, no leading v, `==1.2.0` as `1.2.0`, PEP 440's `~=` spelt out."""
    clauses = [re.sub(r"^([^0-9]*)v", r"\1", clause.strip().replace(" ", "")) for clause in written.split(",")]
    return ",".join(_clause(clause) for clause in clauses)


def _clause(clause: str) -> str:
    if clause.startswith("=="):
        return clause[2:]
    if not clause.startswith("~="):
        return clause
    numbers = clause[2:].split(".")
    fixed = numbers[:-1] if len(numbers) > 1 else numbers
    if not all(number.isdigit() for number in fixed):
        return clause[2:]
    upper = [*fixed[:-1], str(int(fixed[-1]) + 1)]
    return f">={clause[2:]},<{'.'.join(upper)}"


def _worth_comparing(name: str, served: Sequence[str]) -> Sequence[str]:
    """The names that share most pairs of letters with one: a close comparison of thousands would take too long."""
    if len(served) <= _COMPARED:
        return served
    # Most names that are meant share a word, or the beginning of one.
    begun = [word[:_BEGINNING] for word in name.split("-") if len(word) >= _BEGINNING]
    near = sorted(_holding(begun, served)) or served
    pairs = {name[at : at + 2] for at in range(len(name) - 1)}
    return heapq.nlargest(_LIKELIEST, near, key=lambda other: sum(pair in other for pair in pairs) / (len(other) + 1))


def _holding(parts: Iterable[str], names: Iterable[str]) -> set[str]:
    """The names that hold any of some parts, found in one text of all: to look at each takes ten times as long."""
    lines, found = "\n".join(["", *names, ""]), set[str]()
    for part in parts:
        at = lines.find(part)
        while at >= 0:
            end = lines.index("\n", at)
            found.add(lines[lines.rindex("\n", 0, at) + 1 : end])
            at = lines.find(part, end)
    return found
