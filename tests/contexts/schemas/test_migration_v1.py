from __future__ import annotations

import pytest

from backwright.contexts.changes import FORMS, parse_change
from backwright.contexts.schemas.migration_v1 import MigrationContextV1
from backwright.errors import InvalidInputError
from tests.contexts._errors import refusals


@pytest.mark.parametrize("verb", FORMS)
def test_the_example_of_each_change_is_one(verb: str) -> None:
    assert refusals(MigrationContextV1, parse_change(FORMS[verb][1])) == {}


def test_a_change_is_read_into_its_members() -> None:
    assert parse_change("add orders.kind:enum?,choices=a/b") == {
        "change": "add_column",
        "table": "orders",
        "columns": ["kind"],
        "type": "enum",
        "nullable": True,
        "values": ["a", "b"],
    }
    assert parse_change("link orders.buyer people.key,set_null") == {
        "change": "add_foreign_key",
        "table": "orders",
        "columns": ["buyer"],
        "to": "people",
        "key": "key",
        "on_delete": "set_null",
    }


@pytest.mark.parametrize(
    "text",
    [
        *["", "add", "add orders", "add orders.x", "add orders.x:int,huge", "add orders.x:str,max=many", "drop a.b"],
        *["rename a.b:int", "index a.b,quick", "link a.b", "link a.b c,explode", "check a.b,eq=1", "check a.b,ge=1.5"],
        *["choices a.b", "enum x", "truncate a", "add  \x00", "add a.b:int fill=1"],
    ],
)
def test_what_has_another_form_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parse_change(text)
    assert "add orders.priority:int,fill=0" in refused.value.hint or "write for example" in refused.value.hint


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("add orders.x:int", "expand"),
        ("add orders.x:int,fill=1,default=1", "expand"),
        ("add orders.x:int?", "contract"),
        ("add orders.x:int,max=3,fill=1", "expand"),
        ("add orders.x:enum,fill=a", "expand"),
        ("add orders.x:money?", "expand"),
        ("add Orders.x:int?", "expand"),
        ("add orders.x-y:int?", "expand"),
        ("rename orders.x:int x", "expand"),
        ("index orders.a+a", "expand"),
        ("index orders.a", "contract"),
        ("check orders.a", "expand"),
        ("check orders.a,ge=2,le=1", "expand"),
        ("drop orders.x:int,fill=1", "expand"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(text: str, phase: str) -> None:
    assert refusals(MigrationContextV1, {**parse_change(text), "phase": phase}) != {}
