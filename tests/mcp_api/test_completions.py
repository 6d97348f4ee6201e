from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import MCPError
from mcp_types import INVALID_PARAMS, PromptReference, ResourceTemplateReference

from backwright.app import App
from backwright.mcp_api.completions import ranked
from backwright.settings import Settings
from tests.catalog._venvs import SKILL as SKILL_TEXT
from tests.catalog._venvs import install, write_venv
from tests.mcp_api._connect import app_over, connected
from tests.mcp_api._packs import write_wide_pack

SKILL = ResourceTemplateReference(uri="skill://{name}/{+path}")
RELEASE = ResourceTemplateReference(uri="skill://v{version}/{name}/{+path}")
LIBRARY = ResourceTemplateReference(uri="skill://lib/{distribution}/{name}/{+path}")
ROOT = ResourceTemplateReference(uri="skill://root/{folder}/{name}/{+path}")
RULE = ResourceTemplateReference(uri="rule://{code}")
ALPHA = PromptReference(name="alpha")

Reference = ResourceTemplateReference | PromptReference


@pytest.mark.parametrize(
    ("reference", "argument", "typed", "known", "expected"),
    [
        (ALPHA, "version", "", {}, ["1.1.0", "1.0.0"]),
        (ALPHA, "version", "1.0", {}, ["1.0.0", "1.1.0"]),
        (ALPHA, "task", "any", {}, []),
        (SKILL, "name", "A", {}, ["alpha", "beta"]),
        (SKILL, "name", "z", {}, []),
        (SKILL, "path", "deep/", {"name": "alpha"}, ["references/deep/deeper/SKILL.md", "references/deep/notes.md"]),
        (SKILL, "path", "SKILL", {"name": "beta"}, ["SKILL.md"]),
        (SKILL, "path", "SKILL", {"name": "gamma"}, []),
        (SKILL, "path", "SKILL", {}, []),
        (RELEASE, "version", "", {"name": "alpha"}, ["1.0.0"]),
        (RELEASE, "version", "", {"name": "beta"}, []),
        (RELEASE, "path", "more", {"name": "alpha", "version": "1.0.0"}, ["references/more.md"]),
        (RULE, "code", "bw102", {}, ["BW102"]),
    ],
)
async def test_what_is_typed_is_completed(
    app: App, reference: Reference, argument: str, typed: str, known: dict[str, str], expected: list[str]
) -> None:
    async with connected(app) as client:
        answer = await client.complete(reference, {"name": argument, "value": typed}, context_arguments=known)
    assert answer.completion.values == expected
    assert (answer.completion.total, answer.completion.has_more) == (len(expected), False)


THING = {"distribution": "some-thing"}


@pytest.mark.parametrize(
    ("reference", "argument", "typed", "known", "expected"),
    [
        (LIBRARY, "distribution", "", {}, ["some-thing", "zoo"]),
        (LIBRARY, "distribution", "thing", {}, ["some-thing"]),
        (LIBRARY, "distribution", "", {"name": "lion"}, ["zoo"]),
        (LIBRARY, "name", "", THING, ["alpha", "gizmo"]),
        (LIBRARY, "name", "", {}, ["alpha", "gizmo", "lion"]),
        (LIBRARY, "name", "", {"distribution": "fastapi"}, []),
        (LIBRARY, "path", "", THING | {"name": "gizmo"}, ["SKILL.md", "references/more.md"]),
        (LIBRARY, "path", "", THING, []),
        (SKILL, "name", "", {}, ["alpha", "beta"]),
        (ROOT, "folder", "", {}, ["my-notes"]),
        (ROOT, "name", "", {"folder": "my-notes"}, ["beta"]),
        (ROOT, "path", "orig", {"folder": "my-notes", "name": "beta"}, ["original/beta.md"]),
    ],
)
async def test_addresses_of_packages_and_of_folders_are_completed_part_by_part(
    pack: Path, tmp_path: Path, reference: Reference, argument: str, typed: str, known: dict[str, str], expected: object
) -> None:
    site = write_venv(tmp_path)
    install(
        site,
        "some-thing",
        skills=("gizmo", "alpha"),
        files={"some_thing/.agents/skills/gizmo/references/more.md": "More.\n"},
    )
    install(site, "zoo", skills=("lion",))
    (tmp_path / "My Notes").mkdir()
    (tmp_path / "My Notes/beta.md").write_text(SKILL_TEXT.format(name="beta"), encoding="utf-8")
    app = App(Settings(root=tmp_path, pack=pack, skills=(tmp_path / "My Notes",)))
    async with connected(app) as client:
        answer = await client.complete(reference, {"name": argument, "value": typed}, context_arguments=known)
    assert answer.completion.values == expected


@pytest.mark.parametrize(
    ("reference", "argument"),
    [
        (PromptReference(name="gamma"), "version"),
        (ALPHA, "other"),
        (SKILL, "version"),
        (ResourceTemplateReference(uri="file:///{path}"), "path"),
    ],
)
async def test_what_does_not_exist_is_not_completed(app: App, reference: Reference, argument: str) -> None:
    async with connected(app) as client:
        with pytest.raises(MCPError) as refused:
            await client.complete(reference, {"name": argument, "value": ""})
    assert refused.value.code == INVALID_PARAMS


@given(st.lists(st.text(max_size=6)), st.text(max_size=3))
def test_ranking_keeps_what_holds_the_text_and_puts_first_what_starts_with_it(choices: list[str], typed: str) -> None:
    found = ranked(choices, typed)
    wanted = typed.casefold()
    assert set(found) == {choice for choice in choices if wanted in choice.casefold()}
    starts = [choice.casefold().startswith(wanted) for choice in found]
    assert starts == sorted(starts, reverse=True)


async def test_at_most_a_hundred_values_are_sent_and_the_rest_is_counted(tmp_path: Path) -> None:
    pack = write_wide_pack(tmp_path, skills=1, files=130)
    async with connected(app_over(pack)) as client:
        answer = await client.complete(SKILL, {"name": "path", "value": ""}, context_arguments={"name": "skill-0000"})
    assert (len(answer.completion.values), answer.completion.total, answer.completion.has_more) == (100, 130, True)
