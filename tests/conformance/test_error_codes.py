"""The codes of the specification, read off the wire: a client library would translate them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conformance._wires import ERAS, META, Ask, over_http, over_pipes, post
from tests.http_api._raw import headers, send
from tests.mcp_api._connect import COMMAND, http_server
from tests.mcp_api._packs import write_test_pack, write_wide_pack

INVALID_PARAMS: Final = -32602
NOT_FOUND: Final = -32601
HEADERS: Final = -32020
VERSION: Final = -32022

ALPHA = "skill://alpha/SKILL.md"
CURSOR: Final = {"cursor": "bm8gY3Vyc29y"}

Case = tuple[str, Mapping[str, object], int]

# What is asked, and the code that the specification gives it on both wires.
CASES: Final[Mapping[str, Case]] = {
    "unknown tool": ("tools/call", {"name": "no_such_tool", "arguments": {}}, INVALID_PARAMS),
    "no tool": ("tools/call", {}, INVALID_PARAMS),
    "arguments of another kind": ("tools/call", {"name": "use_skill", "arguments": []}, INVALID_PARAMS),
    "unknown prompt": ("prompts/get", {"name": "no_such_prompt"}, INVALID_PARAMS),
    "unknown argument of a prompt": ("prompts/get", {"name": "alpha", "arguments": {"no": "x"}}, INVALID_PARAMS),
    "no prompt": ("prompts/get", {}, INVALID_PARAMS),
    "unknown resource": ("resources/read", {"uri": "skill://alpha/none.md"}, INVALID_PARAMS),
    "no resource": ("resources/read", {}, INVALID_PARAMS),
    "resource of another scheme": ("resources/read", {"uri": "file:///etc/passwd"}, INVALID_PARAMS),
    "unknown skill": ("skills/get", {"uri": "skill://gamma/SKILL.md"}, INVALID_PARAMS),
    "no skill": ("skills/get", {}, INVALID_PARAMS),
    "unknown directory": ("resources/directory/read", {"uri": "skill://gamma"}, INVALID_PARAMS),
    "a file as a directory": ("resources/directory/read", {"uri": ALPHA}, INVALID_PARAMS),
    **{
        f"bad cursor of {method}": (method, CURSOR, INVALID_PARAMS)
        for method in ("tools/list", "prompts/list", "resources/list", "resources/templates/list", "skills/list")
    },
    "empty cursor": ("tools/list", {"cursor": ""}, INVALID_PARAMS),
    "cursor of another kind": ("tools/list", {"cursor": 7}, INVALID_PARAMS),
    "completion of an unknown prompt": (
        "completion/complete",
        {"ref": {"type": "ref/prompt", "name": "no_such"}, "argument": {"name": "task", "value": ""}},
        INVALID_PARAMS,
    ),
    "completion of an unknown template": (
        "completion/complete",
        {"ref": {"type": "ref/resource", "uri": "no://{such}"}, "argument": {"name": "such", "value": ""}},
        INVALID_PARAMS,
    ),
    "unknown method": ("skills/delete", {}, NOT_FOUND),
    "method in another case": ("Tools/List", {}, NOT_FOUND),
    "tasks, which are not offered": ("tasks/get", {"taskId": "1"}, NOT_FOUND),
}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_test_pack(tmp_path_factory.mktemp("pack"))


@pytest.fixture(scope="module")
def port(pack: Path) -> Iterator[int]:
    with http_server(pack) as url:
        yield int(url.removesuffix("/mcp").rpartition(":")[2])


def _codes(ask: Ask) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, (method, params, _) in CASES.items():
        error = ask(method, params).get("error", {})
        assert "Traceback" not in str(error)
        found[name] = error.get("code")
    return found


EXPECTED: Final = {name: code for name, (_, _, code) in CASES.items()}


@pytest.mark.parametrize("era", ERAS)
def test_over_http_each_error_has_its_code(port: int, era: str) -> None:
    assert _codes(over_http(port, era)) == EXPECTED


@pytest.mark.parametrize("era", ERAS)
def test_over_pipes_each_error_has_its_code(pack: Path, era: str) -> None:
    with over_pipes((*COMMAND, "--pack", str(pack)), era) as ask:
        assert _codes(ask) == EXPECTED


@pytest.mark.parametrize("era", ERAS)
def test_what_a_model_can_mend_is_an_answer_and_no_error(port: int, era: str) -> None:
    answer = over_http(port, era)("tools/call", {"name": "use_skill", "arguments": {"request": "x", "no": 1}})
    assert answer["result"]["isError"] is True
    assert answer["result"]["structuredContent"]["code"] == "INVALID_INPUT"


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"mcp_method": "prompts/list"}, 400, HEADERS),
        ({"mcp_method": None}, 400, HEADERS),
        ({"mcp_name": "explain_rule"}, 400, HEADERS),
        ({"mcp_name": None}, 400, HEADERS),
        # The SDK takes these for the older protocol, whose errors come with 200.
        ({"mcp_protocol_version": "2025-11-25"}, 200, HEADERS),
        ({"mcp_protocol_version": None}, 200, HEADERS),
    ],
)
def test_a_header_that_disagrees_with_the_body_has_its_own_code(
    port: int, changed: dict[str, str | None], status: int, code: int
) -> None:
    answer = post(port, "modern", "tools/call", {"name": "use_skill", "arguments": {"request": "x"}}, **changed)
    assert (answer.status, answer.json["error"]["code"]) == (status, code)  # type: ignore[index]  # any JSON


def test_a_version_that_nobody_speaks_is_told_which_there_are(port: int) -> None:
    meta = {**META, "io.modelcontextprotocol/protocolVersion": "2099-01-01"}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}).encode()
    answer = send(port, headers(body, port, mcp_protocol_version="2099-01-01"), body)
    error: Any = answer.json["error"]
    assert (answer.status, error["code"]) == (400, VERSION)
    assert error["data"]["requested"] == "2099-01-01"
    assert "2026-07-28" in error["data"]["supported"]


@pytest.mark.parametrize("removed", ["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"])
def test_what_the_newer_protocol_has_removed_is_no_method_of_it(port: int, removed: str) -> None:
    answer = post(port, "modern", removed, {})
    assert (answer.status, answer.json["error"]["code"]) == (404, NOT_FOUND)  # type: ignore[index]  # any JSON


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server whose lists are longer than a page."""
    with http_server(write_wide_pack(tmp_path_factory.mktemp("wide"), skills=130, files=3)) as url:
        yield int(url.removesuffix("/mcp").rpartition(":")[2])


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    ("method", "field", "key", "least"),
    [
        ("skills/list", "skills", "uri", 130),
        ("prompts/list", "prompts", "name", 130),
        ("resources/list", "resources", "uri", 390),
    ],
)
def test_the_pages_of_a_list_are_short_and_hold_everything_once(
    wide: int, era: str, method: str, field: str, key: str, least: int
) -> None:
    ask, cursors, found = over_http(wide, era), [""], list[str]()
    params: dict[str, object] = {}
    while True:
        page = ask(method, params)["result"]
        assert 0 < len(page[field]) <= 100
        found += [one[key] for one in page[field]]
        if "nextCursor" not in page:
            break
        cursors.append(page["nextCursor"])
        params = {"cursor": cursors[-1]}
    assert len(cursors) == len(set(cursors)) > 1
    assert len(found) == len(set(found)) >= least
