from __future__ import annotations

import pytest

from backwright.routing import weights
from backwright.routing.index import Hit, PhraseIndex, WordHit
from backwright.routing.tally import Scored, Tally
from backwright.routing.text import words
from backwright.routing.trigger import Kind, Phrase, SkillTerms, phrases

SKILL = SkillTerms(
    name="job-queue",
    version="1.0.0",
    description="",
    strong=("celery", "celery task", "retry policy"),
    weak=("worker", "queue", "broker", "schedule"),
    aliases={"zh": ("队列", "定时任务")},
    negative=("celery soup", "salad"),
    all_of=(("send", "mail"),),
)


def scored(text: str, *others: Phrase, foreign: str | None = None) -> Scored:
    tally = Tally(SKILL, foreign)
    for hit in PhraseIndex([*phrases(SKILL), *others]).find(words(text)):
        for phrase in hit.phrases:
            if phrase.skill == SKILL.name:
                tally.add(phrase, hit)
    return tally.scored()


def pieces(one: Scored) -> list[tuple[str, str, float]]:
    return [(piece.term, piece.field, piece.weight) for piece in one.pieces]


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("celery", weights.STRONG_WORD),
        ("retry policy", weights.STRONG_PHRASE),
        ("job queue", weights.NAME),
        ("队列", weights.STRONG_WORD),
        ("定时任务", weights.STRONG_PHRASE),
        ("mail that we send", weights.ALL_OF),
        ("broker", weights.WEAK),
    ],
)
def test_a_piece_weighs_what_its_kind_and_length_say(text: str, weight: float) -> None:
    assert scored(text).score == pytest.approx(weight)


def test_repetition_adds_nothing() -> None:
    assert scored("celery, celery and celery").score == scored("celery").score


def test_a_word_in_a_longer_phrase_of_the_same_skill_adds_nothing() -> None:
    assert pieces(scored("a celery task")) == [("celery task", "strong", weights.STRONG_PHRASE)]


def test_only_three_weak_words_count() -> None:
    assert scored("worker queue broker schedule").score == scored("worker queue broker").score


def test_half_a_group_counts_nothing() -> None:
    assert pieces(scored("mail")) == []


def test_inside_of_a_phrase_of_another_skill_a_strong_word_is_weak() -> None:
    other = Phrase("celery-cooking", Kind.STRONG, "celery with butter")
    one = scored("celery with butter", other)
    assert pieces(one) == [("celery", "strong", weights.OVERSHADOWED)]
    assert not one.decisive


def test_inside_of_a_negative_term_it_counts_nothing() -> None:
    one = scored("celery soup")
    assert pieces(one) == [("celery soup", "negative", -weights.NEGATIVE)]
    assert (one.removed, one.supported) == (True, False)


def test_as_much_against_as_for_removes_and_less_leaves_a_doubt() -> None:
    assert scored("celery salad").removed
    assert not scored("celery task in the retry policy, not salad").removed
    assert scored("celery task in the retry policy, not salad").doubtful


def test_files_of_another_language_cost_but_do_not_remove() -> None:
    one = scored("celery", foreign="Go")
    assert one.score == pytest.approx(weights.STRONG_WORD * (1 - weights.FOREIGN), abs=0.001)
    assert (one.doubtful, one.removed) == (True, False)


def test_one_word_never_fires_however_much_of_the_request_it_is() -> None:
    tally = Tally(SKILL)
    hit = Hit(0, 1, ())
    tally.add(Phrase(SKILL.name, Kind.WEAK, "queue"), hit)
    tally.add_words([WordHit("queu", "queue", held="words", share=0.9)])
    assert not tally.scored().fires
    tally.add(Phrase(SKILL.name, Kind.WEAK, "broker"), hit)
    assert tally.scored().fires


def test_a_word_that_is_weak_as_well_is_one_piece() -> None:
    tally = Tally(SKILL)
    tally.add(Phrase(SKILL.name, Kind.WEAK, "broker"), Hit(0, 1, ()))
    tally.add_words([WordHit("broker", "brokers", held="words", share=0.5)])
    weight = 1 - (1 - weights.WEAK) * (1 - weights.WORDS * 0.5)
    assert pieces(tally.scored()) == [("broker", "weak", round(weight, 3))]
