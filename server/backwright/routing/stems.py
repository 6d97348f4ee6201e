"""Words that mean the same: forms of one stem, forms of one root, and everyday English for one thing that goes wrong.

Phrases are matched by stems, `retries` as `retry`. A search of single words goes further and matches by roots, so that
`migrate` finds `migration`, and by classes of plain words: nobody who is in trouble uses the word that a skill's author
chose, and a request hangs, freezes, stalls or gets stuck. The classes are of what software does and fails to do. They
hold no name of a technology and no word of one subject; those belong to the skill, in its `triggers.yaml`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

# Names that end like a plural and are none.
_NO_PLURAL: Final = frozenset({"aws", "cors", "dns", "https", "kubernetes", "ros", "saas", "tls"})
_SHORTEST_STEM: Final = 3
_VOWEL: Final = re.compile("[aeiouy]")

_CLASSES: Final = """
slow sluggish slower slowest slowly laggy lag crawl crawls crawling
fast faster quick quicker quickly speed speedy
hang hangs hung freeze freezes froze frozen freezing stall stalled stuck unresponsive stands
crash crashes crashed dies died dying dead falls fell killed kills
break breaks broke broken breaking
fail fails failed failing failure failures
twice double doubled doubles duplicate duplicated duplicates duplication
again repeat repeated repeatedly repeats
lose loses lost losing vanish vanished vanishes disappear disappeared disappears gone missing
leak leaks leaked leaking leakage
grow grows grew growing grown
send sends sent sending
write writes wrote written
read reads reading
build builds built building
choose choose chose chosen pick picks picked
keep keeps kept keeping
forget forgets forgot forgotten
know knows knew known
catch catches caught catching
throw throws threw thrown raise raises raised
teach teaches taught
buy buys bought purchase purchases purchased
pay pays paid payment payments charge charges charged billed
customer customers user users visitor visitors shopper shoppers buyer buyers guest guests people person persons
provider providers vendor vendors supplier suppliers partner partners
someone somebody anyone anybody
everyone everybody
nobody noone
answer answers answered respond responds responded response responses reply replies replied
machine machines laptop laptops computer computers notebook
tell tells told inform informs informed
fetch fetches fetched download downloads downloaded
bug bugs defect defects
colleague colleagues teammate teammates coworker coworkers
wait waits waiting waited
big huge large bigger larger enormous
small tiny smaller little
wrong incorrect incorrectly wrongly
delete deletes deleted remove removes removed removing erase erased
restart restarts restarted reboot rebooted
refuse refuses refused reject rejects rejected deny denied denies
allow allows allowed permit permits permitted
schedule scheduled schedules nightly weekly hourly daily midnight
check checks checked checking verify verifies verified verifying
guess guesses guessed guessing
spend spends spent spending
night nights overnight
simultaneous simultaneously
periodic periodically regularly recurring
sometimes occasionally intermittent intermittently sporadic sporadically randomly
hide hides hid hidden
steal steals stole stolen
begin begins began begun
"""

_SHORTEST: Final = 4
_LONG: Final = 6
# Their endings are part of the word.
_WHOLE: Final = frozenset(
    {"format", "reformat", "repeat", "defeat", "instanc", "family", "assembly", "reply", "supply"}
)


def stem(word: str) -> str:
    """A light English stem: plural, `-ing`, `-ed`, `-ied` and a final `e`; other words pass unchanged.

    It only has to send the forms of one word to one string; the string need not be a word.
    """
    if len(word) <= _SHORTEST_STEM or not word.isascii() or not word.isalpha() or word in _NO_PLURAL:
        return word
    if word.endswith(("ies", "ied")) and len(word) > _SHORTEST_STEM + 1:
        return f"{word[:-3]}y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for suffix in ("ing", "ed"):
        base = word.removesuffix(suffix)
        # `setting` is not said of what one sets, nor `running` of a run: short words keep a doubled consonant.
        short = len(base) < _SHORTEST_STEM + (2 if base[-1:] == base[-2:-1] else 0)
        if base != word and not short and _VOWEL.search(base) and not base.endswith("e"):
            return _single(base)
    return word.removesuffix("e") if len(word) > _SHORTEST_STEM else word


def _single(base: str) -> str:
    doubled = base[-1] == base[-2] and base[-1] not in "lsz"
    return base[:-1] if doubled else base


@cache
def _classes() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _CLASSES.split("\n"):
        members = line.split()
        for word in members:
            found.setdefault(_form(stem(word)), _form(stem(members[0])))
    return found


@lru_cache(maxsize=16_384)
def root(part: str) -> str:
    """What a search knows a stem by: the same for `migrate` and `migration`, and for `hang` and `freeze`."""
    if len(part) < 3 or not part.isascii():  # noqa: PLR2004  shorter words have no endings
        return part
    form = _form(part)
    return _classes().get(form, form)


def _form(part: str) -> str:
    """A stem without what makes a noun or an adverb of it; conservative, so that few words meet that are not kin."""
    if not part.isascii() or not part.isalpha() or part in _WHOLE:
        return part
    for ending, instead, least in (
        ("ation", "", _SHORTEST),
        ("ency", "ent", _SHORTEST),
        ("enc", "ent", _SHORTEST),
        ("ancy", "ant", _SHORTEST),
        ("anc", "ant", _SHORTEST),
        ("tion", "t", _SHORTEST - 1),
        ("sion", "s", _SHORTEST - 1),
        ("ment", "", _LONG),
        ("at", "", _SHORTEST),
        ("ly", "", _SHORTEST),
    ):
        if part.endswith(ending) and len(part) - len(ending) >= least:
            part = part[: -len(ending)] + instead
            break
    return part[:-1] if part.endswith("ll") and len(part) >= _LONG else part
