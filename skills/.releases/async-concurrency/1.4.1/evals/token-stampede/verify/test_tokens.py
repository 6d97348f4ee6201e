"""Against a provider that counts its requests and answers when it is told to."""

import asyncio

from shop.tokens import Token, TokenCache

SECONDS = 5.0


class Provider:
    def __init__(self) -> None:
        self.asked = 0
        self.now = 0.0
        self.answer = asyncio.Event()
        self.fails = False

    async def fetch(self) -> Token:
        self.asked += 1
        number = self.asked
        await self.answer.wait()
        if self.fails:
            raise ConnectionError("refused")
        return Token(f"token {number}", self.now + 60)

    def cache(self) -> TokenCache:
        return TokenCache(self.fetch, lambda: self.now)


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_token_is_kept_until_it_expires() -> None:
    async def scene() -> list[str]:
        provider = Provider()
        provider.answer.set()
        cache = provider.cache()
        tokens = [await cache.get(), await cache.get()]
        provider.now = 61
        return [*tokens, await cache.get()]

    assert asyncio.run(scene()) == ["token 1", "token 1", "token 2"]


def test_callers_at_the_same_moment_share_one_request() -> None:
    async def scene() -> tuple[set[str], int]:
        provider = Provider()
        cache = provider.cache()
        callers = [asyncio.create_task(cache.get()) for _ in range(100)]
        await turns()
        provider.answer.set()
        async with asyncio.timeout(SECONDS):
            return set(await asyncio.gather(*callers)), provider.asked

    assert asyncio.run(scene()) == ({"token 1"}, 1)


def test_a_caller_that_leaves_takes_nobody_with_it() -> None:
    async def scene() -> tuple[bool, list[str | BaseException]]:
        provider = Provider()
        cache = provider.cache()
        first = asyncio.create_task(cache.get())
        await turns()
        others = [asyncio.create_task(cache.get()) for _ in range(3)]
        await turns()
        first.cancel()
        await turns()
        left = first.cancelled()
        provider.answer.set()
        async with asyncio.timeout(SECONDS):
            return left, await asyncio.gather(*others, return_exceptions=True)

    left, tokens = asyncio.run(scene())
    assert left, "the caller that was cancelled is still waiting"
    assert all(isinstance(token, str) for token in tokens), f"the others got {tokens}"


def test_a_failure_is_not_kept() -> None:
    async def scene() -> str:
        provider = Provider()
        provider.fails = True
        provider.answer.set()
        cache = provider.cache()
        callers = [asyncio.create_task(cache.get()) for _ in range(3)]
        outcomes = await asyncio.gather(*callers, return_exceptions=True)
        assert all(isinstance(outcome, ConnectionError) for outcome in outcomes), outcomes
        provider.fails = False
        async with asyncio.timeout(SECONDS):
            return await cache.get()

    assert asyncio.run(scene()).startswith("token")
