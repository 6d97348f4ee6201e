"""Routes among skills of several parties, so that none of another party's can change how ours are found.

Each room has an index of its own: a phrase that a guest declares takes nothing away from ours, and its words do not
make ours rarer or more common.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from backwright.routing import weights
from backwright.routing.decision import Match, Request, Routing
from backwright.routing.named import named_in, split_argument
from backwright.routing.reading import read
from backwright.routing.router import Bodies, Router
from backwright.routing.thresholds import SHIPPED, Thresholds
from backwright.routing.trigger import Profile, Room, SkillTerms

_SHOWN = 2


class Rooms:
    """Routers over one snapshot of the catalogue, one for each room; they keep no state between requests.

    Args:
        terms: the trigger metadata of all skills.
        known: profiles of the last snapshot, by name; those of skills that did not change are taken over.
        bodies: what gives the words of the instructions of one of ours, by its name.
        at: from which score on something is done.
    """

    def __init__(
        self,
        terms: Iterable[SkillTerms],
        known: Mapping[str, Profile] = MappingProxyType({}),
        bodies: Bodies = lambda _: (),
        at: Thresholds = SHIPPED,
    ) -> None:
        rooms: dict[Room, list[SkillTerms]] = {"own": [], "guest": [], "quiet": []}
        self.terms = tuple(terms)
        for skill in self.terms:
            rooms[skill.room].append(skill)
        self._own = Router(rooms["own"], known, bodies, at)
        self._guests = Router(rooms["guest"], known) if rooms["guest"] else None
        self._quiet = Router((replace(skill, room="own") for skill in rooms["quiet"]), known)
        routers = {"own": self._own, "guest": self._guests or self._own, "quiet": self._quiet}
        self._by_name = {skill.name: routers[room] for room, skills in rooms.items() for skill in skills}

    @property
    def profiles(self) -> dict[str, Profile]:
        """The skills of all rooms as their indexes read them, by name."""
        routers = [self._own, self._quiet, *([self._guests] if self._guests else [])]
        return {name: each for router in routers for name, each in router.profiles.items()}

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
        reading = read(request)
        own = self._own.fitting_to(reading)
        return own if self._guests is None else _received(own, self._guests.fitting_to(reading))

    def ranked(self, request: Request, most: int) -> tuple[str, ...]:
        """Our skills for which anything speaks, best first, whatever the decision; for those who measure it."""
        return self._own.ranked(request, most) if self._own.profiles else ()

    def weighed(self, request: Request, most: int) -> tuple[Match, ...]:
        """The same with their scores and evidence."""
        return self._own.weighed(request, most) if self._own.profiles else ()


def _received(own: Routing, guest: Routing) -> Routing:
    """Our decision, or a guest's where it fits well and clearly better than anything of ours."""
    if guest.decision != "auto":
        return own
    best = guest.matches[0]
    # A package is often called by a plain word ("requests", "click"), so its name alone is not enough.
    if sum(piece.weight > 0 for piece in best.evidence) < weights.GUEST_PIECES:
        return own
    ours = own.matches[0].score if own.matches else 0.0
    if best.score - ours >= SHIPPED.margin and own.decision != "explicit":
        held_back = (*own.matches, *own.held_back)[: weights.MOST_SUGGESTED]
        return guest.model_copy(update={"held_back": held_back})
    words = ", ".join(f"`{piece.term}` ({piece.field})" for piece in best.evidence[:_SHOWN])
    note = f"{best.skill} fits as well ({words}); the pack's own skill goes first: load the other by its name."
    return own.model_copy(update={"reason": f"{own.reason} {note}", "held_back": (*own.held_back, best)})
