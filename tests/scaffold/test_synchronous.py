from __future__ import annotations

import pytest

from backwright.scaffold.synchronous import synchronous

WORDS = {"AsyncSession": "Session", "pytest_asyncio": "pytest"}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("async def f(s: AsyncSession) -> None:\n    await s.flush()\n", "def f(s: Session) -> None:\n    s.flush()\n"),
        ("async with a() as b:\n    pass\n", "with a() as b:\n    pass\n"),
        ("x = [e async for e in f()]\n", "x = [e for e in f()]\n"),
        ("x = (await f(1)).y\n", "x = f(1).y\n"),
        ("x = (await f(\n    1,\n)).y[0]\n", "x = f(\n    1,\n).y[0]\n"),
        ("return_ = g(await f(1))\n", "return_ = g(f(1))\n"),
        ("x = (await a + await b).y\n", "x = (a + b).y\n"),
        ("if not await f():\n    pass\n", "if not f():\n    pass\n"),
        ("@pytest_asyncio.fixture\ndef f(): ...\n", "@pytest.fixture\ndef f(): ...\n"),
        ("x = 'await AsyncSession'  # async def\n", "x = 'await AsyncSession'  # async def\n"),
        ('def f():\n    """Await an AsyncSession."""\n', 'def f():\n    """Await an AsyncSession."""\n'),
        ("awaited = asynchronous = MyAsyncSession\n", "awaited = asynchronous = MyAsyncSession\n"),
        ("é = (await f()).é\n", "é = f().é\n"),
    ],
)
def test_the_same_code_without_async_and_await(text: str, plain: str) -> None:
    assert synchronous(text, WORDS) == plain


@pytest.mark.parametrize("text", ["x = (", "x = '''"])
def test_what_is_no_python_is_a_defect_of_the_template(text: str) -> None:
    with pytest.raises(ValueError, match="no Python"):
        synchronous(text, WORDS)
