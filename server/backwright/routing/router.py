"""Finds the skill for a request, or candidates, or nothing, and says why."""

from __future__ import annotations

from collections.abc import Iterable

from backwright.routing.decision import Decision, Evidence, Match, Request, Routing
from backwright.routing.trigger import SkillTerms

__all__ = ["Decision", "Evidence", "Match", "Request", "Router", "Routing"]


class Router:
    """The router over one snapshot of the catalogue."""

    def __init__(self, terms: Iterable[SkillTerms]) -> None:
        self._terms = {skill.name: skill for skill in sorted(terms, key=lambda skill: skill.name)}

    def route(self, request: Request) -> Routing:
        """The decision for one request."""
        del request
        return Routing(decision="none", reason="Nothing fits.")
