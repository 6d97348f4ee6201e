"""Which schemas may be registered: closed, of one piece, and cheap whatever document comes."""

from __future__ import annotations

import pytest

from backwright.contexts import dialect
from backwright.contexts.effort import MAX_AT_ONCE
from backwright.contexts.schema import JsonObject
from backwright.errors import InvalidBodyError, TooLargeError

TEXT: JsonObject = {"type": "string"}


def closed(**members: object) -> JsonObject:
    return {"type": "object", "properties": members, "additionalProperties": False}


def node(schema: JsonObject, **more: object) -> JsonObject:
    """A document whose member `a` is the definition `n`."""
    return {**closed(a={"$ref": "#/$defs/n"}), "$defs": {"n": schema, **more}}


def refusals(schema: JsonObject) -> list[tuple[str, str]]:
    try:
        dialect.checked(schema)
    except InvalidBodyError as error:
        return [(one["pointer"], one["message"]) for one in error.details["errors"]]  # type: ignore[attr-defined]
    return []


NEXT: JsonObject = {"$ref": "#/$defs/n"}
PATTERNS: JsonObject = {"type": "object", "patternProperties": {"^x-": TEXT}, "additionalProperties": False}
SOUND: list[JsonObject] = [
    closed(),
    {"$schema": dialect.DRAFT, "$id": "https://shop.example/deploy", "title": "Deploy", "x-owner": "ann", **closed()},
    closed(a=TEXT, b={"type": ["string", "null"]}, c={"enum": [1, {"any": "thing"}]}, d={"const": None}, e=False),
    closed(a={"type": "array", "items": closed(b=TEXT)}, b={"type": "array", "prefixItems": [TEXT], "items": False}),
    closed(a=PATTERNS, b={"anyOf": [TEXT, PATTERNS]}, c={"oneOf": [closed(), {"type": "null"}]}),
    {"allOf": [{"$ref": "#/$defs/n"}], "unevaluatedProperties": False, "$defs": {"n": {"properties": {"b": TEXT}}}},
    {**closed(a=TEXT), "if": {"properties": {"a": {"const": "x"}}}, "then": {"required": ["a"]}, "else": True},
    {**closed(a=TEXT), "not": {"required": ["a"]}},
    node(closed(left=NEXT, right=NEXT, value={"type": "integer"})),
    node({"anyOf": [closed(sum={"type": "array", "items": NEXT}), closed(neg=NEXT), TEXT]}),
    node({"anyOf": [{"type": "null"}, closed(next=NEXT)]}),
    {**closed(a={"$ref": "#/$defs/x~1y"}), "$defs": {"x/y": TEXT}},
]


@pytest.mark.parametrize("schema", SOUND)
def test_a_sound_schema_is_taken_and_has_one_canonical_form(schema: JsonObject) -> None:
    assert refusals(schema) == []
    assert dialect.checked(schema) == dialect.checked(dict(reversed(schema.items())))


@pytest.mark.parametrize(
    ("schema", "pointer", "says"),
    [
        ({}, "", "an object here may have members that nobody knows of"),
        ({"type": "object"}, "", "additionalProperties: false"),
        (closed(a={}), "/properties/a", "an object here"),
        (closed(a=True), "/properties/a", "an object here"),
        (closed(a={"type": "object", "additionalProperties": TEXT}), "/properties/a", "patternProperties"),
        (closed(a={"type": "array"}), "/properties/a", "an array here may hold anything"),
        (closed(a={"type": "array", "items": {"type": "object"}}), "/properties/a/items", "an object here"),
        (closed(a={"anyOf": [TEXT, {"type": "object"}]}), "/properties/a", "an object here"),
        (node({"properties": {"b": TEXT}}), "/properties/a", "an object here"),
    ],
)
def test_an_open_object_or_array_is_refused_with_its_place(schema: JsonObject, pointer: str, says: str) -> None:
    found = refusals(schema)
    assert [where for where, _ in found] == [pointer]
    assert says in found[0][1]


