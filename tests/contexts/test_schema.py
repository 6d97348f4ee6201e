from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from backwright.contexts.schema import ContextModel, Schema, as_it_is, published

# The digest of each schema as it was first published. An entry is added with a new version and never changed: someone
# holds documents that were written against the schema behind it.
PUBLISHED: dict[str, str] = json.loads(Path(__file__).with_name("published.json").read_text(encoding="utf-8"))


class Sample(ContextModel):
    """A sample."""

    count: int
    """How many."""


def test_a_published_schema_never_changes() -> None:
    assert {schema.uri: schema.digest for schema in published()} == PUBLISHED


def test_the_versions_of_a_type_have_no_gaps() -> None:
    by_type: dict[str, list[int]] = {}
    for schema in published():
        by_type.setdefault(schema.type, []).append(schema.version)
    assert by_type == {name: list(range(1, len(found) + 1)) for name, found in by_type.items()}


@pytest.mark.parametrize("schema", published(), ids=lambda schema: schema.uri)
def test_every_member_is_described(schema: Schema) -> None:
    body = json.loads(schema.canonical())
    bare = [
        f"{title}.{name}"
        for title, part in {schema.uri: body, **body.get("$defs", {})}.items()
        for name, member in part["properties"].items()
        if not member.get("description")
    ]
    assert bare == []


@pytest.mark.parametrize("schema", published(), ids=lambda schema: schema.uri)
def test_every_object_is_closed(schema: Schema) -> None:
    body = json.loads(schema.canonical())
    assert [part["additionalProperties"] for part in (body, *body.get("$defs", {}).values())] == [False] * (
        1 + len(body.get("$defs", {}))
    )


@pytest.mark.parametrize("schema", published(), ids=lambda schema: schema.uri)
def test_a_published_schema_carries_its_address_and_examples(schema: Schema) -> None:
    body = schema.json_schema()
    assert body["$id"] == f"context-schema://{schema.type}/v{schema.version}"
    assert body["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert body["examples"] == [dict(example) for example in schema.examples]


@pytest.mark.parametrize("schema", published(), ids=lambda schema: schema.uri)
def test_an_example_survives_a_round_trip(schema: Schema) -> None:
    for example in schema.examples:
        value = schema.model.model_validate(example)
        assert schema.model.model_validate_json(value.model_dump_json()) == value


def test_the_canonical_form_is_sorted_and_compact() -> None:
    body = Schema("sample", 1, Sample, ({"count": 1},)).canonical()
    assert body == json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode()


def test_an_example_that_does_not_validate_is_refused_at_once() -> None:
    with pytest.raises(ValidationError):
        Schema("sample", 1, Sample, ({"count": "1"},))


@pytest.mark.parametrize("schema", [one for one in published() if one.version > 1], ids=lambda schema: schema.uri)
def test_each_example_of_a_version_upgrades_to_the_next_and_validates(schema: Schema) -> None:
    before = next(one for one in published() if (one.type, one.version) == (schema.type, schema.version - 1))
    assert schema.upgrade is not None
    for example in before.examples:
        upgraded = schema.upgrade(dict(example))
        assert schema.model.model_validate_json(json.dumps(upgraded)).model_fields_set == set(upgraded)


def test_several_types_have_more_than_one_version() -> None:
    assert {schema.type for schema in published() if schema.version > 1} >= {"endpoint", "project", "review"}


def test_a_later_version_without_its_step_is_refused_and_so_is_a_first_one_with_a_step() -> None:
    for version, step in ((2, None), (1, as_it_is)):
        with pytest.raises(ValueError, match="upgrade"):
            Schema("sample", version, Sample, ({"count": 1},), step)
    assert Schema("sample", 2, Sample, ({"count": 1},), as_it_is).uri == "context-schema://sample/v2"


@pytest.mark.parametrize(
    ("name", "version", "examples"), [("Sample", 1, ({"count": 1},)), ("sample", 0, ({"count": 1},)), ("sample", 1, ())]
)
def test_a_malformed_declaration_is_refused(name: str, version: int, examples: tuple[dict[str, object], ...]) -> None:
    with pytest.raises(ValueError, match=r"sample|Sample"):
        Schema(name, version, Sample, examples)
