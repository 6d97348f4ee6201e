"""The Skills extension, clause by clause, through a real client."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from mcp import Client, MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND, BlobResourceContents

from backwright._files import digest
from backwright.app import App
from backwright.mcp_api.skills_extension import IDENTIFIER
from backwright.settings import Settings
from tests.catalog._packs import front, skill_md, write_skill
from tests.conformance.requirements import requirement
from tests.mcp_api._connect import app_over, ask, connected
from tests.mcp_api._packs import write_wide_pack

ALPHA = "skill://alpha/SKILL.md"
RELEASED = "skill://v1.0.0/alpha/SKILL.md"
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
REG_NAME = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-F]{2})+")


async def _entries(client: Client) -> list[dict[str, Any]]:
    listed = (await ask(client, "skills/list"))["skills"]
    assert isinstance(listed, list)
    return listed


async def _everything(client: Client) -> list[dict[str, Any]]:
    """The listed entries and the released one."""
    return [*await _entries(client), (await ask(client, "skills/get", {"uri": RELEASED}))["skill"]]


async def _read(client: Client, uri: str) -> bytes:
    content = (await client.read_resource(uri)).contents[0]
    assert content.uri == uri
    return base64.b64decode(content.blob) if isinstance(content, BlobResourceContents) else content.text.encode()


async def _children(client: Client, uri: str) -> list[dict[str, Any]]:
    children = (await ask(client, "resources/directory/read", {"uri": uri}))["resources"]
    assert isinstance(children, list)
    return children


async def _code(client: Client, method: str, params: dict[str, object]) -> int:
    with pytest.raises(MCPError) as refused:
        await ask(client, method, params)
    return refused.value.code


def _folders(files: Iterable[str], root: str) -> set[str]:
    """The URIs of every directory that holds one of these files, the root's included."""
    return {
        uri[: match.start()]
        for uri in files
        for match in re.finditer("/", uri)
        if uri[: match.start()].startswith(root)
    }


VIEWS = "io.modelcontextprotocol/ui"
"""MCP Apps: the other extension that is declared, and no third."""


@requirement("capability:declared", "capability:directory-read", "capability:resources")
async def test_the_extension_is_declared_with_its_settings_inline(app: App) -> None:
    async with connected(app) as client:
        assert client.server_capabilities.extensions == {IDENTIFIER: {"directoryRead": True}, VIEWS: {}}
        assert client.server_capabilities.resources is not None


@requirement("capability:list-and-get", "capability:directory-method")
async def test_the_methods_that_are_declared_are_answered(app: App) -> None:
    async with connected(app) as client:
        assert await _entries(client)
        assert (await ask(client, "skills/get", {"uri": ALPHA}))["skill"]
        assert await _children(client, "skill://alpha")


@requirement("format:skill-md", "format:frontmatter", "entry:uri", "entry:frontmatter", "entry:reserved")
async def test_an_entry_leads_to_a_skill_md_with_exactly_its_frontmatter(app: App) -> None:
    async with connected(app) as client:
        for entry in await _everything(client):
            text = (await _read(client, entry["uri"])).decode()
            opening, frontmatter, _ = text.split("---\n", 2)
            assert opening == ""
            assert entry["frontmatter"] == yaml.safe_load(frontmatter)
            assert entry["frontmatter"]["name"]
            assert entry["frontmatter"]["description"]
        (alpha, *_) = await _entries(client)
    assert alpha["frontmatter"]["metadata"]["io.modelcontextprotocol/unknown"] == "kept"


@requirement("mapping:scheme", "mapping:final-segment", "mapping:name-rules", "entry:frontmatter-name")
async def test_a_skill_path_ends_in_the_skills_name(app: App) -> None:
    async with connected(app) as client:
        for entry in await _everything(client):
            match = re.fullmatch(r"skill://(?:[^/]+/)*([^/]+)/SKILL\.md", entry["uri"])
            assert match is not None
            assert match[1] == entry["frontmatter"]["name"]
            assert NAME.fullmatch(match[1])


