from __future__ import annotations

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.errors import InvalidInputError
from backwright.scaffold.field import Field, read_field


def field(**values: object) -> Field:
    return read_field({"name": "amount", **values}, "Invoice", "invoices")


@pytest.mark.parametrize(
    ("values", "request_type", "column"),
    [
        ({"type": "str", "max_length": 9}, "Annotated[PlainText, Field(max_length=9)]", "sa.String(9)"),
        ({"type": "str"}, "Annotated[PlainText, Field(max_length=255)]", "sa.String(255)"),
        ({"type": "text", "min_length": 2}, "Annotated[PlainText, Field(min_length=2, max_length=10000)]", "sa.Text()"),
        ({"type": "int", "ge": 0}, "Annotated[int, Field(ge=0, le=9007199254740991)]", "sa.BigInteger()"),
        ({"type": "float"}, "Annotated[float, Field(allow_inf_nan=False)]", "sa.Double()"),
        ({"type": "decimal", "ge": 0, "le": 5}, "Annotated[DecimalString, Field(ge=0, le=5)]", "sa.Numeric(15, 4)"),
        ({"type": "bool"}, "bool", "sa.Boolean()"),
        ({"type": "datetime"}, "UtcTime", "UtcDateTime()"),
        ({"type": "date"}, "dt.date", "sa.Date()"),
        ({"type": "uuid"}, "UUID", "sa.Uuid()"),
        ({"type": "enum", "choices": ["a", "b"]}, "InvoiceAmount", "enum_type(InvoiceAmount, 50)"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_type_is_written_in_each_layer(values: dict[str, object], request_type: str, column: str) -> None:
    assert field(**values).request == request_type
    assert field(**values).column == column


def test_a_field_that_is_not_required_may_be_none_in_the_domain() -> None:
    assert field(type="date", required=False).python == "dt.date | None"
    assert field(type="date").python == "dt.date"


def test_a_bound_becomes_a_check_with_a_quoted_name() -> None:
    assert field(type="int", ge=1).checks == [("min", "'\"amount\" >= 1'", "'\"amount\" >= 1'")]


def test_the_check_of_an_enum_is_frozen_in_the_migration_only() -> None:
    (check,) = field(type="enum", choices=["a", "b"]).checks
    assert check == (
        "",
        'sa.column("amount").in_([each.value for each in InvoiceAmount])',
        "sa.column(\"amount\").in_(['a', 'b'])",
    )


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"type": "money"}, "no known type"),
        ({"type": "enum"}, "choices"),
        ({"type": "str", "choices": ["a"]}, "choices"),
        ({"type": "enum", "choices": ["a", "a"]}, "twice"),
        ({"type": "enum", "choices": ["a'b"]}, "snake_case"),
        ({"type": "bool", "unique": True}, "unique bool"),
        ({"type": "int", "ge": 1, "le": 2, "unique": True}, "unique among 2 values"),
        ({"type": "int", "ge": 3, "le": 2}, "bounds"),
        ({"type": "decimal", "le": 10**11}, "bounds"),
        ({"type": "date", "ge": 3}, "bound"),
        ({"type": "date", "max_length": 3}, "length"),
        ({"type": "str", "min_length": 4, "max_length": 3}, "lengths"),
        ({"type": "str", "max_length": 10**6}, "lengths"),
        ({"type": "str", "max_length": "9"}, "whole number"),
    ],
)
def test_a_constraint_that_does_not_fit_is_refused_with_the_name(values: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said) as refused:
        field(**values)
    assert "amount" in refused.value.message


@given(
    kind=st.sampled_from(["int", "float", "decimal"]),
    bounds=st.tuples(st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)).map(sorted),
    open_end=st.sampled_from(["ge", "le", None]),
)
def test_the_samples_of_a_number_lie_within_its_bounds(kind: str, bounds: list[int], open_end: str | None) -> None:
    given_bounds = {key: value for key, value in zip(("ge", "le"), bounds, strict=True) if key != open_end}
    made = field(type=kind, **given_bounds)
    low, high = made.bounds
    for number in range(3):
        assert low <= Decimal(str(made.json_sample(number))) <= high


@given(st.integers(0, 40), st.integers(1, 40))
def test_the_samples_of_a_text_have_its_length_and_differ(low: int, high: int) -> None:
    made = field(type="str", min_length=min(low, high), max_length=high)
    samples = [str(made.json_sample(number)) for number in range(3)]
    assert all(min(low, high) <= len(sample) <= high for sample in samples)
    assert len(set(samples)) == 3


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"type": "decimal"}, Decimal("1.0000")),
        ({"type": "datetime"}, dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)),
        ({"type": "date"}, dt.date(2026, 1, 1)),
        ({"type": "uuid"}, UUID("00000000-0000-4000-8000-000000000001")),
        ({"type": "bool"}, True),
        ({"type": "str"}, "amount 1"),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_the_sample_in_the_domain_is_the_one_in_json(values: dict[str, object], expected: object) -> None:
    source = field(**values).domain_sample(0)
    assert eval(source, {"Decimal": Decimal, "dt": dt, "UUID": UUID}) == expected  # noqa: S307  our own source
