"""Who sees the pages where callers say who they are, and what nobody sees without a token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from backwright.app import App
from backwright.contexts.context import LOCAL, Address
from backwright.errors import InvalidInputError
from backwright.http_api.app import http_app
from backwright.http_api.pages import Shown, is_page, shown
from backwright.identity.authority import Authority
from backwright.identity.configured import Configured
from backwright.settings import Settings
from tests.catalog._venvs import install, write_venv
from tests.http_api._asgi import ORIGIN
from tests.identity._issuer import ISSUER, RESOURCE, Serving, token
from tests.mcp_api._packs import write_test_pack

OPEN = ("/", "/skills/alpha", "/skills/alpha/1.0.0", "/rules", "/rules/BW101", "/docs", "/schemas", "/problems")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Alpha is for everyone, beta for whoever names it, gizmo of another party, broken left out; and a context."""
    root = tmp_path_factory.mktemp("project")
    (root / "backwright.yaml").write_text("scope: {beta: discoverable}\n", encoding="utf-8")
    install(write_venv(root), "some-thing", skills=("gizmo",))
    pack: Path = write_test_pack(tmp_path_factory.mktemp("pack"))
    (pack / "skills" / "broken").mkdir()
    (pack / "skills" / "broken" / "SKILL.md").write_text("no frontmatter\n", encoding="utf-8")
    made = App(Settings(root=root, pack=pack, database="memory://", contexts=True))
    made.contexts.put(LOCAL, Address("secret-shop", "one"), {"framework": "flask"}, type="project")
    made.contexts.register_schema(LOCAL, "secret-plan", {"type": "object", "additionalProperties": False})
    yield made
    made.close()


@asynccontextmanager
async def pages(app: App, keys: Serving, who: Shown | None) -> AsyncIterator[httpx2.AsyncClient]:
    authority = Authority(Configured(resource=RESOURCE, issuer=ISSUER, jwks=keys.url))
    application = http_app(app, authority=authority, shown=who)
    transport = httpx2.ASGITransport(application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client,
    ):
        yield client


def head(scope: str = "skills:read") -> dict[str, str]:
    return {"authorization": f"Bearer {token(scope=scope)}"}


@pytest.mark.parametrize("path", OPEN)
async def test_pages_take_a_token_unless_it_is_said_otherwise(app: App, keys: Serving, path: str) -> None:
    async with pages(app, keys, None) as client:
        assert (await client.get(path)).status_code == 401
        assert (await client.get(path, headers=head("review:run"))).status_code == 403
        assert (await client.get(path, headers=head())).status_code == 200


@pytest.mark.parametrize("path", OPEN)
async def test_public_pages_are_seen_by_everyone(app: App, keys: Serving, path: str) -> None:
    async with pages(app, keys, "public") as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["vary"]) == (200, "Authorization")


async def test_without_a_token_no_public_page_names_what_is_private(app: App, keys: Serving) -> None:
    private = ("beta", "gizmo", "some-thing", "broken", "secret-shop", "secret-plan")
    async with pages(app, keys, "public") as client:
        paths = [*OPEN, *(f"/?q={word}" for word in private)]
        seen = {path: (await client.get(path)).text.partition("?q=")[0] for path in paths}
        whole = {path: (await client.get(path, headers=head())).text for path in ("/", "/problems")}
        missing = [await client.get(f"/skills/{name}") for name in ("beta", "lib/some-thing/gizmo", "broken", "none")]
    for path in OPEN:
        assert [word for word in private if word in seen[path]] == [], path
    for word in private:
        assert f'href="skills/{word}"' not in seen[f"/?q={word}"]
    assert [answer.status_code for answer in missing] == [404] * 4
    # A token shows all of it, so there is something that was not shown.
    assert ["beta" in whole["/"], "gizmo" in whole["/"], "broken" in whole["/problems"]] == [True] * 3


@pytest.mark.parametrize(
    ("sent", "status"),
    [("Bearer abc", 401), ("Basic YW5uOmFubg==", 401), ("", 401), (None, 200)],
)
async def test_a_token_that_is_shown_to_a_public_page_has_to_hold(
    app: App, keys: Serving, sent: str | None, status: int
) -> None:
    async with pages(app, keys, "public") as client:
        given = {} if sent is None else {"authorization": sent}
        assert (await client.get("/", headers=given)).status_code == status
        assert (await client.get("/", headers=head("review:run"))).status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/mcp",
        "/v1/contexts",
        "/v1/schemas",
        "/v1/openapi.json",
        "/.well-known/agent-skills/index.json",
        "/.well-known/agent-skills/alpha.tar.gz",
        "/metrics",
        "/nowhere",
        "/skillsx",
        "/%2e%2e/v1/contexts",
    ],
)
async def test_public_pages_open_nothing_else(app: App, keys: Serving, path: str) -> None:
    async with pages(app, keys, "public") as client:
        ask = {"content": b"{}", "headers": {"content-type": "application/json"}} if path == "/mcp" else {}
        answer = await client.request("POST" if path == "/mcp" else "GET", path, **ask)  # type: ignore[arg-type]
    assert answer.status_code == 401


@pytest.mark.parametrize("path", OPEN)
async def test_pages_that_are_off_are_not_there_with_a_token_either(app: App, keys: Serving, path: str) -> None:
    async with pages(app, keys, "off") as client:
        assert (await client.get(path)).status_code == 401
        assert (await client.get(path, headers=head())).status_code == 404


async def test_pages_of_this_machine_s_user_can_be_off_too(app: App) -> None:
    for who, status in (("off", 404), ("public", 200)):
        application = http_app(app, shown=who)  # type: ignore[arg-type]
        transport = httpx2.ASGITransport(application)
        async with (
            application.router.lifespan_context(application),
            httpx2.AsyncClient(transport=transport, base_url=ORIGIN) as client,
        ):
            assert (await client.get("/skills/beta")).status_code == status


@pytest.mark.parametrize(
    ("said", "apart", "who"),
    [("", True, "token"), ("", False, "public"), (" Public ", True, "public"), ("off", True, "off")],
)
def test_who_sees_them_is_said_by_the_environment(said: str, apart: bool, who: Shown) -> None:  # noqa: FBT001
    assert shown({"BACKWRIGHT_PAGES": said}, apart=apart) == who


@pytest.mark.parametrize("said", ["1", "true", "yes", "publik"])
def test_what_is_none_of_the_three_is_refused(said: str) -> None:
    with pytest.raises(InvalidInputError, match="BACKWRIGHT_PAGES"):
        shown({"BACKWRIGHT_PAGES": said}, apart=True)


@pytest.mark.parametrize("path", ["", "//", "/skill", "/v1/skills", "/skillsets", "/mcp", "//docs"])
def test_what_only_looks_like_a_page_is_none(path: str) -> None:
    assert not is_page(path)
