"""One contract: a request for a skill gives the same version, or the same refusal, wherever it is made."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from mcp import Client, MCPError
from mcp_types import GetPromptResult, PromptReference, TextContent, TextResourceContents

from backwright.app import App
from backwright.cli.main import main
from tests.mcp_api._connect import app_over, ask, connected

Surface = Callable[[Client, Path, str], Awaitable[str]]

REQUESTS = [
    ("alpha", "1.1.0"),
    ("alpha@1.0.0", "1.0.0"),
    ("alpha@1.1.0", "1.1.0"),
    ("alpha@>=1.0,<1.1", "1.0.0"),
    ("alpha@>=1.0.1 <2", "1.1.0"),
    ("alpha@1", "1.1.0"),
    ("alpha@1.0", "1.0.0"),
    ("alpha@^1", "1.1.0"),
    ("alpha@~1.0", "1.0.0"),
    ("alpha@~=1.0.0", "1.0.0"),
    ("alpha@latest", "1.1.0"),
    ("alpha@*", "1.1.0"),
    ("Alpha@v1.0", "1.0.0"),
    ("alpha<1.1", "1.0.0"),
    ("beta", "1.0.0"),
]
REFUSED = [
    ("alpha@2", "VERSION_NOT_FOUND", "its versions: 1.1.0, 1.0.0"),
    ("alpha@>1.1", "VERSION_NOT_FOUND", "its versions: 1.1.0, 1.0.0"),
    ("beta@0.9.0", "VERSION_NOT_FOUND", "its versions: 1.0.0"),
    ("alhpa@1", "SKILL_NOT_FOUND", "alpha"),
    ("alpha@new", "INVALID_VERSION", ">=1.2,<2"),
    ("alpha@", "INVALID_VERSION", ">=1.2,<2"),
]


class RefusedError(Exception):
    """What a surface said instead of an answer."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


async def tool(client: Client, name: str, arguments: dict[str, object]) -> str:
    answer = await client.call_tool(name, arguments)
    assert isinstance(answer.content[0], TextContent)
    if answer.is_error:
        raise RefusedError(answer.structured_content["code"], answer.content[0].text)
    return str(answer.structured_content["version"])


async def by_use_skill(client: Client, _: Path, request: str) -> str:
    return await tool(client, "use_skill", {"request": "Do it.", "name": request})


async def by_use_skill_in_words(client: Client, _: Path, request: str) -> str:
    """The request inside of the task, as a user writes it."""
    if not re.search(r"[0-9]|latest", request):
        return await by_use_skill(client, _, request)
    return await tool(client, "use_skill", {"request": f"use {request.replace(' ', ',')}"})


async def by_use_skill_with_a_version(client: Client, _: Path, request: str) -> str:
    name, _at, version = request.partition("@")
    if not version:
        return await by_use_skill(client, _, request)
    return await tool(client, "use_skill", {"request": "Do it.", "name": name, "version": version})


async def by_read_skill_file(client: Client, _: Path, request: str) -> str:
    return await tool(client, "read_skill_file", {"skill": request, "path": "SKILL.md"})


async def _prompt(client: Client, name: str, arguments: dict[str, str]) -> str:
    try:
        answer: GetPromptResult = await client.get_prompt(name, {"task": "Do it.", **arguments})
    except MCPError as error:
        raise RefusedError((error.data or {}).get("code", "SKILL_NOT_FOUND"), error.message) from None
    assert isinstance(answer.messages[0].content, TextContent)
    found = re.search(r"^# (?:alpha|beta) (\S+)$", answer.messages[0].content.text, re.MULTILINE)
    assert found is not None
    return found[1]


async def by_prompt(client: Client, _: Path, request: str) -> str:
    return await _prompt(client, request, {})


async def by_prompt_with_a_version(client: Client, _: Path, request: str) -> str:
    name, _at, version = request.partition("@")
    return await _prompt(client, *((name, {"version": version}) if version else (request, {})))


