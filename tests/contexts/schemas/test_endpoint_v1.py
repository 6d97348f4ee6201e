from __future__ import annotations

import pytest

from backwright.contexts.schemas.endpoint_v1 import EndpointContextV1
from tests.contexts._errors import refusals

Document = dict[str, object]


def endpoint(*fields: Document, **others: object) -> Document:
    return {"resource": "order", "fields": list(fields) or [{"name": "note", "type": "str"}], **others}


def flags(count: int) -> list[Document]:
    return [{"name": f"f{number}", "type": "bool"} for number in range(count)]


def field(**members: object) -> Document:
    return endpoint({"name": "size", "type": "int", **members})


def test_what_is_left_out_has_its_default() -> None:
    context = EndpointContextV1.model_validate(endpoint())
    assert context.operations == ("list", "get", "create", "update", "delete")
    assert (context.plural, context.description) == (None, "")
    assert (context.fields[0].required, context.fields[0].unique, context.fields[0].index) == (True, False, False)


@pytest.mark.parametrize(
    "document",
    [
        field(ge=0, le=0),
        field(unique=True),
        field(type="decimal", ge=-5),
        field(type="text", min_length=0, max_length=10),
        field(type="enum", choices=["a", "b"]),
        field(name="type"),
        field(name="a1_b2"),
        endpoint(resource="person", plural="people"),
        endpoint(operations=["get"]),
        endpoint(*flags(40)),
        endpoint(description="Größe & <b>; 接口"),
    ],
)
def test_a_sound_document_validates(document: Document) -> None:
    assert refusals(EndpointContextV1, document) == {}


@pytest.mark.parametrize(
    ("document", "path", "advice"),
    [
        (
            field(type="text", ge=1),
            "fields.0",
            "ge does not apply to 'size', which is text; leave it out or use one of",
        ),
        (field(max_length=1), "fields.0", "max_length does not apply to 'size', which is int; leave it out"),
        (field(ge=2, le=1), "fields.0", "ge 2 of 'size' is greater than le 1; swap or correct them"),
        (
            field(type="str", min_length=2, max_length=1),
            "fields.0",
            "min_length 2 of 'size' is greater than max_length 1",
        ),
        (field(type="enum"), "fields.0", "the enum field 'size' has no choices; list its values in choices"),
        (
            field(choices=["a"]),
            "fields.0",
            "the field 'size' is int and has choices; set type to enum or leave them out",
        ),
        (field(type="enum", choices=["a", "a"]), "fields.0", "the choice 'a' of 'size' is listed twice; list it once"),
        (field(unique=True, index=True), "fields.0", "unique, which is an index already; leave index out"),
        (
            endpoint({"name": "a", "type": "int"}, {"name": "a", "type": "str"}),
            "",
            "two fields are called 'a'; rename one",
        ),
        (endpoint(plural="order"), "", "plural equals resource, 'order'; give another plural"),
        (endpoint(operations=["get", "get"]), "operations", "the operation 'get' is listed twice; list it once"),
        (field(name="class"), "fields.0.name", "'class' is a Python keyword; choose another name"),
        (
            field(name="created_at"),
            "fields.0.name",
            "'created_at' is taken by the generated model; choose another name",
        ),
        (field(name="json"), "fields.0.name", "'json' is taken by the generated model"),
        (field(name="model_dump"), "fields.0.name", "'model_dump' is taken by the generated model"),
        (endpoint(resource="registry"), "resource", "'registry' is taken by the generated model"),
    ],
)
def test_a_contradiction_says_where_and_what_to_do(document: Document, path: str, advice: str) -> None:
    found = refusals(EndpointContextV1, document)
    assert advice in found[path]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Order",
        "2nd",
        "_x",
        "__init__",
        "a__b",
        "a-b",
        "a b",
        "a.b",
        "../a",
        "a\n",
        "größe",
        "a" * 51,
        "{{7*7}}",
        'a"',
    ],
)
def test_a_name_that_is_no_identifier_is_refused_wherever_it_stands(name: str) -> None:
    assert "resource" in refusals(EndpointContextV1, endpoint(resource=name))
    assert "plural" in refusals(EndpointContextV1, endpoint(plural=name))
    assert "fields.0.name" in refusals(EndpointContextV1, field(name=name))
    assert "fields.0.choices.0" in refusals(EndpointContextV1, field(type="enum", choices=[name]))


@pytest.mark.parametrize(
    ("document", "path"),
    [
        (field(extra=1), "fields.0.extra"),
        (endpoint(extra=1), "extra"),
        (field(required="yes"), "fields.0.required"),
        (field(ge="1"), "fields.0.ge"),
        (field(type="json"), "fields.0.type"),
        (endpoint(operations=[]), "operations"),
        (endpoint(operations=["drop"]), "operations.0"),
        (endpoint(description="a\nb"), "description"),
        (endpoint(*flags(41)), "fields"),
        ({"resource": "order"}, "fields"),
        ({"resource": "order", "fields": []}, "fields"),
    ],
)
def test_what_the_schema_does_not_know_is_refused(document: Document, path: str) -> None:
    assert path in refusals(EndpointContextV1, document)
