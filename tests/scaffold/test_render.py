from __future__ import annotations

import ast
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import TemplateNotFoundError, ToolUnavailableError
from backwright.scaffold.render import Style, as_path, format_all, py, render, sort_imports, toml

STYLE = Style(first_party=("shop",))
HOSTILE = [
    "\"'",
    "a\nb",
    "\\",
    '"""',
    "{{ x }}",
    "<< r.name >>",
    "<% raw %>",
    "${x}",
    "{x}",
    "\u202e",
    "\x00",
    "é\u2028",
]


@pytest.mark.parametrize("text", [*HOSTILE, "x" * 300, "", "\ud800"])
@pytest.mark.parametrize("column", [0, 40])
def test_a_string_comes_back_from_its_source(text: str, column: int) -> None:
    assert ast.literal_eval(py(text, column)) == text


@given(st.text(max_size=300))
def test_any_string_comes_back_from_its_source(text: str) -> None:
    assert ast.literal_eval(py(text, 40)) == text


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_any_string_comes_back_from_toml(text: str) -> None:
    assert tomllib.loads(f"x = {toml(text)}") == {"x": text}


@pytest.mark.parametrize("text", HOSTILE)
def test_template_syntax_in_a_value_stays_literal(text: str) -> None:
    assert ast.literal_eval(render("<< value | py >>", {"value": text})) == text


def test_a_name_that_is_not_there_is_a_defect_of_the_template() -> None:
    with pytest.raises(TemplateNotFoundError, match="no_such"):
        render("<< no_such >>", {})


def test_the_sandbox_lets_no_template_out() -> None:
    with pytest.raises(TemplateNotFoundError, match="unsafe"):
        render("<< ''.__class__.__mro__ >>", {})


def test_braces_of_python_are_no_syntax_of_the_templates() -> None:
    assert render('f"{x}" {{}} [[1]] ${y}', {}) == 'f"{x}" {{}} [[1]] ${y}'


def test_a_module_has_its_path() -> None:
    assert as_path("shop.db.base", "src") == "src/shop/db/base.py"
    assert as_path("shop.db", "") == "shop/db.py"


def test_formatting_sorts_imports_with_the_package_as_first_party_and_drops_unused_ones() -> None:
    text = "from shop.a import b\nimport os\nfrom fastapi import APIRouter, Depends\nprint( b,APIRouter )\n"
    expected = "from fastapi import APIRouter\n\nfrom shop.a import b\n\nprint(b, APIRouter)\n"
    assert format_all({"src/shop/x.py": text}, STYLE) == {"src/shop/x.py": expected}


def test_formatting_follows_the_style() -> None:
    text = 'x = call("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbbbbbbbbbb")\n'
    style = Style(first_party=(), line_length=60, quotes="single")
    after = format_all({"x.py": text}, style)["x.py"]
    assert "'aaaa" in after
    assert max(map(len, after.split("\n"))) <= 60


def test_sorting_touches_nothing_but_imports() -> None:
    assert sort_imports({"x.py": "import b\nimport a\nx = ( 1 )\n"}, STYLE) == {
        "x.py": "import a\nimport b\n\nx = ( 1 )\n"
    }


def test_what_does_not_parse_is_refused_with_what_ruff_says() -> None:
    with pytest.raises(ToolUnavailableError, match=r"x\.py"):
        format_all({"x.py": "def\n"}, STYLE)
