"""Lint: every check on every skill. It reads what is served and changes nothing of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from backwright._discover import discover
from backwright.catalog import checks
from backwright.catalog.catalog import Catalog
from backwright.catalog.checks._check import Check, Subject
from backwright.catalog.foreign import Foreign
from backwright.catalog.importing import ORIGINAL, Imported
from backwright.catalog.problem import Problem


@cache
def all_checks() -> tuple[Check, ...]:
    """Every check, by code."""
    return discover(checks, "CHECK", Check, key=lambda check: check.code)


def lint(subjects: Iterable[Subject]) -> tuple[Problem, ...]:
    """The problems of some skills, by file and line; the skills are compared with each other."""
    every = tuple(sorted(subjects, key=lambda subject: subject.skill.name))
    found = (problem for subject in every for check in all_checks() for problem in check.problems(subject, every))
    return tuple(sorted(found, key=lambda problem: (problem.path, problem.line or 0, problem.code)))


def lint_catalog(catalog: Catalog) -> tuple[Problem, ...]:
    """The problems of what a catalog lists, each file by its path under `skills/`, or in its package by its address."""
    return lint(
        Subject(skill, f"skills/{skill.name}" if skill.package is None else skill.name) for skill in catalog.skills
    )


def subject_of(foreign: Foreign, imported: Imported) -> Subject:
    """A foreign skill to be linted: its problems are told of the files that its author knows."""
    places = dict(_places(foreign))
    return Subject(imported.skill, foreign.path, places)


def _places(foreign: Foreign) -> Iterator[tuple[str, str]]:
    yield f"{ORIGINAL}/{foreign.document}", foreign.label
    yield "SKILL.md", foreign.label
    for file in foreign.files:
        if file.path != foreign.document:
            yield f"{ORIGINAL}/{file.path}", f"{foreign.path}/{file.path}"
