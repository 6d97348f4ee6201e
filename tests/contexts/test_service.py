"""The rules of contexts, the same on every store."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from backwright.contexts.access import ALL, Grant
from backwright.contexts.canonical import MAX_BYTES, MAX_INTEGER
from backwright.contexts.context import LOCAL, Address, Caller, Condition, Written
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.errors import (
    AlreadyExistsError,
    BackwrightError,
    ContextNotFoundError,
    ForbiddenError,
    IdempotencyMismatchError,
    InvalidBodyError,
    InvalidCursorError,
    InvalidInputError,
    PreconditionRequiredError,
    SchemaUnknownError,
    TooLargeError,
    VersionConflictError,
)

SHOP = Address("shop", "conventions")
FIRST: JsonObject = {"framework": "fastapi"}
SECOND: JsonObject = {"framework": "flask"}
ANN = Caller("https://id.example#ann")


def put(contexts: Contexts, body: JsonObject, *, caller: Caller = LOCAL, **condition: object) -> Written:
    return contexts.put(caller, SHOP, body, type="project", condition=Condition(**condition))  # type: ignore[arg-type]


def chain(contexts: Contexts) -> list[tuple[int, str, int]]:
    return [(one.seq, one.action, one.version) for one in contexts.audit(LOCAL, "shop").items]


def outbox(contexts: Contexts) -> list[tuple[str, int, bool]]:
    from backwright.contexts.service import utc_now

    waiting = contexts.store.read(lambda unit: unit.due(utc_now(), 100))
    return [(one.event.kind, one.event.version, one.event.created) for one in waiting]


# Writing


def test_a_new_context_is_version_1_and_says_that_it_is_new(contexts: Contexts) -> None:
    written = put(contexts, FIRST)
    assert (written.context.version, written.changed, written.replayed) == (1, True, False)
    assert written.context.schema_uri == "context-schema://project/v3"
    assert contexts.get(LOCAL, SHOP) == written.context
    assert outbox(contexts) == [("put", 1, True)]


def test_the_same_document_again_changes_nothing_and_tells_nobody(contexts: Contexts) -> None:
    first = put(contexts, FIRST)
    again = put(contexts, dict(reversed(FIRST.items())))
    assert (again.context, again.changed) == (first.context, False)
    assert (len(outbox(contexts)), len(chain(contexts))) == (1, 1)


def test_another_document_needs_the_version_that_it_replaces(contexts: Contexts) -> None:
    put(contexts, FIRST)
    with pytest.raises(PreconditionRequiredError) as refused:
        put(contexts, SECOND)
    assert refused.value.details["version"] == 1
    assert put(contexts, SECOND, if_version=1).context.version == 2
    assert contexts.get(LOCAL, SHOP).body == SECOND
    assert contexts.get(LOCAL, SHOP, version=1).body == FIRST


def test_a_version_that_is_not_the_latest_any_more_is_a_conflict_that_names_the_latest(contexts: Contexts) -> None:
    put(contexts, FIRST)
    latest = put(contexts, SECOND, if_version=1).context
    with pytest.raises(VersionConflictError) as refused:
        put(contexts, {"framework": "django"}, if_version=1)
    assert refused.value.details == {"version": 2, "digest": latest.digest}
    assert contexts.get(LOCAL, SHOP) == latest


def test_a_version_of_what_is_not_there_is_a_conflict_with_version_0(contexts: Contexts) -> None:
    with pytest.raises(VersionConflictError) as refused:
        put(contexts, FIRST, if_version=3)
    assert refused.value.details == {"version": 0, "digest": None}


def test_create_only_refuses_what_is_there_even_if_it_is_the_same(contexts: Contexts) -> None:
    put(contexts, FIRST, if_version=0)
    for body in (FIRST, SECOND):
        with pytest.raises(AlreadyExistsError):
            put(contexts, body, if_version=0)
    assert len(chain(contexts)) == 1


def test_a_deletion_is_a_version_and_a_new_document_follows_it(contexts: Contexts) -> None:
    put(contexts, FIRST)
    gone = contexts.delete(LOCAL, SHOP, condition=Condition(if_version=1))
    assert (gone.context.version, gone.context.deleted) == (2, True)
    with pytest.raises(ContextNotFoundError):
        contexts.get(LOCAL, SHOP)
    assert contexts.get(LOCAL, SHOP, version=1).body == FIRST
    assert put(contexts, FIRST, if_version=0).context.version == 3
    assert outbox(contexts) == [("put", 1, True), ("deleted", 2, False), ("put", 3, True)]


def test_a_deletion_needs_the_version_too_and_something_to_delete(contexts: Contexts) -> None:
    with pytest.raises(ContextNotFoundError):
        contexts.delete(LOCAL, SHOP)
    put(contexts, FIRST)
    with pytest.raises(PreconditionRequiredError):
        contexts.delete(LOCAL, SHOP)
    with pytest.raises(VersionConflictError):
        contexts.delete(LOCAL, SHOP, condition=Condition(if_version=7))
    assert contexts.get(LOCAL, SHOP).version == 1


def test_labels_are_part_of_what_is_written(contexts: Contexts) -> None:
    contexts.put(LOCAL, SHOP, FIRST, type="project", labels={"team": "billing"})
    changed = contexts.put(
        LOCAL, SHOP, FIRST, type="project", labels={"team": "orders"}, condition=Condition(if_version=1)
    )
    assert (changed.changed, changed.context.version) == (True, 2)
    assert [one.address for one in contexts.list(LOCAL, labels={"team": "orders"}).items] == [SHOP]
    assert contexts.list(LOCAL, labels={"team": "billing"}).items == ()


# Keys


def test_the_same_request_with_the_same_key_gives_the_first_answer_again(contexts: Contexts) -> None:
    first = put(contexts, FIRST, idempotency_key="k1")
    put(contexts, SECOND, if_version=1)
    again = put(contexts, FIRST, idempotency_key="k1")
    assert (again.context, again.changed, again.replayed) == (first.context, True, True)
    assert [version for _, _, version in chain(contexts)] == [1, 2]


def test_a_key_with_another_request_is_refused(contexts: Contexts) -> None:
    put(contexts, FIRST, idempotency_key="k1")
    with pytest.raises(IdempotencyMismatchError):
        put(contexts, SECOND, if_version=1, idempotency_key="k1")
    assert contexts.get(LOCAL, SHOP).version == 1


def test_a_request_that_failed_leaves_its_key_free(contexts: Contexts) -> None:
    put(contexts, FIRST)
    with pytest.raises(VersionConflictError):
        put(contexts, SECOND, if_version=9, idempotency_key="k1")
    assert put(contexts, SECOND, if_version=1, idempotency_key="k1").context.version == 2


def test_a_deletion_can_be_sent_again_with_its_key(contexts: Contexts) -> None:
    put(contexts, FIRST)
    condition = Condition(if_version=1, idempotency_key="gone")
    first = contexts.delete(LOCAL, SHOP, condition=condition)
    assert contexts.delete(LOCAL, SHOP, condition=condition).context == first.context
    assert len(chain(contexts)) == 2


# Bad input


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"a": "x\0"}, "/a"),
        ({"a": ["\ud800"]}, "/a/0"),
        ({"a": float("nan")}, "/a"),
        ({"a": {"b/c": MAX_INTEGER + 1}}, "/a/b~1c"),
        ({"framework": "litestar"}, "/framework"),
        ({"frmework": "fastapi"}, "/frmework"),
    ],
)
def test_a_document_that_cannot_be_stored_is_refused_with_its_place(
    contexts: Contexts, body: JsonObject, pointer: str
) -> None:
    with pytest.raises(InvalidBodyError) as refused:
        put(contexts, body)
    assert json.loads(json.dumps(refused.value.details))["errors"][0]["pointer"] == pointer
    assert contexts.list(LOCAL).items == ()


def test_a_document_over_the_limit_is_refused(contexts: Contexts) -> None:
    with pytest.raises(TooLargeError):
        put(contexts, {"exclude": ["x" * MAX_BYTES]})


def test_a_type_or_version_without_a_schema_is_unknown(contexts: Contexts) -> None:
    with pytest.raises(SchemaUnknownError):
        contexts.put(LOCAL, SHOP, FIRST, type="nothing")
    with pytest.raises(SchemaUnknownError):
        contexts.put(LOCAL, SHOP, FIRST, type="project", type_version=99)


@pytest.mark.parametrize("name", ["", "A", "a/b", "..", "a..b", ".a", "a\n", "a" * 64, "ä", "-a"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        Address("shop", name)
    assert Address("shop", "a.b-c_1").uri == "context://shop/a.b-c_1"


@pytest.mark.parametrize("key", ["", " ", "a b", "ä", "a" * 256, "a\n"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(InvalidInputError):
        Condition(idempotency_key=key)


# Versions of schemas


@pytest.mark.parametrize(
    ("kind", "body", "latest"),
    [
        ("project", FIRST, 3),
        ("review", {"base": "origin/main", "min_severity": "warning"}, 2),
        ("endpoint", {"resource": "order", "fields": [{"name": "total", "type": "decimal", "ge": 0}]}, 2),
    ],
)
def test_a_stored_version_1_is_read_as_each_later_version(
    contexts: Contexts, kind: str, body: JsonObject, latest: int
) -> None:
    stored = contexts.put(LOCAL, SHOP, body, type=kind, type_version=1).context
    for wanted in range(1, latest + 1):
        read = contexts.get(LOCAL, SHOP, type_version=wanted)
        assert (read.type_version, read.body, read.version) == (wanted, body, 1)
    assert contexts.get(LOCAL, SHOP) == stored


def test_a_stored_context_is_not_read_as_an_earlier_or_unknown_version(contexts: Contexts) -> None:
    put(contexts, FIRST)
    for wanted in (1, 2, 99, 0):
        with pytest.raises(SchemaUnknownError):
            contexts.get(LOCAL, SHOP, type_version=wanted)


# Who may


def test_without_a_grant_everything_looks_as_if_it_were_not_there(contexts: Contexts) -> None:
    put(contexts, FIRST)
    refusals = []
    for address in (SHOP, Address("shop", "nothing"), Address("nowhere", "nothing")):
        for call in (
            lambda where: contexts.get(ANN, where),
            lambda where: contexts.history(ANN, where),
            lambda where: contexts.delete(ANN, where, condition=Condition(if_version=1)),
            lambda where: contexts.put(ANN, where, {"not": "valid"}, type="nothing"),
        ):
            with pytest.raises(ContextNotFoundError) as refused:
                call(address)
            refusals.append(refused.value.message.replace(address.uri, "it"))
    assert set(refusals) == {"there is no it here"}
    assert contexts.list(ANN).items == ()
    assert contexts.list(ANN, namespace="shop").items == ()


def test_a_reader_reads_and_is_told_that_writing_is_forbidden(contexts: Contexts) -> None:
    put(contexts, FIRST)
    contexts.grant(LOCAL, Grant("shop", ANN.subject, "reader"))
    assert contexts.get(ANN, SHOP).body == FIRST
    assert [one.address for one in contexts.list(ANN).items] == [SHOP]
    with pytest.raises(ForbiddenError):
        put(contexts, SECOND, caller=ANN, if_version=1)
    with pytest.raises(ForbiddenError):
        contexts.verify(ANN, "shop")


def test_a_writer_writes_there_and_nowhere_else(contexts: Contexts) -> None:
    contexts.grant(LOCAL, Grant("shop", ANN.subject, "writer"))
    assert put(contexts, FIRST, caller=ANN).context.version == 1
    with pytest.raises(ContextNotFoundError):
        contexts.put(ANN, Address("bank", "conventions"), FIRST, type="project")
    with pytest.raises(ForbiddenError):
        contexts.grant(ANN, Grant("shop", "someone", "reader"))


def test_an_auditor_sees_the_chain_and_no_document(contexts: Contexts) -> None:
    put(contexts, FIRST)
    contexts.grant(LOCAL, Grant("shop", ANN.subject, "auditor"))
    assert contexts.verify(ANN, "shop").broken_at is None
    with pytest.raises(ContextNotFoundError):
        contexts.get(ANN, SHOP)


def test_a_revoked_grant_holds_no_more(contexts: Contexts) -> None:
    put(contexts, FIRST)
    grant = Grant(ALL, ANN.subject, "reader")
    assert contexts.grant(LOCAL, grant)
    assert not contexts.grant(LOCAL, grant)
    assert contexts.may(ANN, "shop", "read")
    assert contexts.grant(LOCAL, grant, revoke=True)
    assert not contexts.may(ANN, "shop", "read")


# Lists


def test_pages_follow_each_other_without_a_gap_or_a_double(contexts: Contexts) -> None:
    addresses = [Address(space, f"n{number}") for space in ("a", "b") for number in range(5)]
    for address in reversed(addresses):
        contexts.put(LOCAL, address, FIRST, type="project")
    found: list[Address] = []
    cursor = None
    while True:
        page = contexts.list(LOCAL, cursor=cursor, limit=3)
        found += [one.address for one in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == addresses
    assert [one.address for one in contexts.list(LOCAL, namespace="b", limit=2).items] == addresses[5:7]


@pytest.mark.parametrize("cursor", ["", "x", "🙂", "Li4vLi4"])
def test_a_cursor_that_is_none_is_refused(contexts: Contexts, cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        contexts.list(LOCAL, cursor=cursor)


def test_a_history_goes_back_page_by_page(contexts: Contexts) -> None:
    put(contexts, {"exclude": ["v1"]})
    for version in range(1, 6):
        put(contexts, {"exclude": [f"v{version + 1}"]}, if_version=version)
    first = contexts.history(LOCAL, SHOP, limit=4)
    rest = contexts.history(LOCAL, SHOP, before=int(first.cursor or 0), limit=4)
    assert [one.version for one in (*first.items, *rest.items)] == [6, 5, 4, 3, 2, 1]
    assert rest.cursor is None


# What was done


def test_the_chain_holds_and_names_actors_by_pseudonym(contexts: Contexts) -> None:
    contexts.grant(LOCAL, Grant("shop", ANN.subject, "writer"))
    caller = Caller(ANN.subject, client="assistant\x1b[31m", request_id="r1")
    put(contexts, FIRST, caller=caller)
    entries = contexts.audit(LOCAL, "shop").items
    assert [(one.seq, one.action) for one in entries] == [(1, "grant"), (2, "put")]
    assert "ann" not in entries[1].actor
    assert (entries[1].client, entries[1].request_id) == ("assistant?[31m", "r1")
    verified = contexts.verify(LOCAL, "shop")
    assert (verified.broken_at, verified.entries, verified.head) == (None, 2, entries[1].hash)


def test_a_refused_write_leaves_nothing_behind(contexts: Contexts) -> None:
    put(contexts, FIRST)
    for condition in (Condition(if_version=0), Condition(if_version=5), Condition()):
        with pytest.raises(BackwrightError):
            contexts.put(LOCAL, SHOP, SECOND, type="project", condition=condition)
    assert (len(outbox(contexts)), len(chain(contexts)), len(contexts.history(LOCAL, SHOP).items)) == (1, 1, 1)


def test_writers_at_once_leave_each_version_once(contexts: Contexts) -> None:
    def write(number: int) -> int:
        while True:
            try:
                latest = contexts.get(LOCAL, SHOP).version
            except ContextNotFoundError:
                latest = 0
            try:
                return put(contexts, {"exclude": [f"w{number}"]}, if_version=latest).context.version
            except (VersionConflictError, AlreadyExistsError):
                continue

    with ThreadPoolExecutor(8) as pool:
        versions = sorted(pool.map(write, range(24)))
    assert versions == list(range(1, 25))
    assert contexts.verify(LOCAL, "shop").entries == 24


def test_the_same_key_at_once_writes_once(contexts: Contexts) -> None:
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: put(contexts, FIRST, if_version=0, idempotency_key="once"), range(8)))
    assert {one.context.version for one in written} == {1}
    assert sorted(one.replayed for one in written) == [False, *[True] * 7]
    assert chain(contexts) == [(1, "put", 1)]
