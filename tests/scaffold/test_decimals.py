from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.scaffold.decimals import decimal_pattern

WHOLE = st.integers(-(10**11) + 1, 10**11 - 1)


@given(st.tuples(WHOLE, WHOLE).map(sorted), st.decimals(-(10**11) + 1, 10**11 - 1, places=4))
def test_a_number_fits_the_pattern_where_it_lies_between_the_bounds(bounds: list[int], number: Decimal) -> None:
    low, high = bounds
    assert (re.fullmatch(decimal_pattern(low, high), f"{number:f}") is not None) == (low <= number <= high)


@given(st.tuples(st.integers(-120, 120), st.integers(-120, 120)).map(sorted), st.integers(-1300, 1300))
def test_small_bounds_and_tenths_meet_often(bounds: list[int], tenths: int) -> None:
    low, high = bounds
    number = Decimal(tenths) / 10
    assert (re.fullmatch(decimal_pattern(low, high), f"{number:f}") is not None) == (low <= number <= high)


@pytest.mark.parametrize("text", ["", "+1", "01", "1.", ".5", "1.00000", "1e1", " 1", "1\n", "\u0661"])
def test_no_other_form_fits(text: str) -> None:
    assert re.fullmatch(decimal_pattern(-5, 5), text) is None


@pytest.mark.parametrize("text", ["0", "-0", "0.0", "-0.0000"])
def test_zero_fits_with_either_sign(text: str) -> None:
    assert re.fullmatch(decimal_pattern(0, 5), text)
    assert re.fullmatch(decimal_pattern(-5, 0), text)
