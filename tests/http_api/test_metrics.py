from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from backwright.http_api.app import http_app
from backwright.identity.authority import Authority
from backwright.identity.configured import Configured
from backwright.observing.logs import JsonLog
from backwright.observing.pseudonym import pseudonyms
from backwright.observing.requests import Observing
from tests.http_api._asgi import ORIGIN
from tests.http_api._counted import DIFF, Counted, Labels, counting
from tests.http_api._raw import headers, message, send
from tests.identity._issuer import ISSUER, KEYS, RESOURCE, serving, token
from tests.mcp_api._connect import COMMAND, PATIENCE, app_over, environment
from tests.mcp_api._packs import write_test_pack
from tests.mcp_api.test_observed import SECRET


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    with counting(tmp_path_factory.mktemp("counted")) as found:
        yield found


def test_a_tool_that_answers_with_an_error_counts_as_an_error(counted: Counted) -> None:
    asked = {"method": "tools/call", "tool": "explain_rule"}
    before = counted.value("backwright_requests_total", outcome="error", **asked)
    counted.call("explain_rule", rule="BW101")
    counted.call("explain_rule", rule="BW999")
    assert counted.value("backwright_requests_total", outcome="error", **asked) == before + 1
    assert counted.value("backwright_requests_total", outcome="ok", **asked) >= 1
    assert counted.value("backwright_request_seconds_count", error="RULE_NOT_FOUND", **asked) == before + 1


def test_an_error_of_the_protocol_and_a_refusal_are_told_apart(counted: Counted) -> None:
    counted.ask("resources/read", "skill://nobody/SKILL.md", uri="skill://nobody/SKILL.md")
    send(counted.port, headers(b"", counted.port, host="evil.example"), request="GET /health")
    assert counted.value("backwright_requests_total", method="resources/read", outcome="protocol_error") == 1
    assert counted.value("backwright_requests_total", method="GET /health", outcome="refused") == 1


def test_names_that_clients_make_up_make_no_series(counted: Counted) -> None:
    def series() -> set[str]:
        return {json.dumps([name, labels]) for name, labels, _ in counted.samples()}

    def hostile(number: int) -> None:
        counted.call(f"{SECRET}-{number}", request="x")
        counted.ask(f"{SECRET}/{number}")
        send(counted.port, headers(b"", counted.port), request=f"GET /{SECRET}/{number}")
        send(counted.port, headers(b"", counted.port), request=f"{SECRET}{number} /health")

    hostile(0)
    before = series()
    for number in range(1, 6):
        hostile(number)
    assert series() == before
    assert SECRET not in counted.page()


def test_findings_are_counted_by_rule_and_the_parts_of_a_review_are_timed(counted: Counted) -> None:
    counted.call("review_diff", diff=DIFF)
    assert counted.value("backwright_review_findings_total", rule="BW101") == 1
    for work in ("review", "review.rules", "review.ruff"):
        assert counted.value("backwright_work_seconds_count", work=work) == 1


def test_the_store_and_its_outbox_are_seen(counted: Counted) -> None:
    answer = counted.call("put_context", context="shop/rules", type="project", body={})
    assert b'"isError":true' not in answer.body
    assert counted.value("backwright_store_seconds_count", backend="sqlite", operation="write", outcome="ok") >= 1
    assert counted.value("backwright_store_up") == 1
    assert counted.value("backwright_outbox_events") in {0, 1}
    assert counted.value("backwright_outbox_oldest_seconds") < PATIENCE


def test_the_catalogue_that_is_served_is_named_by_its_digest(counted: Counted) -> None:
    ((_, labels, value),) = [each for each in counted.samples() if each[0] == "backwright_catalogue_info"]
    assert (len(labels["digest"].removeprefix("sha256:")), value) == (64, 1)
    assert counted.value("backwright_skills") == 2


def test_metrics_are_on_no_port_but_their_own(counted: Counted) -> None:
    assert send(counted.port, headers(b"", counted.port), request="GET /metrics").status == 404
    body = message()
    assert send(counted.metrics, headers(body, counted.metrics), body).status in {404, 413}


@pytest.mark.parametrize("host", ["evil.example", "localhost:1@evil.example"])
def test_another_hosts_page_reads_no_metrics(counted: Counted, host: str) -> None:
    assert send(counted.metrics, headers(b"", counted.metrics, host=host), request="GET /metrics").status == 421


