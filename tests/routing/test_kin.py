from __future__ import annotations

import pytest

from backwright.routing.decision import Request
from backwright.routing.kin import Kin
from backwright.routing.router import Router
from backwright.routing.trigger import SkillTerms, profile

SKILL = SkillTerms("db", "1.0.0", "Authentication, migration and concurrency of a database. Миграция таблицы.")
KIN = Kin([profile(SKILL)])


@pytest.mark.parametrize(
    ("word", "other"),
    [("autenticar", "authentic"), ("automate", None), ("concurrencia", "concurrent"), ("миграцию", "миграция")],
)
def test_a_word_of_another_language_is_read_as_its_kin(word: str, other: str | None) -> None:
    assert KIN.of(word) == other


def test_the_end_of_a_compound_counts() -> None:
    assert KIN.of("kundendatabase") is None
    assert Kin([profile(SkillTerms("a", "1.0.0", "transaktion"))]).of("datenbanktransakt") == "transakt"


@pytest.mark.parametrize("word", ["base", "registration", "x" * 60, "数据库", "p99_latency"])
def test_a_short_long_or_foreign_word_has_no_kin(word: str) -> None:
    assert KIN.of(word) is None


def test_only_words_that_no_skill_holds_are_read_anew() -> None:
    assert KIN.read({"databas": "database", "миграцию": "миграцию"}, {"databas": 1}) == {
        "databas": "database",
        "миграция": "миграцию",
    }


def test_kin_is_a_word_among_others_and_chooses_nothing() -> None:
    routing = Router([SKILL]).route(Request("нужна миграцию"))
    assert routing.decision == "none"
    assert Router([SKILL]).ranked(Request("нужна миграцию"), 3) == ("db",)
