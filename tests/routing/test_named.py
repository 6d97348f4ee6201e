from __future__ import annotations

import pytest

from backwright.errors import SkillNotFoundError
from backwright.routing.named import Named, named_in, split_argument, unknown

NAMES = ("async-concurrency", "code-review", "fastapi-endpoint", "python-backend")


@pytest.mark.parametrize(
    "text",
    [
        "use fastapi-endpoint",
        "Use the FastAPI-Endpoint skill for this file",
        "please load fastapi-endpoint",
        "/fastapi-endpoint",
        "@fastapi-endpoint why is this slow",
        "usa la skill fastapi-endpoint",
        "使用fastapi-endpoint写接口",
        "with the skill fastapi-endpoint",
        "run `fastapi-endpoint` on it",
        "fastapi-endpoint",
        "fastapi-endpoint skill",
    ],
)
def test_a_name_with_a_word_of_command_is_explicit(text: str) -> None:
    assert named_in(text, NAMES) == Named("fastapi-endpoint")


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("fastapi-endpoint@^1 for the new service", "^1"),
        ("fastapi-endpoint@1.5.1 on this diff", "1.5.1"),
        ("fastapi-endpoint<2", "<2"),
        ("use fastapi-endpoint >=1.2, <2", ">=1.2,<2"),
        ("fastapi-endpoint@>=1.2,<2 please", ">=1.2,<2"),
        ("fastapi-endpoint (latest)", "latest"),
        ("fastapi-endpoint skill, newest stable", "latest"),
        ("fastapi-endpoint@latest", "latest"),
        ("fastapi-endpoint@*", "*"),
        ("fastapi-endpoint version 1.2", "1.2"),
        ("fastapi-endpoint v1.2.0", "1.2.0"),
        ("fastapi-endpoint@v2", "2"),
        ("fastapi-endpoint==1.2.0", "1.2.0"),
        ("fastapi-endpoint ~=1.9", ">=1.9,<2"),
        ("fastapi-endpoint ~=1.9.2", ">=1.9.2,<1.10"),
        ("use fastapi-endpoint~1.2", "~1.2"),
        ("use fastapi-endpoint@1.0.0-rc.1.", "1.0.0-rc.1"),
    ],
)
def test_a_range_behind_the_name_is_kept_for_the_catalogue(text: str, versions: str) -> None:
    assert named_in(text, NAMES) == Named("fastapi-endpoint", versions)


@pytest.mark.parametrize(
    "text",
    [
        "our code-review takes too long",
        "don't use code-review here",
        "do it without code-review",
        "use code-reviewers wisely",
        "use my-code-review",
        "see docs/code-review.md",
        "use code review",
        "不要使用code-review",
        "",
    ],
)
def test_a_name_without_a_command_or_with_a_refusal_is_not_explicit(text: str) -> None:
    assert named_in(text, NAMES) is None


def test_the_first_name_that_is_commanded_wins() -> None:
    assert named_in("don't use code-review, use python-backend", NAMES) == Named("python-backend")


@pytest.mark.parametrize("text", ["use the fastapi-endpiont skill", "/fastapi-endpiont", "fastapi-endpiont@^1"])
def test_a_command_for_an_unknown_skill_names_the_nearest(text: str) -> None:
    with pytest.raises(SkillNotFoundError) as caught:
        named_in(text, NAMES)
    assert "fastapi-endpoint" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "use your problem-solving skills",
        "use a well-known library",
        "write to jean-luc@example.org",
        "mail ops-team@2nd.example about it, then deploy",
        "improve my problem-solving skill",
    ],
)
def test_a_word_that_only_looks_like_a_name_is_no_error(text: str) -> None:
    assert named_in(text, NAMES) is None


@pytest.mark.parametrize(
    ("argument", "named"),
    [
        ("code-review", Named("code-review")),
        (" Code-Review ", Named("code-review")),
        ("code-review@1.2.0", Named("code-review", "1.2.0")),
        ("code-review@>=1.2, <2", Named("code-review", ">=1.2,<2")),
        ("code-review<2", Named("code-review", "<2")),
        ("code-review@1.0.0-RC.1", Named("code-review", "1.0.0-RC.1")),
        ("code-review@nonsense", Named("code-review", "nonsense")),
    ],
)
def test_an_argument_is_split_into_name_and_range(argument: str, named: Named) -> None:
    assert split_argument(argument, NAMES) == named


@pytest.mark.parametrize("argument", ["", "@1", "code_review", "code-review\n../x y", "x" * 10_000])
def test_an_argument_that_names_no_skill_is_refused_briefly(argument: str) -> None:
    with pytest.raises(SkillNotFoundError) as caught:
        split_argument(argument, NAMES)
    assert len(caught.value.message) < 120


def test_with_no_skill_served_the_hint_says_so() -> None:
    with pytest.raises(SkillNotFoundError) as caught:
        split_argument("code-review", ())
    assert "backwright skills" in caught.value.hint


def test_the_nearest_names_are_found_among_thousands() -> None:
    names = [f"{word}-skill-{number}" for number in range(3_000) for word in ("alpha", "omega")] + ["fastapi-endpoint"]
    assert "fastapi-endpoint" in unknown("fastapi-endpont", names).hint
