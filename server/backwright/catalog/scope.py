"""What a project wants to see of the skills: all of them, some only when they are named, and some never."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from backwright.catalog.catalog import Catalog
from backwright.catalog.problem import Code, Problem

Standing: TypeAlias = Literal["visible", "discoverable", "blocked"]
Scope: TypeAlias = Mapping[str, Standing]
"""By a skill's full name, by `prefix/*`, or by `*`."""


def standing(name: str, scope: Scope) -> Standing:
    """How a skill stands: what is said of it by name, else by the longest prefix; visible without a word."""
    parts = name.split("/")
    prefixes = ["/".join([*parts[:count], "*"]) for count in range(len(parts) - 1, -1, -1)]
    return next((scope[each] for each in (name, *prefixes) if each in scope), "visible")


def scoped(catalog: Catalog, scope: Scope, where: str) -> Catalog:
    """The catalog as a project wants it.

    Args:
        catalog: all that there is.
        scope: how skills stand.
        where: the file that says so, for messages.
    """
    names = {skill.name for skill in (*catalog.skills, *catalog.releases)}
    stands = {name: standing(name, scope) for name in sorted(names)}
    blocked = frozenset(name for name, how in stands.items() if how == "blocked")
    known = (Problem(Code.FIELD_INVALID, "warning", where, None, *_unknown(key)) for key in _idle(scope, names))
    return replace(
        catalog,
        skills=tuple(skill for skill in catalog.skills if skill.name not in blocked),
        releases=tuple(skill for skill in catalog.releases if skill.name not in blocked),
        quiet=frozenset(name for name, how in stands.items() if how == "discoverable"),
        blocked=blocked,
        problems=(*catalog.problems, *known),
    )


def _idle(scope: Scope, names: set[str]) -> list[str]:
    """The names in a scope that no skill has."""
    return sorted(key for key in scope if not key.endswith("*") and key not in names)


def _unknown(key: str) -> tuple[str, str]:
    return f"scope.{key}: no skill is called so", "correct the name, or remove the line; see `backwright skills`"
