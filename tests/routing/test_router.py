from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import SkillNotFoundError
from backwright.routing.router import Request, Router
from tests.routing._skills import ROUTER, SKILLS, chosen, evidence, route


@pytest.mark.parametrize(
    ("text", "skill"),
    [
        ("split main.py into several APIRouter modules", "fastapi-endpoint"),
        ("用fastapi写一个分页查询订单的接口", "fastapi-endpoint"),
        ("crea un nuevo endpoint para facturas", "fastapi-endpoint"),
        ("something blocks the event loop", "async-concurrency"),
        ("taskgroup or gather", "async-concurrency"),
        ("do a code review of it", "code-review"),
        ("the handler should take an upload of 20 MB", "fastapi-endpoint"),
        ("set up a new python service", "python-backend"),
    ],
)
def test_one_decisive_trigger_loads_the_skill(text: str, skill: str) -> None:
    assert chosen(route(text)) == ("auto", [skill])


@pytest.mark.parametrize(
    "text",
    [
        "hello, how are you?",
        "",
        "?!",
        "the queue at the cinema",
        "merge",
        "who sells celery",
        "my python is sick",
        "北京天气",
    ],
)
def test_no_word_or_one_weak_word_gives_nothing(text: str) -> None:
    assert chosen(route(text)) == ("none", [])


def test_several_weak_words_suggest_and_never_load() -> None:
    assert chosen(route("queue with concurrent timeouts")) == ("suggest", ["async-concurrency"])


def test_weak_words_however_many_never_load() -> None:
    routing = route("route handler pagination api route handlers paginations")
    assert chosen(routing) == ("suggest", ["fastapi-endpoint"])


def test_two_skills_that_are_asked_for_in_words_of_their_own_are_a_set() -> None:
    assert chosen(route("code review of the event loop")) == ("auto", ["code-review", "async-concurrency"])


def test_two_skills_for_the_same_words_are_rivals_and_both_suggested() -> None:
    rivals = [SKILLS[0].__class__(name, "1.0.0", "", strong=(f"{name} broker", "broker")) for name in ("kafka", "nats")]
    assert chosen(Router(rivals).route(Request("a broker"))) == ("suggest", ["kafka", "nats"])


def test_an_umbrella_or_a_doubtful_skill_is_part_of_no_set() -> None:
    assert chosen(route("a new endpoint, no minimal api, and an event loop")) == ("auto", ["async-concurrency"])
    assert chosen(route("event loop of a python service")) == ("auto", ["async-concurrency"])


def test_evidence_names_the_declared_words_their_field_and_weight() -> None:
    assert evidence(route("fastapi pagination for a list of endpoints")) >= {
        ("fastapi", "strong"),
        ("endpoint + list", "all_of"),
        ("pagination", "weak"),
    }


def test_a_word_inside_of_a_longer_phrase_of_another_skill_is_only_weak() -> None:
    routing = route("structure a fastapi project")
    assert chosen(routing) == ("auto", ["python-backend"])


def test_a_short_phrase_of_the_umbrella_does_not_take_a_word_away() -> None:
    routing = route("protect the routes of our FastAPI app")
    assert chosen(routing) == ("auto", ["fastapi-endpoint"])
    assert [match.skill for match in routing.held_back] == ["python-backend"]
    assert "python-backend yields" in routing.reason


def test_the_umbrella_answers_when_nothing_specific_does() -> None:
    assert chosen(route("a pydantic model for invoices")) == ("auto", ["python-backend"])


@pytest.mark.parametrize("text", ["a coroutine in Kotlin", "semaphore flag alphabet", "coroutine vs C++ coroutine"])
def test_a_negative_term_removes_the_skill(text: str) -> None:
    routing = route(text)
    assert chosen(routing) == ("none", [])


def test_a_removed_skill_is_held_back_with_the_word_against_it() -> None:
    routing = route("a coroutine in Kotlin")
    assert [(match.skill, match.evidence[-1].term, match.evidence[-1].field) for match in routing.held_back] == [
        ("async-concurrency", "kotlin", "negative")
    ]
    assert "async-concurrency was left out: `Kotlin` (foreign), `kotlin` (negative)" in routing.reason


def test_more_for_a_skill_than_against_it_leaves_a_suggestion() -> None:
    routing = route("a new endpoint in fastapi for the react front end")
    assert chosen(routing) == ("suggest", ["fastapi-endpoint"])
    assert "against it: `react` (negative)" in routing.reason


def test_what_overlaps_a_negative_term_does_not_speak_for_the_skill() -> None:
    assert chosen(route("celery soup")) == ("none", [])
    assert chosen(route("a celery task that orders celery soup"))[0] == "none"


