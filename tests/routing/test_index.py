from __future__ import annotations

import pytest

from backwright.routing.index import PhraseIndex, WordHit, WordIndex
from backwright.routing.text import query_terms, words
from backwright.routing.trigger import Kind, Phrase, SkillTerms, profile
from tests.routing._skills import SKILLS


def found(text: str, *declared: str) -> list[str]:
    index = PhraseIndex(Phrase("a", Kind.STRONG, phrase) for phrase in declared)
    return [phrase.text for hit in index.find(words(text)) for phrase in hit.phrases]


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("TaskGroup", "use a task group"),
        ("TaskGroup", "what does taskgroup do"),
        ("task group", "TaskGroup or gather"),
        ("FastAPI", "in fast api"),
        ("FastAPI", "fastapi"),
        ("fastapi", "FastAPI"),
        ("from_attributes", "set from_attributes=True"),
        ("response_model", "the response-model"),
        ("fastapi", "用fastapi写"),
        ("分页", "写一个分页查询"),
        ("paginación", "con paginacion por cursor"),
        ("C++", "a C++ deadlock"),
        ("code review", "Code\nReviews!"),
    ],
)
def test_a_phrase_is_found_in_its_spellings(declared: str, text: str) -> None:
    assert found(text, declared) == [declared]


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ("api", "apiary"),
        ("uv", "uvula and louvre"),
        ("code review", "review the code"),
        ("C++", "plan C"),
        ("event loop", "an event in the loop"),
        ("analysis", "an analyst"),
    ],
)
def test_a_phrase_is_not_found_in_other_words(declared: str, text: str) -> None:
    assert found(text, declared) == []


def test_a_shorter_phrase_says_which_longer_one_it_stands_in() -> None:
    index = PhraseIndex([Phrase("a", Kind.STRONG, "celery"), Phrase("b", Kind.NEGATIVE, "celery soup")])
    hits = index.find(words("celery soup, then a celery worker"))
    assert [(hit.start, hit.end, [p.text for p in hit.phrases], [p.text for p in hit.inside]) for hit in hits] == [
        (0, 2, ["celery soup"], []),
        (0, 1, ["celery"], ["celery soup"]),
        (4, 5, ["celery"], []),
    ]


def test_of_phrases_that_overlap_neither_stands_in_the_other() -> None:
    index = PhraseIndex([Phrase("a", Kind.STRONG, "minimal api"), Phrase("a", Kind.STRONG, "api endpoint")])
    assert [hit.inside for hit in index.find(words("a minimal api endpoint"))] == [(), ()]


def test_one_place_holds_the_phrases_of_all_skills() -> None:
    index = PhraseIndex([Phrase("a", Kind.STRONG, "queue"), Phrase("b", Kind.WEAK, "queues")])
    (hit,) = index.find(words("the queue"))
    assert [phrase.skill for phrase in hit.phrases] == ["a", "b"]


def test_a_phrase_without_a_word_is_never_found() -> None:
    assert found("!?", "!?") == []


def searched(text: str, skills: tuple[SkillTerms, ...] = SKILLS) -> dict[str, list[WordHit]]:
    search = WordIndex([profile(skill) for skill in skills]).search(query_terms(words(text)))
    return {skill.name: search.hits(number) for number, skill in enumerate(skills)}


def shares(text: str, skills: tuple[SkillTerms, ...] = SKILLS) -> dict[str, float]:
    return {skill: sum(hit.share for hit in hits) for skill, hits in searched(text, skills).items() if hits}


def test_a_word_of_the_name_counts_more_than_one_of_the_description() -> None:
    share = shares("concurrency timeouts")
    by_word = {hit.word: hit for hit in searched("concurrency cancellation")["async-concurrency"]}
    assert by_word["concurrency"].share > by_word["cancellation"].share
    assert by_word["cancellation"].held == "description"
    assert by_word["concurrency"].held == "words"
    assert 0 < share["async-concurrency"] < 1


def test_words_that_no_skill_knows_lower_the_share() -> None:
    assert (
        shares("cancellation")["async-concurrency"] > shares("cancellation of my gym membership")["async-concurrency"]
    )


def test_a_negative_term_is_no_word_of_the_skill() -> None:
    assert "fastapi-endpoint" not in shares("piano")


def test_the_share_hardly_moves_when_the_catalogue_grows() -> None:
    others = tuple(SkillTerms(f"other-{n}", "1.0.0", f"Topic {n} about subject {n}.") for n in range(12))
    small, large = shares("cancellation of threads"), shares("cancellation of threads", (*SKILLS, *others))
    assert large["async-concurrency"] == pytest.approx(small["async-concurrency"], rel=0.1)
