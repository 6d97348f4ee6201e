"""The alerts and the dashboard before Prometheus itself: its checker, its own tests of rules, and real series."""

from __future__ import annotations

import math
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import yaml

from tests.deploy._prometheus import program, prometheus
from tests.deploy._service import PATIENCE
from tests.deploy.test_observability import DASHBOARD, RULES
from tests.http_api._counted import DIFF, Counted, counting

RULE_FILE = Path(__file__).parents[2] / "server" / "deploy" / "prometheus" / "alerts.yaml"
TESTS = Path(__file__).with_name("alerts.test.yaml")
CASES: list[dict[str, Any]] = yaml.safe_load(TESTS.read_text(encoding="utf-8"))["tests"]


def promtool(*arguments: str) -> None:
    done = subprocess.run(
        [program("promtool"), *arguments], check=False, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_checker_finds_nothing_in_the_rules() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", str(RULE_FILE))


def test_each_rule_wakes_somebody_when_it_should_and_nobody_else(tmp_path: Path) -> None:
    for file in (RULE_FILE, TESTS):
        shutil.copy(file, tmp_path)
    promtool("test", "rules", str(tmp_path / TESTS.name))


def test_every_rule_is_tested_both_ways() -> None:
    asked = [(one["alertname"], bool(one["exp_alerts"])) for case in CASES for one in case["alert_rule_test"]]
    assert {(rule["alert"], fires) for rule in RULES for fires in (True, False)} - set(asked) == set()


def load(counted: Counted) -> None:
    """Some of everything that a dashboard shows, errors too."""
    counted.call("use_skill", request="x", name="alpha")
    counted.call("explain_rule", rule="BW999")
    counted.call("review_diff", diff=DIFF)
    counted.call("put_context", context="shop/one", type="project", body={"framework": "flask"}, if_version=0)
    counted.call("put_context", context="shop/one", type="project", body={"framework": "flask"}, if_version=77)
    counted.call("get_context", context="shop/one")


def test_every_query_of_the_dashboard_finds_something_on_a_server_at_work(tmp_path: Path) -> None:
    program("prometheus")
    queries = {
        target["expr"]
        .replace("$__rate_interval", "1m")
        .replace("$__range", "5m")
        .replace("$job", "backwright")
        .replace("$instance", ".+"): panel["title"]
        for panel in DASHBOARD["panels"]
        for target in panel.get("targets", ())
    }
    with counting(tmp_path / "server") as counted, prometheus(tmp_path / "prometheus", counted.metrics) as found:
        deadline = time.monotonic() + PATIENCE
        waiting = dict(queries)
        while waiting and time.monotonic() < deadline:
            load(counted)
            waiting = {query: title for query, title in waiting.items() if not shown(found.values(query))}
        assert waiting == {}
        rules = [rule for group in found.get("rules")["groups"] for rule in group["rules"]]
        assert {rule["name"] for rule in rules} == {rule["alert"] for rule in RULES}
        while any(rule["health"] == "unknown" for rule in rules):
            assert time.monotonic() < deadline, "the rules are not evaluated"
            rules = [rule for group in found.get("rules")["groups"] for rule in group["rules"]]
        assert {(rule["name"], rule["health"]) for rule in rules if rule["health"] != "ok"} == set()


def shown(values: list[str]) -> bool:
    """Whether a panel would show something: a number that is one."""
    return any(math.isfinite(float(value)) for value in values)
