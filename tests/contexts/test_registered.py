"""Users' own schemas, the same on every store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from backwright.contexts.access import ALL, Grant
from backwright.contexts.context import LOCAL, Address, Caller, Condition
from backwright.contexts.schema import JsonObject, published
from backwright.contexts.service import Contexts, utc_now
from backwright.errors import (
    ContextNotFoundError,
    ForbiddenError,
    InvalidBodyError,
    InvalidInputError,
    SchemaImmutableError,
    SchemaIncompatibleError,
    SchemaUnknownError,
)

ANN = Caller("https://id.example#ann")
SHOP = Address("shop", "payments")
TEXT: JsonObject = {"type": "string"}


def closed(*required: str, **members: JsonObject) -> JsonObject:
    return {"type": "object", "properties": members, "required": list(required), "additionalProperties": False}


FIRST = closed("name", name=TEXT)
SECOND = closed("name", name=TEXT, replicas={"type": "integer", "minimum": 1})


def register(contexts: Contexts, schema: JsonObject, **options: object) -> int:
    return contexts.register_schema(LOCAL, "deploy", schema, **options).version  # type: ignore[arg-type]


# Registering


def test_a_first_schema_is_version_1_and_promises_that_documents_stay_valid(contexts: Contexts) -> None:
    done = contexts.register_schema(LOCAL, "deploy", FIRST)
    assert (done.version, done.changed, done.mode, done.against, done.changes) == (1, True, "BACKWARD", 0, ())
    kept = contexts.schema("deploy")
    assert (kept.uri, kept.text, kept.digest, kept.latest) == (
        "context-schema://deploy/v1",
        done.text,
        done.digest,
        True,
    )


def test_the_latest_schema_once_more_changes_nothing_and_tells_nobody(contexts: Contexts) -> None:
    register(contexts, FIRST)
    again = contexts.register_schema(LOCAL, "deploy", dict(reversed(FIRST.items())), mode="BACKWARD")
    assert (again.version, again.changed) == (1, False)
    assert len(contexts.audit(LOCAL, ALL).items) == 1
    assert len(contexts.store.read(lambda unit: unit.due(utc_now(), 10))) == 1


def test_each_registered_version_is_in_the_chain_and_told_without_its_text(contexts: Contexts) -> None:
    assert [register(contexts, FIRST), register(contexts, SECOND)] == [1, 2]
    links = contexts.audit(LOCAL, ALL).items
    assert [(one.action, one.name, one.version) for one in links] == [
        ("register", "deploy", 1),
        ("register", "deploy", 2),
    ]
    assert (links[0].before, links[1].before) == ("", links[0].after)
    assert contexts.verify(LOCAL, ALL).broken_at is None
    events = [one.event for one in contexts.store.read(lambda unit: unit.due(utc_now(), 10))]
    assert [(one.kind, one.uri, one.version) for one in events] == [
        ("schema-registered", "context-schema://deploy/v1", 1),
        ("schema-registered", "context-schema://deploy/v2", 2),
    ]
    assert "replicas" not in events[1].to_json()


def test_an_incompatible_schema_is_refused_with_each_change_and_leaves_nothing_behind(contexts: Contexts) -> None:
    register(contexts, SECOND)
    with pytest.raises(SchemaIncompatibleError) as refused:
        register(contexts, closed("name", "owner", name={"type": "string", "maxLength": 9}, owner=TEXT))
    assert refused.value.details["mode"] == "BACKWARD"
    assert [(one["pointer"], one["breaks"]) for one in refused.value.details["changes"]] == [  # type: ignore[attr-defined]
        ("/properties/name/maxLength", "BACKWARD"),
        ("/properties/replicas", "BACKWARD"),
        ("/required", "BACKWARD"),
    ]
    assert [one.version for one in contexts.schemas("deploy")] == [1]
    assert len(contexts.audit(LOCAL, ALL).items) == 1


def test_a_promise_is_given_up_by_a_version_of_its_own(contexts: Contexts) -> None:
    register(contexts, SECOND)
    with pytest.raises(SchemaIncompatibleError):
        register(contexts, FIRST, mode="NONE")
    assert register(contexts, SECOND, mode="NONE") == 2
    assert register(contexts, FIRST) == 3
    assert [one.mode for one in contexts.schemas("deploy")] == ["BACKWARD", "NONE", "NONE"]


def test_a_forward_type_may_lose_an_optional_member_and_not_gain_one(contexts: Contexts) -> None:
    register(contexts, SECOND, mode="FORWARD")
    with pytest.raises(SchemaIncompatibleError) as refused:
        register(contexts, closed("name", name=TEXT, replicas={"type": "integer", "minimum": 1}, note=TEXT))
    assert refused.value.details["changes"] == [
        {
            "pointer": "/properties/note",
            "breaks": "FORWARD",
            "reason": 'the earlier version does not take the property "note", and this version does',
        }
    ]
    assert register(contexts, FIRST) == 2


def test_a_version_that_is_registered_has_one_content_for_ever(contexts: Contexts) -> None:
    register(contexts, FIRST)
    register(contexts, SECOND)
    assert contexts.register_schema(LOCAL, "deploy", FIRST, version=1).changed is False
    with pytest.raises(SchemaImmutableError) as refused:
        register(contexts, SECOND, version=1)
    assert refused.value.details["version"] == 1
    for version in (0, 4):
        with pytest.raises(InvalidInputError):
            register(contexts, closed(name=TEXT), version=version)
    assert register(contexts, closed("name", name=TEXT, replicas={"type": "integer"}), version=3) == 3


@pytest.mark.parametrize(
    "name", ["", "Deploy", "a b", "a/b", "é", "a" * 64, *sorted({one.type for one in published()})]
)
def test_a_name_that_is_none_or_ours_is_refused(contexts: Contexts, name: str) -> None:
    with pytest.raises(InvalidInputError):
        contexts.register_schema(LOCAL, name, FIRST)
    with pytest.raises(InvalidInputError):
        contexts.check_schema(LOCAL, name, FIRST)


def test_registering_at_once_leaves_each_version_once(contexts: Contexts) -> None:
    def write(number: int) -> int:
        return register(contexts, closed(**{f"m{number}": TEXT}))

    register(contexts, closed(), mode="NONE")
    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(write, range(12))) == list(range(2, 14))
    assert contexts.verify(LOCAL, ALL).entries == 13


# Checking


def test_a_check_says_what_registering_would_come_to_and_writes_nothing(contexts: Contexts) -> None:
    assert contexts.check_schema(LOCAL, "deploy", FIRST).version == 1
    register(contexts, FIRST)
    found = contexts.check_schema(LOCAL, "deploy", SECOND)
    assert (found.version, found.against, found.changed, found.changes) == (2, 1, True, ())
    full = contexts.check_schema(LOCAL, "deploy", SECOND, mode="FULL")
    assert [(one.pointer, one.breaks) for one in full.changes] == [("/properties/replicas", "FORWARD")]
    assert contexts.check_schema(LOCAL, "deploy", FIRST).changed is False
    assert [one.version for one in contexts.schemas("deploy")] == [1]


# Who may


def test_only_an_admin_of_all_namespaces_registers_and_anyone_reads(contexts: Contexts) -> None:
    register(contexts, FIRST)
    contexts.grant(LOCAL, Grant("shop", ANN.subject, "admin"))
    with pytest.raises(ContextNotFoundError):
        contexts.register_schema(ANN, "deploy", SECOND)
    contexts.grant(LOCAL, Grant(ALL, ANN.subject, "writer"))
    with pytest.raises(ForbiddenError):
        contexts.register_schema(ANN, "deploy", {"type": "nonsense"})
    contexts.grant(LOCAL, Grant(ALL, ANN.subject, "admin"))
    assert contexts.register_schema(ANN, "deploy", SECOND).version == 2


# Documents


def test_a_document_is_held_to_the_registered_schema_with_the_place_of_each_error(contexts: Contexts) -> None:
    register(contexts, SECOND)
    with pytest.raises(InvalidBodyError) as refused:
        contexts.put(LOCAL, SHOP, {"replicas": 0, "secret-x": "hunter2"}, type="deploy")
    errors = refused.value.details["errors"]
    assert sorted(one["pointer"] for one in errors) == ["", "", "/replicas"]  # type: ignore[attr-defined]
    assert "hunter2" not in str(errors)
    stored = contexts.put(LOCAL, SHOP, {"name": "pay", "replicas": 2}, type="deploy").context
    assert (stored.type, stored.type_version) == ("deploy", 1)


def test_a_document_is_read_as_another_version_where_it_is_one(contexts: Contexts) -> None:
    register(contexts, FIRST)
    register(contexts, SECOND)
    contexts.put(LOCAL, SHOP, {"name": "pay"}, type="deploy", type_version=1)
    assert contexts.get(LOCAL, SHOP, type_version=2).type_version == 2
    contexts.put(LOCAL, SHOP, {"name": "pay", "replicas": 2}, type="deploy", condition=Condition(if_version=1))
    for wanted in (1, 3):
        with pytest.raises(SchemaUnknownError):
            contexts.get(LOCAL, SHOP, type_version=wanted)


def test_a_pattern_that_blows_up_other_engines_is_linear_here(contexts: Contexts) -> None:
    register(contexts, closed(name={"type": "string", "pattern": "^(a+)+$"}))
    # An engine that tries all ways would need longer than the universe is old.
    with pytest.raises(InvalidBodyError):
        contexts.put(LOCAL, SHOP, {"name": "a" * 100_000 + "!"}, type="deploy")
    assert contexts.put(LOCAL, SHOP, {"name": "a" * 100_000}, type="deploy").changed


def test_the_list_holds_published_and_registered_schemas_and_says_which_is_the_latest(contexts: Contexts) -> None:
    register(contexts, FIRST)
    register(contexts, SECOND)
    found = contexts.schemas()
    assert [one.uri for one in found if one.registered] == ["context-schema://deploy/v1", "context-schema://deploy/v2"]
    assert [one.uri for one in found if not one.registered] == [one.uri for one in published()]
    assert {one.type: one.version for one in found if one.latest}.items() >= {("deploy", 2), ("project", 3)}
    assert contexts.schema("project", 1).text.startswith("{")
    for kind, version in (("deploy", 3), ("nothing", None)):
        with pytest.raises(SchemaUnknownError):
            contexts.schema(kind, version)
