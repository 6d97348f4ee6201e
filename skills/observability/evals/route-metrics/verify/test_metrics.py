"""Requests, and the series that they leave behind."""

from collections import Counter

from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from shop.app import create_app

NAME = "http_server_request_duration_seconds"


def series(*requests: tuple[str, str]) -> Counter[tuple[str, str, str]]:
    """The counts by method, route and status after some requests."""
    registry = CollectorRegistry()
    client = TestClient(create_app(registry), raise_server_exceptions=False)
    for method, path in requests:
        client.request(method, path)
    found: Counter[tuple[str, str, str]] = Counter()
    for metric in registry.collect():
        for sample in metric.samples:
            if sample.name == f"{NAME}_count":
                labels = sample.labels
                found[labels["method"], labels["route"], labels["status"]] += int(sample.value)
    return found


def test_a_request_is_measured() -> None:
    assert [(*key[::2], count) for key, count in series(("GET", "/v1/orders/1")).items()] == [("GET", "200", 1)]


def test_the_orders_share_the_series_of_their_route() -> None:
    found = series(*(("GET", f"/v1/orders/{number}") for number in range(100, 150)))
    assert list(found.values()) == [50], f"50 orders make {len(found)} series"
    (_, route, _), *_ = found
    assert "orders" in route, f"the route is called {route!r}"


def test_paths_that_nobody_serves_share_one_series() -> None:
    found = series(*(("GET", f"/wp-admin/{number}.php") for number in range(50)))
    assert list(found.values()) == [50], f"a scanner makes {len(found)} series, and they stay for ever"


def test_methods_that_callers_invent_share_one_series() -> None:
    found = series(*((f"X{number}", "/v1/orders/1") for number in range(30)))
    assert len(found) <= 1, f"30 invented methods make {len(found)} series"


def test_a_refused_order_is_counted_with_its_status() -> None:
    assert sum(count for key, count in series(("GET", "/v1/orders/5000")).items() if key[2] == "404") == 1, (
        "no 404 was counted"
    )


def test_a_defect_is_counted_as_500() -> None:
    assert sum(count for key, count in series(("GET", "/v1/orders/13")).items() if key[2] == "500") == 1, (
        "no metric shows it"
    )
