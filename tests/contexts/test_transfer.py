"""Contexts from one store to another and back: the same, once, and nothing that was changed on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright.contexts.access import Grant
from backwright.contexts.context import LOCAL, Address, Caller, Condition
from backwright.contexts.opening import backup_store, open_store
from backwright.contexts.schema import JsonObject
from backwright.contexts.service import Contexts
from backwright.contexts.store import Opened
from backwright.contexts.transfer import Imported, exported, imported
from backwright.errors import (
    BackwrightError,
    ContextNotFoundError,
    IntegrityError,
    InvalidInputError,
    VersionConflictError,
)

SHOP = Address("shop", "conventions")
GONE = Address("shop", "gone")
ANN = Caller("issuer|ann")


@pytest.fixture
def source() -> Iterator[Contexts]:
    """A store with a context of two versions, and one that was deleted."""
    with Opened(open_store("memory://")) as store:
        contexts = Contexts(store)
        contexts.put(LOCAL, SHOP, {"framework": "flask"}, type="project", labels={"team": "shop"})
        contexts.put(LOCAL, SHOP, {"framework": "fastapi"}, type="project", condition=Condition(1))
        contexts.put(LOCAL, GONE, {"exclude": ["ünïcode"]}, type="project")
        contexts.delete(LOCAL, GONE, condition=Condition(1))
        yield contexts


def take(contexts: Contexts, lines: list[bytes], caller: Caller = LOCAL) -> Imported:
    return imported(contexts, caller, lambda: lines)


def state(contexts: Contexts) -> list[tuple[object, ...]]:
    pages = [contexts.history(LOCAL, address).items for address in (SHOP, GONE)]
    return [
        (one.address, one.version, one.text, one.labels, one.deleted, one.updated_at) for page in pages for one in page
    ]


def test_an_export_is_imported_whole_and_once(source: Contexts, contexts: Contexts) -> None:
    lines = list(exported(source, LOCAL))
    assert take(contexts, lines) == Imported(schemas=0, versions=4, unchanged=0)
    assert state(contexts) == state(source)
    links = contexts.audit(LOCAL, "shop").items
    assert {link.action for link in links} == {"import"}
    assert take(contexts, lines) == Imported(schemas=0, versions=0, unchanged=4)
    assert contexts.audit(LOCAL, "shop").items == links
    assert contexts.verify(LOCAL, "shop").broken_at is None
    again = list(exported(contexts, LOCAL))
    assert again[1:-1] == lines[1:-1]


def test_a_user_s_schemas_go_along_with_their_promises_and_the_steps_between_them(
    source: Contexts, contexts: Contexts
) -> None:
    def closed(**properties: str) -> JsonObject:
        members: JsonObject = {name: {"type": kind} for name, kind in properties.items()}
        return {"type": "object", "additionalProperties": False, "properties": members}

    north = Address("shop", "north")
    source.register_schema(LOCAL, "deployment", closed(region="string", note="string"), mode="NONE")
    source.put(LOCAL, north, {"region": "eu", "note": "x"}, type="deployment")
    steps = [{"rename": "/region", "to": "/area"}, {"default": "/replicas", "value": 1}, {"remove": "/note"}]
    source.register_schema(LOCAL, "deployment", {**closed(area="string", replicas="integer"), "x-upgrade": steps})
    source.register_schema(LOCAL, "deployment", closed(area="string", replicas="integer", by="string"), mode="FULL")
    source.grant(LOCAL, Grant("shop", "ann", "writer"))
    assert take(contexts, list(exported(source, LOCAL))) == Imported(schemas=3, versions=5)
    for store in (source, contexts):
        assert store.get(LOCAL, north, type_version=2).body == {"area": "eu", "replicas": 1}
        assert [one.mode for one in store.schemas("deployment")] == ["NONE", "NONE", "FULL"]
    assert [one.digest for one in contexts.schemas("deployment")] == [
        one.digest for one in source.schemas("deployment")
    ]
    # Who may do what is for the admins of each store to say.
    assert contexts.grants(LOCAL, "shop") == ()
    assert take(contexts, list(exported(source, LOCAL))) == Imported(unchanged=8)


def test_an_import_goes_on_where_an_earlier_one_ended(source: Contexts, contexts: Contexts) -> None:
    take(contexts, list(exported(source, LOCAL)))
    source.put(LOCAL, SHOP, {"framework": "django"}, type="project", condition=Condition(2))
    assert take(contexts, list(exported(source, LOCAL))).versions == 1
    assert contexts.get(LOCAL, SHOP).body == {"framework": "django"}


def test_only_the_latest_are_exported_where_no_history_is_wanted(source: Contexts, contexts: Contexts) -> None:
    lines = list(exported(source, LOCAL, history=False))
    assert [json.loads(line).get("context") for line in lines[1:-1]] == ["shop/conventions"]
    assert take(contexts, lines).versions == 1
    assert (contexts.get(LOCAL, SHOP).version, contexts.get(LOCAL, SHOP).body) == (1, {"framework": "fastapi"})
    assert take(contexts, lines) == Imported(unchanged=1)
    contexts.put(LOCAL, SHOP, {"framework": "flask"}, type="project", condition=Condition(1))
    with pytest.raises(VersionConflictError):
        take(contexts, lines)


def test_another_namespace_is_left_out(source: Contexts) -> None:
    source.put(LOCAL, Address("billing", "conventions"), {}, type="project")
    lines = list(exported(source, LOCAL, namespace="billing"))
    assert [json.loads(line)["context"] for line in lines[1:-1]] == ["billing/conventions"]
    assert json.loads(lines[-1])["end"] == 1


def test_what_the_store_has_otherwise_is_refused_before_anything_is_written(
    source: Contexts, contexts: Contexts
) -> None:
    contexts.put(LOCAL, GONE, {"framework": "django"}, type="project")
    with pytest.raises(VersionConflictError, match="context://shop/gone"):
        take(contexts, list(exported(source, LOCAL)))
    with pytest.raises(ContextNotFoundError):
        contexts.get(LOCAL, SHOP)


@pytest.mark.parametrize(
    ("change", "error", "line"),
    [
        (lambda lines: [lines[0], lines[1].replace(b"flask", b"flusk"), *lines[2:]], IntegrityError, 2),
        (lambda lines: [lines[0], lines[1].replace(b'"team":"shop"', b'"team":"shed"'), *lines[2:]], IntegrityError, 6),
        (lambda lines: lines[:-1], InvalidInputError, 5),
        (lambda lines: [*lines[:2], *lines[3:]], IntegrityError, 5),
        (lambda lines: [*lines, b"{}"], InvalidInputError, 7),
        (lambda lines: lines[1:], InvalidInputError, 1),
        (lambda lines: [lines[0].replace(b'"version":1', b'"version":2'), *lines[1:]], InvalidInputError, 1),
        (lambda lines: [lines[0], b"no json", *lines[2:]], InvalidInputError, 2),
        (lambda lines: [lines[0], b"[" * 100_000, *lines[2:]], InvalidInputError, 2),
        (lambda lines: [lines[0], b'{"context":"shop/x"}', *lines[2:]], InvalidInputError, 2),
        (lambda lines: [lines[0], b'{"context":"../x"}', *lines[2:]], InvalidInputError, 2),
        (lambda lines: [lines[0], b'{"other":1}', *lines[2:]], InvalidInputError, 2),
        (lambda _: [], InvalidInputError, 0),
    ],
)
def test_a_file_that_was_changed_or_cut_is_refused_whole(
    source: Contexts, change: object, error: type[BackwrightError], line: int
) -> None:
    assert callable(change)
    lines = change(list(exported(source, LOCAL)))
    with Opened(open_store("memory://")) as store, pytest.raises(error) as refused:
        take(Contexts(store), lines)
    assert refused.value.line == line
    with Opened(open_store("memory://")) as store:
        assert Contexts(store).list(LOCAL).items == ()


def test_only_an_admin_imports_and_only_what_may_be_read_is_exported(source: Contexts, contexts: Contexts) -> None:
    lines = list(exported(source, LOCAL))
    with pytest.raises(ContextNotFoundError):
        take(contexts, lines, ANN)
    contexts.grant(LOCAL, Grant("shop", ANN.subject, "admin"))
    assert take(contexts, lines, ANN).versions == 4
    assert len(list(exported(source, ANN))) == 2


def test_a_backup_of_a_store_in_use_opens_as_the_store_was(tmp_path: Path) -> None:
    url, copy = f"sqlite:///{tmp_path / 'contexts.db'}", tmp_path / "copy.db"
    with Opened(open_store(url)) as store:
        contexts = Contexts(store)
        contexts.put(LOCAL, SHOP, {}, type="project")
        backup_store(url, copy)
        contexts.put(LOCAL, SHOP, {"framework": "flask"}, type="project", condition=Condition(1))
        with pytest.raises(InvalidInputError, match="there already"):
            backup_store(url, copy)
    assert copy.stat().st_mode & 0o077 == 0
    with Opened(open_store(f"sqlite:///{copy}")) as store:
        assert Contexts(store).get(LOCAL, SHOP).version == 1
        assert Contexts(store).verify(LOCAL, "shop").broken_at is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contexts.db", "copy.db"]


def test_a_database_with_programs_of_its_own_is_left_to_them(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as refused:
        backup_store("postgresql://localhost/any", tmp_path / "copy")
    assert "pg_dump" in refused.value.hint


def test_every_chain_is_known_also_where_nothing_but_a_grant_was_made(contexts: Contexts) -> None:
    contexts.put(LOCAL, SHOP, {}, type="project")
    contexts.grant(LOCAL, Grant("billing", ANN.subject, "reader"))
    assert contexts.chains() == ("billing", "shop")
