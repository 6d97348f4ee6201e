from __future__ import annotations

import pytest

from backwright.routing.decision import Request
from backwright.routing.reading import read
from backwright.routing.router import Router
from backwright.routing.trigger import SkillTerms
from tests.routing._skills import chosen, route


@pytest.mark.parametrize(
    ("text", "stack"),
    [
        ("an endpoint in ASP.NET with EF Core", "C#"),
        ("use xUnit theories", "C#"),
        ("Node.js queue with retries", "JavaScript"),
        ("spring boot controller", "Java"),
        ("rails migration", "Ruby"),
        ("用 Kotlin 写协程", "Kotlin"),
        ("go channels and a goroutine", "Go"),
        ("Go worker pool with a queue of requests", "Go"),
        ("axios requests that time out", "JavaScript"),
        ("spring webflux requests", "Java"),
        ("an Ansible role", "Ansible"),
    ],
)
def test_a_request_that_names_another_technology_is_about_that(text: str, stack: str) -> None:
    named = read(Request(text)).stack
    assert named is not None
    assert named.name == stack


@pytest.mark.parametrize(
    "text",
    [
        "port the Express.js routes to FastAPI",
        "the Next.js front end calls our Flask api",
        "go through the endpoints and react to errors swiftly",
        "spring cleaning of our settings",
        "",
    ],
)
def test_a_request_that_names_the_packs_own_or_none_is_not(text: str) -> None:
    assert read(Request(text)).stack is None


def test_python_files_at_hand_make_it_a_mention() -> None:
    assert read(Request("the same retries as in our Java client", paths=("client.py",))).stack is None
    assert read(Request("the same retries as in our Java client", paths=("README.md",))).stack is not None


def test_keywords_of_the_caller_count_as_the_request() -> None:
    assert read(Request("same as in our Java client", keywords=("httpx",))).stack is None


def test_nothing_is_offered_for_another_technology_however_well_its_words_fit() -> None:
    assert chosen(route("add a new endpoint with pagination in Spring Boot")) == ("none", [])
    assert chosen(route("a new endpoint with pagination")) == ("auto", ["fastapi-endpoint"])


def test_a_skill_that_declares_the_other_technology_is_about_it() -> None:
    modules = SkillTerms("infra-modules", "1.0.0", "Write modules.", strong=("terraform module",), weak=("bucket",))
    other = SkillTerms("buckets", "1.0.0", "Keep files in a bucket, not with terraform.", strong=("bucket",))
    router = Router((modules, other))
    assert chosen(router.route(Request("a terraform module for a bucket"))) == ("auto", ["infra-modules"])
    assert chosen(router.route(Request("a bucket in bicep"))) == ("none", [])
