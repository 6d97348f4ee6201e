from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http_api._raw import headers, message, send
from tests.mcp_api._connect import COMMAND, PATIENCE, environment
from tests.mcp_api._packs import write_test_pack
from tests.mcp_api.test_observed import HOSTILE, SECRET
from tests.observing._collector import Collector, Span, collecting

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "traceparent": TRACEPARENT,
}
DIFF = """\
--- /dev/null
+++ b/app/api.py
@@ -0,0 +1,4 @@
+import requests
+
+async def fetch():
+    return requests.get("https://example.org")
"""
CALLS: list[tuple[str, dict[str, object]]] = [
    ("use_skill", {"request": f"asyncio gather {SECRET}"}),
    ("review_diff", {"diff_file": "change.diff"}),
    ("scaffold_endpoint", {"resource": "order", "fields": ["number:str"]}),
    ("put_context", {"context": "shop/rules", "type": "project", "body": {}}),
    ("explain_rule", {"rule": HOSTILE}),
    (HOSTILE, {"request": HOSTILE}),
]


def variables(collector: Collector, folder: Path) -> dict[str, str]:
    database = f"sqlite:///{folder / 'contexts.db'}"
    return environment() | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "BACKWRIGHT_DATABASE_URL": database,
        "BACKWRIGHT_CONTEXTS": "1",
    }


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    """What a server over stdio exports of some calls, each with a trace that its client began."""
    folder = tmp_path_factory.mktemp("traced")
    (folder / "project").mkdir()
    (folder / "project" / "change.diff").write_text(DIFF.replace("example.org", SECRET), encoding="utf-8")
    requests = [
        {"jsonrpc": "2.0", "id": HOSTILE + name, "method": "tools/call"}
        | {"params": {"name": name, "arguments": arguments, "_meta": META}}
        for name, arguments in CALLS
    ]
    with (
        collecting() as collector,
        subprocess.Popen(
            [*COMMAND, "--root", str(folder / "project")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=variables(collector, folder),
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        for request in requests:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            json.loads(process.stdout.readline())
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        assert process.stderr.read() == ""
        yield collector


def below(collector: Collector, tool: str) -> dict[str, Span]:
    """The spans of a call, by name, the call's own among them."""
    every = collector.spans
    (root,) = [span for span in every if span.name == f"tools/call {tool}"]
    found, grown = {root.id}, True
    while grown:
        more = {span.id for span in every if span.parent in found}
        grown, found = not more <= found, found | more
    return {span.name: span for span in every if span.id in found}


def test_a_call_goes_on_with_the_trace_of_its_client(collected: Collector) -> None:
    calls = [span for span in collected.spans if span.name.startswith("tools/call ")]
    assert len(calls) == len(CALLS)
    assert {(span.trace, span.parent) for span in calls} == {(TRACE, PARENT)}
    assert {span.trace for span in collected.spans} == {TRACE}


def test_routing_is_a_part_of_a_use_of_a_skill(collected: Collector) -> None:
    assert below(collected, "use_skill")["route"].facts["backwright.decision"] in {"auto", "suggest"}


def test_a_review_has_a_span_for_each_detector_below_it(collected: Collector) -> None:
    spans = below(collected, "review_diff")
    review = spans["review"]
    assert review.parent == spans["tools/call review_diff"].id
    assert review.facts["backwright.findings"] == 2
    for name in ("review.read", "review.rules", "review.before", "review.ruff"):
        assert spans[name].parent == review.id
    rules = [span for span in collected.spans if span.name == "review.rule"]
    assert {span.parent for span in rules} == {spans["review.rules"].id}
    by_code = {span.facts["backwright.rule"]: span.facts["backwright.claims"] for span in rules}
    assert len(by_code) == len(rules) > 30
    assert by_code["BW101"] == 1


def test_a_scaffold_has_a_span_for_what_is_rendered_and_formatted(collected: Collector) -> None:
    spans = below(collected, "scaffold_endpoint")
    assert spans["render"].parent == spans["scaffold"].id
    assert spans["render.format"].trace == TRACE


def test_a_write_has_a_span_for_its_transaction(collected: Collector) -> None:
    store = below(collected, "put_context")["store"]
    assert store.facts["backwright.backend"] == "sqlite"


def test_an_error_is_named_by_its_code(collected: Collector) -> None:
    span = below(collected, "explain_rule")["tools/call explain_rule"]
    assert (span.failed, span.facts["error.type"]) == (True, "INVALID_INPUT")
    span = below(collected, "other")["tools/call other"]
    assert (span.failed, span.facts["error.type"]) == (True, "-32602")


def test_nothing_that_a_client_writes_is_exported(collected: Collector) -> None:
    assert SECRET.encode() not in b"".join(collected.raw)
    assert [span.says for span in collected.spans if span.says] == []


def test_the_service_has_its_name(collected: Collector) -> None:
    assert collected.service == "backwright"


def test_over_http_a_trace_comes_by_its_header_and_refusals_have_spans(tmp_path: Path) -> None:
    pack = write_test_pack(tmp_path / "pack")
    command = [*COMMAND, "--pack", str(pack), "--http", "--port", "0", "--no-reload"]
    with (
        collecting() as collector,
        subprocess.Popen(command, stderr=subprocess.PIPE, env=variables(collector, tmp_path)) as process,
    ):
        assert process.stderr is not None
        first = json.loads(process.stderr.readline())
        port = int(first["event"].partition("/mcp")[0].rpartition(":")[2])
        body = message("tools/call", name="use_skill", arguments={"request": SECRET})
        head = headers(body, port, method="tools/call", mcp_name="use_skill", traceparent=TRACEPARENT)
        assert send(port, head, body).status == 200
        get = headers(b"", port, traceparent=TRACEPARENT)
        assert send(port, get, request=f"GET /v1/contexts/shop/{SECRET.lower()}").status == 404
        lines = [json.loads(process.stderr.readline()) for _ in range(2)]
        process.terminate()
        process.wait(PATIENCE)
    spans = {span.name: span for span in collector.spans}
    assert {"tools/call use_skill", "GET /v1/contexts/{namespace}/{name}", "store"} <= spans.keys()
    for name in ("tools/call use_skill", "GET /v1/contexts/{namespace}/{name}"):
        assert (spans[name].trace, spans[name].parent) == (TRACE, PARENT)
    assert spans["store"].parent == spans["GET /v1/contexts/{namespace}/{name}"].id
    assert [line["trace_id"] for line in lines] == [TRACE, TRACE]
    assert SECRET.lower().encode() not in b"".join(collector.raw).lower()


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER knows otlp and none here"),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "only http/protobuf is spoken"),
        ({"OTEL_TRACES_EXPORTER": "none", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, ""),
        ({"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, ""),
        ({"OTEL_METRICS_EXPORTER": "otlp"}, ""),
    ],
)
def test_without_an_exporter_that_can_be_had_the_server_serves_and_says_so(named: dict[str, str], said: str) -> None:
    probe = (
        "import os, sys, logging\n"
        "logging.basicConfig(level='WARNING')\n"
        "from backwright.observing.spans import set_up, traced\n"
        "set_up(os.environ)\n"
        "print(traced(), 'opentelemetry.sdk' in sys.modules)\n"
    )
    command = [sys.executable, "-c", probe]
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, env=environment() | named, timeout=PATIENCE
    )
    assert run.stdout == "False False\n"
    assert said in run.stderr
    assert bool(said) == bool(run.stderr)
