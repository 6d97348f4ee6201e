from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.scaffold.elements import element_of, has_element, insert_element, remove_element
from backwright.scaffold.mount import contains, remove_statement

SHAPES = {
    "on lines of their own": ('APPS = [\n    "a",\n    "b",\n]\n', 'APPS = [\n    "a",\n    "b",\n    "new",\n]\n'),
    "without a last comma": ('APPS = [\n    "a",\n    "b"\n]\n', 'APPS = [\n    "a",\n    "b",\n    "new"\n]\n'),
    "on one line": ('APPS = ["a", "b"]\n', 'APPS = ["a", "b", "new"]\n'),
    "on one line with a comma": ('APPS = ["a",]\n', 'APPS = ["a", "new",]\n'),
    "none": ("APPS = []\n", 'APPS = ["new"]\n'),
    "none on lines": ("APPS = [\n]\n", 'APPS = [\n    "new",\n]\n'),
    "with a comment": (
        'APPS: list[str] = [\n    "é",  # first\n    # then\n    "b",  # last\n]\n',
        'APPS: list[str] = [\n    "é",  # first\n    # then\n    "b",  # last\n    "new",\n]\n',
    ),
    "with other line ends": ('APPS = [\r\n    "a",\r\n]\r\n', 'APPS = [\r\n    "a",\r\n    "new",\r\n]\r\n'),
    "that begins a sum": ('APPS = [\n    "a",\n] + more()\n', 'APPS = [\n    "a",\n    "new",\n] + more()\n'),
    "of calls": ('APPS = [\n    f("a",\n      1),\n]\n', 'APPS = [\n    f("a",\n      1),\n    "new",\n]\n'),
}


@pytest.mark.parametrize(("before", "after"), SHAPES.values(), ids=SHAPES)
def test_an_element_goes_to_the_end_of_the_list_and_out_again(before: str, after: str) -> None:
    element = element_of('APPS += ["new"]')
    assert element is not None
    assert insert_element(before, "APPS", '"new"') == after
    assert has_element(after, element)
    assert insert_element(after, "APPS", '"new"') == after
    assert remove_element(after, element) == before


@pytest.mark.parametrize(
    "text",
    ["", "APPS = A + B\n", 'APPS = ("a",)\n', 'if x:\n    APPS = ["a"]\n', 'APPS = ["a"]\nAPPS = ["b"]\n'],
)
def test_there_is_no_place_in_anything_but_one_list(text: str) -> None:
    assert insert_element(text, "APPS", '"new"') is None


@pytest.mark.parametrize("statement", ["import a", "a = ['b']", "a += b", "a += ['b', 'c']", "a().b += ['c']"])
def test_another_statement_adds_no_element(statement: str) -> None:
    assert element_of(statement) is None


def test_the_statement_that_means_the_same_is_found_and_taken_out_too() -> None:
    text = 'APPS = [\n    "a",\n]\nAPPS += ["new"]\n'
    assert contains(text, "APPS += ['new']")
    assert remove_statement(text, "APPS += ['new']") == 'APPS = [\n    "a",\n]\n'


def test_an_element_that_is_written_another_way_is_the_same() -> None:
    text = 'urlpatterns = [\n    path("", f),\n    path(\n        "v1/", include( "shop.urls" ),\n    ),\n]\n'
    statement = "urlpatterns += [path('v1/', include('shop.urls'))]"
    assert contains(text, statement)
    assert remove_statement(text, statement) == 'urlpatterns = [\n    path("", f),\n]\n'


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), max_size=4), st.booleans())
def test_what_is_inserted_comes_last_and_comes_out_without_a_trace(values: list[str], own_lines: bool) -> None:  # noqa: FBT001  hypothesis gives it
    parts = [repr(value) for value in values]
    text = "A = [" + ("\n" + "".join(f"    {part},\n" for part in parts) if own_lines else ", ".join(parts)) + "]\n"
    after = insert_element(text, "A", "new.element")
    assert after is not None
    node = ast.parse(after).body[0]
    assert isinstance(node, ast.Assign)
    assert isinstance(node.value, ast.List)
    assert ast.unparse(node.value.elts[-1]) == "new.element"
    assert len(node.value.elts) == len(values) + 1
    element = element_of("A += [new.element]")
    assert element is not None
    assert remove_element(after, element) == text


@pytest.mark.parametrize(
    "text",
    ["class App:\n    places = ['a']\n", "App.places = ['a']\n", "App = make(places=['a'])\n", "App(places=['a'])\n"],
)
def test_a_list_of_a_class_an_attribute_or_a_call_has_a_dotted_name(text: str) -> None:
    after = insert_element(text, "App.places", "'b'")
    assert after == text.replace("'a'", "'a', 'b'")
    added = element_of("App.places += ['b']")
    assert added is not None
    assert remove_element(after, added) == text
