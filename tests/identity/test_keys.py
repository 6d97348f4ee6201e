"""The keys of an issuer: fetched seldom, from one place, used on when that is away, and chosen without guessing."""

from __future__ import annotations

from contextlib import suppress

import anyio
import jwt
import pytest
from anyio import BrokenResourceError
from anyio.abc import SocketAttribute, SocketStream
from cryptography.hazmat.primitives.asymmetric import rsa

from backwright.errors import AuthorityUnavailableError
from backwright.identity.fetching import MAX_BYTES, Fetcher
from backwright.identity.keys import FLOOR, LIFESPAN, RETRY, STALE, Keys
from tests.identity._issuer import EC_KEY, ED_KEY, KEYS, OTHER_RSA_KEY, RSA_KEY, Serving, connections, jwk, serving


class Issuer:
    """Keys that are there, or not, at a time that passes when it is told to; or not yet, while it is silent."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0
        self.document: dict[str, object] | None = {"keys": list(KEYS)}
        self.keys = Keys("https://id.example/keys", self._fetch, lambda: self.now)
        self._speaks = anyio.Event()
        self._speaks.set()

    def be_silent(self) -> None:
        self._speaks = anyio.Event()

    def speak(self) -> None:
        self._speaks.set()

    async def answered(self) -> None:
        """Wait for the fetch that runs: whoever names a key that nobody knows does."""
        with suppress(AuthorityUnavailableError):
            await self.keys.find("nobody's", "RS256")

    async def _fetch(self, url: str) -> dict[str, object]:
        assert url == "https://id.example/keys"
        self.asked += 1
        await self._speaks.wait()
        if self.document is None:
            raise AuthorityUnavailableError("it is away", hint="wait")
        return self.document


async def test_keys_are_fetched_when_they_are_old_and_not_before() -> None:
    issuer = Issuer()
    for later, asked in ((0.0, 1), (LIFESPAN, 1), (LIFESPAN + 1, 2)):
        issuer.now = later
        assert await issuer.keys.find("rsa", "RS256") is not None
        if later > LIFESPAN:
            await issuer.answered()
        assert issuer.asked == asked


async def test_names_that_nobody_knows_do_not_make_us_ask_again_and_again() -> None:
    issuer = Issuer()
    await issuer.keys.find("rsa", "RS256")
    for number in range(100):
        assert await issuer.keys.find(f"k{number}", "RS256") is None
    assert issuer.asked == 1
    issuer.now += FLOOR + 1
    issuer.document = {"keys": [*KEYS, jwk(OTHER_RSA_KEY, "new")]}
    assert await issuer.keys.find("new", "RS256") is not None
    assert issuer.asked == 2


async def test_names_that_nobody_knows_make_us_ask_no_oftener_where_that_comes_to_nothing() -> None:
    issuer = Issuer()
    await issuer.keys.find("rsa", "RS256")
    issuer.document = None
    for step in range(3):
        issuer.now += FLOOR
        for number in range(20):
            # It may be a new key: whoever showed it is not told that it is none.
            with pytest.raises(AuthorityUnavailableError):
                await issuer.keys.find(f"k{number}", "RS256")
        assert issuer.asked == 2 + step
        assert await issuer.keys.find("rsa", "RS256") is not None
    issuer.document = {"keys": list(KEYS)}
    issuer.now += FLOOR
    assert await issuer.keys.find("k0", "RS256") is None


async def test_a_key_that_was_taken_away_is_not_used_after_the_next_fetch() -> None:
    issuer = Issuer()
    assert await issuer.keys.find("ed", "EdDSA") is not None
    issuer.document = {"keys": [KEYS[0]]}
    issuer.now += LIFESPAN + 1
    await issuer.keys.find("ed", "EdDSA")
    await issuer.answered()
    assert await issuer.keys.find("ed", "EdDSA") is None
    assert issuer.asked == 2


async def test_a_key_that_was_taken_away_is_not_used_on_because_nobody_came() -> None:
    issuer = Issuer()
    assert await issuer.keys.kept() == LIFESPAN
    assert await issuer.keys.find("ed", "EdDSA") is not None
    issuer.document = {"keys": [KEYS[0]]}
    issuer.now += LIFESPAN
    assert await issuer.keys.kept() == LIFESPAN
    issuer.now += LIFESPAN
    assert await issuer.keys.find("ed", "EdDSA") is None


async def test_an_issuer_that_is_away_is_asked_seldom_though_nobody_comes() -> None:
    issuer = Issuer()
    issuer.document = None
    waits = []
    for _ in range(6):
        waits.append(await issuer.keys.kept())
        issuer.now += waits[-1]
    assert waits == [2 * RETRY, 4 * RETRY, 8 * RETRY, FLOOR, FLOOR, FLOOR]
    issuer.document = {"keys": list(KEYS)}
    assert await issuer.keys.kept() == LIFESPAN
    issuer.now += LIFESPAN
    issuer.document = None
    assert await issuer.keys.kept() == FLOOR


async def test_why_an_issuer_is_away_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    issuer = Issuer()
    documents: list[dict[str, object] | None] = [None, None, {"keys": 1}, {"keys": list(KEYS)}, None]
    for document in documents:
        issuer.document = document
        await issuer.keys.kept()
        issuer.now += LIFESPAN
    logged = [record.getMessage().rpartition(": ")[2] for record in caplog.records]
    assert logged == ["it is away", "what is at its address is no set of keys", "it is away"]


async def test_an_issuer_that_is_away_is_asked_seldom_and_its_keys_are_used_on_for_a_while() -> None:
    issuer = Issuer()
    await issuer.keys.find("rsa", "RS256")
    issuer.document = None
    issuer.now = STALE - 1
    for _ in range(10):
        assert await issuer.keys.find("rsa", "RS256") is not None
        await issuer.answered()
    assert issuer.asked == 2
    issuer.now = STALE + RETRY
    with pytest.raises(AuthorityUnavailableError):
        await issuer.keys.find("rsa", "RS256")


async def test_a_silent_issuer_holds_nobody_whose_key_is_known() -> None:
    issuer = Issuer()
    await issuer.keys.find("rsa", "RS256")
    issuer.be_silent()
    issuer.now = LIFESPAN + 1
    found: list[object] = []

    async def ask(name: str) -> None:
        found.append(await issuer.keys.find(name, "RS256") is not None)

    async with anyio.create_task_group() as asking:
        for number in range(20):
            asking.start_soon(ask, f"k{number}")
        await anyio.wait_all_tasks_blocked()
        with anyio.fail_after(5):
            for _ in range(20):
                await ask("rsa")
        assert (found, issuer.asked) == ([True] * 20, 2)
        issuer.speak()
    assert (found[20:], issuer.asked) == ([False] * 20, 2)


async def test_whoever_stops_waiting_for_a_fetch_does_not_end_it_for_the_others() -> None:
    issuer = Issuer()
    issuer.be_silent()
    found: list[object] = []

    async def ask() -> None:
        found.append(await issuer.keys.find("rsa", "RS256"))

    async with anyio.create_task_group() as asking:
        with anyio.CancelScope() as first:
            async with anyio.create_task_group() as gone:
                gone.start_soon(ask)
                await anyio.wait_all_tasks_blocked()
                first.cancel()
        asking.start_soon(ask)
        await anyio.wait_all_tasks_blocked()
        issuer.speak()
    assert issuer.asked == 1
    assert [each is not None for each in found] == [True]


async def test_a_fetch_that_runs_ends_with_the_server() -> None:
    issuer = Issuer()
    await issuer.keys.find("rsa", "RS256")
    issuer.be_silent()
    issuer.now = LIFESPAN + 1
    await issuer.keys.find("rsa", "RS256")
    with anyio.fail_after(5):
        await issuer.keys.close()
    assert await issuer.keys.find("rsa", "RS256") is not None


async def test_what_is_no_set_of_keys_is_an_issuer_that_is_away() -> None:
    issuer = Issuer()
    issuer.document = {"keys": {"rsa": 1}}
    with pytest.raises(AuthorityUnavailableError):
        await issuer.keys.find("rsa", "RS256")


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "kid": "k", "k": "c2VjcmV0", "alg": "HS256"},
        jwk(RSA_KEY, "k", use="enc"),
        jwk(RSA_KEY, "k", alg="RS384"),
        jwk(RSA_KEY, "k", key_ops=["sign"]),
        jwk(EC_KEY, "k"),
        {**jwk(RSA_KEY, "k"), "n": "AQAB"},
        {**jwk(RSA_KEY, "k"), "n": 7},
        jwk(rsa.generate_private_key(65_537, 1_024), "k"),  # noqa: S505
        {**jwt.get_algorithm_by_name("RS256").to_jwk(RSA_KEY, as_dict=True), "kid": "k"},
        "k",
    ],
    ids=[
        "secret",
        "for encryption",
        "for another signature",
        "not for verifying",
        "of another kind",
        "with a tiny modulus",
        "with no modulus",
        "too short",
        "private",
        "no key",
    ],
)
async def test_a_key_that_is_none_for_this_is_not_used(key: object) -> None:
    issuer = Issuer()
    issuer.document = {"keys": [key]}
    assert await issuer.keys.find("k", "RS256") is None


async def test_two_keys_of_one_name_are_none() -> None:
    issuer = Issuer()
    issuer.document = {"keys": [jwk(RSA_KEY, "k"), jwk(OTHER_RSA_KEY, "k")]}
    assert await issuer.keys.find("k", "RS256") is None
    assert await issuer.keys.find(None, "RS256") is None


async def test_a_curve_is_that_of_its_signature() -> None:
    issuer = Issuer()
    assert await issuer.keys.find("ec", "ES256") is not None
    assert await issuer.keys.find("ec", "ES384") is None
    assert await issuer.keys.find("ed", "ES256") is None
    assert await Issuer().keys.find(None, "EdDSA") is not None
    assert ED_KEY is not None


# The wire


async def _got(found: Serving) -> dict[str, object]:
    fetcher = Fetcher()
    try:
        return await fetcher.get(found.url)
    finally:
        await fetcher.close()


async def test_a_document_is_fetched() -> None:
    with serving({"keys": []}) as found:
        assert await _got(found) == {"keys": []}


async def test_where_a_redirect_leads_nobody_goes() -> None:
    with serving({}) as other, serving({}) as found:
        found.status, found.location = 302, other.url
        with connections() as connected, pytest.raises(AuthorityUnavailableError, match="302"):
            await _got(found)
        assert other.asked == []
        assert {address[1] for address in connected if isinstance(address, tuple)} == {found.port}


@pytest.mark.parametrize("document", [b"", b"[]", b"{", b"\xff", b'{"a":' * 5_000, b'"' + b"a" * MAX_BYTES + b'"'])
async def test_what_is_no_answer_is_an_issuer_that_is_away(document: bytes) -> None:
    with serving(document) as found, pytest.raises(AuthorityUnavailableError):
        await _got(found)


async def test_an_answer_that_comes_a_byte_at_a_time_is_not_waited_for() -> None:
    async def drip(stream: SocketStream) -> None:
        async with stream:
            with suppress(BrokenResourceError):
                await stream.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n")
                # Each byte is in time; all of them would take hours.
                while True:
                    await stream.send(b" ")
                    await anyio.sleep(0.05)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)  # noqa: S610  a listener's, not a query's
    fetcher = Fetcher(seconds=0.5)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, drip)
        with anyio.fail_after(20), pytest.raises(AuthorityUnavailableError, match=r"within 0\.5 seconds"):
            await fetcher.get(f"http://127.0.0.1:{port}/jwks")
        await fetcher.close()
        tasks.cancel_scope.cancel()


async def test_an_issuer_that_is_not_there_is_away() -> None:
    with serving({}) as found:
        pass
    with pytest.raises(AuthorityUnavailableError):
        await _got(found)
