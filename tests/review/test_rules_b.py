"""What the pages of BW401 to BW803 cannot show: properties over all texts, facts, and both sides of a file."""

from __future__ import annotations

import base64
import hashlib
import string
from collections.abc import Callable
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backwright.review.diagnostic import Confidence, Severity
from backwright.review.diff import parse_diff
from backwright.review.engine import Options, all_rules, review
from backwright.review.facts import Facts
from backwright.review.report import Report
from backwright.review.secret_text import (
    bits_per_character,
    find_format,
    find_password,
    looks_random,
    mask,
    names_secret,
)

WORDS = st.lists(
    st.sampled_from(["order", "access", "reset", "grant", "type", "header", "v2", "user", "2024", "e2e", "id"]),
    min_size=1,
    max_size=9,
)
RULES = {rule.code: rule for rule in all_rules()}


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _uuid(data: bytes) -> str:
    return str(UUID(bytes=data[:16]))


def added(path: str, text: str) -> bytes:
    """A diff that creates a file."""
    lines = text.removesuffix("\n").split("\n")
    return (
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n".encode()
        + "".join(f"+{line}\n" for line in lines).encode()
    )


def changed(path: str, old: str, new: str) -> bytes:
    """A diff that replaces a file whole."""
    before, after = old.removesuffix("\n").split("\n"), new.removesuffix("\n").split("\n")
    head = f"--- a/{path}\n+++ b/{path}\n@@ -1,{len(before)} +1,{len(after)} @@\n"
    return (head + "".join(f"-{line}\n" for line in before) + "".join(f"+{line}\n" for line in after)).encode()


def found(code: str, diff: bytes, facts: Facts | None = None) -> Report:
    """The report of one rule."""
    return review(parse_diff(diff), facts=facts, options=Options(rules=(RULES[code],), ruff=False))


def edited(old: str, new: str) -> Report:
    """The report of BW501 where both sides of the revision can be read."""
    diff = parse_diff(changed("alembic/versions/1a.py", old, new))
    options = Options(rules=(RULES["BW501"],), ruff=False)
    return review(diff, read_new=lambda _: new.encode(), read_old=lambda _: old.encode(), options=options)


@given(st.text())
def test_no_text_upsets_the_questions_about_secrets(text: str) -> None:
    secret, password = find_format(text), find_password(text)
    assert secret is None or secret[1] in text
    assert password is None or password in text
    assert 0 <= bits_per_character(text) <= 21  # log2 of all code points
    assert names_secret(text) in {True, False}
    assert looks_random(text) in {True, False}


@pytest.mark.parametrize("length", [16, 20, 32, 48])
@pytest.mark.parametrize("write", [bytes.hex, _base64, _uuid], ids=["hex", "base64", "uuid"])
def test_text_made_by_chance_is_taken_for_a_secret(write: Callable[[bytes], str], length: int) -> None:
    keys = [write(hashlib.sha512(f"{length} {number}".encode()).digest()[:length]) for number in range(500)]
    missed = [key for key in keys if not looks_random(key)]
    assert len(missed) <= 15, missed  # 3 %: a short text may hold no digit by chance


@given(WORDS, st.sampled_from(["_", "-", ".", "/", ":"]))
def test_words_joined_by_separators_are_no_secret(words: list[str], separator: str) -> None:
    assert not looks_random(separator.join(words))


@given(st.text(alphabet=string.ascii_letters, max_size=80))
def test_letters_alone_are_no_secret(text: str) -> None:
    assert not looks_random(text)


@given(st.text(min_size=16, max_size=80))
def test_mask_shows_at_most_four_characters_and_never_the_last_half(secret: str) -> None:
    shown = mask(secret).removesuffix("…")
    assert secret.startswith(shown)
    assert len(shown) <= 4


