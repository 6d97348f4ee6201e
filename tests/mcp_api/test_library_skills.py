"""Skills of installed packages, through a real client: listed, read, routed to, and said to be another party's."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp import Client, MCPError
from mcp_types import TextContent, TextResourceContents

from backwright.catalog.manifest import update
from tests.catalog._packs import write_skill
from tests.catalog._venvs import SKILL, install, write_venv
from tests.mcp_api._connect import COMMAND, MODES, app_over, ask, connected

URI = "skill://lib/some-thing/gizmo/SKILL.md"
FILES = {"some_thing/.agents/skills/gizmo/references/more.md": "More.\n"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    install(write_venv(root), "some-thing", "2.5", skills=("gizmo", "alpha"), files=FILES)
    return root


async def use(client: Client, **arguments: object) -> tuple[dict[str, object], str]:
    answer = await client.call_tool("use_skill", {"request": "Do something.", **arguments})
    assert isinstance(answer.content[0], TextContent)
    return answer.structured_content or {}, answer.content[0].text


@pytest.mark.parametrize("mode", MODES)
async def test_a_library_skill_is_listed_and_read_under_its_distribution(pack: Path, project: Path, mode: str) -> None:
    async with connected(app_over(pack, project), mode) as client:
        listed = {str(each.uri): each for each in (await client.list_resources()).resources}
        read = (await client.read_resource(URI)).contents[0]
        more = (await client.read_resource("skill://lib/some-thing/gizmo/references/more.md")).contents[0]
        children = await ask(client, "resources/directory/read", {"uri": "skill://lib/some-thing/gizmo"})
    assert listed[URI].name == "gizmo"
    assert isinstance(read, TextResourceContents)
    assert read.text == SKILL.format(name="gizmo")
    assert isinstance(more, TextResourceContents)
    assert more.text == "More.\n"
    assert [child["uri"] for child in children["resources"]] == [URI, URI.replace("SKILL.md", "references")]


async def test_it_is_in_the_skills_extension_and_not_in_the_manifest_prompts_or_catalogue(
    pack: Path, project: Path
) -> None:
    async with connected(app_over(pack, project)) as client:
        skills = (await ask(client, "skills/list"))["skills"]
        named = (await ask(client, "skills/get", {"uri": "lib/some-thing/gizmo@2"}))["skill"]
        manifest = (await client.read_resource("backwright://manifest")).contents[0]
        prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
        tools = {tool.name: tool.description or "" for tool in (await client.list_tools()).tools}
    assert URI in {entry["uri"] for entry in skills}
    assert named["uri"] == URI
    assert isinstance(manifest, TextResourceContents)
    assert "gizmo" not in manifest.text
    assert prompts == ["alpha", "beta"]
    assert "gizmo" not in tools["use_skill"]


@pytest.mark.parametrize("name", ["lib/some-thing/gizmo", "gizmo", "lib/some-thing/gizmo@2.5.0", "gizmo@^2"])
async def test_it_is_handed_over_by_address_or_name_as_another_partys(pack: Path, project: Path, name: str) -> None:
    async with connected(app_over(pack, project)) as client:
        found, text = await use(client, name=name)
    assert (found["decision"], found["skill"], found["version"]) == ("explicit", "lib/some-thing/gizmo", "2.5.0")
    assert "# How to use gizmo" in text
    assert "part of some-thing 2.5 as installed here, pinned by no manifest" in text


async def test_the_packs_own_skill_keeps_its_name_and_the_other_has_its_address(pack: Path, project: Path) -> None:
    async with connected(app_over(pack, project)) as client:
        own, _ = await use(client, name="alpha")
        other, _ = await use(client, name="lib/some-thing/alpha")
    assert (own["skill"], own["version"]) == ("alpha", "1.1.0")
    assert (other["skill"], other["version"]) == ("lib/some-thing/alpha", "2.5.0")


async def test_it_is_loaded_unasked_where_its_words_fit_and_ours_do_not(pack: Path, project: Path) -> None:
    async with connected(app_over(pack, project)) as client:
        found, _ = await use(client, request="How do I use a gizmo at hand?")
        ours, _ = await use(client, request="My asyncio gather hangs.")
    assert (found["decision"], found["skill"]) == ("auto", "lib/some-thing/gizmo")
    assert (ours["decision"], ours["skill"]) == ("auto", "alpha")


async def test_a_file_of_it_is_read_by_the_tool(pack: Path, project: Path) -> None:
    async with connected(app_over(pack, project)) as client:
        answer = await client.call_tool(
            "read_skill_file", {"skill": "lib/some-thing/gizmo@2.5.0", "path": "references/more.md"}
        )
    assert answer.structured_content is not None
    assert answer.structured_content["text"] == "More.\n"


@pytest.mark.parametrize(
    "uri",
    [
        "skill://lib/some-thing/gizmo/../alpha/SKILL.md",
        "skill://lib/some-thing/gizmo/%2e%2e/alpha/SKILL.md",
        "skill://lib/Some-Thing/gizmo/SKILL.md",
        "skill://lib/some_thing/gizmo/SKILL.md",
        "skill://lib/some-thing//gizmo/SKILL.md",
        "skill://lib/some-thing/gizmo",
        "skill://lib/../../pyvenv.cfg",
    ],
)
async def test_no_other_spelling_of_its_address_answers(pack: Path, project: Path, uri: str) -> None:
    async with connected(app_over(pack, project)) as client:
        with pytest.raises(MCPError):
            await client.read_resource(uri)


async def test_over_http_there_is_no_environment(url: str) -> None:
    async with connected(url) as client:
        assert not [
            each for each in (await client.list_resources()).resources if str(each.uri).startswith("skill://lib")
        ]


async def test_a_process_finds_the_environment_of_its_project(pack: Path, project: Path) -> None:
    async with connected((*COMMAND, "--pack", str(pack), "--root", str(project))) as client:
        found, _ = await use(client, name="gizmo")
    assert found["skill"] == "lib/some-thing/gizmo"


async def test_a_skill_for_another_major_version_than_the_installed_one_says_so(tmp_path: Path) -> None:
    front = 'name: one\ndescription: Say what. Use when asked.\nmetadata:\n  version: "1.0.0"\n  requires: gizmo>=3\n'
    write_skill(tmp_path / "pack" / "skills", "one", frontmatter=front)
    assert update(tmp_path / "pack").problems == ()
    install(write_venv(tmp_path), "gizmo", "2.5")
    async with connected(app_over(tmp_path / "pack", tmp_path)) as client:
        _, text = await use(client, name="one")
    assert "Beware: it is for gizmo>=3, and the project has 2.5." in text