@requirement("mapping:reg-name", "mapping:prefix")
async def test_a_prefix_is_made_of_valid_segments(app: App) -> None:
    async with connected(app) as client:
        for entry in await _everything(client):
            segments = entry["uri"].removeprefix("skill://").split("/")
            assert all(REG_NAME.fullmatch(segment) for segment in segments)


@requirement(
    "mapping:each-file", "entry:resources-complete", "entry:resources-once", "nested:supporting", "entry:array"
)
async def test_an_entry_lists_every_file_on_disk_once(app: App, pack: Path) -> None:
    folders = {"alpha": pack / "skills/alpha", "beta": pack / "skills/beta"}
    async with connected(app) as client:
        for entry in await _entries(client):
            root = folders[entry["frontmatter"]["name"]]
            on_disk = sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
            base = entry["uri"].removesuffix("SKILL.md")
            assert sorted(file["uri"].removeprefix(base) for file in entry["resources"]) == on_disk
    assert "references/deep/deeper/SKILL.md" in [
        path.relative_to(folders["alpha"]).as_posix() for path in folders["alpha"].rglob("*")
    ]


@requirement("entry:resources-skill-md", "entry:resources-inside")
async def test_a_skill_md_is_among_its_files_and_all_are_inside_the_skill(app: App) -> None:
    async with connected(app) as client:
        for entry in await _everything(client):
            uris = [file["uri"] for file in entry["resources"]]
            assert uris.count(entry["uri"]) == 1
            assert all(uri.startswith(entry["uri"].removesuffix("SKILL.md")) for uri in uris)


@requirement("entry:size", "entry:digest", "read:resources-read", "read:exact")
async def test_what_is_read_has_the_size_and_the_digest_of_the_entry(app: App) -> None:
    async with connected(app) as client:
        for entry in await _everything(client):
            for file in entry["resources"]:
                data = await _read(client, file["uri"])
                assert (len(data), digest(data)) == (file["size"], file["digest"])
                assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["digest"])


@requirement("entry:names-unique", "nested:flat")
async def test_the_listing_is_flat_and_names_each_skill_once(app: App) -> None:
    async with connected(app) as client:
        entries = await _entries(client)
    assert [entry["frontmatter"]["name"] for entry in entries] == ["alpha", "beta"]
    assert all(set(entry) == {"uri", "frontmatter", "resources"} for entry in entries)


@requirement("metadata:mime", "metadata:name", "metadata:description", "metadata:other-mime", "metadata:meta-prefix")
async def test_resources_carry_the_metadata_of_their_skill(app: App) -> None:
    async with connected(app) as client:
        listed = {resource.uri: resource for resource in (await client.list_resources()).resources}
        for entry in await _entries(client):
            resource = listed[entry["uri"]]
            assert resource.mime_type == "text/markdown"
            assert resource.name == entry["frontmatter"]["name"]
            assert resource.description == entry["frontmatter"]["description"]
        for uri, resource in listed.items():
            assert all(key.startswith("io.modelcontextprotocol.skills/") for key in resource.meta or {}), uri
    kinds = {uri.rpartition("/")[2]: resource.mime_type for uri, resource in listed.items() if "alpha/assets" in uri}
    assert kinds == {
        "bom.txt": "text/plain",
        "empty.txt": "text/plain",
        "latin.txt": "text/plain",
        "logo.png": "image/png",
        "rows.csv": "text/csv",
    }


@requirement("limits:files", "limits:bytes")
async def test_a_skill_over_a_limit_is_not_served_and_one_at_it_is(tmp_path: Path) -> None:
    names = {f"references/{index:03}.md": "x" for index in range(510)}
    write_skill(tmp_path / "skills", "full", files=names)
    write_skill(tmp_path / "skills", "overfull", files=names | {"references/more2.md": "x"})
    write_skill(tmp_path / "skills", "heavy", files={"assets/big.txt": b"x" * (16 * 1024 * 1024)})
    (tmp_path / "manifest.yaml").write_text("format: 1\nskills: {}\n", encoding="utf-8")
    async with connected(App(Settings(pack=tmp_path, allow_unlocked=True))) as client:
        entries = await _entries(client)
    assert [(entry["frontmatter"]["name"], len(entry["resources"])) for entry in entries] == [("full", 512)]


