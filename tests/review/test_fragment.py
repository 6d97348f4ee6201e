"""The repair of hunks: what is kept, which numbers it has, and what is said of the rest."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.diff import Hunk, Line, LineKind
from backwright.review.fragment import Piece, parse_hunk
from backwright.review.source import Source
from tests.review._make import hunk_of


def _piece(body: str, section: str = "") -> Piece:
    piece = parse_hunk("app/x.py", hunk_of(body, section=section))
    assert piece is not None
    return piece


def _call_lines(piece: Piece) -> dict[str, int]:
    return {
        ast.unparse(call.func): call.lineno
        for source in piece.sources
        for call in source.nodes(ast.Call)
        if call.lineno
    }


def _only(piece: Piece) -> Source:
    (source,) = piece.sources
    return source


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        pytest.param("     a()\n+    b()\n", {"a": 10, "b": 11}, id="indented"),
        pytest.param("         a()\n+    b()\n+c()\n", {"a": 10, "b": 11, "c": 12}, id="falls-through-levels"),
        pytest.param("     a()\n else:\n+    b()\n", {"a": 10, "b": 12}, id="else-of-an-if-above"),
        pytest.param("     a()\n except E:\n+    b()\n", {"a": 10, "b": 12}, id="except-of-a-try-above"),
        pytest.param(" else:\n+    b()\n", {"b": 11}, id="else-first"),
        pytest.param(" except E:\n+    b()\n", {"b": 11}, id="except-first"),
        pytest.param(" try:\n+    b()\n", {"b": 11}, id="try-without-handler"),
        pytest.param("+b()\n def f(\n     x,\n", {"b": 10}, id="signature-cut-off"),
        pytest.param("+b()\n @deco(\n     x,\n", {"b": 10, "deco": 11}, id="decorator-cut-off"),
        pytest.param("+b()\n from x import (\n", {"b": 10}, id="import-cut-off"),
        pytest.param("+b(\n+    c(),\n", {"b": 10, "c": 11}, id="call-cut-off"),
        pytest.param("     x,\n+    c(),\n )\n d()\n", {"c": 11, "d": 13}, id="call-begun-above"),
        pytest.param('     "k": 1,\n+    "l": c(),\n }\n', {"c": 11}, id="dict-begun-above"),
        pytest.param('     "k": 1,\n+    "l": c(),\n', {"c": 11}, id="inside-a-dict"),
        pytest.param(
            "     x: int = 1,\n+    y: int = c(),\n ) -> None:\n     d()\n", {"c": 11, "d": 13}, id="in-signature"
        ),
        pytest.param('     text\n     """\n+    b()\n', {"b": 12}, id="docstring-begun-above"),
        pytest.param('+b("""\n text\n', {"b": 10}, id="string-cut-off"),
        pytest.param("     b()\n ) from error\n+c()\n", {"b": 10, "c": 12}, id="raise-begun-above"),
    ],
)
def test_every_line_of_a_cut_hunk_is_kept_at_its_number(body: str, calls: dict[str, int]) -> None:
    piece = _piece(body)
    assert ({name: line for name, line in _call_lines(piece).items() if name in calls}, piece.blanked) == (
        calls,
        frozenset(),
    )


def test_line_that_is_no_python_is_given_up_alone_and_named() -> None:
    piece = _piece("+a()\n+this is ! no python\n+b()\n")
    assert (piece.blanked, _only(piece).added) == (frozenset({11}), frozenset({10, 12}))


@pytest.mark.parametrize("body", ["+(\x00)\n", "+" + "(" * 5000 + "\n", "+" + "-" * 60_000 + "1\n"])
def test_text_that_breaks_the_parser_never_raises(body: str) -> None:
    piece = parse_hunk("x.py", hunk_of(body))
    assert piece is None or piece.blanked == {10} or _only(piece).added == {10}


def test_except_that_survives_the_repair_is_still_bare() -> None:
    (handler,) = _only(_piece(" except:\n+    pass\n+    a()\n b()\n")).nodes(ast.ExceptHandler)
    assert (handler.type, handler.lineno) == (None, 10)


@pytest.mark.parametrize("body", ["+try:\n+    a()\n+except E:\n", "+try:\n+    a()\n+except E:\n+    log()\n"])
def test_handler_that_the_hunk_cuts_off_is_not_taken_for_one_that_swallows(body: str) -> None:
    (handler,) = _only(_piece(body)).nodes(ast.ExceptHandler)
    assert isinstance(handler.body[-1], ast.Raise)


def test_handler_at_the_end_of_the_file_is_all_there() -> None:
    (handler,) = _only(_piece(" a()\n b()\n c()\n+try:\n+    d()\n+except E:\n+    log()\n")).nodes(ast.ExceptHandler)
    assert [type(statement) for statement in handler.body] == [ast.Expr]


@pytest.mark.parametrize(
    ("body", "section", "enclosing"),
    [
        pytest.param("     a()\n+    b()\n", "async def f():", True, id="async-section"),
        pytest.param("     a()\n+    b()\n", "def f():", False, id="sync-section"),
        pytest.param("         a()\n+        b()\n", "def f():", None, id="too-deep-to-know"),
        pytest.param("     a()\n+    b()\n", "class A:", None, id="class-section"),
        pytest.param("     await a()\n+    b()\n", "", True, id="awaits-beside"),
        pytest.param("     async def g():\n         await a()\n+    b()\n", "", None, id="awaits-in-another-function"),
        pytest.param("+b()\n", "async def f():", False, id="module-level"),
    ],
)
def test_whether_a_hunk_stands_in_an_async_function(body: str, section: str, enclosing: bool | None) -> None:  # noqa: FBT001  a parameter of the case
    source = _only(_piece(body, section))
    (call,) = [call for call in source.nodes(ast.Call) if isinstance(call.func, ast.Name) and call.func.id == "b"]
    assert source.in_async(call) is enclosing


def test_hunk_that_leaves_an_async_function_gives_a_source_for_either_side() -> None:
    inner, outer = _piece("     await a()\n+    b()\n \n+c()\n", "async def f():").sources
    assert (inner.enclosing_async, set(inner.added)) == (True, {11})
    assert (outer.enclosing_async, set(outer.added)) == (False, {13})


def test_signature_in_the_section_makes_the_function_whole() -> None:
    (function,) = _only(_piece("     x,\n ):\n+    b()\n", "async def create(")).nodes(ast.AsyncFunctionDef)
    assert (function.name, function.lineno) == ("create", 0)


CODE = st.lists(
    st.sampled_from(
        [
            "if a:",
            "    b()",
            "else:",
            "x = (",
            ")",
            "try:",
            "except E:",
            '"""',
            "@d",
            "def f(",
            "async def g():",
            "        c",
            "]",
        ]
    ),
    min_size=1,
    max_size=9,
)


@given(CODE)
def test_every_added_line_is_covered_or_named_whatever_the_hunk(texts: list[str]) -> None:
    lines = tuple(Line(LineKind.ADDED, text, None, number) for number, text in enumerate(texts, 5))
    piece = parse_hunk("x.py", Hunk(5, 5, "", lines))
    if piece is not None:
        covered = frozenset().union(*(source.added for source in piece.sources))
        bare = {line.new for line in lines} if not piece.sources else frozenset()
        assert covered | piece.blanked | bare == {line.new for line in lines}
        assert covered.isdisjoint(piece.blanked)
