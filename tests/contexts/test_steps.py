"""Documents of one version of a user's schema, read as a later one by the steps that were registered with it."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.contexts import dialect
from backwright.contexts.context import LOCAL, Address
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.contexts.steps import KEYWORD, MAX_PARTS, MAX_STEPS, problems, taken
from backwright.errors import InvalidBodyError, SchemaIncompatibleError, SchemaUnknownError

ONE = Address("shop", "north")
TEXT: JsonObject = {"type": "string"}


def closed(properties: JsonObject, required: list[str] | None = None, steps: list[object] | None = None) -> JsonObject:
    schema: JsonObject = {"type": "object", "additionalProperties": False, "properties": properties}
    return schema | ({"required": required} if required else {}) | ({KEYWORD: steps} if steps is not None else {})


FIRST = closed({"region": TEXT, "note": TEXT}, ["region"])
SECOND = closed(
    {"placement": closed({"region": TEXT}), "replicas": {"type": "integer"}},
    ["placement", "replicas"],
    [
        {"rename": "/region", "to": "/placement/region"},
        {"default": "/replicas", "value": 1},
        {"remove": "/note"},
    ],
)
THIRD = closed(
    {"placement": closed({"area": TEXT}), "replicas": {"type": "integer"}},
    ["placement"],
    [{"rename": "/placement/region", "to": "/placement/area"}],
)


@pytest.fixture
def three(contexts: Contexts) -> Contexts:
    """Three versions, none of which takes what another does."""
    for schema in (FIRST, SECOND, THIRD):
        contexts.register_schema(LOCAL, "deployment", schema, mode="NONE")
    return contexts


def test_a_stored_document_is_read_as_each_later_version_and_stays_as_it_was_written(three: Contexts) -> None:
    body: JsonObject = {"region": "north", "note": "for now"}
    stored = three.put(LOCAL, ONE, body, type="deployment", type_version=1).context
    read = [three.get(LOCAL, ONE, type_version=wanted).body for wanted in (1, 2, 3)]
    assert read == [
        body,
        {"placement": {"region": "north"}, "replicas": 1},
        {"placement": {"area": "north"}, "replicas": 1},
    ]
    assert three.get(LOCAL, ONE) == stored


def test_a_document_of_the_second_version_takes_the_steps_of_the_third_alone(three: Contexts) -> None:
    body: JsonObject = {"placement": {"region": "north"}, "replicas": 3}
    three.put(LOCAL, ONE, body, type="deployment", type_version=2)
    assert three.get(LOCAL, ONE, type_version=3).body == {"placement": {"area": "north"}, "replicas": 3}
    with pytest.raises(SchemaUnknownError):
        three.get(LOCAL, ONE, type_version=1)


def test_what_does_not_validate_after_its_steps_is_none_of_that_version(contexts: Contexts) -> None:
    contexts.register_schema(LOCAL, "deployment", closed({"region": TEXT}), mode="NONE")
    later = closed({"area": TEXT}, ["area"], [{"rename": "/region", "to": "/area"}])
    contexts.register_schema(LOCAL, "deployment", later)
    contexts.put(LOCAL, ONE, {}, type="deployment", type_version=1)
    with pytest.raises(SchemaUnknownError, match="none of v2"):
        contexts.get(LOCAL, ONE, type_version=2)


def test_steps_do_not_make_a_change_keep_its_promise_nor_break_one(contexts: Contexts) -> None:
    contexts.register_schema(LOCAL, "deployment", FIRST)
    with pytest.raises(SchemaIncompatibleError):
        contexts.register_schema(LOCAL, "deployment", SECOND)
    wider = closed({"region": TEXT, "note": TEXT, "tier": TEXT}, ["region"], [{"default": "/tier", "value": "low"}])
    assert contexts.register_schema(LOCAL, "deployment", wider, mode="FULL").changes == ()
    # The same with other steps is another version, which keeps every promise.
    again = contexts.register_schema(LOCAL, "deployment", {**wider, KEYWORD: []})
    assert (again.version, again.changed, again.changes) == (3, True, ())


@pytest.mark.parametrize(
    ("steps", "pointer"),
    [
        ({"rename": "/a", "to": "/b"}, "/x-upgrade"),
        ([{"remove": "/a"}] * (MAX_STEPS + 1), "/x-upgrade"),
        (["remove"], "/x-upgrade/0"),
        ([{"remove": "/a"}, {"move": "/a"}], "/x-upgrade/1"),
        ([{"rename": "/a"}], "/x-upgrade/0"),
        ([{"remove": "/a", "to": "/b"}], "/x-upgrade/0"),
        ([{"remove": "a"}], "/x-upgrade/0/remove"),
        ([{"remove": ""}], "/x-upgrade/0/remove"),
        ([{"remove": "/a~2"}], "/x-upgrade/0/remove"),
        ([{"remove": "/a" * (MAX_PARTS + 1)}], "/x-upgrade/0/remove"),
        ([{"rename": "/a", "to": 7}], "/x-upgrade/0/to"),
    ],
)
def test_a_step_of_another_form_is_refused_with_its_place(steps: object, pointer: str) -> None:
    with pytest.raises(InvalidBodyError) as refused:
        dialect.checked({**FIRST, KEYWORD: steps})
    assert [each["pointer"] for each in refused.value.details["errors"]] == [pointer]  # type: ignore[attr-defined]


def test_a_first_version_has_none_to_come_from(contexts: Contexts) -> None:
    with pytest.raises(InvalidBodyError, match="no earlier version"):
        contexts.check_schema(LOCAL, "deployment", SECOND)


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ({"rename": "/a", "to": "/b"}, {"a": 1}, {"b": 1}),
        ({"rename": "/a", "to": "/b"}, {"c": 1}, {"c": 1}),
        ({"rename": "/a", "to": "/b"}, {"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ({"rename": "/a", "to": "/b/c"}, {"a": 1, "b": {"d": 2}}, {"b": {"c": 1, "d": 2}}),
        ({"rename": "/a", "to": "/b/c"}, {"a": 1, "b": [2]}, {"a": 1, "b": [2]}),
        ({"rename": "/a", "to": "/a/b"}, {"a": {"c": 1}}, {"a": {"c": 1}}),
        ({"rename": "/a~1b", "to": "/~0"}, {"a/b": 1}, {"~": 1}),
        ({"default": "/a", "value": None}, {}, {"a": None}),
        ({"default": "/a", "value": 1}, {"a": None}, {"a": None}),
        ({"default": "/a/b", "value": 1}, {}, {}),
        ({"default": "/a/b", "value": 1}, {"a": {}}, {"a": {"b": 1}}),
        ({"remove": "/a"}, {"a": {"b": 1}}, {}),
        ({"remove": "/a/0"}, {"a": [1]}, {"a": [1]}),
    ],
)
def test_a_step_changes_what_it_finds_and_leaves_the_rest(step: object, before: JsonObject, after: JsonObject) -> None:
    kept = copy.deepcopy(before)
    assert taken({KEYWORD: [step]}, before) == after
    assert before == kept


POINTER = st.lists(st.sampled_from(["a", "b", "a/b", "~"]), min_size=1, max_size=3).map(
    lambda names: "".join(f"/{name.replace('~', '~0').replace('/', '~1')}" for name in names)
)
VALUE = st.recursive(
    st.none() | st.integers(0, 3),
    lambda inner: st.dictionaries(st.sampled_from(["a", "b", "a/b", "~"]), inner) | st.lists(inner, max_size=2),
    max_leaves=8,
)
STEP = st.one_of(
    st.builds(lambda one, other: {"rename": one, "to": other}, POINTER, POINTER),
    st.builds(lambda one, value: {"default": one, "value": value}, POINTER, VALUE),
    st.builds(lambda one: {"remove": one}, POINTER),
)


@given(steps=st.lists(STEP, max_size=6), body=st.dictionaries(st.sampled_from(["a", "b", "~"]), VALUE))
def test_steps_of_a_good_form_never_fail_and_never_touch_what_is_stored(steps: list[object], body: JsonObject) -> None:
    schema: JsonObject = {KEYWORD: steps}
    assert list(problems(schema)) == []
    kept = copy.deepcopy(body)
    assert isinstance(taken(schema, body), dict)
    assert body == kept
