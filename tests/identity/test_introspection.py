"""Tokens that only their issuer can read: what is believed of its answers, how long, and what strangers may take."""

from __future__ import annotations

from collections.abc import Mapping

import anyio
import pytest

from backwright.errors import AuthorityUnavailableError, UnauthenticatedError
from backwright.identity.configured import Configured
from backwright.identity.introspection import BELIEVED, MOST_NONE, STRANGERS, Introspection
from tests.identity._issuer import ISSUER, RESOURCE

CONFIGURED = Configured(
    resource=RESOURCE, issuer=ISSUER, introspection="https://id.example/introspect", client=("backwright", "secret")
)


class Issuer:
    """Who is asked: it knows some tokens, at a time that passes when it is told to; or says nothing for a while."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.asked: list[str] = []
        self.good: dict[str, dict[str, object]] = {"ann's": self.answer("ann")}
        self.introspection = Introspection(CONFIGURED, self._post, lambda: self.now)
        self.waits_for: anyio.Event | None = None

    def answer(self, subject: str, **changed: object) -> dict[str, object]:
        good = {"active": True, "sub": subject, "aud": RESOURCE, "exp": self.now + 900, "scope": "skills:read"}
        return {**good, **changed}

    async def _post(self, url: str, form: Mapping[str, str], user: tuple[str, str]) -> dict[str, object]:
        assert (url, user) == (CONFIGURED.introspection, CONFIGURED.client)
        self.asked.append(form["token"])
        if self.waits_for is not None and form["token"] not in self.good:
            await self.waits_for.wait()
        return self.good.get(form["token"], {"active": False})

    async def holds(self, token: str) -> bool:
        try:
            await self.introspection.verify(token)
        except UnauthenticatedError:
            return False
        return True


async def test_an_answer_is_believed_for_a_moment_and_no_longer() -> None:
    issuer = Issuer()
    assert [await issuer.holds("ann's"), await issuer.holds("ann's")] == [True, True]
    del issuer.good["ann's"]
    issuer.now += BELIEVED - 1
    assert await issuer.holds("ann's")
    issuer.now += 1
    assert not await issuer.holds("ann's")
    issuer.good["ann's"] = issuer.answer("ann")
    assert not await issuer.holds("ann's")
    issuer.now += BELIEVED
    assert await issuer.holds("ann's")
    assert issuer.asked == ["ann's"] * 3


async def test_tokens_that_are_made_up_push_out_none_that_holds_and_not_one_more_of_them_is_kept() -> None:
    issuer = Issuer()
    assert await issuer.holds("ann's")
    for number in range(5_000):
        assert not await issuer.holds(f"made-up-{number}")
    assert await issuer.holds("ann's")
    assert issuer.asked.count("ann's") == 1
    # The latest of them are known, and the first is asked about again.
    before = len(issuer.asked)
    for number in range(5_000 - MOST_NONE, 5_000):
        await issuer.holds(f"made-up-{number}")
    assert len(issuer.asked) == before
    await issuer.holds("made-up-0")
    assert len(issuer.asked) == before + 1


async def test_tokens_that_are_made_up_take_but_a_share_of_the_questions() -> None:
    issuer = Issuer()
    assert await issuer.holds("ann's")
    issuer.waits_for = anyio.Event()
    refused: list[int] = []

    async def ask(number: int) -> None:
        try:
            await issuer.holds(f"made-up-{number}")
        except AuthorityUnavailableError:
            refused.append(number)

    async with anyio.create_task_group() as asking:
        for number in range(STRANGERS + 5):
            asking.start_soon(ask, number)
        await anyio.wait_all_tasks_blocked()
        assert refused == list(range(STRANGERS, STRANGERS + 5))
        issuer.now += BELIEVED
        # Known to have held: it is asked about at once.
        with anyio.fail_after(5):
            assert await issuer.holds("ann's")
        issuer.waits_for.set()
    assert not await issuer.holds("another")


async def test_one_token_that_many_show_at_once_is_asked_about_once() -> None:
    issuer = Issuer()
    issuer.waits_for = anyio.Event()
    found: list[bool] = []

    async def ask() -> None:
        found.append(await issuer.holds("eve's"))

    async with anyio.create_task_group() as asking:
        for _ in range(10):
            asking.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        issuer.good["eve's"] = issuer.answer("eve")
        issuer.waits_for.set()
    assert (found, issuer.asked) == ([True] * 10, ["eve's"])


async def test_what_is_still_being_asked_ends_with_the_server() -> None:
    issuer = Issuer()
    issuer.waits_for = anyio.Event()
    async with anyio.create_task_group() as asking:
        asking.start_soon(issuer.holds, "eve's")
        await anyio.wait_all_tasks_blocked()
        asking.cancel_scope.cancel()
    with anyio.fail_after(5):
        await issuer.introspection.close()


@pytest.mark.parametrize(
    "changed",
    [
        {"active": False},
        {"active": "true"},
        {"aud": "https://other.example/mcp"},
        {"aud": None},
        {"iss": "https://id.example/other"},
        {"exp": None},
        {"exp": 1_700_000_000},
        {"sub": None},
        {"sub": "a\nb"},
        {"cnf": {"jkt": "x"}},
    ],
    ids=str,
)
async def test_an_answer_that_is_not_about_this_server_or_nobody_is_none(changed: dict[str, object]) -> None:
    issuer = Issuer()
    issuer.good["ann's"] = issuer.answer("ann", **changed)
    assert not await issuer.holds("ann's")
    assert not await issuer.holds("ann's")
    assert issuer.asked == ["ann's"]


@pytest.mark.parametrize(
    "changed", [{"iss": ISSUER}, {"aud": [RESOURCE, "https://other.example"]}, {"jti": "1"}], ids=str
)
async def test_an_answer_that_says_more_is_as_good(changed: dict[str, object]) -> None:
    issuer = Issuer()
    issuer.good["ann's"] = issuer.answer("ann", **changed)
    assert await issuer.holds("ann's")