@pytest.mark.parametrize("name", ["password", "DB_PASSWORD", "apiKey", "client-secret", "ACCESS_TOKEN", "jwtSecret"])
def test_name_of_a_secret_is_known(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "token_url",
        "TOKEN_TYPE",
        "password_hash",
        "max_tokens",
        "secretName",
        "api_key_header",
        "public_key",
        "token_age",
    ],
)
def test_name_that_only_speaks_of_a_secret_is_none(name: str) -> None:
    assert not names_secret(name)


def test_message_about_a_secret_never_holds_it() -> None:
    secret = "9fK2mQ7xLp4zVw8tRn3cHb6y"
    report = found("BW401", added("app/client.py", f'api_key = "{secret}"\n'))
    assert [finding.location.line for finding in report.findings] == [1]
    assert secret[5:] not in report.model_dump_json()


def test_exact_format_in_a_test_is_a_weak_warning() -> None:
    report = found("BW401", added("tests/test_client.py", 'KEY = "AKIAQ3EGRIZ7N5BVOWKD"\n'))
    assert [(f.severity, f.confidence) for f in report.findings] == [(Severity.WARNING, Confidence.LOW)]


def test_environment_read_without_a_project_is_weak() -> None:
    diff = added("app/mail.py", 'import os\n\nHOST = os.environ["MAIL_HOST"]\n')
    assert [finding.confidence for finding in found("BW803", diff).findings] == [Confidence.LOW]
    sure = Facts(dependencies=frozenset({"pydantic-settings"}), has_root=True)
    assert [finding.confidence for finding in found("BW803", diff, sure).findings] == [Confidence.HIGH]


def test_environment_read_without_pydantic_settings_is_silent() -> None:
    diff = added("app/mail.py", 'import os\n\nHOST = os.environ["MAIL_HOST"]\n')
    assert found("BW803", diff, Facts(dependencies=frozenset({"flask"}), has_root=True)).findings == ()


REVISION = '''"""Add status."""
from alembic import op

revision = "1a"
down_revision = "0f"


def upgrade():
    rows = fetch()
    op.add_column("orders", column("status"))
'''


def test_edit_of_types_docstring_and_imports_of_a_migration_is_silent() -> None:
    new = (
        REVISION.replace("Add status.", "Add the status.")
        .replace("from alembic import op", "import os\nfrom alembic import op")
        .replace('down_revision = "0f"', 'down_revision: str | None = "0f"')
        .replace("def upgrade():", "def upgrade() -> None:")
    )
    assert edited(REVISION, new).findings == ()


def test_edit_that_keeps_the_operations_of_a_migration_is_a_warning() -> None:
    findings = edited(REVISION, REVISION.replace("fetch()", "fetch(limit=10)")).findings
    assert [(finding.severity, finding.code) for finding in findings] == [(Severity.WARNING, "BW501")]


@pytest.mark.parametrize(("old", "new"), [('"status"', '"state"'), ('"0f"', '"0e"')])
def test_edit_of_an_operation_or_of_the_place_in_the_order_is_an_error(old: str, new: str) -> None:
    findings = edited(REVISION, REVISION.replace(old, new)).findings
    assert [(finding.severity, finding.code) for finding in findings] == [(Severity.ERROR, "BW501")]


def test_directory_named_migrations_makes_no_migration() -> None:
    old, new = "def read(archive):\n    return archive\n", "def read(archive):\n    return list(archive)\n"
    diff = parse_diff(changed("app/migrations/chowder.py", old, new))
    options = Options(rules=(RULES["BW501"],), ruff=False)
    assert review(diff, read_old=lambda _: old.encode(), options=options).findings == ()


def test_fix_of_an_assert_replaces_the_line_with_its_indentation() -> None:
    text = "async def test_send():\n    send = AsyncMock()\n    await run(send)\n    send.assert_called_once()\n"
    (finding,) = found("BW703", added("tests/test_send.py", text)).findings
    assert finding.suggestion is not None
    assert finding.suggestion.replacement == "    send.assert_awaited_once()"
