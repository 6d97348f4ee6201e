r"""Text to tokens: any language, and code inside of prose.

Latin, Greek and Cyrillic words are tokens; scripts that are written without spaces, and Hangul with its particles,
give one token a character, so that a phrase is found inside of a run. There is no `\b` anywhere: between `用` and
`fastapi` it sees no boundary, because both are word characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain

from backwright.routing.stems import root, stem

# A request may hold a pasted log. The question stands before or after the paste, so the middle is what is left out.
MAX_CHARS = 8_192

# Han, Kana, Hangul, Thai, Lao, Burmese, Khmer.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_LETTERS = rf"(?:(?![{_UNSPACED}])[^\W_])+"
_TOKEN = re.compile(rf"[{_UNSPACED}]|_*{_LETTERS}(?:[-_]+{_LETTERS})*")
# The same of ASCII alone, several times as fast.
_ASCII_TOKEN = re.compile(r"_*[A-Za-z0-9]+(?:[-_]+[A-Za-z0-9]+)*")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_APOSTROPHE = re.compile(r"(?<=\w)['\u2019](?=\w)")

# Names that lose their meaning when their punctuation is cut off.
_SYMBOLS = (
    ("c++", re.compile(r"(?<![A-Za-z0-9_])[cC]\+\+"), "cpp"),
    ("c#", re.compile(r"(?<![A-Za-z0-9_])[cC]#"), "csharp"),
    ("f#", re.compile(r"(?<![A-Za-z0-9_])[fF]#"), "fsharp"),
    (".net", re.compile(r"(?<![A-Za-z0-9_])\.(?:NET|net|Net)(?![A-Za-z0-9_])"), "dotnet"),
)

_ENGLISH = """
a about above after again all also am an and any are as at be because been before being below between both but by can
could did do does doing done dont down each else ever every few for from further get give go had has have having he
help her here him his how i if im in into is it its ive just kind know let like look lot made make many may me might
more most much must my need never no nor not now of off ok on once one only or other our out over own please put really
s same say see she should show since so some still such sure t take tell than thank thanks that the their them then
there these they thing this those through to too try two under until up us use using very want was way we well were
what when where which while who whom whose why will with within without would yes yet you your
"""
_SPANISH = """
al como con crea cual cuando de del desde el ella en es esta este esto hay la las lo los me mi mis muy nuestro nuestra
para pero por porque que quiero se sin sobre su sus te tu un una uno unas unos y ya
"""
# Verbs and nouns of any request to change any software; in a phrase ("new endpoint") they keep their meaning.
_REQUESTS = """
add added adding app build change changes code create created creating error example file files find fix fixed
implement new problem project run running set setup start support system test using wants work working works write
writing
"""
# Words that say how someone asks, not what about. The search leaves them out; phrases keep them.
STOP_WORDS = frozenset([*_ENGLISH.split(), *_SPANISH.split(), *_REQUESTS.split()])

_FIRST_UNSPACED = "\u0e00"
# Longer tokens are read anew each time.
_KNOWN_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Words:
    """A text as two streams of tokens over the same positions.

    Args:
        parts: the finest tokens, stemmed: `TaskGroup` is `task`, `group`.
        wholes: the words as written, joined and stemmed: `TaskGroup` is `taskgroup`.
        starts: for each whole the position of its first part, and at the end the number of parts.
        surface: each part as it was written, in lower case.
    """

    parts: tuple[str, ...]
    wholes: tuple[str, ...]
    starts: tuple[int, ...]
    surface: tuple[str, ...]


@lru_cache(maxsize=16)
def words(text: str) -> Words:
    """The tokens of a text; of one longer than `MAX_CHARS`, those of its two ends.

    The last ones are kept: the router of each room reads the same request.
    """
    plain = _plain(text)
    if plain.islower() and plain.isascii() and plain.replace(" ", "").isalpha():
        # Most phrases are plain words.
        surface = tuple(plain.split())
        stems = tuple(map(_stem, surface))
        return Words(stems, stems, tuple(range(len(stems) + 1)), surface)
    tokens = (_ASCII_TOKEN if plain.isascii() else _TOKEN).findall(plain)
    read = [_known(token) if len(token) <= _KNOWN_LENGTH else _read(token) for token in tokens]
    surfaces, stems, wholes = zip(*read, strict=True) if read else ((), (), ())
    return Words(
        parts=tuple(chain.from_iterable(stems)),
        wholes=wholes,
        starts=tuple(accumulate(map(len, surfaces), initial=0)),
        surface=tuple(chain.from_iterable(surfaces)),
    )


def _read(token: str) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The parts of one token as written, their stems, and the stem of the whole."""
    if token.isascii() and token.isalpha() and (token[1:].islower() or token.isupper() or len(token) == 1):
        word = token.lower()
        only = stem(word)
        return (word,), (only,), only
    pieces = tuple(piece.casefold() for piece in _split(token))
    return pieces, tuple(stem(piece) for piece in pieces), stem("".join(pieces))


# Requests and skills share most of their words. What is kept is bounded in number and length, whoever writes them.
_known = lru_cache(maxsize=16_384)(_read)
_stem = lru_cache(maxsize=16_384)(stem)


def query_terms(text: Words) -> dict[str, str]:
    """The terms of a text that a search weighs, each with the form it was written in, in the order of the text.

    The roots of parts that are no stop words, identifiers of several parts also whole, and neighbouring characters of
    unspaced scripts in pairs (one Han character alone says too little).
    """
    if not text.parts or max(text.parts) < _FIRST_UNSPACED:
        said = zip(text.parts, text.surface, strict=True)
        terms = {root(part): surface for part, surface in said if surface not in STOP_WORDS and len(part) > 1}
    else:
        terms = _in_pairs(text)
    if len(text.wholes) < len(text.parts):
        for number, whole in enumerate(text.wholes):
            start, end = text.starts[number], text.starts[number + 1]
            if end - start > 1:
                terms.setdefault(whole, "".join(text.surface[start:end]))
    return terms


def _in_pairs(text: Words) -> dict[str, str]:
    terms: dict[str, str] = {}
    last = len(text.parts) - 1
    for position, (part, surface) in enumerate(zip(text.parts, text.surface, strict=True)):
        if part >= _FIRST_UNSPACED and unspaced(part):
            if position < last and unspaced(text.parts[position + 1]):
                terms.setdefault(part + text.parts[position + 1], surface + text.surface[position + 1])
        elif surface not in STOP_WORDS and len(part) > 1:
            terms.setdefault(root(part), surface)
    return terms


def unspaced(token: str) -> bool:
    """Whether a token belongs to a script that is written without spaces."""
    return _IS_UNSPACED.match(token) is not None


def _plain(text: str) -> str:
    if len(text) > MAX_CHARS:
        half = MAX_CHARS // 2
        text = f"{text[:half]} {text[-half:]}"
    plain = text if text.isascii() else _unaccented(text)
    if "'" in plain or "\u2019" in plain:
        plain = _APOSTROPHE.sub("", plain)
    lower = plain.lower()
    for symbol, pattern, replacement in _SYMBOLS:
        if symbol in lower:
            plain = pattern.sub(replacement, plain)
    return plain


def _unaccented(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text))
    return unicodedata.normalize("NFC", _ACCENTS.sub("", decomposed))


def _split(token: str) -> list[str]:
    pieces = [piece for piece in re.split("[-_]+", token) if piece]
    return [part for piece in pieces for part in (_CAMEL.findall(piece) if piece.isascii() else [piece])]
