"""A request as the routers read it: once, whatever the number of rooms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backwright.routing.decision import Request
from backwright.routing.paths import foreign
from backwright.routing.text import Words, query_terms, words


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a request.

    Args:
        texts: the request's own text, then each keyword.
        paths: the files at hand.
        terms: what a search weighs, of all texts, each with the form that it was written in.
        foreign: the language of the files at hand, if it is none that the pack is about.
    """

    texts: tuple[Words, ...]
    paths: tuple[Words, ...]
    terms: Mapping[str, str]
    foreign: str | None


def read(request: Request) -> Reading:
    """The words of a request."""
    texts = tuple(words(text) for text in (request.text, *request.keywords))
    terms: dict[str, str] = {}
    for text in texts:
        terms.update(query_terms(text))
    return Reading(texts, tuple(words(path) for path in request.paths), terms, foreign(request.paths))
