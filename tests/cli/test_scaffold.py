from __future__ import annotations

import json
from pathlib import Path

import pytest

from backwright.cli.main import main

INVOICE = ["number:str,unique,max=32", "total:decimal,ge=0", "due:date?"]


def scaffold(root: Path, *arguments: str) -> int:
    return main(["scaffold", *arguments, "--root", str(root), "--allow-unlocked"])


def test_a_dry_run_prints_the_diff_and_the_digest_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scaffold(tmp_path, "endpoint", "invoice", *INVOICE) == 0
    said = capsys.readouterr().out
    assert "+++ b/migrations/env.py\n" in said
    assert "plan: sha256:" in said
    assert list(tmp_path.iterdir()) == []


def test_apply_writes_what_was_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scaffold(tmp_path, "endpoint", "invoice", *INVOICE, "--json")
    digest = json.loads(capsys.readouterr().out)["digest"]
    assert scaffold(tmp_path, "endpoint", "invoice", *INVOICE, "--apply", "--expect", digest) == 0
    assert "create    migrations/env.py" in capsys.readouterr().out
    assert scaffold(tmp_path, "endpoint", "invoice", *INVOICE, "--apply") == 0
    assert "nothing to write" in capsys.readouterr().out


def test_another_digest_is_refused_with_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scaffold(tmp_path, "endpoint", "invoice", *INVOICE, "--apply", "--expect", "sha256:0") == 1
    assert "PLAN_STALE" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_undo_takes_back_and_names_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scaffold(tmp_path, "endpoint", "invoice", *INVOICE, "--apply")
    capsys.readouterr()
    assert scaffold(tmp_path, "undo", "invoice", "--json") == 0
    assert "tests/test_invoices_api.py" in json.loads(capsys.readouterr().out)["deleted"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["endpoint", "class", "a:str"], "keyword"),
        (["endpoint", "invoice", "a:money"], "fields.0.type"),
        (["endpoint", "invoice", "a:str", "--operations", "drop"], "operations.0"),
        (["endpoint", "invoice", "a:str", "--expect", "x"], "--apply"),
        (["endpoint", "invoice", "a:str", "--verify", "fast"], "--apply"),
        (["undo", "invoice"], "no record"),
        (["verify", "invoice"], "no record"),
    ],
)
def test_a_wrong_call_exits_with_2_and_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert scaffold(tmp_path, *arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert "hint:" in error


def test_help_explains_the_grammar_of_fields(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["scaffold", "endpoint", "--help"])
    assert "choices=draft/sent/paid" in capsys.readouterr().out


def test_verify_says_each_step_and_ends_with_0_where_none_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scaffold(tmp_path, "endpoint", "invoice", *INVOICE, "--apply")
    capsys.readouterr()
    assert scaffold(tmp_path, "verify", "invoice") == 0
    said = capsys.readouterr().out
    assert "passed   lint      ruff, the project's configuration" in said
    assert "not run  tests     full verification does" in said


def test_apply_verifies_what_it_wrote_and_a_failed_step_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert scaffold(tmp_path, "endpoint", "invoice", *INVOICE, "--apply", "--verify", "fast", "--json") == 0
    body = json.loads(capsys.readouterr().out)
    assert [step["outcome"] for step in body["proof"]["steps"]] == ["passed"] * 4 + ["not run"] * 2
    (tmp_path / "tests/test_invoices_api.py").write_text("import os\n", encoding="utf-8")
    assert scaffold(tmp_path, "verify", "invoice", "--json") == 1
    steps = {step["name"]: step for step in json.loads(capsys.readouterr().out)["steps"]}
    assert steps["lint"]["outcome"] == "failed"
    assert steps["lint"]["lines"][0].startswith("tests/test_invoices_api.py:1:8: F401")


MORE = [
    *("status:enum,choices=draft/sent/cancelled", "--filter", "status,total", "--auth", "read=invoices:read"),
    *("--action", "cancel:status=cancelled when status=draft/sent", "--idempotency", "--pagination", "offset"),
    *("--api-version", "2", "--operations", "list,get,create"),
]
DOCUMENT = """\
resource: invoice
fields: ["number:str,unique,max=32", "total:decimal,ge=0", "due:date?", "status:enum,choices=draft/sent/cancelled"]
filters: [status, total]
actions: ["cancel:status=cancelled when status=draft/sent"]
auth: {read: "invoices:read"}
idempotency: true
pagination: offset
version: 2
operations: [list, get, create]
"""


def test_flags_say_the_same_as_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root, document = tmp_path / "shop", tmp_path / "endpoint.yaml"
    root.mkdir()
    document.write_text(DOCUMENT, encoding="utf-8")
    assert scaffold(root, "endpoint", "invoice", *INVOICE, *MORE, "--json") == 0
    by_flags = json.loads(capsys.readouterr().out)
    assert scaffold(root, "endpoint", "--from-file", str(document), "--json") == 0
    assert json.loads(capsys.readouterr().out)["digest"] == by_flags["digest"]
    assert '@router.post("/{invoice_id}/cancel", dependencies=[Writer]' in by_flags["diff"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["invoice", "a:str", "--auth", "read"], "read=SCOPE"),
        (["invoice", "a:str", "--auth", "read=a,read=b"], "read=SCOPE"),
        (["invoice", "a:str", "--action", "send"], "NAME:FIELD=VALUE"),
        (["invoice", "a:str", "--relation", "customer"], "NAME:MODEL"),
        (["invoice", "a:str", "--relation", "customer:Customer"], "there is no model Customer"),
        (["invoice", "a:str", "--filter", "b"], "no field"),
        (["invoice"], "no FIELD"),
        (["--from-file", "no-such.yaml"], "cannot be read"),
        (["invoice", "a:str", "--from-file", "x.yaml"], "given too"),
    ],
)
def test_a_wrong_flag_is_refused_with_what_it_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert scaffold(tmp_path, "endpoint", *arguments) != 0
    error = capsys.readouterr().err
    assert said in error
    assert "hint:" in error
    assert list(tmp_path.iterdir()) == []


def test_without_auth_a_signed_in_caller_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scaffold(tmp_path, "endpoint", "invoice", "a:str", "--auth", "signed-in") == 0
    assert "+Reader = Depends(get_principal)" in capsys.readouterr().out


def test_a_service_is_planned_written_verified_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--no-database", "--no-auth", "--no-cache", "--no-rate-limit", "--no-jobs", "--no-metrics", "--no-tracing"]
    bare = ["service", "ping", *flags, "--no-docker", "--no-pre-commit", "--ci", "none"]
    assert scaffold(tmp_path, *bare, "--json") == 0
    digest = json.loads(capsys.readouterr().out)["digest"]
    assert list(tmp_path.iterdir()) == []
    assert scaffold(tmp_path, *bare, "--apply", "--expect", digest, "--verify", "fast") == 0
    said = capsys.readouterr().out
    assert "create    src/ping/main.py" in said
    assert not (tmp_path / "Dockerfile").exists()
    assert scaffold(tmp_path, "undo", "service-ping") == 0
    assert "deleted  src/ping/main.py" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["Order Desk"], ["redis"], ["ping", "--package", "a-b"], ["x" * 51]], ids=str)
def test_a_service_that_cannot_be_named_so_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert scaffold(tmp_path, "service", *arguments) == 2
    assert "INVALID_INPUT" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
