"""What is another's looks like what is not there: each operation, over HTTP and over MCP, for each role elsewhere."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backwright.app import App
from backwright.contexts.access import ROLES, Action, Grant, Role
from backwright.contexts.context import LOCAL, Address, Condition
from backwright.contexts.schema import JsonObject
from backwright.errors import ContextNotFoundError
from backwright.identity.principal import Principal, caller_for
from backwright.settings import Settings
from tests.http_api._asgi import Asking, asked
from tests.mcp_api._packs import write_test_pack

ISSUER = "https://id.example"
BODY: JsonObject = {"framework": "fastapi"}
PUT: JsonObject = {"type": "project", "body": BODY}
WRONG = {"type": "project", "body": {"framework": "litestar"}}
UNKNOWN = {"type": "secret", "body": {}}

# Each asks for `there/one`, which is in a store that ann may not look into, and is gone when asked for `nowhere/one`.
Ask = Callable[[Asking, str, str], Awaitable[tuple[int, object]]]


def http(method: str, path: str = "", body: object = None, **headers: str) -> Ask:
    """A request to `/v1/contexts/NAMESPACE/one`, or below."""

    async def ask(asking: Asking, namespace: str, etag: str) -> tuple[int, object]:
        url = f"/v1/contexts/{namespace}/one{path}" if not path.startswith("/v1") else f"{path}/{namespace}"
        head = {name.replace("_", "-"): value.replace("ETAG", etag) for name, value in headers.items()}
        answer = await asking.client.request(method, url, json=body, headers=head)
        return answer.status_code, answer.json()

    return ask


def tool(name: str, **arguments: object) -> Ask:
    """A call of a tool for `NAMESPACE/one`."""

    async def ask(asking: Asking, namespace: str, _: str) -> tuple[int, object]:
        return 0, await asking.tool(name, **{"context": f"{namespace}/one", **arguments})

    return ask


def method(name: str, **given: object) -> Ask:
    """A method of MCP, with NAMESPACE in what it is given."""

    async def ask(asking: Asking, namespace: str, _: str) -> tuple[int, object]:
        return 0, await asking.result(name, **json.loads(json.dumps(given).replace("NAMESPACE", namespace)))

    return ask


OPERATIONS: dict[str, Ask] = {
    "read": http("GET"),
    "read if changed": http("GET", if_none_match="ETAG"),
    "read as another version of its schema": http("GET", "?type_version=99"),
    "read a version": http("GET", "/versions/1"),
    "read a version that never was": http("GET", "/versions/9"),
    "history": http("GET", "/versions"),
    "put": http("PUT", body=PUT),
    "put to create": http("PUT", body=PUT, if_none_match="*"),
    "put by etag": http("PUT", body=PUT, if_match="ETAG"),
    "put by another etag": http("PUT", body=PUT, if_match=f'"7.{"0" * 32}"'),
    "put with the key of somebody": http("PUT", body=PUT, idempotency_key="used"),
    "put what does not validate": http("PUT", body=WRONG),
    "put without a schema": http("PUT", body=UNKNOWN),
    "delete": http("DELETE"),
    "delete by etag": http("DELETE", if_match="ETAG"),
    "audit": http("GET", "/v1/audit"),
    "tool: read": tool("get_context"),
    "tool: read a version": tool("get_context", version=1),
    "tool: history": tool("get_context", history=True),
    "tool: put": tool("put_context", **PUT),
    "tool: put by version": tool("put_context", **PUT, if_version=1),
    "tool: put with the key of somebody": tool("put_context", **PUT, idempotency_key="used"),
    "tool: put what does not validate": tool("put_context", **WRONG),
    "tool: put without a schema": tool("put_context", **UNKNOWN),
    "tool: delete": tool("put_context", delete=True, if_version=1),
    "resource": method("resources/read", uri="context://NAMESPACE/one"),
    "resource of a version": method("resources/read", uri="context://NAMESPACE/one/v/1"),
    "completed namespace": method(
        "completion/complete",
        ref={"type": "ref/resource", "uri": "context://{namespace}/{name}"},
        argument={"name": "namespace", "value": "NAMESPACE"},
    ),
    "completed name": method(
        "completion/complete",
        ref={"type": "ref/resource", "uri": "context://{namespace}/{name}"},
        argument={"name": "name", "value": "on"},
        context={"arguments": {"namespace": "NAMESPACE"}},
    ),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    pack: Path = write_test_pack(tmp_path_factory.mktemp("pack"))
    made = App(Settings(pack=pack, database="memory://", contexts=True, writes=0, schemas=0))
    made.contexts.put(LOCAL, Address("there", "one"), BODY, type="project", condition=Condition(idempotency_key="used"))
    made.contexts.put(LOCAL, Address("own", "one"), BODY, type="project")
    for role in ROLES:
        made.contexts.grant(LOCAL, Grant("own", f"{ISSUER}#{role}", role))
    yield made
    made.close()


def speak(asking: Asking, who: str) -> None:
    scopes = frozenset({"contexts:read", "contexts:write", "contexts:admin", "audit:read"})
    asking.speak_for(Principal(ISSUER, who, scopes))


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_another_s_and_one_that_never_was_are_answered_alike(app: App, operation: str) -> None:
    etag = app.contexts.get(LOCAL, Address("there", "one")).etag
    async with asked(app) as asking:
        for who in (*ROLES, "nobody"):
            speak(asking, who)
            there = await OPERATIONS[operation](asking, "there", etag)
            never = await OPERATIONS[operation](asking, "never", etag)
            renamed = json.dumps(there).replace("there/one", "never/one").replace("namespace there", "namespace never")
            assert renamed == json.dumps(never)
            if not operation.startswith("completed"):
                assert "NOT_FOUND" in str(there) or "-32602" in str(there), there
    assert app.contexts.get(LOCAL, Address("there", "one")).version == 1
    with pytest.raises(ContextNotFoundError):
        app.contexts.get(LOCAL, Address("never", "one"))


async def test_each_operation_does_answer_whoever_may_ask_for_it(app: App) -> None:
    # Or the comparison above would compare errors of another kind.
    etag = app.contexts.get(LOCAL, Address("own", "one")).etag
    others = ("put", "delete", "audit", "never", "another", "changed")
    reading = [name for name in OPERATIONS if not any(word in name for word in others)]
    async with asked(app) as asking:
        speak(asking, "reader")
        for name in reading:
            status, answer = await OPERATIONS[name](asking, "own", etag)
            assert "NOT_FOUND" not in str(answer), name
            assert status in {0, 200}
        speak(asking, "auditor")
        assert (await OPERATIONS["audit"](asking, "own", etag))[0] == 200


ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
LETTERS = st.characters(categories=("L", "N", "P", "S", "Zs"))
SUBJECTS = st.text(LETTERS, min_size=1, max_size=200).filter(str.isprintable)


@settings(max_examples=40, deadline=None)
@given(SUBJECTS, SUBJECTS, st.sampled_from(ROLES))
def test_a_grant_holds_for_one_subject_however_odd_and_for_no_other(app: App, one: str, other: str, role: Role) -> None:
    ann, bob = (caller_for(Principal(ISSUER, name, frozenset())) for name in (one, other))
    grant = Grant("odd", ann.subject, role)
    app.contexts.grant(LOCAL, grant)
    try:
        assert [app.contexts.may(ann, "odd", action) for action in ACTIONS] != [False] * 4
        if ann.subject != bob.subject:
            assert [app.contexts.may(bob, "odd", action) for action in ACTIONS] == [False] * 4
        assert not ann.local
    finally:
        app.contexts.grant(LOCAL, grant, revoke=True)
