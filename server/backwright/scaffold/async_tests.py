"""What runs the asynchronous tests of a project: pytest-asyncio, or the plugin that comes with AnyIO."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import TooLargeError
from backwright.scaffold.project import MAX_SOURCE_BYTES

_AUTO = re.compile(r"""asyncio_mode\s*=\s*["']?auto""")
_SETTINGS = ("pyproject.toml", "pytest.ini", "setup.cfg", "tox.ini")
_MARKS = re.compile(r"\bmark\.(anyio|asyncio)\b")
_BACKEND = re.compile(r"\bdef anyio_backend\(")


@dataclass(frozen=True, slots=True)
class AsyncTests:
    """What the templates know under the name `p.async_tests`.

    Args:
        mark: of an asynchronous test.
        backend: whether the tests have to say themselves which event loop AnyIO takes.
        seen: how often each mark was found, for the evidence.
    """

    mark: str = "asyncio"
    backend: bool = False
    seen: str = ""

    @property
    def fixtures(self) -> str:
        """The module whose `fixture` an asynchronous fixture takes."""
        return "pytest" if self.mark == "anyio" else "pytest_asyncio"


def read_async_tests(root: Path, tests: str) -> AsyncTests:
    """What most tests in the folder are marked with; what was generated follows them."""
    texts = {path: _read(path) for path in sorted((root / tests).rglob("*.py"))}
    marks = Counter(mark for text in texts.values() for mark in _MARKS.findall(text))
    auto = any(_AUTO.search(_read(root / name)) for name in _SETTINGS)
    if auto or marks["anyio"] <= marks["asyncio"]:
        return AsyncTests(seen=f"{marks['asyncio']} tests" if marks else "")
    shared = [root / "conftest.py", root / tests / "conftest.py"]
    backend = not any(_BACKEND.search(_read(path)) for path in shared)
    return AsyncTests("anyio", backend, f"{marks['anyio']} marks of tests")


def _read(path: Path) -> str:
    try:
        return read_bounded(path, MAX_SOURCE_BYTES, follow_links=False).decode("utf-8", "replace")
    except (OSError, TooLargeError):
        return ""
