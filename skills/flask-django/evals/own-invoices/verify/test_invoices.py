"""Two users, and a request counted in queries."""

from collections.abc import Iterator

import pytest
from billing.models import Customer, Invoice, Line
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient


@pytest.fixture(autouse=True)
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def a_user(name: str) -> User:
    return User.objects.create(username=name)


def an_invoice(owner: User, number: str) -> Invoice:
    customer = Customer.objects.create(name=f"customer of {number}")
    invoice = Invoice.objects.create(owner=owner, customer=customer, number=number, internal_note="does not pay")
    Line.objects.create(invoice=invoice, text="bolt", amount="9.50")
    Line.objects.create(invoice=invoice, text="nut", amount="0.05")
    return invoice


def client(user: User | None) -> APIClient:
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.force_authenticate(user)
    return client


def listed(user: User) -> list[dict[str, object]]:
    answer = client(user).get("/v1/invoices/")
    assert answer.status_code == 200, f"answered {answer.status_code}"
    body = answer.json()
    return body["results"] if isinstance(body, dict) else body


def queries(user: User) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        listed(user)
    return len(captured)


def test_an_invoice_is_shown_with_its_lines() -> None:
    ada = a_user("ada")
    invoice = an_invoice(ada, "A1")
    lines = [{"text": "bolt", "amount": "9.50"}, {"text": "nut", "amount": "0.05"}]
    shown = {"id": invoice.pk, "number": "A1", "customer": "customer of A1", "lines": lines}
    assert listed(ada) == [shown]
    assert client(ada).get(f"/v1/invoices/{invoice.pk}/").json() == shown


def test_the_newest_comes_first() -> None:
    ada = a_user("ada")
    for number in ("B2", "A1", "C3"):
        an_invoice(ada, number)
    assert [each["number"] for each in listed(ada)] == ["C3", "A1", "B2"]


def test_the_invoice_of_somebody_else_is_not_there() -> None:
    ada, eve = a_user("ada"), a_user("eve")
    invoice = an_invoice(ada, "A1")
    assert listed(eve) == [], "the list shows invoices of others"
    status = client(eve).get(f"/v1/invoices/{invoice.pk}/").status_code
    assert status in (403, 404), f"guessing an id is answered with {status}"


def test_who_is_not_signed_in_sees_nothing() -> None:
    invoice = an_invoice(a_user("ada"), "A1")
    for path in ("/v1/invoices/", f"/v1/invoices/{invoice.pk}/"):
        assert client(None).get(path).status_code in (401, 403), path


def test_more_invoices_need_no_more_queries() -> None:
    ada = a_user("ada")
    for number in range(2):
        an_invoice(ada, f"A{number}")
    few = queries(ada)
    for number in range(10):
        an_invoice(ada, f"B{number}")
    many = queries(ada)
    assert many == few, f"2 invoices need {few} queries, and 12 need {many}"


def test_a_list_has_an_end() -> None:
    ada = a_user("ada")
    customer = Customer.objects.create(name="Ada Ltd")
    Invoice.objects.bulk_create([Invoice(owner=ada, customer=customer, number=f"A{number}") for number in range(600)])
    assert len(listed(ada)) <= 500, "the answer grows with the table"


def test_nothing_can_be_changed() -> None:
    ada = a_user("ada")
    invoice = an_invoice(ada, "A1")
    path = f"/v1/invoices/{invoice.pk}/"
    for answer in (client(ada).delete(path), client(ada).patch(path, {"number": "X"}, format="json")):
        assert answer.status_code in (403, 404, 405), f"answered {answer.status_code}"
    assert Invoice.objects.filter(pk=invoice.pk, number="A1").exists(), "the invoice was changed"
