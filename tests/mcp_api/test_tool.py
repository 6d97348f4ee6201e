from __future__ import annotations

import logging

import pytest
from mcp_types import ToolAnnotations
from pydantic import Field

from backwright.app import App
from backwright.errors import DiffSyntaxError, StoreUnavailableError, VersionConflictError
from backwright.mcp_api.tool import Closed, Tool, call_tool


class Given(Closed):
    """Arguments."""

    number: int = Field(ge=1)
    names: tuple[str, ...] = ()
    secret: str | None = None


class Doubled(Closed):
    """An answer."""

    twice: int
    absent: str | None = None


def _double(_: App, given: Given) -> Doubled:
    if given.number == 13:
        raise ValueError("the password is hunter2")
    if given.number == 15:
        raise VersionConflictError("context://a/b", version=3, digest="sha256:00")
    if given.number == 16:
        raise StoreUnavailableError("the database is busy", hint="try again")
    if given.number == 14:
        raise DiffSyntaxError("this is no diff", hint="send a diff", line=3)
    return Doubled(twice=2 * given.number)


def tool(*, blocking: bool = True) -> Tool[Given, Doubled]:
    return Tool(
        name="double",
        scope="skills:read",
        title="Double",
        description="Call this to double.",
        input=lambda: Given,
        output=lambda: Doubled,
        call=_double,
        render=lambda doubled: f"twice is {doubled.twice}",
        annotations=ToolAnnotations(read_only_hint=True),
        hidden=lambda _: frozenset({"secret"}),
        blocking=blocking,
    )


@pytest.mark.parametrize("blocking", [True, False])
async def test_a_success_has_structure_and_text(app: App, *, blocking: bool) -> None:
    answer = await call_tool(app, tool(blocking=blocking), {"number": 4, "names": ["a"]})
    assert (answer.is_error, answer.structured_content) == (False, {"twice": 8})
    assert answer.model_dump()["content"][0]["text"] == "twice is 8"


@pytest.mark.parametrize("blocking", [True, False])
async def test_what_nobody_foresaw_is_internal_and_its_text_stays_in_the_log(
    app: App, caplog: pytest.LogCaptureFixture, *, blocking: bool
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await call_tool(app, tool(blocking=blocking), {"number": 13})
    assert answer.is_error
    assert answer.structured_content["code"] == "INTERNAL"
    assert "hunter2" not in answer.model_dump_json()
    assert "hunter2" in caplog.text


async def test_an_error_with_details_gives_them_to_programs_and_to_readers(app: App) -> None:
    answer = await call_tool(app, tool(), {"number": 15})
    assert answer.structured_content["details"] == {"version": 3, "digest": "sha256:00"}
    assert answer.structured_content["retry"] is False
    assert 'Details: {"version": 3, "digest": "sha256:00"}' in answer.model_dump()["content"][0]["text"]


async def test_an_error_says_that_the_same_call_may_succeed_later(app: App) -> None:
    answer = await call_tool(app, tool(), {"number": 16})
    assert answer.structured_content == {
        "code": "UNAVAILABLE",
        "message": "the database is busy",
        "hint": "try again",
        "retry": True,
    }
    assert answer.model_dump()["content"][0]["text"].endswith("Hint: try again\nThe same call may succeed later.")


async def test_an_error_with_a_line_says_the_line(app: App) -> None:
    answer = await call_tool(app, tool(), {"number": 14})
    assert answer.structured_content == {
        "code": "DIFF_SYNTAX",
        "message": "this is no diff",
        "hint": "send a diff",
        "line": 3,
        "retry": False,
    }
    assert answer.model_dump()["content"][0]["text"] == "DIFF_SYNTAX (line 3): this is no diff\nHint: send a diff"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "number: Field required"),
        ({"number": 0}, "number: Input should be greater than or equal to 1"),
        ({"number": "4x"}, "number: Input should be a valid integer, unable to parse string as an integer"),
        ({"number": 4, "names": ["a", 1]}, "names.1: Input should be a valid string"),
        ({"number": 4, "\u202eevil\n": 1}, "\\u202eevil\\n: Extra inputs are not permitted"),
        ({"number": 4, "secret": "x"}, "secret: this server does not take it"),
        ({"number": float("nan")}, "number: Input should be a finite number"),
    ],
)
async def test_wrong_arguments_are_named_and_their_values_are_not(
    app: App, arguments: dict[str, object], message: str
) -> None:
    answer = await call_tool(app, tool(), arguments)
    assert answer.is_error
    assert answer.structured_content["code"] == "INVALID_INPUT"
    assert answer.structured_content["message"] == message


async def test_many_mistakes_are_counted_and_the_first_are_shown(app: App) -> None:
    answer = await call_tool(app, tool(), {"number": 4, **{f"x{index}": 1 for index in range(9)}})
    assert answer.structured_content["message"].endswith("x4: Extra inputs are not permitted; and 4 more")


async def test_a_lone_surrogate_is_a_mistake_and_no_crash(app: App) -> None:
    answer = await call_tool(app, tool(), {"number": 4, "names": ["\ud800"]})
    assert answer.structured_content["code"] == "INVALID_INPUT"