def test_a_name_in_prose_is_evidence() -> None:
    assert ("fastapi-endpoint", "name") in evidence(route("the fastapi endpoint for orders"))


@pytest.mark.parametrize(
    "text", ["use code-review", "asyncio, asyncio! use code-review", "use code-review on a book review"]
)
def test_an_explicit_name_always_wins(text: str) -> None:
    assert chosen(route(text)) == ("explicit", ["code-review"])


def test_the_name_argument_wins_over_the_text() -> None:
    routing = route("use fastapi-endpoint", name="code-review@^1")
    assert chosen(routing) == ("explicit", ["code-review"])
    assert routing.requested == "^1"


def test_an_explicit_match_is_certain_and_carries_its_other_evidence() -> None:
    routing = route("use async-concurrency, the event loop blocks")
    assert routing.matches[0].score == 1.0
    assert ("event loop", "strong") in evidence(routing)


def test_an_unknown_name_is_an_error_with_the_nearest() -> None:
    with pytest.raises(SkillNotFoundError) as caught:
        route("anything", name="fast-endpoint")
    assert "fastapi-endpoint" in caught.value.hint


def test_a_resolved_version_replaces_the_head_version() -> None:
    assert route("use code-review@<2").at_version("1.9.0").matches[0].version == "1.9.0"


def test_keywords_of_the_caller_count_like_text() -> None:
    assert chosen(route("make it faster", keywords=("asyncio", "event loop"))) == ("auto", ["async-concurrency"])


def test_a_phrase_does_not_reach_from_one_keyword_to_the_next() -> None:
    assert chosen(route("x", keywords=("event", "loop")))[0] != "auto"


def test_a_path_alone_chooses_nothing_but_supports() -> None:
    assert chosen(route("improve it", "app/fastapi_routes.py")) == ("none", [])
    with_path = route("pagination handler", "app/fastapi_routes.py")
    assert ("fastapi", "path") in evidence(with_path)
    assert with_path.matches[0].score > route("pagination handler").matches[0].score


def test_files_of_another_language_turn_a_choice_into_a_question() -> None:
    routing = route("a new endpoint for orders", "Api/Orders.cs")
    assert chosen(routing) == ("suggest", ["fastapi-endpoint"])
    assert ("C#", "foreign") in evidence(routing)


def test_none_says_what_would_have_been_needed() -> None:
    reason = route("something about pagination").reason
    assert "fastapi-endpoint with only `pagination` (weak)" in reason
    assert "one of its strong triggers would have been needed, or its name" in reason


def test_the_runner_up_is_named() -> None:
    assert "Runner-up: async-concurrency" in route("new endpoint in fastapi with a queue").reason


def test_equal_skills_come_in_the_order_of_their_names() -> None:
    twins = [SKILLS[0].__class__(name, "1.0.0", "", strong=("kafka",)) for name in ("b-two", "a-one", "c-three")]
    routing = Router(twins).route(Request("kafka"))
    assert chosen(routing) == ("suggest", ["a-one", "b-two", "c-three"])


def test_at_most_three_are_suggested() -> None:
    twins = [SKILLS[0].__class__(f"skill-{n}", "1.0.0", "", strong=("kafka",)) for n in range(5)]
    assert chosen(Router(twins).route(Request("kafka")))[1] == ["skill-0", "skill-1", "skill-2"]


def test_a_catalogue_without_skills_says_so() -> None:
    routing = Router(()).route(Request("fastapi", name="code-review"))
    assert routing.decision == "none"
    assert "`backwright skills`" in routing.reason


TEXTS = st.lists(
    st.sampled_from(
        ["fastapi", "event loop", "kotlin", "review", "use", "code-review", "\u7528", "queue", ".", "TaskGroup"]
    )
    | st.text(max_size=8),
    max_size=12,
).map(" ".join)


@given(TEXTS, st.permutations(SKILLS))
def test_the_order_of_the_skills_does_not_matter(text: str, skills: list[object]) -> None:
    shuffled = Router(skill for skill in skills if isinstance(skill, SKILLS[0].__class__))
    assert shuffled.route(Request(text)) == ROUTER.route(Request(text))


@given(TEXTS)
def test_any_text_gives_a_decision_that_keeps_its_shape(text: str) -> None:
    routing = ROUTER.route(Request(text, paths=(text,), keywords=(text,)))
    assert len(routing.matches) == {"explicit": 1, "none": 0}.get(routing.decision, len(routing.matches))
    assert len(routing.matches) <= 3
    assert all(0 <= match.score <= 1 for match in (*routing.matches, *routing.held_back))
    assert [match.score for match in routing.matches] == sorted((m.score for m in routing.matches), reverse=True)
