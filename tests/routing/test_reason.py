from __future__ import annotations

import pytest

from tests.routing._skills import route


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
