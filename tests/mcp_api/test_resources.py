from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import MCPError
from mcp_types import INVALID_PARAMS, BlobResourceContents, TextResourceContents

from backwright.app import App
from backwright.mcp_api._shelf import Shelf
from backwright.mcp_api.resources import PAGE
from tests.mcp_api._connect import app_over, connected
from tests.mcp_api._packs import PNG, write_wide_pack

HOSTILE = [
    "skill://alpha/../beta/SKILL.md",
    "skill://alpha/./SKILL.md",
    "skill://alpha//SKILL.md",
    "skill://alpha/%53KILL.md",
    "skill://alpha/references/..%2f..%2fetc/passwd",
    "skill://alpha/..%5c..%5cetc/passwd",
    "skill://alpha/SKILL.md%00",
    "skill://alpha/SKILL.md\0",
    "skill://alpha/SKILL.md\r\nX: y",
    "skill://user@alpha/SKILL.md",
    "skill://alpha:80/SKILL.md",
    "skill://alpha/SKILL.md?x=1",
    "skill://alpha/SKILL.md#top",
    "skill://ALPHA/SKILL.md",
    "SKILL://alpha/SKILL.md",
    "skill:alpha/SKILL.md",
    "skill:///alpha/SKILL.md",
    "skill://alpha/SKILL.md/",
    "skill://alpha",
    "skill://v1.0.0/beta/SKILL.md",
    "skill://v1.1.0/alpha/SKILL.md",
    "skill://v1.0/alpha/SKILL.md",
    "skill://alpha/" + "a" * 100_000,
    "rule://bw104",
    "rule://BW999",
    "rule://BW104/",
    "rule://BW104 ",
    "backwright://manifest/",
    "backwright://nothing",
    "context-schema://endpoint/v9",
    "file:///etc/passwd",
    "/etc/passwd",
    "",
]


@pytest.mark.parametrize("uri", HOSTILE, ids=lambda uri: ascii(uri[:40]))
async def test_a_uri_of_another_form_is_refused_and_not_repeated(app: App, pack: Path, uri: str) -> None:
    async with connected(app) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
    error = refused.value
    assert error.code == INVALID_PARAMS
    assert len(error.message) < 600
    assert str(pack) not in f"{error.message}{error.data}"
    assert not any(part in error.message for part in ("..", "%", "@", "\0", "\r", "Traceback"))


@given(uri=st.text(max_size=50).map("skill://alpha".__add__))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_only_the_listed_spellings_name_a_file(app: App, uri: str) -> None:
    known = {resource.uri for resource in Shelf(app).resources()}
    assert (Shelf(app).file(uri) is not None) == (uri in known)


async def test_an_unknown_uri_of_good_form_is_named_in_the_answer(app: App) -> None:
    async with connected(app) as client:
        with pytest.raises(MCPError, match=r"no resource is served at skill://gamma/SKILL\.md") as refused:
            await client.read_resource("skill://gamma/SKILL.md")
    assert refused.value.data["uri"] == "skill://gamma/SKILL.md"


async def test_text_comes_as_text_and_bytes_as_a_blob(app: App) -> None:
    async with connected(app) as client:
        markdown = (await client.read_resource("skill://alpha/references/deep/notes.md")).contents[0]
        image = (await client.read_resource("skill://alpha/assets/logo.png")).contents[0]
        latin = (await client.read_resource("skill://alpha/assets/latin.txt")).contents[0]
    assert isinstance(markdown, TextResourceContents)
    assert (markdown.text, markdown.mime_type) == ("# Notes\n", "text/markdown")
    assert isinstance(image, BlobResourceContents)
    assert (image.blob, image.mime_type) == ("iVBORw0KGgoAAAANSUhEUg==", "image/png")
    assert len(PNG) == 16
    assert isinstance(latin, BlobResourceContents)


async def test_a_released_file_may_be_kept_for_a_day_and_a_head_for_a_minute(app: App) -> None:
    async with connected(app) as client:
        released = await client.read_resource("skill://v1.0.0/alpha/SKILL.md")
        head = await client.read_resource("skill://alpha/SKILL.md")
    assert (released.ttl_ms, released.cache_scope) == (86_400_000, "public")
    assert (head.ttl_ms, head.cache_scope) == (60_000, "public")
    assert isinstance(released.contents[0], TextResourceContents)
    assert "# Alpha as it was" in released.contents[0].text


