"""`backwright contexts`: written, read, kept, and what goes wrong said by name."""

from __future__ import annotations

import io
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from backwright.cli.main import main


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user who has no contexts yet."""
    folder = tmp_path / "data"
    monkeypatch.setenv("BACKWRIGHT_DATA", str(folder))
    return folder


class Shell:
    """Runs the command and keeps what it said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._capsys = capsys
        self._folder = folder
        self.said = ""

    def run(self, *arguments: str) -> tuple[int, str]:
        code = main(["contexts", *arguments])
        out, self.said = self._capsys.readouterr()
        return code, out

    def json(self, *arguments: str) -> dict[str, Any]:
        code, out = self.run(*arguments, "--json")
        assert code == 0, self.said
        answer = json.loads(out)
        assert isinstance(answer, dict)
        return answer

    def file(self, name: str, text: str) -> str:
        path = self._folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def put(self, address: str, *options: str, **body: object) -> dict[str, Any]:
        return self.json("put", address, self.file("body.json", json.dumps(body)), "--type", "project", *options)


@pytest.fixture
def shell(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    return Shell(capsys, tmp_path)


def test_a_yaml_file_is_stored_and_printed_as_json(shell: Shell) -> None:
    path = shell.file("backwright.yaml", "framework: flask  # ours\n")
    code, out = shell.run("put", "shop/conventions", path, "--type", "project", "--label", "team=shop")
    assert (code, out.split("  ")[:3]) == (0, ["written: shop/conventions", "v1", "project/v3"])
    assert shell.run("get", "shop/conventions") == (0, '{\n  "framework": "flask"\n}\n')
    assert shell.run("put", "shop/conventions", path, "--type", "project", "--label", "team=shop")[1].startswith(
        "unchanged: "
    )
    code, out = shell.run("list", "--label", "team=shop")
    assert (code, out.startswith("shop/conventions  v1  project/v3  ")) == (0, True)
    assert shell.run("list", "--label", "team=other") == (0, "no contexts\n")


def test_a_document_is_read_from_what_is_piped_in(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(b'{"framework": "django"}'))
    monkeypatch.setattr(sys, "stdin", piped)
    assert shell.run("put", "shop/conventions", "--type", "project/v3")[0] == 0
    assert shell.json("get", "context://shop/conventions")["body"] == {"framework": "django"}


def test_nothing_is_overwritten_without_the_version_that_was_read(shell: Shell) -> None:
    shell.put("shop/conventions", framework="flask")
    path = shell.file("new.json", '{"framework": "django"}')
    code, out = shell.run("put", "shop/conventions", path, "--type", "project", "--json")
    assert code == 1
    error = json.loads(out)["error"]
    assert (error["code"], error["details"]["version"], error["retry"]) == ("PRECONDITION_REQUIRED", 1, False)
    assert shell.run("put", "shop/conventions", path, "--type", "project", "--if-version", "7")[0] == 1
    assert "VERSION_CONFLICT" in shell.said
    answer = shell.put("shop/conventions", "--if-version", "1", framework="django")
    assert (answer["version"], answer["changed"]) == (2, True)


def test_a_key_gives_the_same_answer_once_more(shell: Shell) -> None:
    first = shell.put("shop/conventions", "--if-version", "0", "--key", "k1", framework="flask")
    again = shell.put("shop/conventions", "--if-version", "0", "--key", "k1", framework="flask")
    assert (again["version"], first["replayed"], again["replayed"]) == (1, False, True)


def test_a_history_tells_what_each_version_changed(shell: Shell) -> None:
    shell.put("shop/conventions", framework="flask")
    shell.put("shop/conventions", "--if-version", "1", framework="fastapi")
    assert shell.run("delete", "shop/conventions", "--if-version", "2")[1].startswith("deleted: shop/conventions  v3")
    code, out = shell.run("history", "shop/conventions")
    assert code == 0
    assert [line.split("  ")[1] for line in out.splitlines() if not line.startswith(" ")] == ["v3", "v2", "v1"]
    assert '    replace /framework "fastapi"' in out
    versions = shell.json("history", "shop/conventions", "--limit", "2")
    assert versions["versions"][1]["patch"] == [{"op": "replace", "path": "/framework", "value": "fastapi"}]
    assert versions["more"] is True
    assert shell.run("get", "shop/conventions")[0] == 2
    assert "NOT_FOUND" in shell.said
    assert shell.json("get", "shop/conventions", "--version", "1")["body"] == {"framework": "flask"}


def test_a_document_is_read_as_a_later_version_of_its_schema(shell: Shell) -> None:
    path = shell.file("v1.json", '{"framework": "fastapi"}')
    assert shell.run("put", "shop/conventions", path, "--type", "project/v1")[0] == 0
    assert shell.json("get", "shop/conventions")["type"] == "project/v1"
    assert shell.json("get", "shop/conventions", "--type", "project/v2")["type"] == "project/v2"
    assert shell.run("get", "shop/conventions", "--type", "service")[0] == 2


def test_an_export_moves_everything_to_another_store_and_once_more_changes_nothing(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.put("shop/conventions", framework="flask")
    shell.put("shop/conventions", "--if-version", "1", framework="fastapi")
    out = str(tmp_path / "all.jsonl")
    assert shell.run("export", out) == (0, "exported: 2 versions and schemas\n")
    assert Path(out).stat().st_mode & 0o077 == 0
    assert shell.run("export", out)[0] == 2
    assert shell.run("export")[1].splitlines()[1:3] == Path(out).read_text(encoding="utf-8").splitlines()[1:3]
    monkeypatch.setenv("BACKWRIGHT_DATA", str(tmp_path / "other"))
    assert shell.run("list") == (0, "no contexts\n")
    assert not (tmp_path / "other").exists()
    assert shell.json("import", out) == {"versions": 2, "schemas": 0, "unchanged": 0}
    assert shell.json("import", out) == {"versions": 0, "schemas": 0, "unchanged": 2}
    assert shell.json("get", "shop/conventions")["version"] == 2
    assert shell.json("verify")["broken"] == 0


def test_a_changed_export_is_refused_with_its_line(shell: Shell, tmp_path: Path) -> None:
    shell.put("shop/conventions", framework="flask")
    out = tmp_path / "all.jsonl"
    shell.run("export", str(out))
    changed = shell.file("changed.jsonl", out.read_text(encoding="utf-8").replace('"flask"', '"flusk"'))
    assert shell.run("import", changed)[0] == 1
    assert "DIGEST_MISMATCH: line 2:" in shell.said


def test_verify_names_the_first_broken_link_of_every_chain(shell: Shell, data: Path) -> None:
    for space in ("billing", "shop"):
        shell.put(f"{space}/conventions", framework="flask")
        shell.put(f"{space}/conventions", "--if-version", "1", framework="fastapi")
        shell.put(f"{space}/conventions", "--if-version", "2", framework="django")
    code, out = shell.run("verify")
    assert (code, out.splitlines()[-1]) == (0, "the chains hold: 2")
    with closing(sqlite3.connect(data / "contexts.db")) as database, database:
        database.execute("UPDATE audit SET name = 'other' WHERE namespace = 'shop' AND seq = 2")
        database.execute("DELETE FROM audit WHERE namespace = 'billing' AND seq = 3")
    code, out = shell.run("verify")
    assert code == 1
    assert out.splitlines() == [
        "billing: broken at link 3: link 3 is missing, the chain was cut short",
        "shop: broken at link 2: its content is not what its hash was made of",
        "broken chains: 2",
    ]
    assert shell.run("verify", "billing")[0] == 1


def test_a_backup_is_a_store_of_its_own(shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = str(tmp_path / "copy.db")
    assert shell.run("backup", copy)[0] == 2
    assert "no store of contexts yet" in shell.said
    shell.put("shop/conventions", framework="flask")
    assert shell.run("backup", copy)[0] == 0
    assert shell.run("backup", copy)[0] == 2
    monkeypatch.setenv("BACKWRIGHT_DATABASE_URL", f"sqlite:///{copy}")
    assert shell.json("get", "shop/conventions")["body"] == {"framework": "flask"}


def test_a_role_is_given_listed_and_taken(shell: Shell) -> None:
    assert shell.run("grant", "shop", "issuer|ann", "writer") == (0, "granted: writer in shop for issuer|ann\n")
    assert shell.json("grant", "shop", "issuer|ann", "writer")["changed"] is False
    assert shell.run("grants", "shop") == (0, "writer  issuer|ann\n")
    assert shell.run("revoke", "shop", "issuer|ann", "writer") == (0, "revoked: writer in shop for issuer|ann\n")
    assert shell.run("grants", "shop") == (0, "no grants\n")


def test_a_schema_is_checked_registered_and_held_to_its_promise(shell: Shell) -> None:
    closed = {"type": "object", "additionalProperties": False}
    first = shell.file("one.json", json.dumps({**closed, "properties": {"region": {"type": "string"}}}))
    assert shell.run("schema", "deployment", first, "--check")[1].startswith(
        "compatible: context-schema://deployment/v1"
    )
    assert shell.run("schema", "deployment", first) == (0, "registered: context-schema://deployment/v1, BACKWARD\n")
    assert shell.json("schema", "deployment", first)["changed"] is False
    body = shell.file("body.json", '{"region": "eu"}')
    assert shell.run("put", "shop/deployment", body, "--type", "deployment")[0] == 0
    broken = shell.file("two.json", json.dumps({**closed, "properties": {"region": {"type": "integer"}}}))
    code, out = shell.run("schema", "deployment", broken, "--check")
    assert (code, "/properties/region" in out, "incompatible" in out) == (1, True, True)
    assert shell.run("schema", "deployment", broken)[0] == 1
    assert "SCHEMA_INCOMPATIBLE" in shell.said


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("get", "shop"), "INVALID_INPUT"),
        (("get", "shop/Conventions"), "INVALID_INPUT"),
        (("get", "shop/nothing"), "NOT_FOUND"),
        (("history", "shop/nothing"), "NOT_FOUND"),
        (("delete", "shop/nothing"), "NOT_FOUND"),
        (("put", "shop/x", "nothing.json", "--type", "project"), "INVALID_INPUT"),
        (("put", "shop/x", ".", "--type", "project"), "INVALID_INPUT"),
        (("list", "--label", "team"), "INVALID_INPUT"),
        (("import", "nothing.jsonl"), "INVALID_INPUT"),
        (("export", "/nowhere/at/all.jsonl"), "WRITE_FAILED"),
    ],
)
def test_what_goes_wrong_is_said_by_name_and_makes_no_store(
    shell: Shell, data: Path, arguments: tuple[str, ...], code: str
) -> None:
    assert shell.run(*arguments)[0] in {1, 2}
    assert f"backwright: {code}: " in shell.said
    assert "hint: " in shell.said
    assert not data.exists()


