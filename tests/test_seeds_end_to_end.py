"""The five seeds from end to end: through a real client of a real process, and imported into a pack of one's own.

They are not part of the project; without them beside the checkout nothing is tested here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp import Client
from mcp_types import TextResourceContents

from backwright.catalog.manifest import update
from backwright.cli.main import main
from tests.mcp_api._connect import COMMAND, MODES, ask, connected
from tests.test_seeds import DIFF, EXPECTED, SEEDS, seed_of

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not beside this checkout")


@pytest.fixture(params=sorted(EXPECTED))
def number(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def folder(number: str, tmp_path: Path) -> Path:
    """A folder with one seed."""
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / seed_of(number).name).write_bytes(seed_of(number).read_bytes())
    return tmp_path / "seeds"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the change to review, without a pack of its own."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "change.diff").write_text(DIFF, encoding="utf-8")
    (tmp_path / "pack/skills").mkdir(parents=True)
    update(tmp_path / "pack")
    monkeypatch.chdir(root)
    monkeypatch.setenv("BACKWRIGHT_PACK", str(tmp_path / "pack"))
    return root


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(each) for each in arguments])
    return code, capsys.readouterr().out


async def call(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    return answer.structured_content or {}


async def reviewed(client: Client) -> set[str]:
    """The checklist items that the pages of a review speak of."""
    items: set[str] = set()
    cursor: dict[str, object] = {}
    while True:
        page = await call(client, "review_diff", diff_file="change.diff", **cursor)
        rows = [*page.get("findings", ()), *page.get("questions", ()), *page.get("checklist", ())]
        items |= {row["item"] for row in rows if row.get("item")}
        if page.get("next_cursor") is None:
            return items
        cursor = {"cursor": page["next_cursor"]}


@pytest.mark.parametrize("mode", MODES)
async def test_a_client_of_a_process_loads_routes_to_reads_and_reviews_with_a_seed(
    number: str, folder: Path, project: Path, mode: str
) -> None:
    name, repairs = EXPECTED[number]
    source = seed_of(number)
    command = (*COMMAND, "--skills", str(folder), "--root", str(project))
    async with connected(command, mode) as client:
        problems = (await call(client, "skill_problems"))["problems"]
        listed = [entry["uri"] for entry in (await ask(client, "skills/list"))["skills"]]
        text = (await client.read_resource(f"skill://{name}/SKILL.md")).contents[0]
        original = (await client.read_resource(f"skill://{name}/original/{source.name}")).contents[0]
        checklist = await call(client, "read_skill_file", skill=name, path="checklist.yaml")
        prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
        assert isinstance(text, TextResourceContents)
        for keyword in _keywords(text.text):
            used = await call(client, "use_skill", request=f"help with {keyword}, please")
            assert (used["decision"], used["skill"]) == ("auto", name), keyword
        items = await reviewed(client)
    served = {f"{row['code']}:{row['line']}" if row.get("line") else row["code"] for row in problems}
    assert repairs | {"UNLOCKED_SKILL"} <= served
    assert all(row["fix"] and row["severity"] == "warning" for row in problems)
    assert listed == [f"skill://{name}/SKILL.md"]
    assert prompts == [name]
    assert isinstance(original, TextResourceContents)
    assert original.text.encode() == source.read_bytes()
    assert "items:" in checklist["text"]
    assert any(item.startswith(f"{name}/") for item in items)


def _keywords(text: str) -> list[str]:
    triggers = yaml.safe_load(text.split("---\n")[1])["metadata"]["triggers"]
    return [word.strip() for word in triggers.split(",")]


@pytest.mark.parametrize("how", ["served", "imported"])
def test_each_item_of_a_seeds_checklist_has_its_answer_in_a_review(
    number: str,
    how: str,
    folder: Path,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name, _ = EXPECTED[number]
    if how == "served":
        monkeypatch.setenv("BACKWRIGHT_SKILLS", str(folder))
    else:
        _imported(folder, project, capsys)
    shown = json.loads(run(capsys, "skills", "show", name, "--json")[1])
    _, out = run(capsys, "review", project / "change.diff", "--skill", name, "--json")
    report = json.loads(out)
    status = {each["item"]: each["status"] for each in report["checklist"] if each["skill"] == name}
    asked = {each["item"] for each in report["questions"] if each["skill"] == name}
    items = {item["id"]: item for item in shown["checklist"]}
    assert items
    assert {each["skill"] for each in (*report["checklist"], *report["questions"])} == {name}
    assert status.keys() | asked == items.keys()
    for item in report["checklist"]:
        assert item["text"] == items[item["item"]]["text"]
        assert item["detail"]


def _imported(folder: Path, project: Path, capsys: pytest.CaptureFixture[str]) -> str:
    skills = project.parent / "pack/skills"
    code, out = run(capsys, "import", folder, "--into", skills)
    assert code == 0, out
    assert run(capsys, "manifest", "write", "--pack", skills.parent)[0] == 0
    return out


def test_a_seed_is_imported_into_a_pack_where_it_is_pinned_clean_and_works(
    number: str, folder: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, repairs = EXPECTED[number]
    skills = project.parent / "pack/skills"
    out = _imported(folder, project, capsys)
    for repair in repairs:
        code, _, line = repair.partition(":")
        place = f"{seed_of(number).name}:{line}: " if line else f"{seed_of(number).name}: "
        assert any(place in each and each.endswith(f"[{code}]") for each in out.splitlines()), repair
    assert (skills / name / "original" / seed_of(number).name).read_bytes() == seed_of(number).read_bytes()
    assert run(capsys, "verify")[0] == 0
    assert run(capsys, "manifest", "check", "--pack", skills.parent)[0] == 0
    served = json.loads(run(capsys, "skills", "--json")[1])
    assert [skill["name"] for skill in served["skills"]] == [name]
    assert served["problems"] == []
    _, out = run(capsys, "lint", "--json")
    hostile = [each for each in json.loads(out)["problems"] if each["severity"] == "error"]
    assert hostile == []
    for keyword in served["skills"][0]["keywords"]:
        answer = json.loads(run(capsys, "route", f"help with {keyword}, please", "--json")[1])
        assert (answer["decision"], answer["matches"][0]["skill"]) == ("auto", name), keyword
    assert run(capsys, "release", name, "--message", "As imported.", "--pack", skills.parent)[0] == 0
    assert run(capsys, "verify")[0] == 0


def test_importing_a_seed_again_gives_the_same_skill_and_no_repair(
    number: str, folder: Path, project: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name, _ = EXPECTED[number]
    _imported(folder, project, capsys)
    code, out = run(capsys, "import", tmp_path / "pack/skills" / name, "--into", tmp_path / "again", "--json")
    assert code == 0
    assert [skill["repairs"] for skill in json.loads(out)["skills"]] == [[]]
    for path in ("SKILL.md", "checklist.yaml"):
        assert (tmp_path / "again" / name / path).read_bytes() == (tmp_path / "pack/skills" / name / path).read_bytes()
