from __future__ import annotations

from backwright.routing import weights
from backwright.routing.thresholds import SHIPPED


def test_one_strong_word_is_enough_to_load_and_nothing_weaker_is() -> None:
    assert SHIPPED.auto <= weights.STRONG_WORD
    assert SHIPPED.auto <= weights.ALL_OF
    assert SHIPPED.auto > 1 - (1 - weights.WEAK) ** weights.WEAK_COUNTED


def test_one_weak_word_is_not_enough_to_suggest() -> None:
    assert max(weights.WEAK, weights.OVERSHADOWED, weights.PATH) < SHIPPED.suggest < SHIPPED.auto


def test_the_surer_evidence_weighs_more() -> None:
    order = (weights.PATH, weights.WEAK, weights.STRONG_WORD, weights.STRONG_PHRASE, weights.NAME)
    assert list(order) == sorted(set(order))
    assert weights.NAME < 1