@requirement("list:result-type", "list:pages", "list:atomic", "list:cacheable")
async def test_the_pages_of_the_listing_hold_each_entry_whole_and_once(tmp_path: Path) -> None:
    pack = write_wide_pack(tmp_path, skills=60, files=3)
    async with connected(app_over(pack)) as client:
        pages = [await ask(client, "skills/list")]
        while "nextCursor" in pages[-1]:
            pages.append(await ask(client, "skills/list", {"cursor": pages[-1]["nextCursor"]}))
        refused = await _code(client, "skills/list", {"cursor": "nonsense"})
    names = [entry["frontmatter"]["name"] for page in pages for entry in page["skills"]]
    assert names == [f"skill-{number:04}" for number in range(60)]
    assert len(pages) == 2
    assert {len(entry["resources"]) for page in pages for entry in page["skills"]} == {3}
    assert {(page["resultType"], page["ttlMs"], page["cacheScope"]) for page in pages} == {
        ("complete", 60_000, "public")
    }
    assert refused == INVALID_PARAMS


@requirement("get:entry", "get:result-type", "get:cacheable", "get:no-cursor")
async def test_getting_a_skill_gives_the_entry_of_the_listing(app: App) -> None:
    async with connected(app) as client:
        for entry in await _entries(client):
            got = await ask(client, "skills/get", {"uri": entry["uri"]})
            assert got["skill"] == entry
            assert (got["resultType"], got["ttlMs"], got["cacheScope"]) == ("complete", 60_000, "public")
            assert "nextCursor" not in got


@requirement("get:unlisted")
async def test_a_released_version_is_got_although_it_is_not_listed(app: App) -> None:
    async with connected(app) as client:
        assert RELEASED not in [entry["uri"] for entry in await _entries(client)]
        got = await ask(client, "skills/get", {"uri": RELEASED})
    assert got["skill"]["frontmatter"]["metadata"]["version"] == "1.0.0"
    assert got["ttlMs"] == 86_400_000


@requirement("get:unknown", "get:skill-md-only")
@pytest.mark.parametrize(
    "uri",
    [
        "skill://gamma/SKILL.md",
        "skill://alpha",
        "skill://alpha/",
        "skill://alpha/references/deep/notes.md",
        "skill://v9.9.9/alpha/SKILL.md",
        "skill://v1.1.0/alpha/SKILL.md",
        "backwright://manifest",
        "",
    ],
)
async def test_a_uri_that_is_no_skills_is_refused(app: App, uri: str) -> None:
    async with connected(app) as client:
        assert await _code(client, "skills/get", {"uri": uri}) == INVALID_PARAMS


@requirement("directory:every", "directory:children", "directory:mime", "directory:no-slash", "mapping:root")
async def test_every_directory_lists_its_direct_children(app: App) -> None:
    async with connected(app) as client:
        for entry in await _everything(client):
            files = [file["uri"] for file in entry["resources"]]
            root = entry["uri"].removesuffix("/SKILL.md")
            folders = _folders(files, root)
            assert root in folders
            for folder in folders:
                inside = {uri[len(folder) + 1 :].split("/")[0] for uri in files if uri.startswith(f"{folder}/")}
                children = await _children(client, folder)
                assert [child["uri"] for child in children] == sorted(f"{folder}/{name}" for name in inside)
                kinds = {child["uri"]: child["mimeType"] == "inode/directory" for child in children}
                assert kinds == {uri: uri in folders for uri in kinds}
                assert not any(child["uri"].endswith("/") for child in children)


