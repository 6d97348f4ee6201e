from __future__ import annotations

import pytest

from backwright.routing.paths import foreign


@pytest.mark.parametrize(
    ("paths", "language"),
    [(("src/App.tsx",), "TypeScript"), (("Api\\Orders.CS", "README.md"), "C#"), (("a.go", "b.rs"), "Go")],
)
def test_files_of_another_language_alone_are_foreign(paths: tuple[str, ...], language: str) -> None:
    assert foreign(paths) == language


@pytest.mark.parametrize(
    "paths", [(), ("README.md",), ("app/main.py", "web/App.tsx"), ("pyproject.toml", "x.js"), ("",)]
)
def test_python_or_nothing_known_is_not_foreign(paths: tuple[str, ...]) -> None:
    assert foreign(paths) is None
