from __future__ import annotations

import pytest

from backwright.errors import SkillNotFoundError
from backwright.routing.decision import Request
from backwright.routing.rooms import Rooms
from backwright.routing.router import Router
from backwright.routing.trigger import SkillTerms

ENDPOINT = SkillTerms("fastapi-endpoint", "1.0.0", "Add FastAPI routes.", strong=("fastapi", "new route"))
ASYNC = SkillTerms("async-work", "1.0.0", "Concurrency with asyncio.", strong=("asyncio gather",))
OWN = (ENDPOINT, ASYNC)
FASTAPI = SkillTerms(
    "lib/fastapi/fastapi",
    "0.165.0",
    "FastAPI best practices. Use when working with FastAPI APIs and dependencies.",
    strong=("fastapi",),
    room="guest",
)
MODEL = SkillTerms(
    "lib/sqlmodel/sqlmodel",
    "0.1.0",
    "SQLModel conventions. Use when defining table models and relationships.",
    strong=("sqlmodel",),
    room="guest",
)
CLICK = SkillTerms("lib/click/click", "9.0.0", "Command lines.", strong=("click",), room="guest")
QUIET = SkillTerms("secret-sauce", "2.0.0", "Sauces.", strong=("sauce", "asyncio gather"), room="quiet")


def rooms(*more: SkillTerms) -> Rooms:
    return Rooms((*OWN, *more))


def test_a_tie_goes_to_our_own_skill_and_the_reason_names_the_other() -> None:
    found = rooms(FASTAPI).route(Request("FastAPI best practices for dependencies"))
    assert (found.decision, found.matches[0].skill) == ("auto", "fastapi-endpoint")
    assert "lib/fastapi/fastapi fits as well" in found.reason
    assert found.held_back[-1].skill == "lib/fastapi/fastapi"


def test_a_guest_that_fits_well_is_loaded_where_nothing_of_ours_does() -> None:
    found = rooms(MODEL).route(Request("Define relationships between SQLModel table models"))
    assert (found.decision, found.matches[0].skill) == ("auto", "lib/sqlmodel/sqlmodel")


def test_a_guests_name_alone_is_too_little() -> None:
    found = rooms(CLICK).route(Request("The button does nothing on click"))
    assert found.decision == "none"


@pytest.mark.parametrize(
    "text", ["Add a new route with FastAPI", "asyncio gather hangs", "Bake a cake", "use async-work to mend it"]
)
def test_guests_and_quiet_skills_change_nothing_in_how_ours_are_found(text: str) -> None:
    hostile = SkillTerms(
        "lib/evil/evil",
        "1.0.0",
        "asyncio gather new route fastapi",
        strong=("asyncio gather hangs", "new route with fastapi"),
        negative=("route",),
        room="guest",
    )
    alone = Router(OWN).route(Request(text))
    found = rooms(QUIET, hostile, MODEL).route(Request(text))
    if found.matches and found.matches[0].skill in {"fastapi-endpoint", "async-work"}:
        assert found.matches == alone.matches
    else:
        assert (found.decision, alone.decision) == ("none", "none")


@pytest.mark.parametrize(
    "request_",
    [
        Request("Bake a cake", name="lib/fastapi/fastapi"),
        Request("Work by lib/fastapi/fastapi here"),
        Request("lib/fastapi/fastapi"),
        Request("Please follow `lib/FastAPI/fastapi`."),
    ],
)
def test_a_guest_is_loaded_by_its_address(request_: Request) -> None:
    found = rooms(FASTAPI).route(request_)
    assert (found.decision, found.matches[0].skill) == ("explicit", "lib/fastapi/fastapi")


def test_an_address_may_have_a_version_and_may_be_refused() -> None:
    found = rooms(FASTAPI).route(Request("use lib/fastapi/fastapi@0.165"))
    assert (found.decision, found.requested) == ("explicit", "0.165")
    assert rooms(FASTAPI).route(Request("Do not use lib/fastapi/fastapi")).decision != "explicit"
    assert rooms(FASTAPI).route(Request("see site-packages/lib/fastapi/fastapi/main.py")).decision != "explicit"


def test_a_quiet_skill_is_found_by_its_name_and_never_by_what_it_is_about() -> None:
    router = rooms(QUIET)
    assert router.route(Request("Which sauce goes with it?")).decision == "none"
    assert router.route(Request("use secret-sauce")).matches[0].skill == "secret-sauce"
    assert router.route(Request("Anything", name="secret-sauce")).decision == "explicit"


def test_a_name_that_nobody_has_is_refused_with_the_nearest_of_any_room() -> None:
    with pytest.raises(SkillNotFoundError) as caught:
        rooms(FASTAPI).route(Request("Anything", name="lib/fastapi/fastapy"))
    assert "lib/fastapi/fastapi" in caught.value.hint


def test_without_skills_it_says_so() -> None:
    assert "No skill is served" in Rooms(()).route(Request("Anything")).reason
