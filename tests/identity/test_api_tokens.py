"""API tokens: made at a shell, shown once, kept as a digest, taken back, and what one is worth at the door."""

from __future__ import annotations

import json
import re
import threading
from base64 import b32encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from backwright.app import App
from backwright.cli.main import main
from backwright.contexts.access import Grant
from backwright.contexts.context import LOCAL, Address
from backwright.contexts.opening import open_store
from backwright.contexts.service import Contexts
from backwright.contexts.store import Store
from backwright.errors import InvalidInputError, StoreUnavailableError, UnauthenticatedError
from backwright.identity import api_token
from backwright.identity.api_token import Wanted
from backwright.identity.api_tokens import BELIEVED, NEWS, STALE, USED, ApiTokens
from backwright.identity.authority import Authority
from backwright.identity.configured import Configured
from backwright.settings import Settings
from tests.http_api._asgi import asked
from tests.identity._issuer import RESOURCE
from tests.mcp_api._packs import write_test_pack

ONE = ("skills:read",)
WANTED = Wanted("ci", ("contexts:write",), 30)
MADE_UP = "bwt_aaaaaaaaaa_" + "a" * 52


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["memory://", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(request.param if ":" in request.param else f"sqlite:///{tmp_path / 'contexts.db'}")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(store: Store, clock: Clock) -> ApiTokens:
    return ApiTokens(lambda: store, clock)


def test_a_token_speaks_for_its_name_as_far_as_its_scopes_go(tokens: ApiTokens) -> None:
    made, token = tokens.create(LOCAL, WANTED)
    assert re.fullmatch(r"bwt_[a-z2-7]{10}_[a-z2-7]{52}", token)
    principal = tokens.check(token)
    assert (principal.name, principal.credential) == ("token#ci", made.id)
    assert principal.scopes == {"contexts:read", "contexts:write"}


def test_what_is_kept_does_not_give_the_token_back(store: Store, tokens: ApiTokens) -> None:
    _, token = tokens.create(LOCAL, WANTED)
    kept = store.read(lambda unit: unit.kept("api-tokens", "all"))
    assert kept is not None
    assert token.rpartition("_")[2] not in kept.data


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: token.upper(),
        lambda token: token + "a",
        lambda token: token + "\n",
        lambda token: "bwt_aaaaaaaaaa_" + token[15:],
        lambda token: token[:15] + "a" * 52,
        lambda _: "bwt_",
    ],
)
def test_what_is_nearly_a_token_is_none(tokens: ApiTokens, change: object) -> None:
    assert callable(change)
    _, token = tokens.create(LOCAL, WANTED)
    with pytest.raises(UnauthenticatedError):
        tokens.check(change(token))


def test_a_token_ends(tokens: ApiTokens, clock: Clock) -> None:
    _, token = tokens.create(LOCAL, WANTED)
    clock.now += timedelta(days=30).total_seconds() - 1
    tokens.check(token)
    clock.now += 1
    with pytest.raises(UnauthenticatedError):
        tokens.check(token)


def test_a_token_that_was_taken_back_is_none_at_once_and_in_other_processes_after_a_moment(
    store: Store, tokens: ApiTokens, clock: Clock
) -> None:
    made, token = tokens.create(LOCAL, WANTED)
    other, second = tokens.create(LOCAL, WANTED)
    elsewhere = ApiTokens(lambda: store, clock)
    for each in (tokens, elsewhere):
        each.check(token)
        assert each.known(token) is not None
    assert tokens.revoke(LOCAL, made.id).revoked_at is not None
    assert not tokens.holds(made.id)
    for each in (tokens, ApiTokens(lambda: store, clock)):
        with pytest.raises(UnauthenticatedError):
            each.check(token)
    clock.now += BELIEVED - 0.1
    assert elsewhere.check(token).credential == made.id
    clock.now += 0.1
    with pytest.raises(UnauthenticatedError):
        elsewhere.check(token)
    assert not elsewhere.holds(made.id)
    assert tokens.check(second).credential == other.id
    assert tokens.revoke(LOCAL, made.id).revoked_at == tokens.tokens()[0][0].revoked_at


