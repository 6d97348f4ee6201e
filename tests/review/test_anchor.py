from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.anchor import Anchors, Place, Refusal, normalised
from backwright.review.diff import LineKind, parse_diff

DIFF = """\
--- a/app/orders.py
+++ b/app/orders.py
@@ -10,5 +10,8 @@ def send(order):
 async def send(order: Order) -> None:
-    await client.get(order.url)
+    requests.get(order.url)
+    total = price * 1.2
+
+    total = price * 1.2
     return None
+    x = 1
 # end
@@ -40,2 +43,3 @@
 def fetch():
+    requests.post(order.url)
     return None
--- a/app/gone.py
+++ /dev/null
@@ -1,1 +0,0 @@
-import os
--- /dev/null
+++ b/app/trick.py
@@ -0,0 +1,3 @@
+if level != "user\u202e":
+\u0430dmin = load_admin(1)
+    spaced\t \tout  =   (1)
diff --git a/logo.png b/logo.png
Binary files a/logo.png and b/logo.png differ
"""

ANCHORS = Anchors(parse_diff(DIFF.encode()))
ORDERS = "app/orders.py"


def at(quote: str, path: str | None = ORDERS, line: int | None = None) -> Place:
    place = ANCHORS.locate(quote, path, line)
    assert isinstance(place, Place), place
    return place


def refused(quote: str, path: str | None = ORDERS, line: int | None = None) -> str:
    refusal = ANCHORS.locate(quote, path, line)
    assert isinstance(refusal, Refusal), refusal
    return refusal.reason


@pytest.mark.parametrize(
    "quote",
    [
        "    requests.get(order.url)",
        "requests.get(order.url)",
        "requests.get",
        "\trequests.get(order.url)  ",
        "+    requests.get(order.url)",
    ],
)
def test_a_quote_that_is_on_the_line_is_taken_where_it_is(quote: str) -> None:
    place = at(quote, line=11)
    assert (place.path, place.line, place.end_line, place.asked, place.is_added) == (ORDERS, 11, 11, None, True)


def test_a_context_line_can_be_commented_on_and_is_not_added() -> None:
    place = at("return None", line=15)
    assert (place.line, place.is_added) == (15, False)


def test_blanks_are_compared_as_one_and_nothing_else_is_changed() -> None:
    assert at("spaced out = (1)", "app/trick.py", 3).line == 3
    assert "reads" in refused("Spaced out", "app/trick.py", 3)
    assert normalised("  a \t b\u00a0 ") == "a b\u00a0"


def test_a_quote_on_one_other_line_of_the_hunk_moves_the_anchor() -> None:
    place = at("requests.get(order.url)", line=14)
    assert (place.line, place.asked) == (11, 14)


def test_a_line_in_no_hunk_is_moved_where_the_file_has_the_quote_once() -> None:
    place = at("requests.post(order.url)", line=1)
    assert (place.line, place.asked) == (44, 1)
    assert refused("total = price * 1.2", line=30) == (
        "line 30 is in no hunk of app/orders.py; the quote stands on line 12, 14"
    )


def test_a_quote_on_several_other_lines_is_refused_with_their_numbers() -> None:
    assert refused("total = price * 1.2", line=11) == ("the quote stands on lines 12, 14, not on 11: name one of them")
    assert at("total = price * 1.2", line=14).asked is None


def test_a_quote_of_another_hunk_is_refused_with_its_line() -> None:
    assert refused("requests.post(order.url)", line=11) == (
        "line 11 reads `requests.get(order.url)`; the quote stands on line 44"
    )


def test_a_quote_of_a_removed_line_is_refused() -> None:
    assert "that the change removes" in refused("await client.get(order.url)", line=11)


def test_a_quote_that_is_nowhere_is_refused() -> None:
    assert refused("httpx.get(order.url)", line=11) == (
        "line 11 reads `requests.get(order.url)`; the quote is nowhere in this file's hunks: copy a line as it is"
    )


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("app/other.py", "app/other.py is not in the change"),
        ("/etc/passwd", "/etc/passwd is not in the change"),
        ("app/gone.py", "app/gone.py is deleted, so that no line of it can be commented on"),
        ("logo.png", "no line of logo.png is in the change"),
        ("\x1b[31m.py", "\\x1b[31m.py is not in the change"),
    ],
)
def test_a_file_without_such_a_line_is_refused(path: str, reason: str) -> None:
    assert refused("import os", path, 1) == reason


