"""Discovery: each module of a folder declares one constant, and a wrong folder fails at once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backwright._discover import discover

_number = count()


class Folder:
    """A throw-away package."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.made: list[str] = []

    def __call__(self, modules: Mapping[str, str]) -> ModuleType:
        name = f"discovered_{next(_number)}"
        package = self.root / name
        package.mkdir()
        (package / "__init__.py").touch()
        for module, source in modules.items():
            (package / f"{module}.py").write_text(source, encoding="utf-8")
        self.made.append(name)
        importlib.invalidate_caches()
        return importlib.import_module(name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.syspath_prepend(tmp_path)
    made = Folder(tmp_path)
    yield made
    for name in [name for name in sys.modules if name.partition(".")[0] in made.made]:
        del sys.modules[name]


def found(package: ModuleType) -> tuple[str, ...]:
    return discover(package, "THING", str, key=lambda thing: thing)


def test_declarations_come_in_the_order_of_their_keys_and_not_of_their_files(folder: Folder) -> None:
    assert found(folder({"a": "THING = 'z'", "b": "THING = 'x'", "c": "THING = 'y'"})) == ("x", "y", "z")


def test_an_empty_folder_declares_nothing(folder: Folder) -> None:
    assert found(folder({})) == ()


def test_helpers_are_passed_over_and_not_even_imported(folder: Folder) -> None:
    assert found(folder({"_helper": "raise RuntimeError", "a": "THING = 'a'"})) == ("a",)


@pytest.mark.parametrize("source", ["", "OTHER = 'a'", "THING = 1", "THING = None", "THING: str"])
def test_a_module_without_the_declaration_is_a_type_error_that_names_it(source: str, folder: Folder) -> None:
    with pytest.raises(TypeError, match=r"\.broken must declare THING: str"):
        found(folder({"a": "THING = 'a'", "broken": source}))


def test_two_modules_with_the_same_key_are_a_value_error_that_names_both(folder: Folder) -> None:
    with pytest.raises(ValueError, match=r"\.b and discovered_\d+\.a both declare THING 'same'"):
        found(folder({"a": "THING = 'same'", "b": "THING = 'same'"}))


def test_an_error_inside_a_module_is_not_hidden(folder: Folder) -> None:
    with pytest.raises(ZeroDivisionError):
        found(folder({"a": "THING = 1 / 0"}))


modules = st.dictionaries(
    st.from_regex(r"_?m[a-z]{1,4}", fullmatch=True), st.from_regex(r"[a-z]{1,2}", fullmatch=True), max_size=5
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(modules)
def test_any_folder_is_sorted_and_complete_or_refused(folder: Folder, modules: dict[str, str]) -> None:
    package = folder({name: f"THING = {key!r}" for name, key in modules.items()})
    declared = [key for name, key in modules.items() if not name.startswith("_")]
    if len(set(declared)) == len(declared):
        assert found(package) == tuple(sorted(declared))
    else:
        with pytest.raises(ValueError, match="both declare"):
            found(package)