def test_a_token_that_another_process_has_made_is_known_in_a_moment(
    store: Store, tokens: ApiTokens, clock: Clock
) -> None:
    elsewhere = ApiTokens(lambda: store, clock)
    elsewhere.create(LOCAL, WANTED)
    elsewhere.tokens()
    with pytest.raises(UnauthenticatedError):
        elsewhere.check(MADE_UP)
    made, token = tokens.create(LOCAL, WANTED)
    clock.now += NEWS
    assert elsewhere.known(token) is None
    assert elsewhere.check(token).credential == made.id


def test_tokens_that_are_made_up_push_out_none_that_holds_and_the_store_is_hardly_asked(
    store: Store, clock: Clock
) -> None:
    asked: list[float] = []

    def opened() -> Store:
        asked.append(clock.now)
        return store

    tokens = ApiTokens(opened, clock)
    _, token = tokens.create(LOCAL, WANTED)
    tokens.check(token)
    asked.clear()
    for number in range(5_000):
        with pytest.raises(UnauthenticatedError):
            tokens.check(f"bwt_aaaaaaaaaa_{b32encode(number.to_bytes(4)).decode().lower()[:7]:a<52}")
    assert tokens.known(token) is not None
    assert asked == []
    clock.now += NEWS
    for _ in range(100):
        with pytest.raises(UnauthenticatedError):
            tokens.check(MADE_UP)
    assert asked == [clock.now]


def test_while_the_store_is_away_what_was_known_holds_for_a_while(store: Store, clock: Clock) -> None:
    away = False

    def opened() -> Store:
        if away:
            raise StoreUnavailableError("it is away", hint="wait")
        return store

    tokens = ApiTokens(opened, clock)
    _, token = tokens.create(LOCAL, WANTED)
    tokens.check(token)
    away = True
    clock.now += STALE - 1
    tokens.check(token)
    clock.now += 1
    with pytest.raises(StoreUnavailableError):
        tokens.check(token)
    away = False
    tokens.check(token)


def test_nobody_whose_token_is_known_waits_for_a_store_that_does_not_answer(store: Store, clock: Clock) -> None:
    waits, asked, silent = threading.Event(), threading.Event(), False

    def opened() -> Store:
        if silent:
            asked.set()
            assert waits.wait(20)
        return store

    tokens = ApiTokens(opened, clock)
    _, token = tokens.create(LOCAL, WANTED)
    tokens.check(token)
    silent = True
    clock.now += BELIEVED
    first = threading.Thread(target=tokens.check, args=(token,))
    first.start()
    assert asked.wait(20)
    for _ in range(20):
        tokens.check(token)
    waits.set()
    first.join()


def test_making_one_and_taking_it_back_stand_in_the_audit(store: Store, tokens: ApiTokens) -> None:
    made, token = tokens.create(LOCAL, WANTED)
    tokens.revoke(LOCAL, made.id)
    tokens.revoke(LOCAL, made.id)
    contexts = Contexts(store)
    links = contexts.audit(LOCAL, "*").items
    assert [(link.action, link.name) for link in links] == [
        ("token-create", f"ci:{made.id}"),
        ("token-revoke", f"ci:{made.id}"),
    ]
    assert contexts.verify(LOCAL, "*").broken_at is None
    assert token not in str(links)


def test_when_it_was_used_last_is_known_to_the_hour(tokens: ApiTokens, clock: Clock) -> None:
    _, token = tokens.create(LOCAL, WANTED)
    assert tokens.tokens()[0][1] is None
    first = clock.now
    for later in (0.0, USED / 2, USED):
        clock.now = first + later
        tokens.check(token)
        used = tokens.tokens()[0][1]
        assert used is not None
        assert used.timestamp() == (first if later < USED else clock.now)


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [
        ("CI", ("skills:read",), 1),
        ("", ("skills:read",), 1),
        ("ci", ("all",), 1),
        ("ci", (), 1),
        ("ci", ("skills:read",), 0),
    ],
)
def test_what_is_no_token_is_not_made(name: str, scopes: tuple[str, ...], days: int) -> None:
    with pytest.raises(InvalidInputError):
        Wanted(name, scopes, days)