async def test_the_schemas_the_manifest_and_the_problems_are_read(app: App, pack: Path) -> None:
    async with connected(app) as client:
        schema = (await client.read_resource("context-schema://endpoint/v1")).contents[0]
        manifest = (await client.read_resource("backwright://manifest")).contents[0]
        problems = await client.read_resource("backwright://problems")
    assert isinstance(schema, TextResourceContents)
    assert json.loads(schema.text)["$id"] == "context-schema://endpoint/v1"
    assert isinstance(manifest, TextResourceContents)
    assert manifest.text.encode() == (pack / "manifest.yaml").read_bytes()
    assert isinstance(problems.contents[0], TextResourceContents)
    # The pack of these tests holds a line separator on purpose.
    found = [(each["code"], each["severity"]) for each in json.loads(problems.contents[0].text)["problems"]]
    assert ("HIDDEN_UNICODE", "warning") in found
    assert "error" not in {severity for _, severity in found}
    assert problems.cache_scope == "private"


async def test_what_backwright_yaml_could_say_is_read_where_there_is_a_project(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("from flask import Flask\n\napp = Flask(__name__)\n", encoding="utf-8")
    async with connected(app_over(pack, root=tmp_path)) as client:
        assert "backwright://project" in {one.uri for one in (await client.list_resources()).resources}
        read = await client.read_resource("backwright://project")
    assert isinstance(read.contents[0], TextResourceContents)
    assert json.loads(read.contents[0].text)["context"] == {"framework": "flask"}
    assert (read.cache_scope, read.ttl_ms) == ("private", 0)


async def test_without_a_project_there_is_nothing_to_detect(app: App) -> None:
    async with connected(app) as client:
        assert "backwright://project" not in {one.uri for one in (await client.list_resources()).resources}
        with pytest.raises(MCPError):
            await client.read_resource("backwright://project")


async def test_a_skill_that_is_left_out_is_found_among_the_problems(tmp_path: Path) -> None:
    pack = write_wide_pack(tmp_path, skills=2, files=2)
    (pack / "skills" / "skill-0001" / "SKILL.md").write_text("changed", encoding="utf-8")
    async with connected(app_over(pack)) as client:
        prompts = [prompt.name for prompt in (await client.list_prompts()).prompts]
        content = (await client.read_resource("backwright://problems")).contents[0]
    assert prompts == ["skill-0000"]
    assert isinstance(content, TextResourceContents)
    (problem,) = json.loads(content.text)["problems"]
    assert (problem["code"], problem["path"]) == ("DIGEST_MISMATCH", "skills/skill-0001/SKILL.md")
    assert problem["fix"]


async def test_the_pages_of_a_long_list_hold_every_file_once(tmp_path: Path) -> None:
    pack = write_wide_pack(tmp_path, skills=12, files=10)
    async with connected(app_over(pack)) as client:
        page = await client.list_resources()
        uris = [resource.uri for resource in page.resources]
        assert len(uris) == PAGE
        while page.next_cursor is not None:
            page = await client.list_resources(cursor=page.next_cursor)
            uris += [resource.uri for resource in page.resources]
    files = [uri for uri in uris if uri.startswith("skill://")]
    assert len(files) == len(set(files)) == 120


async def test_a_cursor_that_no_list_gave_is_refused_by_every_list(app: App) -> None:
    async with connected(app) as client:
        for call in (
            client.list_resources,
            client.list_resource_templates,
            client.list_prompts,
            client.list_tools,
        ):
            with pytest.raises(MCPError) as refused:
                await call(cursor="2.0123456789abcdef")
            assert refused.value.code == INVALID_PARAMS


async def test_the_templates_are_those_of_sessions_schemas_plans_reviews_rules_and_each_kind_of_skill(app: App) -> None:
    async with connected(app) as client:
        templates = (await client.list_resource_templates()).resource_templates
    assert [template.uri_template for template in templates] == [
        "backwright://loaded/{session}",
        "context-schema://{type}/v{version}",
        "plan://{digest}",
        "review://{review}/{format}",
        "rule://{code}",
        "skill://lib/{distribution}/{name}/{+path}",
        "skill://v{version}/{name}/{+path}",
        "skill://root/{folder}/{name}/{+path}",
        "skill://{name}/{+path}",
    ]