def test_a_document_that_does_not_validate_names_each_place(shell: Shell) -> None:
    path = shell.file("bad.yaml", "layout: {package: [1]}\n")
    code, out = shell.run("put", "shop/x", path, "--type", "project", "--json")
    assert code == 2
    assert json.loads(out)["error"]["details"]["errors"][0]["pointer"] == "/layout/package"
    path = shell.file("bad.yaml", "a: &x 1\nb: *x\n")
    assert shell.run("put", "shop/x", path, "--type", "project")[0] == 2
    assert "line 1" in shell.said


def test_a_purge_is_shown_first_and_then_done_and_the_chain_still_holds(shell: Shell, data: Path) -> None:
    shell.put("shop/conventions", framework="flask")
    shell.put("shop/conventions", "--if-version", "1", framework="fastapi")
    with closing(sqlite3.connect(data / "contexts.db")) as database, database:
        database.execute("UPDATE context_version SET updated_at = '2020-01-01T00:00:00.000000+00:00'")
    shown = shell.json("purge", "--older-than", "12w", "--dry-run")
    assert (shown["dry_run"], shown["versions"], shown["links"], shown["keys"]) == (True, 1, 0, 0)
    assert len(shell.json("history", "shop/conventions")["versions"]) == 2
    code, out = shell.run("purge", "--older-than", "12w", "--namespace", "shop")
    assert code == 0
    assert out.startswith("purged: 1 versions, 0 links, 0 keys, 0 events; older than 20")
    assert [each["version"] for each in shell.json("history", "shop/conventions")["versions"]] == [2]
    assert shell.json("verify")["chains"][0] | {"head": ""} == {
        "namespace": "shop",
        "links": 3,
        "head": "",
        "purged_up_to": 0,
    }


@pytest.mark.parametrize("age", ["90", "d", "-1d", "1y", "1h", "9999999d", "²d"])
def test_an_age_that_is_none_or_too_short_is_refused(shell: Shell, age: str) -> None:
    code, _ = shell.run("purge", f"--older-than={age}")
    assert (code, "INVALID_INPUT" in shell.said) == (2, True)