def test_one_that_is_not_there_cannot_be_taken_back(tokens: ApiTokens) -> None:
    with pytest.raises(InvalidInputError, match="no such token"):
        tokens.revoke(LOCAL, "aaaaaaaaaa")


def test_a_token_that_holds_makes_no_room_for_another(
    tokens: ApiTokens, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_token, "MOST", 3)
    first, second, third = (tokens.create(LOCAL, WANTED) for _ in range(3))
    with pytest.raises(InvalidInputError, match="are active"):
        tokens.create(LOCAL, WANTED)
    for _, token in (first, second, third):
        tokens.check(token)
    tokens.revoke(LOCAL, second[0].id)
    fourth, _ = tokens.create(LOCAL, WANTED)
    assert [each.id for each, _ in tokens.tokens()] == [first[0].id, third[0].id, fourth.id]


# At the door


async def test_an_api_token_comes_in_and_is_shown_the_tools_that_it_may_call(tmp_path: Path) -> None:
    app = App(Settings(pack=write_test_pack(tmp_path / "pack"), database="memory://", contexts=True))
    app.contexts.put(LOCAL, Address("shop", "one"), {"framework": "flask"}, type="project")
    app.contexts.grant(LOCAL, Grant("shop", "token#ci", "writer"))
    tokens = ApiTokens(lambda: app.contexts.store)
    made, token = tokens.create(LOCAL, WANTED)
    authority = Authority(Configured(resource=RESOURCE, api_tokens=True), tokens=tokens)
    async with asked(app, authority) as asking:
        head = {"authorization": f"Bearer {token}"}
        assert (await asking.client.get("/v1/contexts/shop/one", headers=head)).status_code == 200
        listed = (await asking.post("tools/list", token)).json()["result"]
        assert [tool["name"] for tool in listed["tools"]] == ["get_context", "put_context"]
        refused = await asking.post("tools/call", token, name="use_skill", arguments={"request": "x"})
        assert refused.status_code == 403
        # There is no authorization server, so none is named.
        assert "resource_metadata" not in refused.headers["www-authenticate"]
        nobody = await asking.client.get("/v1/contexts")
        assert (nobody.status_code, "resource_metadata" in nobody.headers["www-authenticate"]) == (401, False)
        assert (await asking.client.get("/.well-known/oauth-protected-resource")).status_code == 401
        principal = tokens.check(token)
        assert await authority.alive(principal)
        tokens.revoke(LOCAL, made.id)
        assert not await authority.alive(principal)
    app.close()


# At a shell


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKWRIGHT_DATABASE_URL", f"sqlite:///{tmp_path / 'contexts.db'}")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["token", *arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_shell_makes_a_token_lists_it_and_takes_it_back(kept: None, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, "create", "ci", "--scope", "skills:read", "--scope", "review:run", "--json")
    made = json.loads(out)
    assert (code, made["subject"], made["scopes"]) == (0, "token#ci", ["skills:read", "review:run"])
    code, out = run(capsys, "list")
    assert (code, made["id"] in out, made["token"] in out) == (0, True, False)
    assert "active until" in out
    code, out = run(capsys, "revoke", made["id"])
    assert (code, "revoked" in out) == (0, True)
    assert json.loads(run(capsys, "list", "--json")[1])["tokens"][0]["state"] == "revoked"


@pytest.mark.parametrize(
    "arguments",
    [("create", "ci", "--scope", "everything"), ("create", "No Name", "--scope", "skills:read"), ("revoke", "x")],
)
def test_a_mistake_at_the_shell_is_named(
    kept: None, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, out = run(capsys, *arguments)
    assert (code, "INVALID_INPUT" in out) == (2, True)
