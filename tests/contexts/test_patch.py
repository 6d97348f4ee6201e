"""A patch, applied to the document before, gives the document after."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.contexts.patch import Operation, patch

SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.text("ab/~é", max_size=3)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=4),
    max_leaves=12,
)


def applied(document: Any, operations: list[Operation]) -> Any:
    """What RFC 6902 says that comes of it."""
    whole = {"": copy.deepcopy(document)}
    for each in operations:
        *path, last = each.path.replace("~", "~~").split("/")
        parts = [part.replace("~~1", "/").replace("~~0", "~") for part in path[1:]]
        last = last.replace("~~1", "/").replace("~~0", "~")
        if each.path == "":
            whole[""] = each.value
            continue
        inside: Any = whole[""]
        for part in parts:
            inside = inside[int(part)] if isinstance(inside, list) else inside[part]
        match each.op, inside:
            case "add", list():
                inside.insert(int(last), each.value)
            case "remove", list():
                del inside[int(last)]
            case "replace", list():
                inside[int(last)] = each.value
            case "remove", _:
                del inside[last]
            case _:
                inside[last] = each.value
    return whole[""]


def as_text(value: object) -> str:
    return json.dumps(value, sort_keys=True)


@given(JSON, JSON)
def test_a_patch_turns_the_one_document_into_the_other(before: object, after: object) -> None:
    assert as_text(applied(before, list(patch(before, after)))) == as_text(after)


@given(JSON)
def test_nothing_is_to_be_done_between_equal_documents(document: object) -> None:
    assert list(patch(document, copy.deepcopy(document))) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 2}, [{"op": "replace", "path": "/a", "value": 2}]),
        ({"a": 1}, {"b": 1}, [{"op": "remove", "path": "/a"}, {"op": "add", "path": "/b", "value": 1}]),
        ({"a": [1, 2, 3]}, {"a": [1, 9, 2, 3]}, [{"op": "add", "path": "/a/1", "value": 9}]),
        ({"a": [1, 2, 3]}, {"a": [1, 3]}, [{"op": "remove", "path": "/a/1"}]),
        ({"a": [{"b": 1}, 2]}, {"a": [{"b": 3}, 2]}, [{"op": "replace", "path": "/a/0/b", "value": 3}]),
        ({"a/b": 1, "c~d": 1}, {}, [{"op": "remove", "path": "/a~1b"}, {"op": "remove", "path": "/c~0d"}]),
        ({"a": 1}, {"a": True}, [{"op": "replace", "path": "/a", "value": True}]),
        ({"a": [1]}, {"a": [True]}, [{"op": "replace", "path": "/a/0", "value": True}]),
        ({"a": {}}, {"a": []}, [{"op": "replace", "path": "/a", "value": []}]),
        ({"a": None}, {}, [{"op": "remove", "path": "/a"}]),
    ],
)
def test_each_change_is_one_operation(before: object, after: object, expected: list[dict[str, object]]) -> None:
    assert [each.to_json() for each in patch(before, after)] == expected


def test_an_operation_is_one_short_line_for_a_reader() -> None:
    assert Operation("replace", "/a", "b\nc").line(80) == 'replace /a "b\\nc"'
    assert Operation("remove", "/a").line(80) == "remove /a"
    assert Operation("add", "/a", "x" * 100).line(20) == 'add /a "xxxxxxxxxxx…'
