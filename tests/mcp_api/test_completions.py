from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import MCPError
from mcp_types import INVALID_PARAMS, PromptReference, ResourceTemplateReference

from backwright.app import App
from backwright.mcp_api.completions import ranked
from tests.mcp_api._connect import app_over, connected
from tests.mcp_api._packs import write_wide_pack

SKILL = ResourceTemplateReference(uri="skill://{name}/{+path}")
RELEASE = ResourceTemplateReference(uri="skill://v{version}/{name}/{+path}")
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