@pytest.mark.parametrize(
    ("schema", "pointer", "says"),
    [
        (closed(a={"$ref": "https://shop.example/schema"}), "/properties/a/$ref", "write #/$defs/NAME"),
        (closed(a={"$ref": "file:///etc/passwd"}), "/properties/a/$ref", "write #/$defs/NAME"),
        (closed(a={"$ref": "#/$defs/none"}), "/properties/a/$ref", "no schema of this document"),
        (closed(a={"$dynamicRef": "#n"}), "/properties/a/$dynamicRef", "is not taken"),
        (closed(a={"$id": "https://shop.example/b", **TEXT}), "/properties/a/$id", "belongs into the document"),
        ({**closed(), "$schema": "http://json-schema.org/draft-07/schema#"}, "/$schema", "another dialect"),
        ({**closed(), "$id": "no address"}, "", "Invalid URI"),
        (closed(a={**TEXT, "minlength": 1}), "/properties/a/minlength", "correct its spelling"),
        (closed(a={"type": "text"}), "/properties/a/type", "no JSON Schema"),
        (closed(a={**TEXT, "minLength": -1}), "/properties/a/minLength", "no JSON Schema"),
        (closed(a=3), "/properties/a", "a schema is an object, true or false"),
        (closed(a={**TEXT, "pattern": "("}), "/properties/a/pattern", "no JSON Schema"),
        (closed(a={**TEXT, "pattern": "(?=a)"}), "/properties/a/pattern", "no JSON Schema"),
        (closed(a={**TEXT, "pattern": "(a{500}){500}"}), "/properties/a/pattern", "no JSON Schema"),
        (closed(a={**TEXT, "pattern": "a" * 501}), "/properties/a/pattern", "more than 500 characters"),
    ],
)
def test_what_is_no_schema_or_leads_out_of_it_is_refused_with_its_place(
    schema: JsonObject, pointer: str, says: str
) -> None:
    found = refusals(schema)
    assert [where for where, _ in found] == [pointer]
    assert says in found[0][1]


def chain(length: int, times: int) -> JsonObject:
    links = {f"n{at}": {"allOf": [{"$ref": f"#/$defs/n{at + 1}"}] * times} for at in range(length)}
    return {**closed(a={"$ref": "#/$defs/n0"}), "$defs": {**links, f"n{length}": TEXT}}


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        (node(NEXT), "refers to itself at the same value"),
        (node({"anyOf": [TEXT, {"$ref": "#/$defs/m"}]}, m={"allOf": [NEXT]}), "refers to itself at the same value"),
        (node({"anyOf": [closed(b=NEXT), closed(b=NEXT, c=TEXT)]}), "2**n steps for n levels"),
        (node({"allOf": [closed(b=NEXT), {"properties": {"b": NEXT}}], "type": "object"}), "2**n steps for n levels"),
        (node({**PATTERNS, "properties": {"x": NEXT}, "patternProperties": {"x": NEXT}}), "2**n steps for n levels"),
        (node({"type": "array", "items": NEXT, "contains": NEXT}), "2**n steps for n levels"),
        (
            node(closed(b={"allOf": [NEXT, {"$ref": "#/$defs/m"}]}), m=closed(b={"$ref": "#/$defs/m"})),
            "2**n steps for n levels",
        ),
        (node({"properties": {"b": TEXT}, "allOf": [closed(b=NEXT)], "unevaluatedProperties": False}), "2**n steps"),
        (chain(20, 2), "more than 10000 ways through it"),
        (chain(MAX_AT_ONCE // 2, 1), "schemas at the same value"),
        (closed(**{f"m{at}": TEXT for at in range(999)}), "more than 1000 schemas"),
    ],
)
def test_a_schema_that_a_document_could_be_led_through_for_ever_is_refused(schema: JsonObject, says: str) -> None:
    assert says in refusals(schema)[0][1]


def test_a_schema_at_the_limits_is_taken_and_one_over_is_not() -> None:
    assert refusals(closed(**{f"m{at}": TEXT for at in range(998)})) == []
    assert refusals(chain(MAX_AT_ONCE // 2 - 1, 1)) == []
    assert refusals(closed(a={**TEXT, "pattern": "a" * 500})) == []
    deep: JsonObject = TEXT
    for _ in range(dialect.MAX_LEVELS - 1):
        deep = {"type": "array", "items": deep}
    assert refusals(closed(a=deep)) == []
    assert "inside of each other" in refusals(closed(a={"type": "array", "items": deep}))[0][1]
    with pytest.raises(TooLargeError):
        dialect.checked({**closed(), "description": "x" * dialect.MAX_BYTES})


def test_formats_are_checked_and_messages_keep_the_document_to_themselves() -> None:
    text = dialect.checked(closed(at={**TEXT, "format": "date-time"}, key={**TEXT, "pattern": "^k"}))
    dialect.check(text, {"at": "2026-01-02T03:04:05Z", "key": "k1"})
    with pytest.raises(InvalidBodyError) as refused:
        dialect.check(text, {"at": "hunter2", "key": "hunter2"})
    assert "hunter2" not in str(refused.value.details)
    assert [one["pointer"] for one in refused.value.details["errors"]] == ["/at", "/key"]  # type: ignore[attr-defined]
