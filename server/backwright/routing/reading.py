"""A request as the routers read it: once, whatever the number of rooms."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace

from backwright.routing.asides import aside
from backwright.routing.decision import Request
from backwright.routing.paths import foreign
from backwright.routing.spelling import SURE, Spelling
from backwright.routing.stacks import Stack, foreign_stack
from backwright.routing.text import Words, query_terms, unspaced, words
from backwright.routing.tongues import rendered


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a request.

    Args:
        texts: the request's own text, then each keyword.
        paths: the files at hand.
        context: what is known of the project.
        terms: what a search weighs, of all texts, each with the form that it was written in.
        foreign: the language of the files at hand, if it is none that the pack is about.
        stack: the other technology that the texts name, if they name none of the pack's, or the text that they ask for
            about one.
        guessed: whether a word was read as another that it may not have been meant for.
        renderings: how many of the texts, the last ones, are others of them word by word in English.
    """

    texts: tuple[Words, ...]
    paths: tuple[Words, ...]
    context: tuple[Words, ...]
    terms: Mapping[str, str]
    foreign: str | None
    stack: Stack | None = None
    guessed: bool = False
    renderings: int = 0

    def spelt(self, spelling: Spelling) -> Reading:
        """The same with its slips mended."""
        mended = [spelling.repaired(text) for text in self.texts]
        if not any(mended):
            return self
        texts = tuple(better[0] if better else text for better, text in zip(mended, self.texts, strict=True))
        guessed = any(better is not None and len(better[1]) < SURE for better in mended)
        return replace(self, texts=texts, terms=_terms(texts), guessed=guessed)

    def in_english(self, known: Container[str]) -> Reading:
        """The same with its texts in other languages also in English; their words count where some skill holds them."""
        found = [each for text in self.texts if (each := rendered(text)) is not None]
        if not found:
            return self
        said = frozenset().union(*(each.known for each in found))
        own = {
            term: surface
            for term, surface in self.terms.items()
            if term in known or not (surface in said or unspaced(surface))
        }
        english = tuple(each.text for each in found)
        return replace(self, texts=self.texts + english, terms={**_terms(english), **own}, renderings=len(english))


def read(request: Request) -> Reading:
    """The words of a request."""
    texts = tuple(words(text) for text in (request.text, *request.keywords))
    paths = tuple(words(path) for path in request.paths)
    other = foreign(request.paths)
    # Files of Python at hand settle it: then the request only mentions the other technology.
    at_home = other is None and any(path.rsplit(".", 1)[-1] in {"py", "pyi"} for path in request.paths)
    context = tuple(words(name) for name in request.context)
    stack = None if at_home else foreign_stack(texts + context) or _spoken_of(texts)
    return Reading(texts, paths, context, _terms(texts), other, stack)


def _spoken_of(texts: tuple[Words, ...]) -> Stack | None:
    found = aside(texts)
    return None if found is None else Stack(found, ())


def _terms(texts: tuple[Words, ...]) -> Mapping[str, str]:
    terms: dict[str, str] = {}
    for text in texts:
        terms.update(query_terms(text))
    return terms
