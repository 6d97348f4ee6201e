"""Routes among skills of several parties, so that none of another party's can change how ours are found.

Each room has an index of its own: a phrase that a guest declares takes nothing away from ours, and its words do not
make ours rarer or more common.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backwright.routing import weights
from backwright.routing.decision import Request, Routing
from backwright.routing.named import named_in, split_argument
from backwright.routing.router import Router
from backwright.routing.trigger import Room, SkillTerms

_SHOWN = 2


class Rooms:
    """Routers over one snapshot of the catalogue, one for each room; they keep no state between requests.

    Args:
        terms: the trigger metadata of all skills.
    """

    def __init__(self, terms: Iterable[SkillTerms]) -> None:
        rooms: dict[Room, list[SkillTerms]] = {"own": [], "guest": [], "quiet": []}
        for skill in terms:
            rooms[skill.room].append(skill)
        self._own = Router(rooms["own"])
        self._guests = Router(rooms["guest"]) if rooms["guest"] else None
        self._quiet = Router(replace(skill, room="own") for skill in rooms["quiet"])
        routers = {"own": self._own, "guest": self._guests or self._own, "quiet": self._quiet}
        self._by_name = {skill.name: routers[room] for room, skills in rooms.items() for skill in skills}

    def route(self, request: Request) -> Routing:
        """The decision for one request.

        Raises:
            SkillNotFoundError: the request names a skill that is not served.
        """
        if not self._by_name:
            return self._own.fitting(request)
        named = split_argument(request.name, self._by_name) if request.name else named_in(request.text, self._by_name)
        if named is not None:
            return self._by_name[named.skill].explicit(named, request)
        own = self._own.fitting(request)
        return own if self._guests is None else _received(own, self._guests.fitting(request))


def _received(own: Routing, guest: Routing) -> Routing:
    """Our decision, or a guest's where it fits well and clearly better than anything of ours."""
    if guest.decision != "auto":
        return own
    best = guest.matches[0]
    # A package is often called by a plain word ("requests", "click"), so its name alone is not enough.
    if sum(piece.weight > 0 for piece in best.evidence) < weights.GUEST_PIECES:
        return own
    ours = own.matches[0].score if own.matches else 0.0
    if best.score - ours >= weights.MARGIN and own.decision != "explicit":
        held_back = (*own.matches, *own.held_back)[: weights.MOST_SUGGESTED]
        return guest.model_copy(update={"held_back": held_back})
    words = ", ".join(f"`{piece.term}` ({piece.field})" for piece in best.evidence[:_SHOWN])
    note = f"{best.skill} fits as well ({words}); the pack's own skill goes first: load the other by its name."
    return own.model_copy(update={"reason": f"{own.reason} {note}", "held_back": (*own.held_back, best)})
