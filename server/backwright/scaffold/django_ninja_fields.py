"""A field of a resource as a schema of django-ninja writes it."""

from __future__ import annotations

from dataclasses import replace

from backwright.scaffold.features import Filter
from backwright.scaffold.field import SAFE_INTEGER, Field

_PLAIN = {
    "str": "PlainText",
    "text": "PlainText",
    "int": "int",
    "float": "float",
    "decimal": "Amount",
    "bool": "bool",
    "datetime": "UtcTime",
    "date": "dt.date",
    "uuid": "UUID",
}


def body(field: Field) -> str:
    """The type in a request body, without `| None`."""
    limits = _limits(field)
    if field.type in {"int", "bool"}:
        limits = ["strict=True", *limits]
    return _annotated(field, limits)


def answer(field: Field) -> str:
    """The type in a response, without `| None`."""
    return "str" if field.type in {"str", "text"} else _base(field)


def parameter(wanted: Filter) -> str:
    """The type of a parameter of the query, without `| None`: any value that the column could hold."""
    plain = replace(wanted.field, ge=None, le=None, min_length=None)
    return _annotated(plain, _limits(plain))


def invalid(field: Field) -> str:
    """A JSON value, as a Python expression, that a request must refuse."""
    return '"many"' if field.type == "decimal" and field.ge is None and field.le is None else field.invalid


def no_parameter(field: Field) -> str:
    """A text that a filter must refuse, as Python."""
    return '"many"' if field.type == "decimal" else field.no_parameter


def _base(field: Field) -> str:
    return field.enum if field.type == "enum" else _PLAIN[field.type]


def _annotated(field: Field, limits: list[str]) -> str:
    return f"Annotated[{_base(field)}, Field({', '.join(limits)})]" if limits else _base(field)


def _limits(field: Field) -> list[str]:
    if field.type in {"str", "text"}:
        return [*([f"min_length={field.min_length}"] if field.min_length else []), f"max_length={field.longest}"]
    low, high = field.ge, field.le
    if field.type == "int":
        low, high = (-SAFE_INTEGER if low is None else low), (SAFE_INTEGER if high is None else high)
    found = ["allow_inf_nan=False"] if field.type == "float" else []
    return [*found, *(f"{name}={bound}" for name, bound in (("ge", low), ("le", high)) if bound is not None)]