@requirement("directory:metadata", "directory:result-type")
async def test_a_file_in_a_directory_has_the_metadata_of_the_list(app: App) -> None:
    async with connected(app) as client:
        listed = {resource.uri: resource for resource in (await client.list_resources()).resources}
        answer = await ask(client, "resources/directory/read", {"uri": "skill://alpha"})
    (skill_md,) = [child for child in answer["resources"] if child["uri"] == ALPHA]
    assert skill_md == listed[ALPHA].model_dump(mode="json", by_alias=True, exclude_none=True)
    # Freshness is not of this result in the specification; one widely used client refuses it without.
    assert (answer["resultType"], answer["ttlMs"], answer["cacheScope"]) == ("complete", 60_000, "public")


@requirement("directory:pages")
async def test_a_large_directory_comes_in_pages(tmp_path: Path) -> None:
    pack = write_wide_pack(tmp_path, skills=1, files=130)
    uri = "skill://skill-0000/references"
    async with connected(app_over(pack)) as client:
        pages = [await ask(client, "resources/directory/read", {"uri": uri})]
        while "nextCursor" in pages[-1]:
            cursor = pages[-1]["nextCursor"]
            pages.append(await ask(client, "resources/directory/read", {"uri": uri, "cursor": cursor}))
        other = await _code(
            client, "resources/directory/read", {"uri": "skill://skill-0000", "cursor": pages[0]["nextCursor"]}
        )
    names = [child["name"] for page in pages for child in page["resources"]]
    assert len(names) == len(set(names)) == 129
    assert len(pages) > 1
    assert other == INVALID_PARAMS


@requirement("directory:unknown", "directory:not-a-directory")
@pytest.mark.parametrize(
    "uri",
    [
        ALPHA,
        "skill://alpha/",
        "skill://alpha/references/",
        "skill://alpha/none",
        "skill://alpha/refer",
        "skill://gamma",
        "skill://",
        "skill://v1.0.0",
        "skill://alpha/references/..",
        "",
    ],
)
async def test_what_is_no_directory_is_refused(app: App, uri: str) -> None:
    async with connected(app) as client:
        assert await _code(client, "resources/directory/read", {"uri": uri}) == INVALID_PARAMS


@requirement("errors:read-unknown", "errors:informative")
async def test_reading_a_file_that_is_not_served_says_so(app: App) -> None:
    async with connected(app) as client:
        with pytest.raises(MCPError, match=r"no resource is served at skill://alpha/none\.md") as refused:
            await client.read_resource("skill://alpha/none.md")
        assert refused.value.code == INVALID_PARAMS
        with pytest.raises(MCPError, match=r"no skill is served at skill://gamma/SKILL\.md"):
            await ask(client, "skills/get", {"uri": "skill://gamma/SKILL.md"})


class Broken(App):
    """An app with a defect."""

    def manifest(self) -> bytes:
        raise ValueError("a secret of this machine")


@requirement("errors:internal")
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_internal_error_is_named_so_and_says_nothing_else(
    pack: Path, caplog: pytest.LogCaptureFixture, mode: str
) -> None:
    async with connected(Broken(Settings(pack=pack)), mode) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource("backwright://manifest")
    assert (refused.value.code, refused.value.message) == (INTERNAL_ERROR, "Internal error")
    assert "a secret of this machine" in caplog.text


@requirement("reserved:methods")
async def test_no_other_method_of_the_extensions_prefix_is_answered(app: App) -> None:
    async with connected(app) as client:
        for method in ("skills/read", "skills/delete", "skills/", "skills/listen"):
            assert await _code(client, method, {}) == METHOD_NOT_FOUND


@requirement("format:conforms")
async def test_a_skill_that_does_not_conform_is_not_served_and_its_neighbour_is(tmp_path: Path) -> None:
    write_skill(tmp_path / "skills", "bad", frontmatter=front("good"))
    write_skill(tmp_path / "skills", "good", files={"SKILL.md": skill_md(front("good"))})
    (tmp_path / "manifest.yaml").write_text("format: 1\nskills: {}\n", encoding="utf-8")
    async with connected(App(Settings(pack=tmp_path, allow_unlocked=True))) as client:
        assert [entry["uri"] for entry in await _entries(client)] == ["skill://good/SKILL.md"]
