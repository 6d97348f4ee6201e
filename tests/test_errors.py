"""The error tree: every leaf is drawn, has its own code, and says what to do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from backwright import errors
from backwright.cli.main import main
from backwright.errors import BackwrightError, RefusedError, UsageError


def leaves(kind: type[BackwrightError] = BackwrightError) -> Iterator[type[BackwrightError]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for each in below:
        yield from leaves(each)


LEAVES = sorted(leaves(), key=lambda leaf: leaf.__name__)


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_leaf_stands_in_the_drawn_tree_with_its_code(leaf: type[BackwrightError]) -> None:
    assert re.search(rf"─ {leaf.__name__} +{leaf.code}\n", errors.__doc__ or "")


@pytest.mark.parametrize("leaf", LEAVES, ids=lambda leaf: leaf.__name__)
def test_a_leaf_exits_with_2_for_a_wrong_call_and_1_for_a_refusal(leaf: type[BackwrightError]) -> None:
    assert leaf.exit_code == (2 if UsageError in leaf.__mro__ else 1)
    assert (UsageError in leaf.__mro__) != (RefusedError in leaf.__mro__)


def test_no_other_module_grows_the_tree() -> None:
    names = {
        name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, BackwrightError)
    }
    grown = [
        f"{path.name}:{node.lineno} {node.name}"
        for path in Path(errors.__file__).parent.rglob("*.py")
        if path.name != "errors.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id in names for base in node.bases)
    ]
    assert grown == []


def test_no_two_leaves_share_a_code() -> None:
    codes = [leaf.code for leaf in LEAVES]
    assert sorted(set(codes)) == sorted(codes)


def test_an_unknown_command_exits_with_2_and_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["no-such-command"])
    assert stopped.value.code == 2
    assert "skills" in capsys.readouterr().err


def test_a_path_outside_the_root_is_shown_escaped_and_shortened() -> None:
    error = errors.PathOutsideRootError("\x1b[31m" + "x" * 500)
    assert "\x1b" not in error.message
    assert len(error.message) < 200
