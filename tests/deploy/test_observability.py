from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).parents[2] / "server" / "deploy"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "backwright.json").read_text(encoding="utf-8"))
ALERTS: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]

# What Prometheus itself adds to each series that it scrapes.
SCRAPED = frozenset({"job", "instance"})

# The words of PromQL that these files use; any other word is a metric or a label.
WORDS = frozenset(
    [
        "and",
        "by",
        "count",
        "group_left",
        "histogram_quantile",
        "ignoring",
        "increase",
        "max",
        "offset",
        "or",
        "rate",
        "sum",
        "topk",
        "unless",
    ],
)

PROBE = (
    "import json\n"
    "from backwright.observing.metrics import Metrics\n"
    "families = list(Metrics().registry.collect())\n"
    "made = {m._name: list(m._labelnames) for m in vars(Metrics()).values() if hasattr(m, '_labelnames')}\n"
    "print(json.dumps({f.name: [f.type, made.get(f.name, [])] for f in families}))\n"
)


@pytest.fixture(scope="module")
def series() -> dict[str, frozenset[str]]:
    """The labels of each series that a server has, by its name."""
    run = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, timeout=60)
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "gauge": ("",)}
    found = {"up": SCRAPED}
    for name, (kind, labels) in json.loads(run.stdout).items():
        for suffix in suffixes.get(kind, ("",)):
            found[name + suffix] = SCRAPED | set(labels) | ({"le"} if suffix == "_bucket" else set())
    return found


def queries() -> list[tuple[str, str]]:
    panels = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
    return [*panels, *((rule["alert"], rule["expr"]) for rule in RULES)]


def selected(query: str) -> list[tuple[str, set[str]]]:
    """The series that a query reads, each with the labels that it matches them by."""
    found = re.findall(
        r"\b([a-z][a-z0-9_]*)(?:\{([^}]*)\})?(?=[\[\s)]|$)", re.sub(r"\b(?:by|ignoring) ?\([^)]*\)", "", query)
    )
    return [(name, set(re.findall(r"([a-z_]+)(?:=~|!=|=)", labels))) for name, labels in found if name not in WORDS]


def grouped(query: str) -> set[str]:
    inside = re.findall(r"\b(?:by|ignoring) ?\(([^)]*)\)", query)
    return {name.strip() for names in inside for name in names.split(",")}


@pytest.mark.parametrize(("title", "query"), queries(), ids=[title for title, _ in queries()])
def test_a_query_names_series_and_labels_that_there_are(
    title: str, query: str, series: dict[str, frozenset[str]]
) -> None:
    read = selected(query)
    assert read, title
    for name, labels in read:
        assert name in series, f"{title}: there is no {name}"
        assert labels <= series[name], f"{title}: {name} has no such label"
    assert grouped(query) <= {label for name, _ in read for label in series[name]}
    assert query.count("(") == query.count(")")


def test_a_query_of_a_metric_that_there_is_not_would_be_found(series: dict[str, frozenset[str]]) -> None:
    assert selected('sum by (x) (rate(backwright_nothing_total{job="a",tool=~"b"}[5m])) / sum(up)') == [
        ("backwright_nothing_total", {"job", "tool"}),
        ("up", set()),
    ]
    assert "backwright_nothing_total" not in series


def test_every_metric_of_ours_is_shown_or_watched(series: dict[str, frozenset[str]]) -> None:
    read = {name for _, query in queries() for name, _ in selected(query)}
    families = {re.sub(r"_(?:total|bucket|count|sum)$", "", name) for name in series if name.startswith("backwright_")}
    shown = {re.sub(r"_(?:total|bucket|count|sum)$", "", name) for name in read}
    assert families - shown == set()


def test_the_panels_of_the_dashboard_overlap_nowhere_and_have_ids_of_their_own() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + dx, at["y"] + dy) for dx in range(at["w"]) for dy in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells), panel["title"]
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)


def test_a_panel_says_what_it_shows_and_reads_the_chosen_source_and_instances() -> None:
    names = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    for panel in DASHBOARD["panels"]:
        if panel["type"] == "row":
            continue
        assert panel["description"].endswith((".", ".")), panel["title"]
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            assert 'job=~"$job",instance=~"$instance"' in target["expr"]
            used = set(re.findall(r"\$\{?([a-z]+)\}?", target["expr"]))
            assert used <= names, panel["title"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_waits_has_a_severity_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule.keys() == {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[1-9][0-9]*[mh]", rule["for"])
    assert rule["labels"]["severity"] in {"warning", "critical"}
    assert rule["annotations"].keys() == {"summary", "action"}
    named = set(re.findall(r"\$labels\.([a-z]+)", rule["annotations"]["summary"]))
    assert named <= grouped(rule["expr"]) | SCRAPED
