"""Retries that arrive at once, in the code that the templates of Django write, on PostgreSQL."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

import pytest
from anyio import to_thread

from backwright.scaffold.template import load_template
from tests.pack._postgres import empty_database
from tests.scaffold._commands import run
from tests.scaffold._projects import write
from tests.scaffold._stacks import ASSETS, DJANGO, scaffold_stack

# An insert waits for a lock that this program holds until every request waits: the first one for that lock, the others
# for the first one's key.
RACE = """\
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
django.setup()

from django.core.management import call_command
from django.db import connection
from django.test import Client
from shop.invoices.models import Invoice, InvoiceIdempotencyKey

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def post(body):
    try:
        return Client(SERVER_NAME="localhost").post(
            sys.argv[1], body, content_type="application/json", headers={"Idempotency-Key": "0123456789abcdef"}
        )
    finally:
        connection.close()


bodies = json.loads(sys.argv[2])
call_command("migrate", verbosity=0)
with connection.cursor() as cursor, ThreadPoolExecutor(len(bodies)) as pool:
    cursor.execute(
        "CREATE FUNCTION gate() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END'"
    )
    cursor.execute("CREATE TRIGGER gate BEFORE INSERT ON invoices_invoice FOR EACH ROW EXECUTE FUNCTION gate()")
    cursor.execute("SELECT pg_advisory_lock(1)")
    sent = [pool.submit(post, body) for body in bodies]
    waiting = 0
    while waiting < len(sent) and not any(each.done() for each in sent):
        cursor.execute(WAITING)
        (waiting,) = cursor.fetchone()
    cursor.execute("SELECT pg_advisory_unlock(1)")
    answers = [each.result() for each in sent]
print(json.dumps({
    "waited": waiting,
    "answers": [(each.status_code, each.headers.get("Idempotent-Replayed"), each.json()) for each in answers],
    "rows": Invoice.objects.count(),
    "keys": InvoiceIdempotencyKey.objects.count(),
}))
"""
BODY: dict[str, object] = {
    "number": "A-1",
    "total": "12.5000",
    "due": None,
    "status": "draft",
    "lines": 1,
    "note": None,
    "paid_at": None,
}
PATHS = {DJANGO: "/v1/invoices/", ASSETS / "django-ninja": "/v1/invoices"}


class Said(TypedDict):
    """What the program prints: how many waited, the answers with status, header and body, and what was kept."""

    waited: int
    answers: list[tuple[int, str | None, dict[str, Any]]]
    rows: int
    keys: int


by_template = pytest.mark.parametrize("template", PATHS, ids=lambda folder: folder.name)


async def race(root: Path, template: Path, bodies: list[dict[str, object]]) -> Said:
    """What requests with one key are answered that all arrive before the first is done, and what is kept."""
    shop = root / "shop"
    shop.mkdir()
    scaffold_stack(shop, template, load_template(template).manifest.examples[0].values)
    write(shop, {"race.py": RACE})
    async with empty_database() as url:
        variables = {
            "DATABASE_ENGINE": "django.db.backends.postgresql",
            "DATABASE_NAME": str(url.database),
            "DATABASE_USER": str(url.username or ""),
            "DATABASE_PASSWORD": str(url.password or ""),
            "DATABASE_HOST": str(url.host),
            "DATABASE_PORT": str(url.port or 5432),
        }
        work = partial(run, shop, "race", PATHS[template], json.dumps(bodies), **variables)
        said: Said = json.loads(await to_thread.run_sync(work))
    return said


@by_template
async def test_retries_at_once_make_one_row_and_get_one_answer(template: Path, tmp_path: Path) -> None:
    said = await race(tmp_path, template, [BODY] * 4)
    assert (said["waited"], said["rows"], said["keys"]) == (4, 1, 1)
    statuses, replayed, answers = zip(*said["answers"], strict=True)
    assert statuses == (201, 201, 201, 201)
    assert sorted(replayed) == ["false", "true", "true", "true"]
    assert all(each == answers[0] for each in answers)


@by_template
async def test_of_two_requests_at_once_with_one_key_the_second_is_refused(template: Path, tmp_path: Path) -> None:
    said = await race(tmp_path, template, [BODY, BODY | {"number": "A-2"}])
    assert (said["waited"], said["rows"], said["keys"]) == (2, 1, 1)
    made, refused = sorted(said["answers"], key=lambda each: each[0])
    assert (made[0], made[1]) == (201, "false")
    assert refused[0] == 409
    assert refused[2]["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
