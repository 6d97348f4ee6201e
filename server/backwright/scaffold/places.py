"""On which of a project's applications and routers the next router is mounted, and what stands before its paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import InvalidInputError
from backwright.scaffold.project import Application, Facts
from backwright.scaffold.record import Record
from backwright.scaffold.relations import module_of
from backwright.scaffold.resource import Resource
from backwright.scaffold.routes import Router
from backwright.scaffold.symbols import named, read_symbols

_VERSION = re.compile(r"/v[0-9]+(/|$)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a router goes.

    Args:
        mount: what it is mounted on; None where that cannot be told.
        prefix: that of the router itself where it is not the usual one, because a version stands before it already.
        notes: what it was chosen by, and what is doubtful.
    """

    mount: Application | None
    prefix: str | None = None
    notes: tuple[str, ...] = ()


def find_place(
    root: Path, facts: Facts, resource: Resource, module: str, own: Record | None, chosen: str | None = None
) -> Place:
    """What most of the project's routers are mounted on.

    Args:
        root: the project.
        facts: what was read of it.
        resource: what is to be mounted.
        module: the dotted name of its router's module.
        own: the record of an earlier time, whose paths stay as they are.
        chosen: what backwright.yaml says, as `module:name`.

    Raises:
        InvalidInputError: nothing is mounted on what was chosen, or there is no such thing.
    """
    places = [*facts.applications, *facts.aggregates]
    if chosen is not None:
        places = _chosen(root, facts, chosen, places)
    most = max((each.site.mounts for each in places), default=0)
    best = [each for each in places if each.site.mounts == most]
    if len(best) != 1:
        alias = f"{resource.plural}_router"
        lines = f"`from {module} import router as {alias}` and `NAME.include_router({alias})`"
        found = "; ".join(map(_named, best)) or "no application was found"
        return Place(None, own.prefix if own else None, (f"mount the router yourself ({found}): {lines}",))
    if best[0] in facts.applications:
        return Place(best[0], own.prefix if own else None)
    above, whole = Router(read_symbols(root, facts)).prefix(module_of(best[0].path, facts), best[0].site.receiver)
    prefix = f"/{resource.plural.replace('_', '-')}" if _VERSION.search(above) else None
    if own is not None:
        prefix = own.prefix
    usual = f"/v{resource.version}/{resource.plural.replace('_', '-')}"
    said = f"its path is {above}{prefix or usual}" + ("" if whole else ", after what cannot be read from the code")
    others = [_named(each) for each in places if each is not best[0] and each.site.mounts > 1]
    note = f"the router goes on {_named(best[0])}, as {most} others do; {said}"
    asked = f"is that right? There are {'; '.join(others)} as well"
    return Place(best[0], prefix, (note, asked) if others else (note,))


def _chosen(root: Path, facts: Facts, chosen: str, places: Sequence[Application]) -> list[Application]:
    module, _, name = chosen.partition(":")
    found = [each for each in places if (module_of(each.path, facts), each.site.receiver) == (module, name)]
    if not found:
        named(root, facts, "scaffold.router", chosen)
        raise InvalidInputError(
            f"scaffold.router is {chosen!r} in backwright.yaml, and no router is mounted on that yet",
            hint=f"mount one, or name one of {'; '.join(map(_named, places)) or 'none'}",
        )
    return found


def _named(place: Application) -> str:
    return f"{place.site.receiver} in {place.path}:{place.site.line}"
