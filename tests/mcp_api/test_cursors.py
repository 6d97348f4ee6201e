from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import InvalidCursorError
from backwright.mcp_api._cursors import Chained, Pager


@given(st.integers(0, 40), st.integers(1, 12))
def test_following_the_cursors_gives_every_item_once_and_in_order(length: int, size: int) -> None:
    pager, items = Pager("things", "sha256:1", size), list(range(length))
    page = pager.page(items, None)
    seen = list(page.items)
    while page.next_cursor is not None:
        page = pager.page(items, page.next_cursor)
        assert page.items
        seen += page.items
    assert seen == items


@given(st.text(max_size=60))
def test_a_cursor_that_the_list_did_not_give_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError):
        Pager("things", "sha256:1", 2).page(range(9), cursor)


def test_a_cursor_of_another_list_or_snapshot_is_refused() -> None:
    cursor = Pager("things", "sha256:1", 2).page(range(9), None).next_cursor
    for other in (Pager("others", "sha256:1", 2), Pager("things", "sha256:2", 2), Pager("things", "sha256:1", 3)):
        with pytest.raises(InvalidCursorError):
            other.page(range(9), cursor)


def test_a_cursor_with_its_position_changed_is_refused() -> None:
    pager = Pager("things", "sha256:1", 2)
    cursor = pager.page(range(9), None).next_cursor
    assert cursor is not None
    with pytest.raises(InvalidCursorError):
        pager.page(range(9), cursor.replace("2.", "4.", 1))


@given(first=st.lists(st.integers()), second=st.lists(st.integers()), start=st.integers(0, 20), size=st.integers(0, 20))
def test_two_lists_in_a_row_are_cut_as_one(first: list[int], second: list[int], start: int, size: int) -> None:
    chained = Chained(first, second)
    whole = [*first, *second]
    assert [*chained] == whole
    assert chained[start : start + size] == whole[start : start + size]
