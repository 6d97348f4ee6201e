"""Rules that follow a name into another file of the repository, and say nothing where it is not at hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from backwright.review.diff import parse_diff
from backwright.review.engine import Options, all_rules, review
from backwright.review.facts import Facts
from backwright.review.project_facts import read_facts
from tests.review._git import write
from tests.review._make import diff_text, places

MAIL = (
    "import time\n\n\n"
    "async def send(to: str) -> None: ...\n\n\n"
    "def wait_for_mail() -> None:\n    time.sleep(1)\n\n\n"
    "class Mailer:\n    async def send_later(self) -> None: ...\n\n    def queue_up(self) -> None: ...\n\n"
    "    @task\n    async def send_in_task(self) -> None: ...\n"
)


def _found(tmp_path: Path, code: str, path: str, text: str, others: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """What one rule finds in a new file beside others that were there before."""
    for name, content in {**others, path: text}.items():
        write(tmp_path, name, content)
    rules = tuple(rule for rule in all_rules() if rule.code == code)
    options = Options(rules=rules, ruff=False)
    diff = parse_diff(diff_text(path, text).encode())
    assert places(review(diff, facts=Facts(), options=options)) == []
    return places(review(diff, facts=read_facts(tmp_path), options=options))


@pytest.mark.parametrize(
    ("head", "call", "is_found"),
    [
        ("from app.mail import send", "send(to)", True),
        ("from .mail import send", "send(to)", True),
        ("from app import mail", "mail.send(to)", True),
        ("import app.mail", "app.mail.send(to)", True),
        ("from app.mail import send as deliver", "if deliver(to): pass", True),
        ("from app.mail import send", "await send(to)", False),
        ("from app.mail import send", "spawn(send(to))", False),
        ("from app.mail import send", "send = to; send(to)", False),
        ("from app.other import send", "send(to)", False),
        ("", "to.mailer.send_later()", True),
        ("", "to.mailer.queue_up()", False),
        ("", "to.mailer.send_in_task()", False),
        ("", "done = to.mailer.send_later()", False),
        ("import mailing", "mailing.send_later()", False),
    ],
)
def test_missing_await_is_seen_over_files(tmp_path: Path, head: str, call: str, is_found: bool) -> None:  # noqa: FBT001  a parameter of the case
    text = f"{head}\n\n\nasync def run(to: object) -> None:\n    {call}\n"
    others = {"app/mail.py": MAIL, "app/other.py": "def send(to: object) -> None: ...\n"}
    found = _found(tmp_path, "BW106", "app/main.py", text, others)
    assert found == ([("BW106", "app/main.py", 5)] if is_found else [])


@pytest.mark.parametrize(
    ("head", "call", "is_found"),
    [
        ("from app.mail import wait_for_mail", "wait_for_mail()", True),
        ("from app import wait_for_mail", "wait_for_mail()", True),
        ("from app.mail import wait_for_mail", "await to_thread(wait_for_mail)", False),
        ("from app.mail import send", "await send(to)", False),
        ("from elsewhere import wait_for_mail", "wait_for_mail()", False),
    ],
)
def test_blocking_is_seen_one_file_away(tmp_path: Path, head: str, call: str, is_found: bool) -> None:  # noqa: FBT001  a parameter of the case
    text = f"{head}\n\n\nasync def run(to: object) -> None:\n    {call}\n"
    others = {"app/mail.py": MAIL, "app/__init__.py": "from app.mail import wait_for_mail\n"}
    found = _found(tmp_path, "BW107", "app/main.py", text, others)
    assert found == ([("BW107", "app/main.py", 5)] if is_found else [])


@pytest.mark.parametrize(("base", "is_found"), [("Account", True), ("Team", False)])
def test_password_of_a_model_in_another_file_is_seen(tmp_path: Path, base: str, is_found: bool) -> None:  # noqa: FBT001  a parameter of the case
    text = (
        "from fastapi import APIRouter\n\nfrom app.models import Account, Team\n\nrouter = APIRouter()\n\n\n"
        f'@router.get("/x")\nasync def read() -> list[{base}]:\n    return await load()\n'
    )
    models = (
        "class Base:\n    password_hash: str\n\n\nclass Account(Base):\n    id: int\n\n\nclass Team:\n    id: int\n"
    )
    found = _found(tmp_path, "BW210", "app/routes.py", text, {"app/models.py": models})
    assert found == ([("BW210", "app/routes.py", 8)] if is_found else [])


@pytest.mark.parametrize(
    ("others", "is_found"),
    [
        ({"db/versions/0003_b.py": 'revision = "c"\ndown_revision: str | None = "a"\n'}, True),
        ({"db/versions/0003_b.py": 'revision = "c"\ndown_revision = "0"\n'}, False),
        ({"db/old/0003_b.py": 'revision = "c"\ndown_revision = "a"\n'}, False),
        (
            {
                "db/versions/0003_b.py": 'revision = "c"\ndown_revision = "a"\n',
                "db/versions/0004_c.py": 'revision = "d"\ndown_revision = (\n    "b",\n    "c",\n)\n',
            },
            False,
        ),
    ],
)
def test_second_head_beside_a_revision_of_the_repository_is_seen(
    tmp_path: Path,
    others: Mapping[str, str],
    is_found: bool,  # noqa: FBT001  a parameter of the case
) -> None:
    text = 'revision = "b"\ndown_revision = "a"\n'
    found = _found(tmp_path, "BW506", "db/versions/0002_b.py", text, others)
    assert found == ([("BW506", "db/versions/0002_b.py", 2)] if is_found else [])
