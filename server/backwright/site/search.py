"""Search by words: everything that holds all of them, what is called so first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from backwright.site.skills import Entry

MAX_QUERY: Final = 200
MAX_WORDS: Final = 12
MAX_FOUND: Final = 60

_TITLE, _SUMMARY, _TEXT = 12, 4, 1


@dataclass(frozen=True, slots=True)
class Searchable:
    """An entry, and what it says in folded case."""

    entry: Entry
    title: str
    summary: str
    text: str

    @classmethod
    def of(cls, entry: Entry) -> Searchable:
        """An entry, read."""
        return cls(entry, entry.title.casefold(), entry.summary.casefold(), entry.text().casefold())

    def weight(self, words: Sequence[str]) -> int:
        """How well it fits; 0 where it lacks a word."""
        weights = [self._weight(word) for word in words]
        return sum(weights) if all(weights) else 0

    def _weight(self, word: str) -> int:
        if word in self.title:
            return _TITLE
        return _SUMMARY if word in self.summary else _TEXT if word in self.text else 0


def search(query: str, among: Iterable[Searchable]) -> list[Entry]:
    """The entries that hold every word of a query, the best first; none for a query without a word."""
    words = query[:MAX_QUERY].casefold().split()[:MAX_WORDS]
    if not words:
        return []
    weighed = [(each.weight(words), each.entry) for each in among]
    found = sorted((pair for pair in weighed if pair[0]), key=lambda pair: -pair[0])
    return [entry for _, entry in found[:MAX_FOUND]]
