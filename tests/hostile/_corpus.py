"""What fuzzing begins with: what the tests and the pack hold anyway, and the words that each parser knows."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import backwright.review
from backwright.catalog.pack import find_pack
from backwright.contexts.schema import published
from tests.mcp_api.test_resources import HOSTILE
from tests.test_strict_yaml import REFUSED

YAML: Final = (
    *(b"&a ", b"*a", b"!!str ", b"<<: ", b"? ", b"- ", b": ", b"|\n  ", b">-\n  ", b"---\n", b"...\n", b"%YAML 1.1\n"),
    *(b"name: one\n", b"description: ", b"metadata:\n  ", b"version: '1.0'\n", b"{a: ", b"yes", b"0o7", b"~", b"#"),
)
ADDRESSES: Final = (b"skill://", b"alpha", b"/SKILL.md", b"v1.0.0/", b"references/", b"@", b":80", b"?", b"#", b"%41")
DIFF: Final = (
    *(b"--- a/x.py\n+++ b/x.py\n", b"@@ -1 +1 @@\n", b"@@ -0,0 +1,999999999 @@\n", b"diff --git a/x b/x\n"),
    *(b"@@@ -1 -1 +1 @@@\n", b"rename from x\n", b"new file mode 160000\n", b"GIT binary patch\n", b"+", b"-", b" "),
    *(
        b"\\ No newline at end of file\n",
        b"+# backwright: ignore[BW105] why\n",
        b"+(" * 40,
        b"+lambda: ",
        b'+"""',
        b'+f"{',
    ),
    *(
        b"+async def f():\n+    ",
        b"+    time.sleep(1)\n",
        b"+class A:\n",
        b"+match x:\n",
        b"+" + b"await " * 60 + b"x\n",
    ),
)
SCHEMA: Final = (
    *(b'"$ref": "#"', b'"$dynamicRef"', b'"pattern": "(a+)+$"', b'"allOf": [', b'"const": 1e400', b'"type": '),
    *(b'"body": {', b'"labels": {', b'"multipleOf": 0', b'"$id": "http://x"', b'"properties": {', b'"default": '),
)
RPC: Final = (
    *(b'"method": "', b'"params": {', b'"_meta": {', b'"id": null', b'"cursor": "', b'"name": "', b'"arguments": {'),
    *(b"tools/call", b"resources/read", b"skills/get", b"completion/complete", b"prompts/get", b"initialize"),
    *(b"subscriptions/list", b"review_diff", b"use_skill", b"route", b'"progressToken": ', b'"uri": "rule://BW104"'),
)


def frontmatters() -> Sequence[bytes]:
    """Skills, sound and not."""
    heads = [path.read_bytes() for path in sorted(find_pack().glob("skills/*/SKILL.md"))]
    sound = [re.sub(rb"(?m)^name: .*$", b"name: one", head[:4_000], count=1) for head in heads]
    refused = [text for text, _, _ in REFUSED.values()]
    return [*sound, *(f"---\nname: one\n{text}\n---\n# One\n".encode("utf-8", "surrogatepass") for text in refused)]


def uris() -> Sequence[bytes]:
    """Addresses, of something and of nothing."""
    sound = ["skill://alpha/SKILL.md", "skill://v1.0.0/alpha/SKILL.md", "skill://alpha/references/deep/notes.md"]
    return [uri.encode("utf-8", "surrogatepass") for uri in (*sound, *HOSTILE, "alpha@^1.0", "context://shop/one")]


def diffs() -> Sequence[bytes]:
    """The examples of every rule's page."""
    pages = sorted((Path(backwright.review.__file__).parent / "rules").glob("*.md"))
    found = (re.findall(r"(?ms)^```diff\n(.*?)^```", page.read_text(encoding="utf-8")) for page in pages)
    return [diff.encode() for page in found for diff in page]


def contexts() -> Sequence[bytes]:
    """The examples of every published schema, and schemas of users' own."""
    examples = [{"type": schema.type, "body": dict(example)} for schema in published() for example in schema.examples]
    own = {"type": "object", "properties": {"a": {"type": "string", "pattern": "^a+$"}}, "required": ["a"]}
    nested = {"$defs": {"n": {"type": "array", "items": {"$ref": "#/$defs/n"}}}, "$ref": "#/$defs/n"}
    every = [*examples, own, nested, {"type": "project", "body": {}, "labels": {"team": "billing"}}]
    return [json.dumps(one).encode() for one in every]


def messages() -> Sequence[bytes]:
    """Requests of each method, in both eras."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    asked: list[tuple[str, dict[str, object]]] = [
        ("server/discover", {}),
        ("tools/list", {}),
        ("tools/call", {"name": "use_skill", "arguments": {"request": "add an endpoint"}}),
        ("tools/call", {"name": "review_diff", "arguments": {"diff": diffs()[0].decode()}}),
        ("tools/call", {"name": "explain_rule", "arguments": {"rule": "BW104"}}),
        ("prompts/list", {}),
        ("prompts/get", {"name": "alpha", "arguments": {"task": "x"}}),
        ("resources/list", {"cursor": "100.0123456789abcdef"}),
        ("resources/read", {"uri": "skill://alpha/SKILL.md"}),
        ("skills/list", {}),
        ("skills/get", {"uri": "alpha@^1.0"}),
        ("resources/directory/read", {"uri": "skill://alpha"}),
        (
            "completion/complete",
            {"ref": {"type": "ref/prompt", "name": "alpha"}, "argument": {"name": "task", "value": "x"}},
        ),
    ]
    modern = [
        {"jsonrpc": "2.0", "id": 1, "method": name, "params": {**params, "_meta": meta}} for name, params in asked
    ]
    older = [{"jsonrpc": "2.0", "id": 1, "method": name, "params": params} for name, params in asked]
    return [json.dumps(one).encode() for one in modern] + [b" " + json.dumps(one).encode() for one in older]
