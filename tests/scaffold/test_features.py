from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import InvalidInputError
from backwright.scaffold.features import Filter, read_actions, read_auth, read_filters
from backwright.scaffold.field import Field, read_field

STATUS = {"name": "status", "type": "enum", "choices": ["draft", "sent", "void"]}
FIELDS: list[Field] = [
    read_field(item, "Invoice", "invoices")
    for item in (
        STATUS,
        {"name": "total", "type": "decimal", "ge": 9},
        {"name": "lines", "type": "int", "ge": 1, "le": 2},
        {"name": "number", "type": "str", "unique": True},
        {"name": "code", "type": "int", "unique": True},
        {"name": "note", "type": "text"},
        {"name": "due", "type": "date"},
        {"name": "due_from", "type": "date"},
        {"name": "limit", "type": "int"},
        {"name": "paid", "type": "bool"},
    )
]


def test_a_number_or_a_time_is_narrowed_from_both_sides_and_the_rest_by_equality() -> None:
    names = [each.name for each in read_filters(["status", "total", "due"], FIELDS)]
    assert names == ["status", "total", "total_from", "total_to", "due", "due_from", "due_to"]


def test_numbers_are_compared_as_numbers_and_not_as_texts() -> None:
    found = {each.name: each.matches for each in read_filters(["total"], FIELDS)}
    assert found == {"total": [1], "total_from": [1, 2], "total_to": [0, 1]}


@given(low=st.integers(-50, 50), sign=st.sampled_from(["==", ">=", "<="]))
def test_the_examples_that_a_filter_leaves_are_those_that_compare(low: int, sign: str) -> None:
    field = read_field({"name": "size", "type": "int", "ge": low}, "Box", "boxes")
    values = [int(str(field.json_sample(number))) for number in range(3)]
    compare = {"==": int.__eq__, ">=": int.__ge__, "<=": int.__le__}[sign]
    assert Filter("size", field, sign).matches == [n for n in range(3) if compare(values[n], values[1])]


@pytest.mark.parametrize(
    ("names", "said"),
    [(["note"], "'note' is no field"), (["nothing"], "no field"), (["limit"], "called 'limit'"), ("status", "no list")],
)
def test_a_filter_that_cannot_be_is_refused(names: object, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        read_filters(names, FIELDS)


def test_two_filters_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="called 'due_from'"):
        read_filters(["due", "due_from"], FIELDS)


def test_an_action_is_written_in_the_words_of_each_layer() -> None:
    given_ = [{"name": "send_out", "set": {"status": "sent"}, "when": {"status": ["draft"], "paid": [False]}}]
    (action,) = read_actions(given_, FIELDS)
    assert (action.path, action.label) == ("send-out", "send out")
    assert action.values == [("status", "InvoiceStatus.SENT")]
    assert action.conditions == [("status", "(InvoiceStatus.DRAFT,)"), ("paid", "(False,)")]
    assert action.denials == ["status is not InvoiceStatus.DRAFT", "paid is not False"]
    assert (action.json_values, action.before) == ([("status", '"sent"')], [("status", '"draft"'), ("paid", "False")])
    assert (action.refused, action.ends) == (("status", '"sent"'), True)


def test_an_action_that_every_state_allows_has_no_refusal() -> None:
    every = ["draft", "sent", "void"]
    (action,) = read_actions([{"name": "void", "set": {"status": "void"}, "when": {"status": every}}], FIELDS)
    assert (action.refused, action.ends) == (None, False)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("send", "no object|not an object"),
        ({"name": "page", "set": {"paid": True}}, "taken"),
        ({"name": "import", "set": {"paid": True}}, "keyword"),
        ({"name": "a'b", "set": {"paid": True}}, "snake_case"),
        ({"name": "send"}, "sets nothing"),
        ({"name": "send", "set": ["paid"]}, "no object"),
        ({"name": "send", "set": {"total": 1}}, "no enum, bool or int"),
        ({"name": "send", "set": {"code": 1}}, "unique"),
        ({"name": "send", "set": {"status": "lost"}}, "no value"),
        ({"name": "send", "set": {"lines": True}}, "no value"),
        ({"name": "send", "set": {"lines": 3}}, "no value"),
        ({"name": "send", "set": {"paid": True}, "when": {"paid": []}}, "never be done"),
    ],
    ids=str,
)
def test_an_action_that_cannot_be_is_refused(action: object, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said) as refused:
        read_actions([action], FIELDS)
    assert refused.value.hint


@pytest.mark.parametrize("scope", ['a"b', "a b", "a\nb", "", "x" * 101, "é", "a\\b", 7])
def test_a_scope_that_no_token_can_carry_is_refused(scope: object) -> None:
    with pytest.raises(InvalidInputError):
        read_auth({"read": scope})


def test_a_scope_is_named_once() -> None:
    auth = read_auth({"read": "invoices", "write": "invoices"})
    assert auth is not None
    assert auth.scopes == ["invoices"]
    assert read_auth(None) is None