async def by_skills_get(client: Client, _: Path, request: str) -> str:
    try:
        entry = (await ask(client, "skills/get", {"uri": request}))["skill"]
        # The address that it names answers the same to `skills/get` and, byte for byte, to `resources/read`.
        assert (await ask(client, "skills/get", {"uri": entry["uri"]}))["skill"] == entry
        content = (await client.read_resource(entry["uri"])).contents[0]
    except MCPError as error:
        raise RefusedError(error.data["code"], error.message) from None
    assert isinstance(content, TextResourceContents)
    version = str(entry["frontmatter"]["metadata"]["version"])
    assert f'version: "{version}"' in content.text
    return version


def _command(pack: Path, *arguments: str) -> dict[str, object]:
    import contextlib
    import io

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*arguments, "--json", "--pack", str(pack)])
    answer: dict[str, object] = json.loads(out.getvalue())
    if code:
        error = answer["error"]
        assert isinstance(error, dict)
        raise RefusedError(str(error["code"]), f"{error['message']} {error['hint']}")
    return answer


async def by_skills_show(_: Client, pack: Path, request: str) -> str:
    return str((await asyncio.to_thread(_command, pack, "skills", "show", request))["version"])


async def by_route(_: Client, pack: Path, request: str) -> str:
    answer = await asyncio.to_thread(_command, pack, "route", "Do it.", "--name", request)
    matches = answer["matches"]
    assert isinstance(matches, list)
    return str(matches[0]["version"])


SURFACES: tuple[Surface, ...] = (
    by_use_skill,
    by_use_skill_in_words,
    by_use_skill_with_a_version,
    by_read_skill_file,
    by_prompt,
    by_prompt_with_a_version,
    by_skills_get,
    by_skills_show,
    by_route,
)


