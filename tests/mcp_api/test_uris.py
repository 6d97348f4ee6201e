"""Addresses through every method that takes one: exactly one spelling answers, and no refusal repeats or reveals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp import MCPError
from mcp_types import INVALID_PARAMS

from backwright.app import App
from backwright.mcp_api._shelf import Shelf, Tree, Trees
from backwright.settings import Settings
from tests.catalog._venvs import SKILL, install, write_venv
from tests.mcp_api._connect import MODES, ask, connected
from tests.mcp_api._packs import write_test_pack
from tests.mcp_api.test_resources import HOSTILE

METHODS = ("resources/read", "skills/get", "resources/directory/read")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """Heads, a release, a skill of a package and one of a folder whose name another has."""
    root = tmp_path_factory.mktemp("root")
    more = {"some_thing/.agents/skills/gizmo/references/a b.md": "More.\n"}
    install(write_venv(root), "some-thing", "2.5", skills=("gizmo",), files=more)
    (root / "my notes").mkdir()
    (root / "my notes/beta.md").write_text(SKILL.format(name="beta"), encoding="utf-8")
    return App(Settings(root=root, pack=write_test_pack(root / "pack"), skills=(root / "my notes",)))


def addresses(app: App) -> Iterator[str]:
    """Every address of a file or of a folder of a skill."""
    for skill in (*app.catalog.skills, *app.catalog.releases):
        for file in skill.files:
            parts = skill.uri(file.path).split("/")
            yield "/".join(parts)
            folders = file.path.count("/") + 1
            yield from ("/".join(parts[:-count]) for count in range(1, folders + 1))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("method", METHODS)
async def test_no_method_answers_another_spelling_or_says_where_anything_lies(app: App, method: str, mode: str) -> None:
    extra = ["%", "skill://%61lpha/SKILL.md", "skill://alpha/SKILL.md ", "../alpha", "al\0pha", "a" * 100_000]
    # A folder has an address, and it is read by one method only.
    served = {"skill://alpha"} if method == "resources/directory/read" else set[str]()
    async with connected(app, mode) as client:
        for uri in (*HOSTILE, *extra):
            if uri in served:
                continue
            with pytest.raises(MCPError) as refused:
                await ask(client, method, {"uri": uri})
            error = refused.value
            assert error.code == INVALID_PARAMS, uri
            said = f"{error.message} {error.data}"
            assert len(said) < 1_200
            assert str(app.pack) not in said
            assert "Traceback" not in said
            assert "site-packages" not in said
            assert "\0" not in said


SPOILS = [
    *("%2e%2e/", "../", "./", "//", "/", "%2f", "%5c", "\\", "\0", "%00", "\r\n", "%0d%0a", " ", "%20"),
    *("user@", ":80", "?x=1", "#top", "%", "%zz", "\u200b", "\u202e", "\uff0f", "\u2024", "e\u0301", "+", ";a=b", "~"),
]


def _encoded(uri: str, at: int) -> str:
    return f"{uri[:at]}%{ord(uri[at]) & 0xFF:02x}{uri[at + 1 :]}"


def _other_case(uri: str, at: int) -> str:
    return f"{uri[:at]}{uri[at].swapcase()}{uri[at + 1 :]}"


spoilt = st.one_of(
    st.sampled_from(SPOILS).map(lambda text: lambda uri, at: f"{uri[:at]}{text}{uri[at:]}"),
    st.just(_encoded),
    st.just(_other_case),
    st.just(lambda uri, at: f"{uri[:at]}{uri[at + 1 :]}"),
    st.text(min_size=1, max_size=3).map(lambda text: lambda uri, at: f"{uri[:at]}{text}{uri[at:]}"),
)


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_an_address_that_is_spoilt_anywhere_is_that_of_nothing(app: App, data: st.DataObject) -> None:
    known = sorted(set(addresses(app)))
    uri = data.draw(st.sampled_from(known))
    at = data.draw(st.integers(0, len(uri) - 1))
    other = data.draw(spoilt)(uri, at)
    shelf = Shelf(app)
    answers = [shelf.file(other), shelf.directory(other), shelf.entry(other)]
    assert any(answer is not None for answer in answers) == (other in known)


def test_every_address_answers_and_no_two_files_have_the_same(app: App) -> None:
    shelf = Shelf(app)
    files = [skill.uri(file.path) for skill in (*app.catalog.skills, *app.catalog.releases) for file in skill.files]
    assert len(files) == len(set(files))
    for uri in files:
        found = shelf.file(uri)
        assert found is not None
        assert found.verified() == found.data
    for uri in set(addresses(app)) - set(files):
        children = shelf.directory(uri)
        assert children
        assert all(str(child.uri).startswith(f"{uri}/") for child in children)


class Counting(dict[str, Tree]):
    """Says how often it is asked."""

    asked = 0

    def get(self, key: str, default: Any = None) -> Any:
        self.asked += 1
        return super().get(key, default)


def test_an_address_of_many_components_is_not_tried_at_each_of_them(app: App) -> None:
    shelf = Shelf(app)
    roots = Counting(shelf._current().roots)
    trees = Trees((), roots)
    assert trees.tree("skill://none/" + "b/" * 100_000) is None
    assert roots.asked < 20
    for root, tree in roots.items():
        assert trees.tree(f"{root}/SKILL.md") is tree
        assert trees.tree(root) is tree


@pytest.mark.parametrize("cursor", ["", "0", "x", "-1", "1.zz", "9" * 5_000, "2.0123456789abcdef", "\0", "../.."])
@pytest.mark.parametrize(
    "method",
    [
        "resources/list",
        "resources/templates/list",
        "prompts/list",
        "tools/list",
        "skills/list",
        "resources/directory/read",
    ],
)
async def test_a_garbage_cursor_is_refused_by_every_list(app: App, method: str, cursor: str) -> None:
    params: dict[str, object] = {"cursor": cursor}
    if method == "resources/directory/read":
        params["uri"] = "skill://alpha"
    async with connected(app) as client:
        with pytest.raises(MCPError) as refused:
            await ask(client, method, params)
    assert refused.value.code == INVALID_PARAMS
    assert len(refused.value.message) < 300
