"""The server as an assistant starts it, asked line by line."""

import json
import os
import re
import subprocess
import sys
import threading
from functools import lru_cache
from typing import Any

SECONDS = 30
CLIENT = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "probe", "version": "1"}}
ASKED = ("bolt", "washer")


def message(method: str, number: int | None = None, **params: Any) -> str:
    body = {"jsonrpc": "2.0", "method": method, "params": params}
    return json.dumps(body if number is None else {**body, "id": number}) + "\n"


@lru_cache
def conversation() -> tuple[list[str], str]:
    """The lines of stdout, and stderr, of a server that was asked for each of `ASKED`."""
    command = [sys.executable, "-m", "shop.server"]
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONDONTWRITEBYTECODE": "1"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, encoding="utf-8") as server:
        alarm = threading.Timer(SECONDS, server.kill)
        alarm.start()
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(message("initialize", 1, **CLIENT) + message("notifications/initialized"))
        for number, words in enumerate(ASKED, start=2):
            server.stdin.write(message("tools/call", number, name="find_items", arguments={"words": words}))
        server.stdin.flush()
        lines: list[str] = []
        waiting = set(range(1, len(ASKED) + 2))
        while waiting and (line := server.stdout.readline()):
            lines.append(line)
            waiting.discard(said(line).get("id"))
        rest, errors = server.communicate()
        alarm.cancel()
    return lines + rest.splitlines(), errors


def said(line: str) -> dict[str, Any]:
    """The message of a line; empty when it is none."""
    try:
        body = json.loads(line)
    except ValueError:
        return {}
    return body if isinstance(body, dict) and body.get("jsonrpc") == "2.0" else {}


def test_searches_are_answered_as_before() -> None:
    answers = {body["id"]: body["result"] for line in conversation()[0] if "result" in (body := said(line))}
    assert answers[2]["structuredContent"] == {"items": ["bolt M4", "bolt M6"]}
    assert answers[3]["structuredContent"] == {"items": []}


def test_nothing_but_the_protocol_is_on_stdout() -> None:
    strange = [line for line in conversation()[0] if line.strip() and not said(line)]
    assert strange == [], f"stdout has {strange[0].strip()[:80]!r}" if strange else ""


def test_the_start_is_on_stderr() -> None:
    told = [line for line in conversation()[1].splitlines() if re.search(r"(?<![\d:.,])3(?![\d:])", line)]
    assert told, "stderr does not tell that the server starts with 3 items"


def test_each_search_is_on_stderr() -> None:
    lines = conversation()[1].splitlines()
    for words, found in zip(ASKED, ("2", "0"), strict=True):
        others = " ".join(line.replace(words, "") for line in lines if words in line)
        assert re.search(rf"(?<!\d){found}(?!\d)", others), f"stderr does not tell of the search for {words}"
