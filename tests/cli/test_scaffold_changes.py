from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main
from tests.scaffold._projects import tree, write

HOST = {
    "pyproject.toml": '[project]\nname = "desk"\nversion = "1"\ndependencies = ["fastapi", "alembic", "asyncpg"]\n',
    "alembic.ini": "[alembic]\nscript_location = %(here)s/migrations\n",
    "migrations/env.py": "",
    "app/__init__.py": "",
    "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n"
    '@app.get("/orders/{order_id}")\nasync def read_order(order_id: int) -> dict[str, int]:\n    return {}\n',
}


@pytest.fixture
def host(tmp_path: Path) -> Path:
    return write(tmp_path, HOST)


def scaffold(root: Path, *arguments: str) -> int:
    return main(["scaffold", *arguments, "--root", str(root), "--allow-unlocked"])


def test_a_migration_is_planned_written_and_taken_back(host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(host)
    assert scaffold(host, "migration", "add", "orders.priority:int,fill=0", "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["template"].startswith("alembic-change@")
    assert tree(host) == before
    applied = ["--apply", "--expect", plan["digest"]]
    assert scaffold(host, "migration", "add", "orders.priority:int,fill=0", *applied) == 0
    assert scaffold(host, "migration", "add", "orders.priority:int,fill=0", "--contract", "--apply") == 0
    assert len(list((host / "migrations" / "versions").glob("*.py"))) == 5
    assert scaffold(host, "undo", "migration-add_orders_priority_contract") == 0
    assert scaffold(host, "undo", "migration-add_orders_priority") == 0
    assert tree(host) == before


def test_tests_are_planned_with_what_was_left_out(host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scaffold(host, "test", "GET", "/orders/{order_id}") == 0
    said = capsys.readouterr().out
    assert "+def test_get_orders_order_id_refuses_a_path_of_another_type(" in said
    assert "note: left out: which order_id is there?" in said


def test_a_job_is_planned_written_and_taken_back(host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(host, {"requirements.txt": "dramatiq[redis]\n"})
    before = tree(host)
    job = ("job", "send-invoice", "invoice_id:uuid,key", "note:str?", "--retries", "3", "--retry-on", "ConnectionError")
    assert scaffold(host, *job, "--json") == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["template"].startswith("worker-job@")
    assert tree(host) == before
    assert scaffold(host, *job, "--apply", "--expect", plan["digest"]) == 0
    assert "RETRIES: Final = 3" in (host / "app/jobs/send_invoice.py").read_text(encoding="utf-8")
    assert scaffold(host, "undo", "job-send_invoice") == 0
    assert tree(host) == before


def test_a_job_may_have_a_template_of_the_projects_own(host: Path) -> None:
    manifest = OWN.replace("kind: test", "kind: job").replace("<< t.path >>", "<< j.folder >>/<< j.slug >>.py")
    ours = {"ours/ours/template.yaml": manifest, "ours/ours/files/test.py.j2": "WORD = << j.cls | py >>\n"}
    write(host, {**ours, "backwright.yaml": "templates: [ours]\n", "requirements.txt": "rq\n"})
    assert scaffold(host, "job", "send-invoice", "invoice_id:uuid", "--template", "ours", "--apply") == 0
    assert (host / "app/jobs/send_invoice.py").read_text(encoding="utf-8") == 'WORD = "SendInvoice"\n'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("job", "send-invoice", "invoice_id"), "write for example invoice_id:uuid"),
        (("job", "send-invoice", "id:uuid"), "arguments.0.name: "),
        (("job", "send-invoice", "invoice_id:uuid", "--retries", "many"), "retries is 'many'"),
        (("migration", "add", "orders"), "write for example add orders.priority:int,fill=0"),
        (("migration", "add", "orders.x:int"), "give default"),
        (("migration", "index", "orders.a", "--name", "Bad Name"), "name: "),
        (("test", "HEAD", "/orders"), "method: "),
        (("test", "GET", "/order"), "GET /orders/{order_id}"),
    ],
)
def test_what_cannot_be_planned_is_refused_and_nothing_written(
    host: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    before = tree(host)
    assert scaffold(host, *arguments) == 2
    assert said in capsys.readouterr().err
    assert tree(host) == before


@pytest.mark.parametrize(("kind", "example"), [("migration", "orders"), ("job", "invoice_id:uuid"), ("test", "orders")])
def test_the_help_has_examples(kind: str, example: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scaffold", kind, "--help"])
    assert example in capsys.readouterr().out


OWN = """\
name: ours
version: 1.0.0
kind: test
description: Tests as we write them.
variables: {t: the tests}
requires: {}
files:
  - {source: test.py.j2, target: "<< t.path >>", owner: resource}
examples: []
"""


def test_a_template_of_the_projects_own_is_chosen_by_its_name(host: Path) -> None:
    ours = {"ours/ours/template.yaml": OWN, "ours/ours/files/test.py.j2": "WORD = << t.slug | py >>\n"}
    write(host, {**ours, "backwright.yaml": "templates: [ours]\n"})
    assert scaffold(host, "test", "GET", "/orders/{order_id}", "--template", "ours", "--apply") == 0
    assert (host / "tests/test_get_orders_order_id.py").read_text() == 'WORD = "get_orders_order_id"\n'


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("theirs", "there is no template 'theirs'"),
        ("../ours", "is no name of a template"),
        ("migrations", "of kind migration, and not of test"),
    ],
)
def test_a_template_that_cannot_be_used_is_refused_and_nothing_written(
    host: Path, capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    other = OWN.replace("kind: test", "kind: migration")
    both = {f"own/{folder}/files/test.py.j2": "x = 1\n" for folder in ("ours", "migrations")}
    write(host, {**both, "own/ours/template.yaml": OWN, "own/migrations/template.yaml": other})
    write(host, {"backwright.yaml": "templates: [own]\n"})
    before = tree(host)
    assert scaffold(host, "test", "GET", "/orders/{order_id}", "--template", name) != 0
    assert said in capsys.readouterr().err
    assert tree(host) == before
