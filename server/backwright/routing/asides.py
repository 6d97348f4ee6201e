"""Requests that only speak of a technology: a text, a picture or a piece of history about it, not work with it.

"Suggest a title for a talk about structured logging" holds a strong phrase and wants none of what a skill knows. The
lists are of what people ask to have written or told, and of how they ask for it. A kind of text counts only where
nothing follows that makes it a thing in a program: `a blog post about FastAPI`, and not `a blog post endpoint`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from backwright.routing.text import Words

_TEXTS: Final = (
    "poem song haiku limerick essay article tweet newsletter speech slogan tagline logo podcast slides presentation "
    "headline caption joke cv biography toast lyrics "
    "poema canción ensayo artículo poème chanson essai gedicht lied aufsatz artikel"
)
_PAIRS: Final = (
    "blog post|blog article|slide deck|short story|bedtime story|talk title|conference talk|product description|"
    "trivia quiz|pub quiz|crossword puzzle"
)
# Nothing in a program is called so, whatever follows.
_NEVER_WORK: Final = (
    "linked ?in post|press release|cover letter|"
    "job ad|job advert|job advertisement|job description|job posting|job offer"
)
_FUN: Final = "poem|song|haiku|limerick|joke|meme|riddle|pun|rap|comic|cartoon|sticker"
_ASKED: Final = "write|draft|compose|suggest|design|draw|polish|proofread|translate|summari[sz]e|shorten"
_ASKED_ELSEWHERE: Final = "escribe|traduce|resume|ecris|redige|traduis|schreibe?|verfasse|ubersetze"
_BEFORE: Final = (
    r"(?:me |us |a |an |the |this |that |my |our |un |una |une |einen? |das |den |el |la |le )*(?:\w+ ){0,2}?"
)
# What stands behind a kind of text if it is meant as one.
_AFTER: Final = r"(?= (?:about|on|of|for|that|which|why|how|called|titled|says?|with|uber|sobre|sur)\b|$)"

_TELLING: Final = (
    r"\bwho (?:first )?(?:invented|founded|coined)\b",
    r"\bwhen (?:was|were|did) (?:\w+ ){1,3}first (?:released?|published?|announced?)\b",
    (
        r"\b(?:make|tell|create|generate|write|give) (?:me |us )?(?:a|an|another|some) "
        rf"(?:\w+ ){{0,2}}(?:{_FUN})s?{_AFTER}"
    ),
    r"^who (?:maintains|created|develops|wrote|made|owns) (?:the )?\w+(?: \w+)?$",
    r"\bthe (?:name|word|term) \w+(?: \w+)? (?:means?|comes? from|stands? for)\b",
    r"^how old is (?:the )?\w+(?: \w+)?$",
    (
        r"\b(?:which|recommend|suggest|best|good) (?:\w+ ){0,2}"
        r"(?:talks|books|podcasts|courses|videos|channels) (?:about|on)\b"
    ),
    (
        r"\bname for (?:a|an|my|our|the) (?:\w+ )?"
        r"(?:cat|kitten|dog|puppy|pet|baby|podcast)\b"
    ),
    r"\bpronounc(?:e|ed|ing|iation)\b",
    r"\b(?:about|tell|explain|summari[sz]e|describe) (?:\w+ ){0,3}history of\b",
    r"\b(?:origin|etymology) of the (?:name|word)\b",
    (
        r"\b(?:suggest|need|find|think of|come up with|give me) (?:\w+ ){0,2}title for "
        r"(?:a|an|the|my|our) (?:\w+ )?(?:talk|book|blog|article|podcast|course|episode)\b"
    ),
    (
        r"\b(?:translate|ubersetze|traduce|traduis) (?:this|the|these|diesen|esta|cette) (?:\w+ )?"
        r"(?:word|sentence|paragraph|text|article|satz|frase|phrase)\b"
    ),
)
_ANY_KIND: Final = "|".join([*_TEXTS.split(), *_PAIRS.split("|"), *_FUN.split("|")])


_MARKS: Final = """
invented founded coined released release published publish announced announce pronounce pronounced pronouncing
pronunciation history origin etymology title sentence paragraph text satz frase phrase profile letter word old talks
books podcasts courses videos channels cat kitten dog puppy pet baby maintains created develops wrote made owns name
term
"""


@cache
def _patterns() -> tuple[frozenset[str], re.Pattern[str]]:
    """The words of which each aside holds one, and the asides themselves."""
    kinds = {kind.split()[-1] for kind in f"{_PAIRS}|{_NEVER_WORK}|{_FUN}".split("|")} | set(_TEXTS.split())
    kind = _unaccented(_ANY_KIND)
    written = rf"\b(?:{_ASKED}|{_ASKED_ELSEWHERE}) {_BEFORE}(?:{kind}){_AFTER}"
    sure = rf"\b(?:{_ASKED}) {_BEFORE}(?:{_NEVER_WORK})\b"
    named = rf"^(?:\w+ ){{0,3}}(?:{_PAIRS}|{_NEVER_WORK}){_AFTER}"
    mine = r"^(?:my|our|the) (?:cv|resume|cover letter|linkedin profile)\b"
    pattern = re.compile("|".join([written, sure, named, mine, *_TELLING]))
    return frozenset(_unaccented(" ".join([*kinds, _MARKS])).split()), pattern


def _unaccented(text: str) -> str:
    return text.translate(str.maketrans("óíè", "oie"))


def aside(texts: Iterable[Words]) -> str | None:
    """The words by which a request asks to be told or written something about its subject; None if it does not."""
    marks, pattern = _patterns()
    for text in texts:
        if not marks.isdisjoint(text.surface):
            found = pattern.search(" ".join(text.surface))
            if found:
                return found[0].strip()
    return None
