"""The manifest of the result, as the cluster reads it."""

import re
from math import ceil
from pathlib import Path
from typing import Any

import yaml

BALANCER, LONGEST = 8, 20


def deployment() -> dict[str, Any]:
    documents = yaml.safe_load_all(Path("deploy/shop.yaml").read_text(encoding="utf-8"))
    return next(each for each in documents if each and each.get("kind") == "Deployment")


def pod() -> dict[str, Any]:
    return deployment()["spec"]["template"]["spec"]


def container() -> dict[str, Any]:
    return next(each for each in pod()["containers"] if each["name"] == "api")


def waits() -> int:
    """For how many seconds a pod that is told to stop goes on before it gets SIGTERM."""
    hook = container().get("lifecycle", {}).get("preStop", {})
    if "sleep" in hook:
        return int(hook["sleep"]["seconds"])
    said = " ".join(hook.get("exec", {}).get("command", []))
    found = re.search(r"sleep\s+(\d+)", said)
    return int(found[1]) if found else 0


def asked(probe: str) -> str:
    return container().get(probe, {}).get("httpGet", {}).get("path", "")


def rolled(value: object, replicas: int, *, up: bool) -> int:
    """How many pods a number or a share of them are."""
    if not str(value).endswith("%"):
        return int(str(value))
    share = int(str(value)[:-1]) * replicas / 100
    return ceil(share) if up else int(share)


def test_new_requests_are_served_until_the_balancer_has_noticed() -> None:
    assert waits() >= BALANCER, f"the process is told to stop after {waits()} seconds, while requests still come"


def test_what_was_begun_can_be_finished() -> None:
    grace = pod().get("terminationGracePeriodSeconds", 30)
    assert grace >= waits() + LONGEST, f"it is killed after {grace} seconds, {waits()} of which it waits"


def test_a_slow_database_restarts_nothing() -> None:
    assert asked("livenessProbe") != "/ready", "a slow database restarts all pods"
    assert asked("startupProbe") != "/ready", "a slow database restarts pods that start"


def test_a_pod_that_cannot_serve_gets_no_requests() -> None:
    assert asked("readinessProbe") == "/ready", "requests go to pods that cannot serve them"


def test_none_is_missing_while_a_new_one_starts() -> None:
    spec = deployment()["spec"]
    strategy = spec.get("strategy", {})
    assert strategy.get("type", "RollingUpdate") == "RollingUpdate", "all pods stop first"
    replicas, rolling = spec.get("replicas", 1), strategy.get("rollingUpdate", {})
    missing = rolled(rolling.get("maxUnavailable", "25%"), replicas, up=False)
    assert missing == 0, f"{missing} of {replicas} pods are missing during a rollout"


def test_the_process_itself_gets_the_signal() -> None:
    command = [*container().get("command", []), *container().get("args", [])]
    if re.search(r"(^|/)(ba|da)?sh$", command[0] if command else ""):
        last = re.split(r"&&|;|\n", command[-1].strip())[-1].strip()
        assert last.startswith("exec "), f"a shell gets SIGTERM: {command[-1][:80]}"


def test_settings_are_still_checked_before_the_start() -> None:
    said = Path("deploy/shop.yaml").read_text(encoding="utf-8")
    assert "check-settings" in said, "shop check-settings is gone"
    assert "uvicorn" in said, "nothing serves"


def test_the_image_stays_the_one_that_was_tested() -> None:
    assert re.fullmatch(r".+@sha256:4f53cda1[0-9a-f]{56}", container()["image"]), container()["image"]
