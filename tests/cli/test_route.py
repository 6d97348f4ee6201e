from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from backwright.cli.main import main

SKILL = """\
---
name: {name}
description: {description}
license: Apache-2.0
metadata:
  version: "1.2.0"
  triggers: "{triggers}"
---

# {name}

Do it well.
"""


@pytest.fixture(autouse=True)
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A pack of its own, so that these tests do not move with the skills that ship."""
    for name, description, triggers in [
        ("fastapi-endpoint", "Add or change FastAPI endpoints. Use for a new route.", "fastapi, new endpoint"),
        ("code-review", "Review a diff by rule. Use for a pull request.", "code review, pull request"),
    ]:
        folder = tmp_path / "pack" / "skills" / name
        folder.mkdir(parents=True)
        text = SKILL.format(name=name, description=description, triggers=triggers)
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
    monkeypatch.setenv("BACKWRIGHT_PACK", str(tmp_path / "pack"))
    return tmp_path


def run(*arguments: str) -> int:
    return main(["route", "--allow-unlocked", *arguments])


def test_a_request_is_answered_with_decision_reason_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("a new endpoint in fastapi") == 0
    out = capsys.readouterr().out
    assert out.startswith("auto: fastapi-endpoint fits: `new endpoint` (strong), `fastapi` (strong)")
    assert "  fastapi-endpoint 1.2.0  0.9" in out
    assert "+0.85  strong       new endpoint" in out


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("用fastapi写", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["decision"], answer["matches"][0]["skill"]) == ("auto", "fastapi-endpoint")
    assert answer["matches"][0]["evidence"][0] == {"term": "fastapi", "field": "strong", "weight": 0.7}


def test_a_name_wins_over_the_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("fastapi", "--name", "code-review@^1") == 0
    assert capsys.readouterr().out.startswith("explicit: The request names code-review at ^1")


def test_paths_and_keywords_are_taken_into_account(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("do it", "--keyword", "fastapi", "--path", "src/App.tsx") == 0
    out = capsys.readouterr().out
    assert out.startswith("suggest:")
    assert "-0.40  foreign      TypeScript" in out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["x", "--name", "code-reviews"], "SKILL_NOT_FOUND"), (["use code-review@^9"], "VERSION_NOT_FOUND")],
)
def test_a_name_or_version_that_is_not_there_exits_with_2(
    arguments: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert code in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["text", "--batch", "-"]])
def test_a_text_or_a_batch_is_needed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    assert "a text or --batch" in capsys.readouterr().err


def batch(tmp_path: Path, text: str | bytes) -> str:
    file = tmp_path / "batch.jsonl"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(file)


def test_a_batch_gives_one_answer_a_line_in_order(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"id": "a", "prompt": "a new endpoint"},
        {"id": 2, "prompt": "hello\u2028there", "more": "is passed over"},
        {"id": "c", "prompt": "use code-review"},
        {"id": "d", "prompt": "use code-review@^9"},
        {"id": "e", "prompt": "/nothing"},
    ]
    text = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"
    assert run("--batch", batch(pack, text)) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.split("\n")[:-1]]
    assert [(row["id"], row["decision"], [match["skill"] for match in row["matches"]]) for row in answers] == [
        ("a", "auto", ["fastapi-endpoint"]),
        (2, "none", []),
        ("c", "explicit", ["code-review"]),
        ("d", "none", []),
        ("e", "none", []),
    ]
    assert set(answers[0]["matches"][0]) == {"skill", "version", "score", "evidence"}
    assert "no skill is called 'nothing'" in answers[4]["reason"]


def test_a_batch_is_read_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"id": "a", "prompt": "fastapi"}')))
    assert run("--batch", "-") == 0
    assert json.loads(capsys.readouterr().out)["decision"] == "auto"


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"{", "no JSON"),
        (b"[1]", "no JSON object"),
        (b'{"prompt": "x"}', "no id"),
        (b'{"id": true, "prompt": "x"}', "no id"),
        (b'{"id": "x"}', "no prompt"),
        (b'{"id": "x", "prompt": 1}', "no prompt"),
        (b"[" * 100_000, "no JSON"),
        (b'{"id": "x", "prompt": "\xff"}', "not UTF-8"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_answered(
    pack: Path, bad: bytes, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = batch(pack, b'{"id": "a", "prompt": "fastapi"}\n\n' + bad + b'\n{"id": "b", "prompt": "x"}\n')
    assert run("--batch", file) == 2
    captured = capsys.readouterr()
    assert "line 3: " in captured.err
    assert words in captured.err
    assert captured.out == ""


def test_a_batch_that_cannot_be_read_says_so(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--batch", str(pack / "missing.jsonl")) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_an_explanation_says_what_came_next_and_what_would_have_changed_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("a new endpoint in fastapi, then review", "--explain") == 0
    out = capsys.readouterr().out
    assert "behind:\n  code-review 1.2.0" in out
    assert "otherwise: Loaded from 0.65 on: fastapi-endpoint has 0.9" in out
    assert run("review", "--explain", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["weighed"][0]["skill"] == "code-review"
    assert answer["otherwise"].startswith("Offered from")


def test_what_is_known_of_the_project_supports_and_chooses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("improve it", "--context", "fastapi", "--json") == 0
    assert json.loads(capsys.readouterr().out)["decision"] == "none"
    assert run("a route with fastapi", "--context", "fastapi 0.165", "--keyword", "route", "--json") == 0
    assert json.loads(capsys.readouterr().out)["decision"] == "auto"