def _name(surface: Surface) -> str:
    return getattr(surface, "__name__", "surface")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that pins alpha."""
    root = tmp_path_factory.mktemp("pinned")
    (root / "backwright.yaml").write_text('skills:\n  alpha: "~1.0"\n', encoding="utf-8")
    return root


@pytest.mark.parametrize("surface", SURFACES, ids=_name)
async def test_a_request_gives_the_same_version_everywhere(surface: Surface, app: App, pack: Path) -> None:
    async with connected(app) as client:
        given = [(request, await surface(client, pack, request)) for request, _ in REQUESTS]
    assert given == REQUESTS


# A wrong name or a broken range inside of a sentence is prose, and no request.
@pytest.mark.parametrize("surface", [each for each in SURFACES if each is not by_use_skill_in_words], ids=_name)
async def test_what_cannot_be_had_is_refused_the_same_everywhere_and_says_what_there_is(
    surface: Surface, app: App, pack: Path
) -> None:
    async with connected(app) as client:
        for request, code, said in REFUSED:
            with pytest.raises(RefusedError) as refused:
                await surface(client, pack, request)
            assert refused.value.code == code, request
            # A sentence may begin with a capital.
            assert said.casefold() in refused.value.text.casefold(), request


@pytest.mark.parametrize("surface", SURFACES, ids=_name)
async def test_a_pin_answers_where_no_range_is_asked_for_and_gives_way_to_one(
    surface: Surface, pack: Path, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    async with connected(app_over(pack, project)) as client:
        given = {request: await surface(client, pack, request) for request in ("alpha", "alpha@^1", "beta")}
    assert given == {"alpha": "1.0.0", "alpha@^1": "1.1.0", "beta": "1.0.0"}


@pytest.mark.parametrize(("pin", "code"), [("^2", "VERSION_NOT_FOUND"), ("newest", "INVALID_CONTEXT")])
@pytest.mark.parametrize("surface", SURFACES, ids=_name)
async def test_a_pin_that_nothing_fits_is_never_passed_over(
    surface: Surface, pin: str, code: str, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backwright.yaml").write_text(f'skills:\n  alpha: "{pin}"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    async with connected(app_over(pack, tmp_path)) as client:
        with pytest.raises(RefusedError) as refused:
            await surface(client, pack, "alpha")
    assert refused.value.code == code
    assert "backwright.yaml" in refused.value.text


async def test_the_answer_says_that_a_pin_was_followed_or_passed_over(pack: Path, project: Path) -> None:
    async with connected(app_over(pack, project)) as client:
        reasons = [
            (await client.call_tool("use_skill", arguments)).structured_content["reason"]
            for arguments in (
                {"request": "Do it.", "name": "alpha"},
                {"request": "Do it.", "name": "alpha@^1"},
                {"request": "My asyncio gather hangs."},
                {"request": "Do it.", "name": "beta"},
            )
        ]
    followed = "The project pins it to ~1.0: this is 1.0.0; 1.1.0 exists, see `backwright outdated`."
    assert reasons[0].endswith(followed)
    assert reasons[1].endswith("^1, asked for, wins over the project's pin ~1.0: this is 1.1.0.")
    assert reasons[2].endswith(followed)
    assert "pin" not in reasons[3]


@pytest.mark.parametrize(
    ("arguments", "decision", "names"),
    [
        ({"request": "My asyncio gather hangs.", "paths": ["src/App.tsx"]}, "suggest", ["alpha"]),
        ({"request": "Bake a cake."}, "none", ["alpha", "beta"]),
    ],
)
async def test_what_is_offered_is_what_the_pin_gives(
    pack: Path, project: Path, arguments: dict[str, object], decision: str, names: list[str]
) -> None:
    async with connected(app_over(pack, project)) as client:
        answer = (await client.call_tool("use_skill", arguments)).structured_content or {}
    versions = {"alpha": ("1.0.0", "Say what it is for, and when to use it"), "beta": ("1.0.0", None)}
    assert answer["decision"] == decision
    assert [each["skill"] for each in answer["candidates"]] == names
    for each in answer["candidates"]:
        version, summary = versions[each["skill"]]
        assert each["version"] == version
        assert summary in {None, each["summary"]}


async def test_what_is_only_spoken_of_in_a_routing_is_at_the_pin_too(pack: Path, project: Path, tmp_path: Path) -> None:
    text, paths = "My asyncio gather hangs.", ("src/App.tsx",)
    assert [match.version for match in app_over(pack, project).route(text, paths=paths).matches] == ["1.0.0"]
    assert [match.version for match in app_over(pack, tmp_path).route(text, paths=paths).matches] == ["1.1.0"]
    (tmp_path / "backwright.yaml").write_text("skills: {alpha: ^9}\n", encoding="utf-8")
    offered = app_over(pack, tmp_path).use_skill("Bake a cake.").candidates
    assert [(each.skill, each.version) for each in offered] == [("alpha", "^9 (nothing fits)"), ("beta", "1.0.0")]


async def test_two_versions_are_served_side_by_side(app: App) -> None:
    async with connected(app) as client:
        for uri, said in (
            ("skill://alpha/SKILL.md", "# Alpha\n"),
            ("skill://v1.0.0/alpha/SKILL.md", "# Alpha as it was"),
        ):
            content = (await client.read_resource(uri)).contents[0]
            assert isinstance(content, TextResourceContents)
            assert said in content.text


@pytest.mark.parametrize("uri", ["skill://v9.0.0/alpha/SKILL.md", "skill://v1/alpha/SKILL.md", "skill://v/alpha/x"])
@pytest.mark.parametrize("method", ["skills/get", "resources/read"])
async def test_an_address_is_exact_and_a_wrong_one_is_told_the_versions(app: App, method: str, uri: str) -> None:
    async with connected(app) as client:
        with pytest.raises(MCPError, match=r"released versions of alpha are 1\.0\.0") as refused:
            await ask(client, method, {"uri": uri})
    assert (refused.value.data or {})["code"] == "UNKNOWN_URI"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("^1", ["1.1.0", "1.0.0"]), (">=1.0,<1.1", ["1.0.0"]), ("~1.0", ["1.0.0"]), ("^2", []), ("new", [])],
)
async def test_a_range_that_is_typed_is_completed_by_what_lies_in_it(app: App, typed: str, expected: list[str]) -> None:
    async with connected(app) as client:
        for name in ("alpha", "alpha@^1"):
            answer = await client.complete(PromptReference(name=name), {"name": "version", "value": typed})
            assert answer.completion.values == expected


@pytest.mark.parametrize("version", ["1.0.0", "^1"])
async def test_two_ranges_in_one_request_are_refused(app: App, version: str) -> None:
    async with connected(app) as client:
        with pytest.raises(RefusedError, match=r"INVALID_INPUT: .*has a version already"):
            await tool(client, "use_skill", {"request": "x", "name": "alpha@1", "version": version})
