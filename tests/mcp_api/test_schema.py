from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no stubs
from pydantic import Field

from backwright._discover import discover
from backwright.mcp_api import tools
from backwright.mcp_api._schema import input_schema, output_schema, schemas_of, stored_schemas
from backwright.mcp_api.tool import Closed, Tool

TOOLS = discover(tools, "TOOL", Tool, key=lambda tool: tool.name)


class Inner(Closed):
    """One."""

    title: str = Field(max_length=9, description="What it is called.")
    size: int | None = None


class Outer(Closed):
    """All."""

    many: tuple[Inner, ...] = Field(max_length=3, description="The inner ones.")
    one: Inner | None = Field(default=None, description="Or none.")
    name: str = ""


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_stored_schemas_are_those_of_the_models(tool: Tool) -> None:  # type: ignore[type-arg]  # of any models
    hint = "they are stale: run python -m backwright.mcp_api._schema"
    assert stored_schemas().get(tool.name) == schemas_of(tool), hint


def test_no_schema_is_stored_for_a_tool_that_is_gone() -> None:
    assert set(stored_schemas()) == {tool.name for tool in TOOLS}


def test_an_input_schema_is_written_out_without_titles_limits_and_nulls() -> None:
    inner = {
        "type": "object",
        "properties": {"title": {"description": "What it is called.", "type": "string"}, "size": {"type": "integer"}},
        "required": ["title"],
    }
    assert input_schema(Outer) == {
        "type": "object",
        "properties": {
            "many": {"description": "The inner ones.", "items": inner, "type": "array"},
            "one": {**inner, "description": "Or none."},
            "name": {"type": "string"},
        },
        "required": ["many"],
    }


def test_prose_replaces_every_description_of_its_argument() -> None:
    many = input_schema(Outer, {"many": "Titles."})["properties"]["many"]
    assert many["description"] == "Titles."
    assert "description" not in many["items"]["properties"]["title"]


@pytest.mark.parametrize(
    ("content", "fits"),
    [
        ({"many": [{"title": "x", "size": 1}], "name": "n"}, True),
        ({"code": "X", "message": "y", "hint": "z"}, True),
        ({"code": "X", "message": "y", "hint": "z", "line": 3}, True),
        ({"many": 1, "name": "n"}, False),
        ({"name": "n"}, False),
        ({"code": "X", "message": "y"}, False),
    ],
)
def test_an_output_schema_fits_a_success_and_a_failure(content: dict[str, object], *, fits: bool) -> None:
    schema = output_schema(Outer)
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(content) is fits
