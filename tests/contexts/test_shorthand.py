from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.contexts.schema import JsonObject
from backwright.contexts.schemas.endpoint_v1 import EndpointContextV1
from backwright.contexts.shorthand import parse_action, parse_field, parse_relation, written_out
from backwright.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("number:str", {"name": "number", "type": "str", "required": True}),
        (" due : date? ", {"name": "due", "type": "date", "required": False}),
        (
            "code:str,unique,min=2,max=32",
            {"name": "code", "type": "str", "required": True, "unique": True, "min_length": 2, "max_length": 32},
        ),
        ("t:int?,index,ge=-5,le=7", {"name": "t", "type": "int", "required": False, "index": True, "ge": -5, "le": 7}),
        ("s:enum, choices=a/b", {"name": "s", "type": "enum", "required": True, "choices": ["a", "b"]}),
    ],
)
def test_a_field_is_read(text: str, expected: JsonObject) -> None:
    assert parse_field(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("customer:Customer", {"name": "customer", "to": "Customer", "required": True}),
        (
            "parent:app.models.Folder?,set_null",
            {"name": "parent", "to": "app.models.Folder", "required": False, "on_delete": "set_null"},
        ),
    ],
)
def test_a_relation_is_read(text: str, expected: JsonObject) -> None:
    assert parse_relation(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("close:open=false", {"name": "close", "set": {"open": False}}),
        (
            "cancel:status=cancelled, step=0 when status=draft/sent",
            {"name": "cancel", "set": {"status": "cancelled", "step": 0}, "when": {"status": ["draft", "sent"]}},
        ),
    ],
)
def test_an_action_is_read(text: str, expected: JsonObject) -> None:
    assert parse_action(text) == expected


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        *((parse_field, text) for text in ("number", ":str", "number:", "n:str,big", "n:str,max", "n:str,max=x")),
        *((parse_field, text) for text in ("n:str,unique=1", "n:str,ge=1.5", "n:enum,choices=")),
        *((parse_relation, text) for text in ("customer", "customer:", "customer:Customer,never")),
        *((parse_action, text) for text in ("cancel", "cancel:", "cancel:status", "cancel:a=1,a=2", "c:a=b when a")),
    ],
)
def test_another_form_is_refused_with_its_text_and_an_example(parse: Callable[[str], JsonObject], text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse(text)
    assert text.partition(",")[0] in refused.value.message
    assert "=" in refused.value.hint or ":" in refused.value.hint or "," in refused.value.hint


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for parse in (parse_field, parse_relation, parse_action):
        try:
            said = str(parse(text)["name"])
        except InvalidInputError as refused:
            said = refused.message
        assert said.strip()


def test_parts_may_be_written_short_or_out() -> None:
    long = {"name": "total", "type": "decimal", "ge": 0}
    out = written_out({"resource": "order", "fields": ["reference:str,max=40", long]})
    assert out == {
        "resource": "order",
        "fields": [{"name": "reference", "type": "str", "required": True, "max_length": 40}, long],
    }
    assert EndpointContextV1.model_validate(out).fields[1].ge == 0


def test_what_is_no_list_is_left_to_the_context() -> None:
    assert written_out({"fields": "number:str"}) == {"fields": "number:str"}
