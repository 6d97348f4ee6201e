"""A handle is a name and no capability: what one principal was given, no other finds, and nobody without a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from backwright.app import App
from backwright.identity.principal import Principal
from backwright.settings import Settings
from tests.http_api._asgi import asked
from tests.mcp_api._packs import write_test_pack

ANN = Principal("https://id.example", "ann", frozenset({"contexts:read"}))
BOB = Principal("https://id.example", "bob", frozenset())
OTHER_ANN = Principal("https://id.other", "ann", frozenset())
STRANGERS = (BOB, OTHER_ANN, None)
DIFF = "--- a/shop.py\n+++ b/shop.py\n@@ -0,0 +1 @@\n+import os\n"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    pack: Path = write_test_pack(tmp_path_factory.mktemp("pack"))
    return App(Settings(pack=pack, database="memory://", contexts=True))


async def test_a_review_is_gone_on_with_by_its_holder_alone(app: App) -> None:
    async with asked(app) as asking:
        asking.speak_for(ANN)
        handle = (await asking.tool("review_diff", diff=DIFF))["review"]
        uri = f"review://{handle}"
        assert "contents" in await asking.result("resources/read", uri=uri)
        assert (await asking.tool("complete_review", review=handle))["review"] == handle
        for stranger in STRANGERS:
            asking.speak_for(stranger)
            assert (await asking.tool("complete_review", review=handle))["code"] == "REVIEW_NOT_FOUND"
            assert (await asking.tool("review_diff", diff=DIFF, previous=handle))["code"] == "REVIEW_NOT_FOUND"
            assert (await asking.result("resources/read", uri=uri))["code"] == -32602


async def test_the_same_review_of_two_principals_is_kept_for_each(app: App) -> None:
    async with asked(app) as asking:
        asking.speak_for(ANN)
        handle = (await asking.tool("review_diff", diff=DIFF))["review"]
        asking.speak_for(BOB)
        assert (await asking.tool("review_diff", diff=DIFF))["review"] == handle
        assert (await asking.tool("complete_review", review=handle))["review"] == handle


async def test_what_was_loaded_in_a_session_is_told_to_its_holder_alone(app: App) -> None:
    async with asked(app) as asking:
        asking.speak_for(ANN)
        session = (await asking.tool("use_skill", request="x", name="alpha"))["session"]
        uri = f"backwright://loaded/{session}"
        assert (await asking.tool("use_skill", request="", session=session))["decision"] == "restored"
        assert "contents" in await asking.result("resources/read", uri=uri)
        for stranger in STRANGERS:
            asking.speak_for(stranger)
            assert (await asking.tool("use_skill", request="", session=session))["code"] == "SESSION_NOT_FOUND"
            assert (await asking.result("resources/read", uri=uri))["code"] == -32602
            # Going on with it begins one of the stranger's own.
            assert (await asking.tool("use_skill", request="x", name="alpha", session=session))["session"] != session


async def test_contexts_are_those_that_the_principal_was_granted(app: App) -> None:
    async with asked(app) as asking:
        asking.speak_for(ANN)
        asking.speak_for(None)
        await asking.tool("put_context", context="shop/one", type="project", body={"framework": "flask"})
        assert (await asking.client.get("/v1/contexts/shop/one")).status_code == 200
        asking.speak_for(ANN)
        assert (await asking.tool("get_context", context="shop/one"))["code"] == "NOT_FOUND"
        hidden = await asking.client.get("/v1/contexts/shop/one")
        nothing = await asking.client.get("/v1/contexts/shop/two")
        assert (hidden.status_code, nothing.status_code) == (404, 404)
        assert hidden.text.replace("shop/one", "shop/two") == nothing.text