def test_several_processes_count_together_in_one_folder(tmp_path: Path) -> None:
    pack = write_test_pack(tmp_path / "pack")
    (tmp_path / "counts").mkdir()
    shared = environment() | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "counts"), "BACKWRIGHT_LOG": "plain"}
    command = [*COMMAND, "--pack", str(pack), "--http", "--port", "0", "--metrics-port", "0", "--no-reload"]
    running: list[subprocess.Popen[str]] = []
    try:
        served = []
        running.extend(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=shared) for _ in range(2))
        for process in running:
            assert process.stderr is not None
            ports = [re.search(r"127\.0\.0\.1:(\d+)", process.stderr.readline()) for _ in range(2)]
            served.append(Counted(*(int(found[1]) for found in ports if found is not None)))
        for each in served:
            each.call("explain_rule", rule="BW101")
        for each in served:
            assert each.value("backwright_requests_total", tool="explain_rule", outcome="ok") == 2
            assert each.value("backwright_catalogue_info") == 1
            assert each.value("backwright_skills") == 2
    finally:
        for process in running:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def test_the_processes_of_one_server_count_together_and_one_of_them_tells(tmp_path: Path) -> None:
    pack = write_test_pack(tmp_path / "pack")
    named = environment() | {"BACKWRIGHT_LOG": "plain", "BACKWRIGHT_CONTEXTS": "1"}
    named["BACKWRIGHT_DATABASE_URL"] = f"sqlite:///{tmp_path / 'contexts.db'}"
    command = [*COMMAND, "--pack", str(pack), "--http", "--port", "0", "--metrics-port", "0", "--workers", "2"]
    with subprocess.Popen([*command, "--no-reload"], stderr=subprocess.PIPE, text=True, env=named) as process:
        assert process.stderr is not None
        try:
            ports = [re.search(r"127\.0\.0\.1:(\d+)", process.stderr.readline()) for _ in range(2)]
            served = Counted(*(int(found[1]) for found in ports if found is not None))
            for _ in range(10):
                served.call("explain_rule", rule="BW101")
            assert served.value("backwright_requests_total", tool="explain_rule", outcome="ok") == 10
            assert served.value("backwright_skills") == 2
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


@pytest.mark.parametrize(
    ("options", "variables", "said"),
    [
        (["--metrics-port", "0"], {}, "--metrics-port is for --http"),
        (["--metrics"], {}, "--metrics is for --http"),
        (["--http", "--port", "0", "--metrics"], {}, "--metrics is for a server whose callers say who they are"),
        (["--http", "--metrics-port", "0"], {"PROMETHEUS_MULTIPROC_DIR": "/no/such"}, "is no folder"),
        (["--http", "--port", "0"], {"BACKWRIGHT_LOG": "xml"}, "BACKWRIGHT_LOG is neither json nor plain"),
        (["--http", "--port", "0"], {"BACKWRIGHT_LOG_KEY": "short"}, "BACKWRIGHT_LOG_KEY has fewer than 16 characters"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_served(options: list[str], variables: Labels, said: str) -> None:
    run = subprocess.run(
        [*COMMAND, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        env=environment() | variables,
    )
    assert run.returncode == 2
    assert said in run.stderr


async def test_beside_mcp_metrics_are_for_tokens_that_may_read_them_and_people_are_pseudonyms(tmp_path: Path) -> None:
    from backwright.observing.metrics import Metrics

    metrics, lines = Metrics(), list[bytes]()
    log = JsonLog(lines.append)
    observing = Observing([log.request, metrics.request], pseudonyms("k" * 32), log.say, metrics)
    with serving({"keys": KEYS}) as keys:
        authority = Authority(Configured(resource=RESOURCE, issuer=ISSUER, jwks=keys.url))
        application = http_app(app_over(write_test_pack(tmp_path)), observing, authority, metrics=True)
        async with (
            application.router.lifespan_context(application),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(application), base_url=ORIGIN) as client,
        ):
            answers = [
                await client.get("/metrics", headers={"authorization": f"Bearer {one}"} if one else {})
                for one in ("", token(scope="skills:read"), token(scope="metrics:read"))
            ]
    assert [answer.status_code for answer in answers] == [401, 403, 200]
    assert 'scope="metrics:read"' in answers[1].headers["www-authenticate"]
    assert 'method="GET /metrics",outcome="refused"' in answers[2].text
    told = [(line.get("principal"), line["method"], line.get("code")) for line in map(json.loads, lines)]
    ann = pseudonyms("k" * 32)(f"{ISSUER}#ann")
    assert told == [(None, "GET /metrics", "401"), (ann, "GET /metrics", "403"), (ann, "GET /metrics", None)]


async def test_where_nobody_says_who_it_is_metrics_are_not_beside_mcp(tmp_path: Path) -> None:
    from backwright.observing.metrics import Metrics

    metrics = Metrics()
    observing = Observing([metrics.request], pseudonyms(None), print, metrics)
    application = http_app(app_over(write_test_pack(tmp_path)), observing, metrics=True)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(application), base_url=ORIGIN) as client,
    ):
        assert (await client.get("/metrics")).status_code == 404
