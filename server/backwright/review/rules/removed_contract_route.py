"""BW209: a route that clients call is taken away or answers at another address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from backwright.review.change import Change
from backwright.review.diagnostic import Confidence, Severity
from backwright.review.diff import FileStatus
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import is_literal
from backwright.review.rules._contract import replaced_by, takes_out
from backwright.review.rules._fastapi import Route, routes
from backwright.review.source import Source, keyword

_PARAMETER = re.compile(r"\{[^}]*\}")


def _address(route: Route) -> tuple[str, str] | None:
    """Method and path as a client sees them: the names of parameters and a slash at the end are not part of it."""
    return None if route.path is None else (route.method, _PARAMETER.sub("{}", route.path).rstrip("/"))


def _public(sources: Iterable[Source], facts: Facts) -> list[Route]:
    return [
        route
        for source in sources
        for route in routes(source, facts)
        if not (route.is_hidden or route.is_probe or is_literal(keyword(route.decorator, "deprecated"), value=True))
    ]


def _kept(change: Change, facts: Facts) -> frozenset[tuple[str, str]]:
    """Every address that the changed files still serve; a route may have moved to another of them."""
    every = (route for sources in change.sources.values() for s in sources for route in routes(s, facts))
    return frozenset(address for route in every if (address := _address(route)) is not None)


def _is_kept(address: tuple[str, str], kept: frozenset[tuple[str, str]]) -> bool:
    """A prefix may have moved between the router and the route."""
    method, path = address
    return any(method == other and (mine == path or _ends(mine, path)) for other, mine in kept)


def _ends(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short.count("/") > 0 and len(short) > 1 and long.endswith(short)


def _check(change: Change, facts: Facts) -> Iterator[Finding]:
    kept: frozenset[tuple[str, str]] | None = None
    for file in change.files:
        if file.status not in {FileStatus.MODIFIED, FileStatus.RENAMED} or file.path not in change.sources:
            continue
        # Before the file as it was is parsed: a route goes with its decorator.
        if not takes_out(file, "@"):
            continue
        for route in _public(change.before(file.path), facts):
            address, lines = _address(route), replaced_by(file, route.decorator.lineno)
            if address is None or not lines:
                continue
            kept = _kept(change, facts) if kept is None else kept
            if not _is_kept(address, kept):
                yield Finding(
                    lines,
                    f"`{route.method.upper()} {route.path}` is no longer served: clients that call it get 404 or 405;"
                    " keep it, marked `deprecated=True`, beside the new one",
                    path=file.path,
                )


RULE = Rule(
    code="BW209",
    name="removed-contract-route",
    kind="contract-route-removed",
    severity=Severity.WARNING,
    summary="A route is taken away or renamed in place: clients that call it get 404 or 405 at the next deployment.",
    check_change=_check,
    confidence=Confidence.MEDIUM,
)
