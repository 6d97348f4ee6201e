"""Which version of a skill is for the library version that a request names: "we are on SQLAlchemy 1.4".

What a version of a skill is for stands in its `metadata.requires`. A request that names a version of one of these
packages is answered by the highest version of the skill whose range admits it; where none does, that is said, and the
one that would have answered anyway is served with that warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from backwright.catalog.environment import normal
from backwright.catalog.requires import Need, needs_in, requires_of
from backwright.catalog.skill import Skill

_MOST_CHARS: Final = 8_192
_Numbers: TypeAlias = "tuple[int, ...]"
_END: Final[_Numbers] = (10**9,)


class Said(NamedTuple):
    """A library version that a request names: all versions from one on and below another.

    Args:
        package: its normalised name.
        written: as the request has it.
        low: the lowest.
        high: the first above.
    """

    package: str
    written: str
    low: _Numbers
    high: _Numbers


class Covering(NamedTuple):
    """The version of a skill that answers, and why.

    Args:
        skill: it.
        said: what of the request decided, as it is written there.
        note: a sentence on it.
        covered: whether the version is for what the request names.
    """

    skill: Skill
    said: str
    note: str
    covered: bool


def covering(versions: Sequence[Skill], texts: Iterable[str]) -> Covering | None:
    """The version of a skill for the library versions that a request names; None where it names none that matter.

    Args:
        versions: of one skill, the one that would answer first, then the others, the newest first.
        texts: what the request says.
    """
    needs, pattern = _asked(tuple(map(requires_of, versions)))
    said = [] if pattern is None else _said(texts, pattern)
    if not said:
        return None
    if not any(each.package in needs[0] for each in said):
        return None
    # The first spelling of each: keywords and context say again what the request says.
    spelt = {each.written.casefold(): each.written for each in reversed(said)}
    first, written = versions[0], ", ".join(reversed(spelt.values()))
    for skill, need in zip(versions, needs, strict=True):
        if not _admits(need, said, silent=skill is first):
            continue
        found = f"{skill.name} {skill.version} is for {_ranges(need, said)}"
        if skill is first:
            return Covering(skill, written, f"The request says {written}: {found}.", covered=True)
        newer = f"{first.version} is for {_ranges(needs[0], said)}"
        return Covering(skill, written, f"The request says {written}: {found}, and {newer}.", covered=True)
    lacking = f"Beware: no release of {first.name} is for {written}; {first.version} is for {_ranges(needs[0], said)}."
    return Covering(first, written, lacking, covered=False)


@lru_cache(maxsize=256)
def _asked(versions: tuple[str, ...]) -> tuple[tuple[Mapping[str, Need], ...], re.Pattern[str] | None]:
    """What versions of a skill need, by package, and what finds these packages; each answer asks the same again."""
    needs = tuple({need.package: need for need in needs_in(each) if need.clauses} for each in versions)
    packages = {package for each in needs for package in each}
    return needs, _naming(packages) if packages else None


def _naming(packages: Iterable[str]) -> re.Pattern[str]:
    """Finds versions of some packages."""
    # A hyphen is often a blank, and a name may stand next to Han characters without one.
    names = "|".join(re.escape(name).replace(r"\-", r"[-_. ]?") for name in sorted(packages, key=len, reverse=True))
    return re.compile(
        rf"(?<![A-Za-z0-9_.-])(?P<name>{names})(?:\s*(?P<sign>==|~=|>=|<=|<|>|@)\s*|\s*(?P<word>versions?|v\.?)\s*|\s+)"
        r"v?(?P<number>[0-9]{1,4}(?:\.[0-9]{1,4}){0,2})(?:\.[x*])?(?P<more>\s+[a-z]+s\b)?(?![0-9A-Za-z_])",
        re.IGNORECASE,
    )


def _said(texts: Iterable[str], pattern: re.Pattern[str]) -> list[Said]:
    """Every version of some packages that some texts name."""
    found = (_of(match) for text in texts for match in pattern.finditer(text[:_MOST_CHARS]))
    return [each for each in found if each is not None]


def _of(match: re.Match[str]) -> Said | None:
    number, sign = match["number"], match["sign"] or ""
    marked = sign or match["word"] or "." in number or match[0][match.start("number") - match.start() - 1] in "vV"
    if not marked and match["more"]:
        # "give flask 2 endpoints" counts endpoints.
        return None
    low = tuple(map(int, number.split(".")))
    high = (*low[:-1], low[-1] + 1)
    if sign == "~=":
        high = (*low[:-2], low[-2] + 1) if len(low) > 1 else high
    low, high = {">=": (low, _END), ">": (low, _END), "<": ((0,), low), "<=": ((0,), high)}.get(sign, (low, high))
    written = match[0][: match.end("number") - match.start()]
    return Said(normal(re.sub(r"[ _.]", "-", match["name"])), " ".join(written.split()), low, high)


def _admits(needs: Mapping[str, Need], said: Iterable[Said], *, silent: bool) -> bool:
    """Whether each package that is named is needed in a range that holds any version that is named of it.

    Of a move from one version to another it is enough that one of the two is covered.

    Args:
        needs: what a version of the skill is for, by package.
        said: what is named.
        silent: whether it may say nothing of a package.
    """
    by_package: dict[str, list[Said]] = {}
    for each in said:
        by_package.setdefault(each.package, []).append(each)
    return all(
        any(needs[package].meets(each.low, each.high) for each in named) if package in needs else silent
        for package, named in by_package.items()
    )


def _ranges(needs: Mapping[str, Need], said: Iterable[Said]) -> str:
    """The ranges of what was named; of a version that says nothing of it, that."""
    names = dict.fromkeys(each.package for each in said)
    return ", ".join(needs[name].written if name in needs else f"any {name}" for name in names)
