from __future__ import annotations

import pytest

from backwright.routing.decision import Request
from backwright.routing.reason import otherwise
from backwright.routing.router import Router
from backwright.routing.trigger import SkillTerms
from tests.routing._skills import ROUTER, route


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("asyncio", "async-concurrency fits: `asyncio` (strong)."),
        ("use code-review@^1", "The request names code-review at ^1; a name always wins."),
        (
            "code review and event loop",
            "code-review fits: `code-review` (name). The request needs more: "  # noqa: ISC004  one sentence
            "load async-concurrency for `event loop` (strong), by name.",
        ),
        ("hello", "Nothing fits: no word of the request stands in any skill's triggers or description."),
        (
            "a coroutine in Kotlin",
            "Nothing fits. async-concurrency was left out: `Kotlin` (foreign), `kotlin` (negative).",
        ),
    ],
)
def test_the_reason_says_what_was_found(text: str, reason: str) -> None:
    assert route(text).reason == reason


def test_a_suggestion_of_one_says_what_it_lacks() -> None:
    reason = route("queue with concurrent timeouts").reason
    assert reason.startswith("async-concurrency may fit: `")
    assert reason.endswith("but none of its strong triggers was found.")


def test_the_reason_stays_short_whatever_the_request_holds() -> None:
    everything = "new endpoint fastapi APIRouter asyncio TaskGroup kotlin code review pull request react snake pydantic"
    assert len(route(everything * 100).reason) < 600


def test_a_second_skill_that_fits_is_not_passed_over_in_silence() -> None:
    reason = route("a code review with its pull request, about asyncio").reason
    assert reason.endswith(
        "async-concurrency fits as well (`asyncio` (strong)): load it by name if the task needs both."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("use code-review", "A name always wins"),
        ("zyzzyva", "any word of its triggers or description"),
        ("pagination", "Offered from 0.36 on: fastapi-endpoint has 0."),
        ("a new endpoint in fastapi with a queue", "Loaded from 0.65 on: fastapi-endpoint has 0.9"),
        ("queue with concurrent timeouts", "A strong trigger of async-concurrency, or its name, would have loaded it"),
        ("a new endpoint in fastapi for the react front end", "Without what speaks against it, fastapi-endpoint"),
        ("fstapi", "read as another that is one slip away"),
    ],
)
def test_what_would_have_changed_a_decision_is_said_with_its_bound(text: str, said: str) -> None:
    assert said in otherwise(route(text), ROUTER.weighed(Request(text), 5))


def test_rivals_are_told_by_how_far_they_are_apart() -> None:
    rivals = Router(SkillTerms(name, "1.0.0", "", strong=("broker",)) for name in ("kafka", "nats"))
    asked = Request("a broker")
    assert "nats is 0.00 behind" in otherwise(rivals.route(asked), rivals.weighed(asked, 5))
