from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from pathlib import Path

import pytest
from mcp.server.lowlevel import Server

from backwright.catalog.catalog import load_catalog
from backwright.catalog.discovery import archive, artifact, index
from backwright.catalog.manifest import update
from backwright.mcp_api.card import server_card
from tests.catalog._packs import front, skill_md, write_skill
from tests.http_api._raw import Answer, headers, message, send

CARD = "/mcp/server-card"
CATALOG = "/.well-known/ai-catalog.json"
SKILLS = "/.well-known/agent-skills/"


def get(port: int, path: str, verb: str = "GET", **changed: str) -> Answer:
    given = {name.replace("_", "-"): value for name, value in changed.items()}
    return send(port, {**headers(b"", port), **given}, request=f"{verb} {path}")


def sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_the_card_says_what_the_server_says_when_it_is_asked(port: int) -> None:
    answer = get(port, CARD)
    body = message("server/discover")
    said = send(port, headers(body, port, method="server/discover"), body).json["result"]
    assert isinstance(said, dict)
    about = said["_meta"]["io.modelcontextprotocol/serverInfo"]
    card = answer.json
    assert answer.headers["content-type"] == "application/mcp-server-card+json"
    assert card["name"] == "127.0.0.1/backwright"
    assert str(card["name"]).rpartition("/")[2] == about["name"]
    assert {key: card[key] for key in ("version", "title", "description")} == {
        key: about[key] for key in ("version", "title", "description")
    }
    assert card["remotes"] == [
        {
            "type": "streamable-http",
            "url": f"http://127.0.0.1:{port}/mcp",
            "supportedProtocolVersions": said["supportedVersions"],
        }
    ]
    assert card["$schema"] == "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json"
    assert len(str(card["description"])) <= 100


def test_the_catalog_of_the_host_leads_to_the_card(port: int) -> None:
    answer = get(port, CATALOG, host=f"localhost:{port}")
    assert answer.headers["content-type"] == "application/ai-catalog+json"
    assert answer.json == {
        "specVersion": "1.0",
        "entries": [
            {
                "identifier": "urn:air:localhost:mcp:backwright",
                "type": "application/mcp-server-card+json",
                "url": f"http://localhost:{port}/mcp/server-card",
            }
        ],
    }


@pytest.mark.parametrize("path", [CARD, CATALOG])
def test_a_page_of_any_origin_may_read_card_and_catalog_and_ask_before(port: int, path: str) -> None:
    answer = get(port, path, origin="https://anywhere.example")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert answer.headers["access-control-expose-headers"] == "ETag"
    assert get(port, path, if_none_match=answer.headers["etag"]).status == 304
    asked = get(port, path, "OPTIONS", origin="https://anywhere.example")
    assert (asked.status, asked.body) == (204, b"")
    assert asked.headers["access-control-allow-headers"] == "Content-Type, If-None-Match"
    assert get(port, path, "POST", origin="https://anywhere.example").status == 403
    assert get(port, path, host="anywhere.example").status == 421


def test_a_page_of_another_origin_may_not_read_skills(port: int) -> None:
    assert get(port, f"{SKILLS}index.json", origin="https://anywhere.example").status == 403


def test_the_index_leads_to_each_skill_with_the_digest_of_what_is_there(port: int) -> None:
    answer = get(port, f"{SKILLS}index.json")
    document = answer.json
    assert document["$schema"] == "https://schemas.agentskills.io/discovery/0.2.0/schema.json"
    skills = document["skills"]
    assert isinstance(skills, list)
    assert [skill["name"] for skill in skills] == ["alpha", "beta"]
    for skill in skills:
        there = get(port, f"{SKILLS}{skill['url']}")
        assert (there.status, there.headers["content-type"]) == (200, "application/gzip")
        assert sha256(there.body) == skill["digest"]
        assert get(port, f"{SKILLS}{skill['url']}", if_none_match=there.headers["etag"]).status == 304
    assert get(port, f"{SKILLS}index.json", if_none_match=answer.headers["etag"]).status == 304


@pytest.mark.parametrize("path", ["alpha/SKILL.md", "none.tar.gz", "none/SKILL.md", "..%2falpha.tar.gz", "alpha"])
def test_there_is_nothing_at_another_address(port: int, path: str) -> None:
    assert get(port, f"{SKILLS}{path}").status == 404


def test_an_archive_holds_what_is_served_and_always_has_the_same_bytes(tmp_path: Path) -> None:
    task = {"evals/answers.md": "no", "references/deep/notes.md": "# Notes\n", "assets/run.sh": "#!/bin/sh\n"}
    write_skill(tmp_path / "skills", "one", files=task)
    assert update(tmp_path).problems == ()
    (one,) = load_catalog(tmp_path).skills
    made = archive(one)
    assert made == archive(one)
    with tarfile.open(fileobj=io.BytesIO(made)) as tar:
        members = tar.getmembers()
        assert [member.name for member in members] == [
            "SKILL.md",
            "assets/run.sh",
            "references/deep/notes.md",
            "references/more.md",
        ]
        assert all(member.isreg() and member.mode == 0o644 and member.mtime == member.uid == 0 for member in members)
        assert [tar.extractfile(member).read() for member in members] == [file.data for file in one.served]  # type: ignore[union-attr]  # all are files


def test_a_skill_of_one_file_is_that_file(tmp_path: Path) -> None:
    folder = tmp_path / "skills" / "one"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text(skill_md(front()))
    assert update(tmp_path).problems == ()
    (one,) = load_catalog(tmp_path).skills
    data = (folder / "SKILL.md").read_bytes()
    assert artifact(one) == ("one/SKILL.md", data)
    assert json.loads(json.dumps(index([one])))["skills"] == [
        {
            "name": "one",
            "type": "skill-md",
            "description": one.description,
            "url": "one/SKILL.md",
            "digest": sha256(data),
        }
    ]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://skills.example.com/mcp", "com.example.skills/backwright"),
        ("http://[::1]:8000/mcp", "--1/backwright"),
        ("http://localhost/mcp", "localhost/backwright"),
    ],
)
def test_a_card_is_named_for_the_domain_that_it_is_served_at(url: str, name: str) -> None:
    card = server_card(Server("backwright", version="1.0.0"), url)
    assert card["name"] == name
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", name)
