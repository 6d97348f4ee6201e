from __future__ import annotations

from backwright.routing import weights


def test_one_strong_word_is_enough_to_load_and_nothing_weaker_is() -> None:
    assert weights.STRONG_WORD >= weights.AUTO
    assert weights.ALL_OF >= weights.AUTO
    assert 1 - (1 - weights.WEAK) ** weights.WEAK_COUNTED < weights.AUTO


def test_one_weak_word_is_not_enough_to_suggest() -> None:
    assert max(weights.WEAK, weights.OVERSHADOWED, weights.PATH) < weights.SUGGEST < weights.AUTO


def test_the_surer_evidence_weighs_more() -> None:
    order = (weights.PATH, weights.WEAK, weights.STRONG_WORD, weights.STRONG_PHRASE, weights.NAME)
    assert list(order) == sorted(set(order))
    assert weights.NAME < 1
