"""The catalog that is served now, and the next one: loaded beside it, then put in its place by one assignment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from backwright.catalog.catalog import Catalog
from backwright.catalog.memory import Memory
from backwright.catalog.problem import Problem
from backwright.catalog.skill import Skill

if TYPE_CHECKING:
    from backwright.catalog.indexing import Indexing

Load: TypeAlias = Callable[[Memory], Catalog]
"""Loads the catalog, given the memory of the loads before."""


@dataclass(frozen=True)
class Swap:
    """One catalog that took the place of another."""

    before: Catalog
    after: Catalog

    @cached_property
    def listed(self) -> bool:
        """Whether anything that a list shows is another, be it only a digest."""
        # Of equal digests, only those of an index can be of skills that read differently.
        return self.before.digest != self.after.digest or self.before.skills != self.after.skills

    @cached_property
    def uris(self) -> frozenset[str]:
        """The addresses of the files that came, went or changed."""
        before = {skill.uri(): skill for skill in _all(self.before)}
        after = {skill.uri(): skill for skill in _all(self.after)}
        return frozenset(
            uri
            for address in before.keys() | after.keys()
            for uri in _differing(before.get(address), after.get(address))
        )

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """The problems that are new."""
        known = set(self.before.problems)
        return tuple(problem for problem in self.after.problems if problem not in known)


def _all(catalog: Catalog) -> Iterator[Skill]:
    yield from catalog.skills
    yield from catalog.releases


def _differing(before: Skill | None, after: Skill | None) -> Iterator[str]:
    """The addresses of one skill's files that differ between two catalogs; unchanged skills are the same object."""
    if before is after:
        return
    old, new = (
        {} if skill is None else {skill.uri(file.path): file.digest for file in skill.served}
        for skill in (before, after)
    )
    yield from (uri for uri in old.keys() | new.keys() if old.get(uri) != new.get(uri))


class Library:
    """Holds one catalog at a time. Whoever reads `current` once has one snapshot, whole, for as long as they keep it.

    Args:
        load: loads the catalog; only ever called by one thread at a time.
        index: what an earlier process left of the pack, for the first catalog. Whoever serves it calls `settle` soon.
    """

    def __init__(self, load: Load, index: Indexing | None = None) -> None:
        self._load = load
        self._index = index
        self._memory = Memory()
        self._lock = threading.Lock()
        self._current: Catalog | None = None
        self._provisional = False
        self.settled = index is None

    @property
    def current(self) -> Catalog:
        """The catalog that is served now.

        Raises:
            IntegrityError, ManifestError: on first use, when strict and the pack is not sound.
        """
        catalog = self._current
        if catalog is None:
            with self._lock:
                catalog = self._current
                if catalog is None:
                    self._current = catalog = self._first()
        return catalog

    def _first(self) -> Catalog:
        known = self._memory.known = None if self._index is None else self._index.known()
        catalog = self._load(self._memory)
        self._provisional = known is not None and known.used > 0
        self._memory.known = None
        return catalog

    def settle(self, before_swap: Callable[[Catalog], object] = lambda _: None) -> Swap | None:
        """Read everything that the first catalog took from an index, and leave one to the next process.

        What is served afterwards is what a start without an index would have served.

        Args:
            before_swap: as for `reload`.

        Returns:
            what the index did not say, or what changed since; None where there is nothing new.
        """
        _ = self.current
        swap = self.reload(before_swap) if self._provisional else None
        with self._lock:
            self.settled = True
            if self._index is not None:
                self._index.keep(self._memory, true=swap is None)
        return swap

    def reload(self, before_swap: Callable[[Catalog], object] = lambda _: None) -> Swap | None:
        """Look at the disk again; None where there is nothing new.

        Args:
            before_swap: is given the next catalog just before it is served, to derive what readers would wait for.
        """
        before = self.current
        with self._lock:
            before = self._current or before
            after = self._load(self._memory)
            same = (after.digest, after.problems, after.manifest) == (before.digest, before.problems, before.manifest)
            if self._provisional:
                self._provisional = False
                same = same and after == before
            elif same:
                return None
            before_swap(after)
            self._current = after
        return None if same else Swap(before, after)
