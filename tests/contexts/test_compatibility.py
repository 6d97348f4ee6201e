"""What a change of a schema does to documents, named by place; and that nothing is called compatible that is not."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from backwright.contexts.compatibility import Mode, incompatible
from backwright.contexts.schema import JsonObject

TEXT: JsonObject = {"type": "string"}
NUMBER: JsonObject = {"type": "integer"}
NULL: JsonObject = {"type": "null"}


def closed(*required: str, **members: object) -> JsonObject:
    return {"type": "object", "properties": members, "required": list(required), "additionalProperties": False}


def of(member: object, **more: object) -> JsonObject:
    """A schema with one member."""
    return {**closed(a=member), **more}


def changes(old: JsonObject, new: JsonObject, mode: Mode = "BACKWARD") -> list[tuple[str, str]]:
    return [(one.pointer, one.reason) for one in incompatible(old, new, mode)]


def kind(name: str, *required: str, **members: object) -> JsonObject:
    """One of several objects that are told apart by a member."""
    return closed("kind", *required, kind={"const": name}, **members)


WIDER: list[tuple[object, object]] = [
    (TEXT, TEXT),
    ({**TEXT, "title": "A"}, {**TEXT, "description": "b", "default": "x"}),
    (NUMBER, {"type": "number"}),
    (TEXT, {"type": ["string", "null"]}),
    (TEXT, {"anyOf": [TEXT, NULL]}),
    ({"type": ["string", "null"]}, {"anyOf": [TEXT, NULL]}),
    ({"anyOf": [TEXT, NULL]}, {"type": ["null", "string"]}),
    ({"oneOf": [TEXT, NULL]}, {"anyOf": [NULL, TEXT]}),
    ({"anyOf": [TEXT, NULL]}, {"oneOf": [TEXT, NULL, NUMBER]}),
    ({"enum": ["x", "y"]}, {"enum": ["y", "z", "x"]}),
    ({"enum": ["x", "y"]}, {**TEXT, "maxLength": 1}),
    ({"const": 3}, {**NUMBER, "minimum": 3}),
    ({"type": "boolean"}, {"enum": [True, False]}),
    ({**NUMBER, "minimum": 3, "maximum": 5}, {**NUMBER, "exclusiveMinimum": 2, "maximum": 6}),
    ({**NUMBER, "multipleOf": 6}, {**NUMBER, "multipleOf": 3}),
    ({**TEXT, "minLength": 2, "maxLength": 5}, {**TEXT, "minLength": 1, "maxLength": 9}),
    ({**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^a"}),
    ({**TEXT, "pattern": "^a", "format": "uri"}, TEXT),
    ({"type": "array", "items": NUMBER, "uniqueItems": True}, {"type": "array", "items": {"type": "number"}}),
    (
        {"type": "array", "prefixItems": [TEXT, NUMBER], "items": False},
        {"type": "array", "prefixItems": [TEXT], "items": {"type": "number"}},
    ),
    (closed("b", b=TEXT), closed(b=TEXT, c=TEXT)),
    (closed(b=TEXT), {"type": "object", "patternProperties": {"^b": TEXT}, "additionalProperties": False}),
    (
        {"type": "object", "patternProperties": {"^b": NUMBER}, "additionalProperties": False},
        {"type": "object", "patternProperties": {"^b": {"type": "number"}}, "additionalProperties": False},
    ),
    ({"allOf": [TEXT, {"maxLength": 5}]}, {**TEXT, "maxLength": 5}),
    ({**TEXT, "maxLength": 5}, {"allOf": [TEXT, {"maxLength": 5}]}),
    (closed(b=TEXT, c=TEXT), {"allOf": [{"properties": {"b": TEXT}}], "type": "object", "properties": {"c": True}}),
    (
        closed(b=TEXT, c=TEXT),
        {"allOf": [{"properties": {"b": TEXT}}], "properties": {"c": TEXT}, "unevaluatedProperties": False},
    ),
    (
        {"allOf": [{"properties": {"b": TEXT}}], "properties": {"c": TEXT}, "unevaluatedProperties": False},
        {"properties": {"b": TEXT, "c": TEXT}, "additionalProperties": False},
    ),
    (
        {"oneOf": [kind("card", number=TEXT), kind("cash")]},
        {"oneOf": [kind("card", number=TEXT, owner=TEXT), kind("cash"), kind("cheque", bank=TEXT)]},
    ),
    ({"not": TEXT}, {"not": TEXT}),
    (False, TEXT),
    (TEXT, True),
]

NARROWER: list[tuple[object, object, str, str]] = [
    ({"type": ["string", "null"]}, TEXT, "/type", "does not take the type null"),
    ({"type": "number"}, NUMBER, "/type", "does not take the type number"),
    ({"anyOf": [TEXT, NULL]}, TEXT, "/type", "does not take the type null"),
    ({"enum": ["x", "y"]}, {"enum": ["y"]}, "", 'does not take the value "x"'),
    (TEXT, {"enum": ["y"]}, "/enum", "takes certain values only"),
    (NUMBER, {**NUMBER, "minimum": 0}, "/minimum", "minimum is 0 in this version, none in the earlier version"),
    ({**NUMBER, "maximum": 5}, {**NUMBER, "exclusiveMaximum": 5}, "/exclusiveMaximum", "exclusiveMaximum is 5"),
    ({**NUMBER, "multipleOf": 3}, {**NUMBER, "multipleOf": 6}, "/multipleOf", "multipleOf is 6 in this version, 3"),
    ({**TEXT, "maxLength": 9}, {**TEXT, "maxLength": 5}, "/maxLength", "maxLength is 5 in this version, 9"),
    (TEXT, {**TEXT, "minLength": 1}, "/minLength", "minLength is 1"),
    ({**TEXT, "pattern": "^a"}, {**TEXT, "pattern": "^b"}, "/pattern", 'pattern is "^b" in this version, "^a"'),
    (TEXT, {**TEXT, "format": "uri"}, "/format", 'format is "uri"'),
    (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": TEXT, "maxItems": 3},
        "/maxItems",
        "maxItems is 3 in this version, none",
    ),
    (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": {**TEXT, "maxLength": 3}},
        "/items/maxLength",
        "maxLength is 3",
    ),
    (
        {"type": "array", "items": TEXT},
        {"type": "array", "items": TEXT, "uniqueItems": True},
        "/uniqueItems",
        "uniqueItems is true",
    ),
    (closed(b=TEXT, c=TEXT), closed(b=TEXT), "/properties/c", 'does not take the property "c"'),
    (closed(b=TEXT), closed("b", b=TEXT), "/required", 'requires the property "b"'),
    (closed(b=TEXT), closed(b=NUMBER), "/properties/b/type", "does not take the type string"),
    (
        {"type": "object", "patternProperties": {"^b": TEXT}, "additionalProperties": False},
        closed(b=TEXT),
        "/additionalProperties",
        "takes nothing here",
    ),
    ({"oneOf": [TEXT, {"minLength": 2}]}, {"oneOf": [TEXT, {"minLength": 3}]}, "/oneOf", "cannot be shown"),
    (
        {"anyOf": [{**TEXT, "maxLength": 9}, NULL]},
        {"anyOf": [NULL, {**TEXT, "maxLength": 5}]},
        "/anyOf/1/maxLength",
        "maxLength is 5 in this version, 9",
    ),
    (
        {"oneOf": [kind("card"), kind("cash")]},
        {"oneOf": [kind("cash")]},
        "/oneOf/0/properties/kind",
        'does not take the value "card"',
    ),
    ({"oneOf": [closed(b=TEXT), closed(c=TEXT)]}, {"oneOf": [closed(b=TEXT), closed()]}, "/oneOf", "cannot be shown"),
    (TEXT, {**TEXT, "not": {"const": "x"}}, "/not", "cannot be shown"),
    (TEXT, {**TEXT, "if": {"maxLength": 1}, "then": {"const": "x"}}, "/if", "cannot be shown"),
    (TEXT, False, "", "takes nothing here"),
    ({"anyOf": [NUMBER], "unevaluatedProperties": False}, TEXT, "/type", "does not take the type integer"),
]


@pytest.mark.parametrize(("old", "new"), WIDER)
def test_a_version_that_takes_all_that_the_earlier_took_is_backward_compatible(old: object, new: object) -> None:
    assert changes(of(old), of(new)) == []
    assert changes(of(new), of(old), "FORWARD") == []


@pytest.mark.parametrize(("old", "new", "pointer", "says"), NARROWER)
def test_a_change_that_refuses_documents_is_named_with_its_place(
    old: object, new: object, pointer: str, says: str
) -> None:
    found = changes(of(old), of(new))
    assert [where for where, _ in found] == [f"/properties/a{pointer}"]
    assert says in found[0][1]
    assert changes(of(old), of(new), "NONE") == []
    assert len(changes(of(new), of(old), "FORWARD")) == 1


def test_full_names_the_breaks_of_both_directions() -> None:
    found = incompatible(closed(b=TEXT, c=TEXT), closed(b=TEXT, d=TEXT), "FULL")
    assert [(one.pointer, one.breaks) for one in found] == [("/properties/c", "BACKWARD"), ("/properties/d", "FORWARD")]
    assert incompatible(closed(b=TEXT), {**closed(b=TEXT), "title": "B"}, "FULL") == ()


def test_what_is_referred_to_is_named_where_it_stands() -> None:
    old = {**of({"$ref": "#/$defs/name"}), "$defs": {"name": TEXT}}
    new = {**of({"$ref": "#/$defs/label"}), "$defs": {"label": {**TEXT, "maxLength": 3}}}
    assert [where for where, _ in changes(old, new)] == ["/$defs/label/maxLength"]
    assert changes(old, {**of({"$ref": "#/$defs/label"}), "$defs": {"label": TEXT}}, "FULL") == []


def tree(**node: object) -> JsonObject:
    return {**of({"$ref": "#/$defs/n"}), "$defs": {"n": closed(next={"$ref": "#/$defs/n"}, **node)}}


def test_a_schema_that_refers_to_itself_is_compared_once() -> None:
    assert changes(tree(b=TEXT), tree(b=TEXT, c=TEXT)) == []
    assert [where for where, _ in changes(tree(b=TEXT, c=TEXT), tree(b=TEXT))] == ["/$defs/n/properties/c"]


def test_what_is_too_large_to_compare_is_not_called_compatible() -> None:
    def wide(bound: int) -> JsonObject:
        return {
            "anyOf": [closed(b={"anyOf": [{**TEXT, "maxLength": n + bound} for n in range(40)]}) for _ in range(40)]
        }

    assert "too large to compare" in changes(of(wide(9)), of(wide(3)))[0][1]


# Documents

NAMES = ("a", "b", "bb", "c")
BOUND = st.sampled_from([0, 1, 2, 3])


def options(**members: st.SearchStrategy[object]) -> st.SearchStrategy[JsonObject]:
    return st.fixed_dictionaries({}, optional=members)


SCALARS: st.SearchStrategy[JsonObject] = st.one_of(
    options(minimum=BOUND, exclusiveMaximum=BOUND, multipleOf=st.sampled_from([1, 2, 4])).map(
        lambda one: {"type": "integer", **one}
    ),
    options(exclusiveMinimum=BOUND, maximum=BOUND).map(lambda one: {"type": "number", **one}),
    options(minLength=BOUND, maxLength=BOUND, pattern=st.sampled_from(["^a", "b$"])).map(
        lambda one: {"type": "string", **one}
    ),
    st.sampled_from([NULL, {"type": "boolean"}, {"type": ["string", "null"]}, {"type": ["integer", "string"]}]),
    st.lists(st.sampled_from([None, True, 0, 1, 1.0, 2, "", "a", "ab"]), min_size=1, max_size=3, unique_by=repr).map(
        lambda values: {"enum": values}
    ),
    st.sampled_from([{"const": "a"}, {"const": None}, {"const": 1}, {"minLength": 2}, {"maximum": 1}, {}]),
    st.sampled_from([{"$ref": "#/$defs/d"}, {"$ref": "#/$defs/e"}]),
)


def _tagged(name: str, values: object, members: dict[str, object]) -> JsonObject:
    return closed(name, **{**members, name: {"enum": values}})


def _inside(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    names = st.sampled_from(NAMES)
    members = st.dictionaries(names, inner, max_size=3)
    several = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(
        options(
            properties=members,
            required=st.lists(names, max_size=1),
            patternProperties=st.dictionaries(st.sampled_from(["^b", "^bb$"]), inner, max_size=2),
            additionalProperties=st.one_of(st.just(value=False), inner),
            maxProperties=BOUND,
            minProperties=BOUND,
            propertyNames=st.just({"maxLength": 1}),
        ).map(lambda one: {"type": "object", **one}),
        options(
            items=st.one_of(st.just(value=False), inner),
            prefixItems=several,
            minItems=BOUND,
            maxItems=BOUND,
            uniqueItems=st.booleans(),
            contains=inner,
            unevaluatedItems=st.just(value=False),
        ).map(lambda one: {"type": "array", **one}),
        options(
            allOf=several, anyOf=several, oneOf=several, properties=members, unevaluatedProperties=st.just(value=False)
        ),
        st.lists(
            st.tuples(st.sampled_from(NAMES), st.sampled_from([["a"], ["b"], ["a", "ab"], [1], [True]]), members),
            min_size=1,
            max_size=3,
        ).map(lambda given: {"oneOf": [_tagged(name, values, held) for name, values, held in given]}),
        st.sampled_from([{"not": {"type": "string"}}, {"if": {"type": "string"}, "then": {"maxLength": 1}}]),
    )


SCHEMAS = st.recursive(st.one_of(SCALARS, st.booleans()), _inside, max_leaves=6)

SMALL = st.sampled_from([None, True, False, -1, 0, 1, 1.0, 2, 3, 0.5, 2.5, "", "a", "b", "ab", "aab", "abbb"])
DOCUMENTS = st.recursive(
    SMALL,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)),
    max_leaves=5,
)


def whole(schema: object, definition: object, other: object) -> JsonObject:
    # A definition refers to nothing, but the other one to it, one level further down in the document.
    definitions = {"d": _plain(definition), "e": {"type": "array", "items": {"anyOf": [other, {"$ref": "#/$defs/e"}]}}}
    return {"$defs": definitions, "allOf": [schema]}


def _plain(schema: object) -> object:
    return {"type": "string", "maxLength": 2} if "$ref" in repr(schema) else schema


PARTS = st.tuples(SCHEMAS, SCALARS, SCALARS)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[JsonObject, JsonObject]:
    """Two schemas, the second often the first but for a part of it."""
    old = draw(PARTS)
    new = draw(PARTS)
    kept = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    mixed = tuple(one if keep else other for one, other, keep in zip(old, new, kept, strict=True))
    first, second = whole(*old), whole(*mixed)
    if draw(st.booleans()):
        second = {**second, "anyOf": [second.pop("allOf")[0], draw(SCALARS)]}  # type: ignore[index]
    return first, second


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(pair=pairs(), documents=st.lists(DOCUMENTS, min_size=25, max_size=25))
def test_no_sampled_document_contradicts_what_is_called_compatible(
    pair: tuple[JsonObject, JsonObject], documents: list[object]
) -> None:
    old, new = pair
    takes, taken = Draft202012Validator(old), Draft202012Validator(new)
    backward, forward = not changes(old, new), not changes(old, new, "FORWARD")
    for document in documents:
        before, after = takes.is_valid(document), taken.is_valid(document)
        assert not (backward and before and not after), (old, new, document)
        assert not (forward and after and not before), (old, new, document)
    assert (backward and forward) == (not changes(old, new, "FULL"))
