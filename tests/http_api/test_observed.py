from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import httpx2
import pytest

from backwright.http_api.app import http_app
from backwright.identity.principal import Principal
from backwright.observing.logs import JsonLog
from backwright.observing.pseudonym import pseudonyms
from backwright.observing.requests import Observing
from tests.http_api._asgi import ORIGIN, Speaking
from tests.http_api._raw import VERSION, Answer, exchange, headers, message, send
from tests.mcp_api._connect import COMMAND, PATIENCE, app_over, environment
from tests.mcp_api._packs import write_test_pack
from tests.mcp_api.test_observed import HOSTILE, SECRET

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@dataclass(frozen=True)
class Served:
    """A process, and what it has logged and nobody has looked at yet."""

    port: int
    lines: queue.Queue[bytes]

    def told(self, answer: Answer) -> dict[str, Any]:
        """The line of the request that this is the answer to."""
        while True:
            raw = self.lines.get(timeout=PATIENCE)
            assert SECRET.encode() not in raw
            line = json.loads(raw)
            assert isinstance(line, dict)
            if line.get("request_id") == answer.headers["x-request-id"] and line["event"] == "request":
                return line


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("observed")
    pack: Path = write_test_pack(folder / "pack")
    database = f"sqlite:///{folder / 'contexts.db'}"
    variables = environment() | {"BACKWRIGHT_DATABASE_URL": database, "BACKWRIGHT_CONTEXTS": "1"}
    command = [*COMMAND, "--pack", str(pack), "--http", "--port", "0", "--no-reload"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=variables) as process:
        assert process.stderr is not None
        first = json.loads(process.stderr.readline())
        port = int(first["event"].partition("/mcp")[0].rpartition(":")[2])
        lines: queue.Queue[bytes] = queue.Queue()

        def read(pipe: IO[bytes]) -> None:
            for line in pipe:
                lines.put(line)

        reader = threading.Thread(target=read, args=(process.stderr,))
        reader.start()
        try:
            yield Served(port, lines)
        finally:
            process.terminate()
            process.wait(PATIENCE)
            reader.join(PATIENCE)


def _call(served: Served, name: str, arguments: dict[str, object], **changed: str | None) -> Answer:
    body = message("tools/call", name=name, arguments=arguments)
    return send(served.port, headers(body, served.port, method="tools/call", mcp_name=name, **changed), body)


def test_a_call_is_told_with_its_tool_and_its_trace(served: Served) -> None:
    line = served.told(_call(served, "use_skill", {"request": "x"}, traceparent=PARENT))
    assert (line["transport"], line["method"], line["tool"]) == ("http", "tools/call", "use_skill")
    assert (line["outcome"], line["principal"], line["trace_id"]) == ("ok", "local", TRACE)


def test_the_error_of_a_tool_is_told_although_its_status_is_200(served: Served) -> None:
    answer = _call(served, "explain_rule", {"rule": "BW999"})
    assert answer.status == 200
    line = served.told(answer)
    assert (line["outcome"], line["code"]) == ("error", "RULE_NOT_FOUND")


def test_an_error_of_the_protocol_is_told_by_its_code(served: Served) -> None:
    body = message("resources/read", uri="skill://nobody/SKILL.md")
    head = headers(body, served.port, method="resources/read", mcp_name="skill://nobody/SKILL.md")
    line = served.told(send(served.port, head, body))
    assert (line["method"], line["outcome"], line["code"]) == ("resources/read", "protocol_error", "-32602")


def test_the_client_finds_the_line_by_the_id_that_it_sent(served: Served) -> None:
    wanted = "0190b5c2-7c4e-7abc-8def-0123456789ab"
    answer = _call(served, "use_skill", {"request": "x"}, x_request_id=wanted)
    assert answer.headers["x-request-id"] == wanted
    assert served.told(answer)["outcome"] == "ok"


