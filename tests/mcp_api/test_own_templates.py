"""A project's own templates through a real client: offered by name where there are some, and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from mcp import Client

from backwright.app import App
from backwright.settings import Settings
from tests.mcp_api._connect import connected
from tests.scaffold._projects import HOST, TEMPLATE, tree, write

NOTE = {"resource": "note", "fields": ["title:str"]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A host with a template of its own, which writes another word into the router's first line."""
    root = write(
        tmp_path / "desk",
        {**HOST, "backwright.yaml": "templates: [tools/templates]\n", "requirements.txt": "fastapi\n"},
    )
    ours = root / "tools/templates/ours"
    shutil.copytree(TEMPLATE, ours)
    router = ours / "files/resource/router.py.j2"
    router.write_text(router.read_text(encoding="utf-8").replace('"""The HTTP', '"""Our own HTTP', 1), encoding="utf-8")
    return root


def served(root: Path) -> App:
    return App(Settings(root=root, allow_unlocked=True))


async def arguments_of(client: Client, name: str) -> tuple[str, set[str]]:
    tool = next(tool for tool in (await client.list_tools()).tools if tool.name == name)
    return tool.description or "", set(tool.input_schema["properties"])


async def test_a_template_of_the_projects_own_is_listed_planned_and_applied(project: Path) -> None:
    before = tree(project)
    async with connected(served(project)) as client:
        description, arguments = await arguments_of(client, "scaffold_endpoint")
        assert "template" in arguments
        assert description.endswith("template: the project's own, ours.")
        planned = (await client.call_tool("scaffold_endpoint", {**NOTE, "template": "ours"})).structured_content
        assert planned is not None
        done = await client.call_tool("apply_scaffold", {"digest": planned["digest"]})
        assert not done.is_error
        assert '"""Our own HTTP API of notes."""' in (project / "app/notes/router.py").read_text(encoding="utf-8")
        assert not (await client.call_tool("apply_scaffold", {"undo": "note"})).is_error
    assert tree(project) == before


@pytest.mark.parametrize(
    ("text", "said"), [("<< r.nothing >>", "nothing"), ("<% if %>", "Expected"), ("<<", "unexpected")]
)
async def test_a_template_that_does_not_render_is_named_as_such_and_nothing_is_written(
    text: str, said: str, project: Path
) -> None:
    (project / "tools/templates/ours/files/resource/router.py.j2").write_text(text, encoding="utf-8")
    before = tree(project)
    async with connected(served(project)) as client:
        refused = await client.call_tool("scaffold_endpoint", {**NOTE, "template": "ours"})
    assert refused.is_error
    assert "TEMPLATE_NOT_FOUND" in str(refused.content)
    assert "the template does not render" in str(refused.content)
    assert said in str(refused.content)
    assert tree(project) == before


@pytest.mark.parametrize("settings", ["framework: fastapi\n", "templates: [nowhere]\n", "templates: 1\n"])
async def test_where_there_is_none_the_argument_is_neither_listed_nor_taken(project: Path, settings: str) -> None:
    write(project, {"backwright.yaml": settings})
    async with connected(served(project)) as client:
        description, arguments = await arguments_of(client, "scaffold_endpoint")
        assert ("template" in arguments, "template" in description) == (False, False)
        refused = await client.call_tool("scaffold_endpoint", {**NOTE, "template": "ours"})
        assert refused.is_error
        assert "template: this server does not take it" in str(refused.content)


async def test_a_template_of_another_kind_is_offered_to_its_own_tool_alone(project: Path) -> None:
    manifest = project / "tools/templates/ours/template.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "kind: test\n", encoding="utf-8")
    async with connected(served(project)) as client:
        assert "template" not in (await arguments_of(client, "scaffold_endpoint"))[1]
        assert "template" in (await arguments_of(client, "scaffold_test"))[1]
