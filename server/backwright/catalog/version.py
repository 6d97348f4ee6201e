"""Versions (Semantic Versioning 2.0.0), ranges of them, and requests such as `name@>=1.2,<2`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import total_ordering
from typing import Literal, TypeVar

from backwright.errors import InvalidVersionError

MAX_LENGTH = 128

_NUMBER = r"(?:0|[1-9][0-9]*)"
_LABEL = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"(?P<major>{_NUMBER})\.(?P<minor>{_NUMBER})\.(?P<patch>{_NUMBER})"
    rf"(?:-(?P<pre>{_LABEL}(?:\.{_LABEL})*))?"
    r"(?:\+(?P<build>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_PARTIAL = re.compile(rf"({_NUMBER})(?:\.({_NUMBER}))?(?:\.[*xX])?|({_NUMBER})\.[*xX]\.[*xX]")
_BETWEEN = re.compile(r"\s*,\s*|\s+(?=[<>=^~])")
_COMPARATOR = re.compile(r"(>=|<=|==|~=|=|>|<|\^|~)?[ ]*v?([^\s,<>=^~]+)")
_REQUEST = re.compile(r"\s*(?P<name>[^\s@<>=~^]+)\s*(?P<range>[@<>=~^].*)?", re.DOTALL)

Level = Literal["major", "minor", "patch"]
Bound = tuple[int, int, int]
T = TypeVar("T")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """One version. Two that differ in their build alone are different but have the same precedence (clause 10)."""

    major: int
    minor: int
    patch: int
    prerelease: tuple[str, ...] = ()
    build: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Version:
        """The version that a text writes out in full.

        Raises:
            InvalidVersionError: it is no SemVer 2.0.0 version, or longer than 128 characters.
        """
        match = _VERSION.fullmatch(text) if len(text) <= MAX_LENGTH else None
        if match is None:
            raise InvalidVersionError(
                f"{text[:MAX_LENGTH]!r} is not a version of Semantic Versioning 2.0.0",
                hint="write three numbers without leading zeros, such as 1.2.0 or 2.0.0-rc.1",
            )
        pre, build = match["pre"], match["build"]
        return cls(
            int(match["major"]),
            int(match["minor"]),
            int(match["patch"]),
            tuple(pre.split(".")) if pre else (),
            tuple(build.split(".")) if build else (),
        )

    def bump(self, level: Level) -> Version:
        """The next version of a level. A prerelease of that very level leads to its release: 2.0.0-rc.1 to 2.0.0."""
        major, minor, patch = self.core
        if level == "major":
            return Version(major + (not self.prerelease or bool(minor or patch)), 0, 0)
        if level == "minor":
            return Version(major, minor + (not self.prerelease or bool(patch)), 0)
        return Version(major, minor, patch + (not self.prerelease))

    @property
    def core(self) -> Bound:
        """Major, minor and patch."""
        return (self.major, self.minor, self.patch)

    @property
    def precedence(self) -> tuple[Bound, bool, tuple[tuple[bool, int, str], ...]]:
        """What orders versions (clause 11): a prerelease is below its release, numbers are below words."""
        labels = tuple((not label.isdigit(), int(label) if label.isdigit() else 0, label) for label in self.prerelease)
        return (self.core, not self.prerelease, labels)

    def __lt__(self, other: Version) -> bool:
        return (self.precedence, self.build) < (other.precedence, other.build)

    def __str__(self) -> str:
        pre = f"-{'.'.join(self.prerelease)}" if self.prerelease else ""
        build = f"+{'.'.join(self.build)}" if self.build else ""
        return f"{self.major}.{self.minor}.{self.patch}{pre}{build}"


@dataclass(frozen=True, slots=True)
class Comparator:
    """One side of a range: an operator (`>=`, `<`, `=`, `>`, `<=`) and a full version."""

    operator: str
    version: Version

    def allows(self, version: Version) -> bool:
        """Whether a version lies on this side. Builds count only where `=` names one."""
        mine, theirs = self.version.precedence, version.precedence
        if self.operator == "=":
            return mine == theirs and self.version.build in {(), version.build}
        if self.operator in {"<", "<="}:
            return theirs < mine or (self.operator == "<=" and theirs == mine)
        return theirs > mine or (self.operator == ">=" and theirs == mine)


@dataclass(frozen=True, slots=True)
class Range:
    """A range of versions: every comparator must allow a version.

    A prerelease lies in a range only when a comparator names a prerelease of the same three numbers, so that
    `<2` does not reach `2.0.0-rc.1`. `latest` also takes a prerelease when there is nothing else.

    Args:
        text: what was asked for.
        comparators: none means any release.
    """

    text: str
    comparators: tuple[Comparator, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Range:
        """The range that a text describes: `1.2.0`, `1`, `1.2`, `^1.2`, `~1.2`, `>=1.2,<2`, `<2`, `*` or `latest`;
        a blank may stand for the comma, a version may start with v, and `~=` means what it does in Python packages.

        Raises:
            InvalidVersionError: the text is none of these, or longer than 128 characters.
        """
        stripped = text.strip()
        if stripped in {"*", "latest"}:
            return cls(stripped)
        parts = _BETWEEN.split(stripped)
        if len(text) > MAX_LENGTH or not all(parts):
            raise _no_range(text)
        return cls(stripped, tuple(side for part in parts for side in _comparators(part, text)))

    def allows(self, version: Version) -> bool:
        """Whether a version lies in the range."""
        if not all(side.allows(version) for side in self.comparators):
            return False
        return not version.prerelease or any(
            side.version.prerelease and side.version.core == version.core for side in self.comparators
        )

    def best(self, candidates: Iterable[T], version: Callable[[T], Version]) -> T | None:
        """The candidate of the highest version in the range, or None: the nearest is never a substitute."""
        ordered = sorted(candidates, key=version, reverse=True)
        found = next((candidate for candidate in ordered if self.allows(version(candidate))), None)
        return ordered[0] if found is None and self.text == "latest" and ordered else found

    def __str__(self) -> str:
        return self.text


def parse_request(request: str) -> tuple[str, Range | None]:
    """The name and the range of `name`, `name@range` or `name<2`; no range means that none was asked for.

    The one reading of requests: every surface resolves what it is given through it. Letter case and compatibility
    forms of the name do not count, because people and models type it.

    Raises:
        InvalidVersionError: there is an `@`, but no range behind it.
    """
    match = _REQUEST.fullmatch(unicodedata.normalize("NFKC", request))
    if match is None:
        return request.strip(), None
    name, wanted = match["name"].casefold(), match["range"]
    return name, None if wanted is None else Range.parse(wanted.removeprefix("@"))


def _no_range(text: str) -> InvalidVersionError:
    return InvalidVersionError(
        f"{text[:MAX_LENGTH]!r} is not a range of versions",
        hint="write one of 1.2.0, 1, ^1.2, ~1.2, >=1.2,<2, <2, * or latest",
    )


def _comparators(part: str, text: str) -> tuple[Comparator, ...]:
    match = _COMPARATOR.fullmatch(part)
    if match is None:
        raise _no_range(text)
    operator, written = match[1] or "", match[2]
    partial = _PARTIAL.fullmatch(written)
    if partial is None:
        try:
            exact = Version.parse(written)
        except InvalidVersionError:
            raise _no_range(text) from None
        return _around(operator, exact, _next(operator, exact.core, 3))
    numbers = [int(number) for number in partial.groups() if number is not None]
    low: Bound = (numbers[0], numbers[1] if len(numbers) > 1 else 0, 0)
    return _around(operator or "~", Version(*low), _next(operator or "~", low, len(numbers)), partial=True)


def _around(operator: str, low: Version, high: Bound, *, partial: bool = False) -> tuple[Comparator, ...]:
    """The comparators of an operator on a version; a partial version stands for all that begin with it."""
    above, below = Comparator(">=", low), Comparator("<", Version(*high))
    if operator in {"^", "~", "~="} or (partial and operator in {"=", "=="}):
        return (above, below)
    if partial and operator == ">":
        return (Comparator(">=", Version(*high)),)
    if partial and operator == "<=":
        return (below,)
    return (Comparator("=" if operator in {"", "=="} else operator, low),)


def _next(operator: str, low: Bound, given: int) -> Bound:
    """The first version beyond what `operator` allows: caret keeps the leftmost number that is not zero."""
    major, minor, patch = low
    if operator == "^" and (major or given == 1):
        return (major + 1, 0, 0)
    if operator == "^" and given == 3 and not minor:  # noqa: PLR2004  three numbers are a full version
        return (0, 0, patch + 1)
    fixed = given - 1 if operator == "~=" else given
    return (major + 1, 0, 0) if fixed <= 1 else (major, minor + 1, 0)
