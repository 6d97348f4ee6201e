"""The five seeds that Backwright grew from: each loads as it is, says what was mended, and works.

They are not part of the project; without them beside the checkout nothing is tested here.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from mcp_types import TextContent, TextResourceContents

from backwright.app import App
from backwright.catalog.manifest import update
from backwright.catalog.pack import find_pack
from backwright.contexts.schemas.review_v2 import ReviewContextV2
from backwright.settings import Settings
from tests.mcp_api._connect import connected

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not beside this checkout")

# What each is called and what was done to it, by the first digits of its file's name.
EXPECTED = {
    "000": ("python", {"VERSION:1", "OWN_KEYWORDS", "CONSTRAINTS:62"}),
    "001": (
        "python-backend",
        {
            "DOUBLE_ENCODED:1",
            "NO_FRONTMATTER:1",
            "NAME:1",
            "DESCRIPTION:3",
            "VERSION:1",
            "OWN_KEYWORDS",
            "TASK_LIST:109",
        },
    ),
    "002": ("python-backend", {"TOP_LEVEL_TRIGGERS:9", "VERSION:1", "TASK_LIST:579", "ANTI_PATTERNS:594"}),
    "003": (
        "python-services",
        {
            "NO_FRONTMATTER:1",
            "SCRAPED_PAGE:1",
            "DESCRIPTION:6",
            "SCRAPED_PAGE:8",
            "SCRAPED_PAGE:10",
            "BULLETS:14",
            "SCRAPED_PAGE:40",
            "CONSTRAINTS:131",
            "TASK_LIST:176",
            "SCRAPED_PAGE:179",
            "VERSION:1",
            "OWN_KEYWORDS",
        },
    ),
    "004": (
        "python-backend-expert",
        {
            "VERSION:1",
            *(f"AGENT_HINTS:{line}" for line in (4, 5, 6, 7)),
            "BODY_KEYWORDS:25",
            "BODY_KEYWORDS:29",
            "CONSTRAINTS:143",
            "ANTI_PATTERNS:150",
        },
    ),
}

DIFF = """\
--- /dev/null
+++ b/app/rates.py
@@ -0,0 +1,9 @@
+import requests
+from fastapi import APIRouter
+
+router = APIRouter()
+
+
+@router.get("/rates/{currency}")
+async def read_rate(currency):
+    return requests.get(f"https://rates.example.org/{currency}", timeout=5).json()
"""


def seed_of(number: str) -> Path:
    return next(SEEDS.glob(f"{number}_*"))


@pytest.fixture(params=sorted(EXPECTED))
def number(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
def app(number: str, tmp_path: Path) -> App:
    """A server of this seed and of nothing else."""
    (tmp_path / "pack/skills").mkdir(parents=True)
    update(tmp_path / "pack")
    (tmp_path / "seeds").mkdir()
    shutil.copy(seed_of(number), tmp_path / "seeds")
    return App(Settings(pack=tmp_path / "pack", skills=(tmp_path / "seeds",)))


def test_a_seed_loads_as_it_is_and_every_repair_is_listed_with_its_line(number: str, app: App) -> None:
    name, repairs = EXPECTED[number]
    (skill,) = app.catalog.skills
    told = {
        problem.code if problem.line is None else f"{problem.code}:{problem.line}" for problem in app.catalog.problems
    }
    assert skill.name == name
    assert told == repairs | {"UNLOCKED_SKILL"}
    assert all(problem.fix and seed_of(number).name in problem.path for problem in app.catalog.problems)


def test_a_seed_is_routed_to_by_its_own_keywords_and_by_its_name(number: str, app: App) -> None:
    name, _ = EXPECTED[number]
    keywords = app.catalog.get(name).keywords
    for keyword in keywords:
        routing = app.route(f"help with {keyword}, please")
        assert (routing.decision, routing.matches[0].skill) == ("auto", name), keyword
    assert app.route("anything", name=name).decision == "explicit"
    assert app.route("bake a cake").decision == "none"


def test_a_seed_is_read_mended_and_in_its_original_bytes(number: str, app: App) -> None:
    name, _ = EXPECTED[number]
    source = seed_of(number)
    assert app.read_skill_file(name, f"original/{source.name}") == source.read_bytes()
    assert f'name: "{name}"' in app.read_skill_file(name, "SKILL.md").decode()
    assert name in app.use_skill("", name=name).text()


def test_a_diff_is_reviewed_with_the_checklist_of_a_seed(number: str, app: App) -> None:
    name, _ = EXPECTED[number]
    report = app.reviewing.review(ReviewContextV2(diff=DIFF, profile="strict"))
    items = {item.id for item in app.catalog.get(name).checklist}
    answered = {status.item for status in report.checklist if status.skill == name}
    asked = {question.item for question in report.questions if question.skill == name}
    assert items
    assert answered | asked >= items
    if number in {"002", "004"}:
        enforced = {finding.enforces.item for finding in report.findings if finding.enforces is not None}
        assert enforced & items


@pytest.mark.parametrize("number", ["002"], indirect=True)
async def test_a_real_client_uses_reads_and_reviews_with_a_seed(number: str, app: App) -> None:
    name, _ = EXPECTED[number]
    async with connected(app) as client:
        used = await client.call_tool("use_skill", {"request": "set up a virtualenv with poetry"})
        original = (await client.read_resource(f"skill://{name}/original/{seed_of(number).name}")).contents[0]
        review = await client.call_tool("review_diff", {"diff": DIFF})
        problems = await client.call_tool("skill_problems", {})
    content = used.content[0]
    assert isinstance(content, TextContent)
    assert "# Python Backend Excellence" in content.text
    assert isinstance(original, TextResourceContents)
    assert original.text.encode() == seed_of(number).read_bytes()
    assert review.structured_content is not None
    rows = [(row["code"], row["line"], row.get("item", "")) for row in review.structured_content["findings"]]
    assert [row for row in rows if row[:2] == ("BW101", 9) and "using-requests-library" in row[2]]
    assert problems.structured_content is not None
    assert "TOP_LEVEL_TRIGGERS" in {row["code"] for row in problems.structured_content["problems"]}


def test_all_five_are_served_beside_the_pack_each_under_a_name_of_its_own() -> None:
    app = App(Settings(pack=find_pack(), allow_unlocked=True, skills=(SEEDS,)))
    names = [skill.name for skill in app.catalog.skills]
    assert {"python", "python-backend", "root/seeds/python-backend", "python-backend-2", "python-services"} <= set(
        names
    )
    assert "python-backend-expert" in names
    assert len(names) == len(set(names))
    taken = [
        (Path(problem.path).name[:3], problem.line) for problem in app.catalog.problems if problem.code == "NAME_TAKEN"
    ]
    assert taken == [("001", None), ("002", 2)]
    assert app.catalog.get("python-backend").file("SKILL.md").path == "SKILL.md"
    assert "original" not in {file.path.partition("/")[0] for file in app.catalog.get("python-backend").files}
