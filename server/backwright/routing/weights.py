"""Every constant of the decision, with its reason.

A score is 1 minus the product of (1 - weight) over the evidence, so each piece adds to what is still open and none
can push it over 1. The scale is absolute: a skill's score depends on the request and on what the skill declares, and
only its description part on the size of the catalogue (see `PRIOR_SKILLS`).
The order of the weights is reasoned. What is decided from a score on is in `thresholds.py`, with its provenance.
"""

from __future__ import annotations

# The skill's own name in prose ("fastapi endpoint") says more than any phrase, and less than `use fastapi-endpoint`.
NAME = 0.9
# A declared phrase of several words is rarely met by accident.
STRONG_PHRASE = 0.85
# One word can be; it still suffices when nothing else competes.
STRONG_WORD = 0.7
# All words of a group, anywhere in the request: as good as a word.
ALL_OF = 0.7
# Plain words for a symptom or a wish, all near each other: enough to offer the skill, never to load it. Three or more
# hardly meet by chance.
SIGN = 0.4
LONG_SIGN = 0.5
SIGNS_COUNTED = 2
# Words from the first of them to the last.
SIGN_REACH = 24
# Three weak words together stay below one strong word, and nothing weak is ever loaded without asking.
WEAK = 0.2
WEAK_COUNTED = 3
# A weak word that more skills declare tells none of them apart.
MOST_WEAK = 48
# What is decisive for one skill but lies inside a longer phrase of another one ("code" in "code review"), or is a part
# of one name of so many parts.
LONG_NAME = 4
OVERSHADOWED = 0.2
# An umbrella's phrase does that from so many words on ("structure a fastapi project").
LONG_PHRASE = 3
# Paths at hand say what someone works on, not what they want.
PATH = 0.15
# The most that the words of name, triggers and description can add when every word of the request is among them.
WORDS = 0.6
# Words whose part in the score is below this are not worth a line of evidence.
LEAST_SHOWN = 0.01

# A negative term removes the skill, unless more decisive phrases speak for it than against; then it costs this much,
# and the skill is at most suggested.
NEGATIVE = 0.4
# Files at hand, none of them Python's and at least one of another language's, cost as much.
FOREIGN = 0.4
# A request that names another technology and none of the pack's is about that one; no score survives this.
FOREIGN_STACK = 0.75

# A skill of another party is loaded unasked only if so many different things speak for it.
GUEST_PIECES = 2
# Of two words that offer a skill neither hardly counts.
SECOND_WORD = 0.05
# A candidate this far behind the best is no help to whoever chooses.
SPREAD = 0.5
MOST_SUGGESTED = 3

# BM25F: for name, triggers, description and body, how much a word counts there and how many words are usual. The usual
# lengths are constants, where BM25 takes the average, so that a score does not move with the catalogue.
FIELDS = ((3.0, 2), (2.0, 80), (1.0, 40), (0.1, 500))
# The instructions of so many skills are read at most: of more, their triggers and descriptions have to tell.
MOST_BODIES = 100
SATURATION = 1.2
LENGTH = 0.5
# A small catalogue is read as if so many skills more were in it, each word of the request in none of them; without
# that, a word in one of four skills would hardly count, and its weight would move with every skill that is added.
PRIOR_SKILLS = 50
# A word of the request that no skill knows lowers the share of what was found by this part of a rare word's weight.
UNKNOWN_SHARE = 0.5