@pytest.mark.parametrize("given", [SECRET, "1", "a" * 4000, "0190b5c2-7c4e-7abc-8def-0123456789ab extra"])
def test_an_id_of_another_form_is_replaced(served: Served, given: str) -> None:
    answer = _call(served, "use_skill", {"request": "x"}, x_request_id=given)
    assert answer.headers["x-request-id"] != given
    assert len(served.told(answer)["request_id"]) == 32


@pytest.mark.parametrize(
    ("request_line", "changed", "method", "code"),
    [
        ("GET /nothing-" + SECRET, {}, "GET other", "404"),
        ("GET /v1/contexts/shop/" + SECRET.lower(), {}, "GET /v1/contexts/{namespace}/{name}", "404"),
        ("GET /v1/contexts?label=" + SECRET, {}, "GET /v1/contexts", "400"),
        ("GET /health?" + SECRET, {"host": "evil.example"}, "GET /health", "421"),
        ("GET /mcp", {}, "GET /mcp", "405"),
        (SECRET + " /health", {}, "other /health", "405"),
        ("POST /mcp", {"content_type": "text/plain", "mcp_method": SECRET}, "other", "415"),
    ],
)
def test_what_is_refused_is_told_by_route_and_status(
    served: Served, request_line: str, changed: dict[str, Any], method: str, code: str
) -> None:
    head = headers(b"", served.port, **{"user_agent": SECRET, "authorization": f"Bearer {SECRET}", **changed})
    line = served.told(send(served.port, head, request=request_line))
    assert (line["method"], line["outcome"], line["code"]) == (method, "refused", code)


def test_what_a_client_writes_reaches_no_line_over_http_either(served: Served) -> None:
    calls: list[tuple[str, dict[str, object]]] = [
        ("use_skill", {"request": HOSTILE, "name": HOSTILE}),
        ("review_diff", {"diff": HOSTILE, "files": {HOSTILE: HOSTILE}}),
        ("put_context", {"uri": HOSTILE, "type": HOSTILE, "body": {HOSTILE: HOSTILE}}),
        ("scaffold_service", {HOSTILE: HOSTILE}),
    ]
    for name, arguments in calls:
        assert served.told(_call(served, name, arguments))["tool"] == name
    body = json.dumps({"body": {"x": HOSTILE}, "type": HOSTILE}).encode()
    head = headers(body, served.port, user_agent=SECRET, idempotency_key=SECRET)
    answer = send(served.port, head, body, request="PUT /v1/contexts/shop/rules")
    assert served.told(answer)["method"] == "PUT /v1/contexts/{namespace}/{name}"


@pytest.mark.parametrize("raw", [b"GET\r\n\r\n", b"\x1b[31m " + SECRET.encode() + b"\r\n\r\n"])
def test_bytes_that_are_no_request_are_not_repeated(served: Served, raw: bytes) -> None:
    assert exchange(served.port, raw).status == 400
    body = message()
    line = served.told(send(served.port, headers(body, served.port), body))
    assert line["method"] == "tools/list"


async def test_who_asks_is_told_by_a_pseudonym_and_nobody_where_nobody_was_let_in(tmp_path: Path) -> None:
    lines: list[bytes] = []
    log = JsonLog(lines.append)
    observing = Observing([log.request], pseudonyms("k" * 32), log.say)
    application = http_app(app_over(write_test_pack(tmp_path)), observing)
    ann = Principal("https://issuer.example", "ann@example.com", frozenset())
    asking = Speaking(application, ann)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(asking), base_url=ORIGIN) as client,
    ):
        for host in ("127.0.0.1", "evil.example"):
            asking.principal = ann if host == "127.0.0.1" else None
            head = {"content-type": "application/json", "accept": "application/json, text/event-stream", "host": host}
            head |= {"mcp-protocol-version": VERSION, "mcp-method": "tools/list"}
            await client.post("/mcp", content=message(), headers=head)
    known, refused = map(json.loads, lines)
    assert known["principal"] == pseudonyms("k" * 32)("https://issuer.example#ann@example.com")
    assert (refused["outcome"], refused["code"], refused.get("principal")) == ("refused", "421", None)
