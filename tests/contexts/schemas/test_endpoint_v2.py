from __future__ import annotations

import pytest
from pydantic import ValidationError

from backwright.contexts.schemas.endpoint_v1 import SCHEMA as FIRST
from backwright.contexts.schemas.endpoint_v2 import SCHEMA, EndpointContextV2

BASE: dict[str, object] = {
    "resource": "invoice",
    "fields": [
        {"name": "total", "type": "decimal"},
        {"name": "note", "type": "text"},
        {"name": "status", "type": "enum", "choices": ["draft", "sent"]},
        {"name": "lines", "type": "int", "ge": 1, "le": 9},
        {"name": "paid", "type": "bool"},
    ],
}


@pytest.mark.parametrize("example", [*FIRST.examples, *SCHEMA.examples], ids=lambda example: str(example["resource"]))
def test_every_document_of_the_first_version_is_one_of_the_second(example: dict[str, object]) -> None:
    assert EndpointContextV2.model_validate(example).resource == example["resource"]


def test_what_is_left_out_asks_for_nothing() -> None:
    plain = EndpointContextV2.model_validate(BASE)
    assert (plain.relations, plain.filters, plain.actions, plain.auth) == ((), (), (), None)
    assert (plain.idempotency, plain.pagination, plain.version, plain.persistence) == (False, "cursor", 1, "database")


@pytest.mark.parametrize(
    "more",
    [
        {"filters": ["total", "status", "customer"], "relations": [{"name": "customer", "to": "shop.models.Customer"}]},
        {"relations": [{"name": "customer", "to": "Customer", "required": False, "on_delete": "set_null"}]},
        {"actions": [{"name": "send", "set": {"status": "sent", "lines": 9}, "when": {"paid": [False]}}]},
        {"auth": {}},
        {"auth": {"read": "invoices:read", "write": "api/invoices.write"}},
        {"idempotency": True, "operations": ["create"]},
        {"persistence": "none", "pagination": "offset", "version": 99},
    ],
    ids=str,
)
def test_each_member_is_taken(more: dict[str, object]) -> None:
    assert EndpointContextV2.model_validate(BASE | more).model_fields_set == {*BASE, *more}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"relations": [{"name": "total", "to": "Customer"}]}, "are called 'total'"),
        ({"relations": [{"name": "customer", "to": "customer"}]}, "pattern"),
        ({"relations": [{"name": "customer", "to": "os; import sys"}]}, "pattern"),
        ({"relations": [{"name": "customer", "to": "Customer", "on_delete": "set_null"}]}, "set_null"),
        ({"relations": [{"name": "customer", "to": "Customer"}], "persistence": "none"}, "no models"),
        ({"filters": ["nothing"]}, "no field and no relation"),
        ({"filters": ["note"]}, "cannot be filtered"),
        ({"filters": ["total", "total"]}, "twice"),
        ({"filters": ["total"], "operations": ["get"]}, "no list"),
        ({"actions": [{"name": "update", "set": {"paid": True}}]}, "taken"),
        ({"actions": [{"name": "send", "set": {}}]}, "at least 1"),
        ({"actions": [{"name": "send", "set": {"total": 1}}]}, "use enum, bool or int"),
        ({"actions": [{"name": "send", "set": {"nothing": 1}}]}, "no field"),
        ({"actions": [{"name": "send", "set": {"status": "lost"}}]}, "no choice"),
        ({"actions": [{"name": "send", "set": {"lines": 10}}]}, "outside the bounds"),
        ({"actions": [{"name": "send", "set": {"paid": True}, "when": {"lines": [True]}}]}, "no value"),
        ({"auth": {"read": 'x"y'}}, "pattern"),
        ({"auth": {"delete": "x"}}, "Extra inputs"),
        ({"idempotency": True, "operations": ["get"]}, "not among the operations"),
        ({"pagination": "page"}, "pagination"),
        ({"version": 0}, "version"),
        ({"persistence": "redis"}, "persistence"),
    ],
    ids=str,
)
def test_what_does_not_fit_together_is_refused_with_the_reason(more: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        EndpointContextV2.model_validate(BASE | more)
