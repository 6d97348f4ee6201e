"""`backwright new skill`: what it makes passes every check, routes, and says what is still to be written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from skills_ref.validator import validate  # type: ignore[import-untyped]  # it ships no types

from backwright.app import App
from backwright.catalog.pack import find_pack
from backwright.cli.main import main
from backwright.routing.briefing import approx_tokens
from backwright.settings import Settings
from tests.catalog._packs import write_pack
from tests.pack.test_linters import NOTED, violations

FULL = ("--description", "Run workers on our queue. Use to drain or scale a queue worker. Not for Celery.")
TRIGGERS = ("--trigger", "queue worker", "--trigger", "drain our queue")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["new", "skill", *arguments])
    return code, *capsys.readouterr()


@pytest.mark.parametrize(
    ("name", "options"),
    [("terraform-modules", ()), ("queue-workers", (*FULL, *TRIGGERS)), ("k8s", ("--trigger", "helm chart"))],
)
def test_a_new_skill_passes_every_check_and_routes_as_its_examples_say(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    into = tmp_path / "mine"
    assert run(capsys, name, *options, "--into", str(into))[0] == 0
    assert validate(into / name) == []
    assert main(["lint", str(into)]) == 0
    assert {each["rule_id"] for each in violations(into) if each["severity"] != "info"} <= set(NOTED)
    assert approx_tokens((into / name / "SKILL.md").read_text(encoding="utf-8")) < 2_500
    app = App(Settings(pack=find_pack(), allow_unlocked=True, skills=(into,)))
    triggers = app.catalog.get(name).triggers
    assert (len(triggers.match), len(triggers.no_match)) == (8, 8)
    assert {app.route(text).matches[0].skill for text in triggers.match} == {name}
    assert [text for text in triggers.no_match if name in [each.skill for each in app.route(text).matches]] == []
    assert app.catalog.get(name).checklist[0].question is not None


def test_what_is_still_to_be_written_is_a_note_until_it_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, _ = run(capsys, "terraform-modules", "--into", str(tmp_path), "--json")
    notes = [(note["code"], note["severity"]) for note in json.loads(out)["notes"]]
    assert code == 0
    assert set(notes) == {("TO_WRITE", "note"), ("EXAMPLES", "note")}
    folder = tmp_path / "terraform-modules"
    for path in folder.iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text("".join(f"{line}\n" for line in text.splitlines() if "To write:" not in line), encoding="utf-8")
    triggers = folder / "triggers.yaml"
    content = yaml.safe_load(triggers.read_text(encoding="utf-8"))
    content["match"].append("the plan wants to destroy the whole network")
    triggers.write_text(yaml.safe_dump(content), encoding="utf-8")
    capsys.readouterr()
    assert main(["lint", str(folder)]) == 0
    assert capsys.readouterr().out == "problems: 0\n"


def test_what_the_author_gives_stands_first_and_is_tried(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    given = ("--match", "scale the queue worker at night", "--no-match", "a worker bee")
    assert run(capsys, "queue-workers", *FULL, *TRIGGERS, *given, "--into", str(tmp_path))[0] == 0
    content = yaml.safe_load((tmp_path / "queue-workers/triggers.yaml").read_text(encoding="utf-8"))
    assert content["match"][0] == given[1]
    assert content["no_match"][0] == given[3]
    assert len(content["match"]) == len(content["no_match"]) == 8


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Bad_Name",), "the folder's name 'Bad_Name' cannot be that of a skill"),
        (("code-review",), "there is a skill code-review already"),
        (("helm-charts", "--trigger", "two heads after the merge"), "the triggers take requests from others"),
        (
            ("helm-charts", "--trigger", "helm chart", "--match", "a poem on rain"),
            "the example 'a poem on rain' leads to no skill",
        ),
        (
            ("helm-charts", "--trigger", "helm chart", "--no-match", "write a helm chart"),
            "the near miss 'write a helm chart' leads",
        ),
        (
            ("one", "--trigger", "helm, chart", "--trigger", "chart"),
            "metadata.triggers has an empty keyword or the same",
        ),
        (("helm-charts", "--trigger", "helm", "--description", "x" * 1025), "description has 1025 characters"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason_and_nothing_is_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run(capsys, *arguments, "--into", str(tmp_path / "skills"))
    assert (code, out) == (2, "")
    assert said in err
    assert "hint: " in err
    assert not (tmp_path / "skills").exists()


def test_nothing_is_ever_overwritten(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "helm").mkdir()
    (tmp_path / "helm/SKILL.md").write_text("mine", encoding="utf-8")
    code, _, err = run(capsys, "helm", "--into", str(tmp_path))
    assert code == 1
    assert "is there already; nothing was written" in err
    assert (tmp_path / "helm/SKILL.md").read_text(encoding="utf-8") == "mine"


def test_a_new_skill_of_a_pack_can_be_pinned_and_released(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pack = write_pack(tmp_path, "alpha")
    code, out, _ = run(capsys, "helm-charts", "--into", str(pack / "skills"))
    assert code == 0
    assert out.endswith("      backwright manifest write\n")
    assert main(["manifest", "write", "--pack", str(pack)]) == 0
    assert main(["release", "helm-charts", "--message", "The first.", "--pack", str(pack)]) == 0
    assert (pack / "skills/.releases/helm-charts/0.1.0/SKILL.md").is_file()
