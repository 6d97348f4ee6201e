"""The rules of the result, read as Prometheus would; recorded series are put in where they are used."""

import re
from pathlib import Path
from typing import Any

import yaml

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
ERRORS = re.compile(r"http_requests_total\{[^}]*code\s*[=!]~\s*[\"']\^?5[^\"']*[\"'][^}]*\}\s*\[(\d+)([smhdw])\]")


def rules(path: str = "alerts/shop.yaml") -> list[dict[str, Any]]:
    assert Path(path).is_file(), f"there is no {path}"
    groups = yaml.safe_load(Path(path).read_text(encoding="utf-8"))["groups"]
    assert all(group.get("name") for group in groups), "a group has no name"
    return [rule for group in groups for rule in group["rules"]]


def expression(rule: dict[str, Any]) -> str:
    """What a rule asks, with each recorded series as what it was recorded from."""
    text = str(rule["expr"])
    recorded = sorted((each for each in rules() if "record" in each), key=lambda each: -len(each["record"]))
    for _ in range(5):
        for each in recorded:
            text = re.sub(rf"(?<![\w:]){re.escape(each['record'])}(?![\w:])", f"({each['expr']})", text)
    return text


def alerts() -> list[dict[str, Any]]:
    return [rule for rule in rules() if "alert" in rule]


def pages() -> list[dict[str, Any]]:
    return [rule for rule in alerts() if rule.get("labels", {}).get("severity") == "page"]


def windows(rule: dict[str, Any]) -> list[int]:
    """The windows of the rates of errors that a rule looks at, in seconds, the shortest first."""
    return sorted({int(number) * SECONDS[unit] for number, unit in ERRORS.findall(expression(rule))})


def on_errors() -> list[dict[str, Any]]:
    found = [rule for rule in pages() if windows(rule)]
    assert found, "no page looks at the rate of 5xx"
    return found


def test_customers_errors_wake_someone() -> None:
    assert on_errors()


def test_errors_are_a_share_of_all_requests() -> None:
    for rule in on_errors():
        assert "/" in expression(rule), f"{rule['alert']} counts errors, however many requests there are"


def test_a_page_looks_at_a_long_and_a_short_window() -> None:
    for rule in on_errors():
        shortest, longest = windows(rule)[0], windows(rule)[-1]
        assert longest >= 6 * shortest, f"{rule['alert']} wakes for what passes, or rings on when it is over"


def test_a_page_follows_from_the_promise() -> None:
    for rule in on_errors():
        numbers = re.sub(r"\[[^\]]*\]|\{[^}]*\}", "", expression(rule))
        factors = [float(each) for each in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", numbers)]
        in_percent = 100 in factors
        derived = {0.001, 0.999, 99.9} & set(factors) or any(
            0.001 < each <= 0.0144 or (in_percent and 0.1 <= each <= 1.44) for each in factors
        )
        assert derived, f"{rule['alert']} compares with {factors}, which is not from 99.9 %"


def test_a_page_is_about_what_customers_feel() -> None:
    for rule in pages():
        asked = expression(rule)
        assert re.search(r"\bhttp_request|\bup\b|\bprobe_", asked), f"{rule['alert']} wakes for {asked[:60]}"


def test_each_page_leads_to_a_runbook_that_is_there() -> None:
    assert pages(), "nothing wakes anybody"
    for rule in pages():
        said = " ".join(str(each) for each in rule.get("annotations", {}).values())
        named = re.findall(r"docs/runbooks/[\w./-]+?\.md", said)
        assert named, f"{rule['alert']} names no runbook"
        assert all(Path(each).is_file() for each in named), f"{rule['alert']} names {named[0]}, which is not there"


def test_silence_is_noticed() -> None:
    absent = [rule for rule in alerts() if re.search(r"absent(_over_time)?\s*\(|\bup\s*\{", expression(rule))]
    assert absent, "when the metrics stop, no rule fires"