def test_a_quote_of_several_lines_spans_them_in_one_hunk() -> None:
    place = at("requests.get(order.url)\n    total = price * 1.2\n\n", line=11)
    assert (place.line, place.end_line) == (11, 12)
    with_blank = at("total = price * 1.2\n\n    total = price", line=11)
    assert (with_blank.line, with_blank.end_line, with_blank.asked) == (12, 14, 11)
    assert "nowhere" in refused("x = 1\n\ndef fetch():", line=16)
    assert "at most 30" in refused("x\n" * 40, line=16)


@pytest.mark.parametrize("quote", ["", "   ", "\n\n", "x", "()"])
def test_a_quote_that_says_too_little_is_refused(quote: str) -> None:
    assert isinstance(ANCHORS.locate(quote, ORDERS, 11), Refusal)


def test_a_short_quote_is_taken_where_it_is_the_whole_line() -> None:
    anchors = Anchors(parse_diff(b"--- a/x.py\n+++ b/x.py\n@@ -1,1 +1,2 @@\n f(\n+)\n"))
    place = anchors.locate(")", "x.py", 2)
    assert isinstance(place, Place)
    assert place.line == 2


def test_hidden_and_look_alike_characters_are_refused_and_named() -> None:
    assert "U+200B ZERO WIDTH SPACE" in refused("requests\u200b.get(order.url)", line=11)
    assert "U+0435 CYRILLIC SMALL LETTER IE" in refused("r\u0435quests.get(order.url)", line=11)
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in refused('if level != "user":', "app/trick.py", 1)
    assert "U+0430 CYRILLIC SMALL LETTER A" in refused("admin = load_admin(1)", "app/trick.py", 2)
    assert at("\u0430dmin = load_admin(1)", "app/trick.py", 2).line == 2


def test_without_a_line_or_a_path_the_one_place_is_found() -> None:
    assert at("requests.post(order.url)").line == 44
    assert at("requests.post(order.url)", None).path == ORDERS
    assert refused("total = price", None) == "the quote stands at app/orders.py:12, app/orders.py:14: name one of them"
    assert "on no line" in refused("nothing of this", None)


def test_a_secret_is_quoted_as_it_is_or_as_it_is_shown() -> None:
    secret = 'password = "9fK2mQ7xV4bN8sT1wZ6c"'
    anchors = Anchors(parse_diff(f"--- /dev/null\n+++ b/x.py\n@@ -0,0 +1 @@\n+{secret}\n".encode()))
    from backwright.review.kept import packed, unpacked

    kept = Anchors(unpacked(packed(parse_diff(f"--- /dev/null\n+++ b/x.py\n@@ -0,0 +1 @@\n+{secret}\n".encode()))))
    assert isinstance(kept.locate(secret, "x.py", 1), Place)
    assert isinstance(anchors.locate("password =", "x.py", 1), Place)


@given(
    st.text(max_size=60),
    st.none() | st.sampled_from([ORDERS, "app/trick.py", "app/gone.py", "logo.png"]) | st.text(max_size=20),
    st.none() | st.integers(-2, 60),
)
def test_whatever_is_claimed_a_place_is_one_run_of_lines_of_one_hunk_that_hold_the_quote(
    quote: str, path: str | None, line: int | None
) -> None:
    found = ANCHORS.locate(quote, path, line)
    if isinstance(found, Place):
        _is_sound(found)


@given(st.sampled_from([11, 12, 14, 15, 44, 3]), st.integers(0, 30), st.integers(1, 40), st.integers(1, 60))
def test_every_cut_of_a_real_line_is_placed_soundly_or_refused(number: int, start: int, size: int, line: int) -> None:
    path = "app/trick.py" if number == 3 else ORDERS
    (text,) = [
        one.text
        for file in parse_diff(DIFF.encode()).files
        if file.path == path
        for hunk in file.hunks
        for one in hunk.lines
        if one.new == number
    ]
    found = ANCHORS.locate(text[start : start + size], path, line)
    if isinstance(found, Place):
        _is_sound(found)


def _is_sound(place: Place) -> None:
    (hunk,) = [
        hunk
        for file in parse_diff(DIFF.encode()).files
        if file.path == place.path
        for hunk in file.hunks
        if place.lines[0] in hunk.lines
    ]
    side = [line for line in hunk.lines if line.kind is not LineKind.REMOVED]
    first = side.index(place.lines[0])
    assert list(place.lines) == side[first : first + len(place.lines)]
