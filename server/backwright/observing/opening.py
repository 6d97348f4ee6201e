"""Who is told of the requests of this process: as its environment and its options say."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

from backwright._work import watch
from backwright.errors import InvalidInputError, ToolUnavailableError
from backwright.observing.pseudonym import MIN_KEY, pseudonyms
from backwright.observing.requests import Observing, Sink

if TYPE_CHECKING:
    from backwright.observing.metrics import Metrics

_LOG: Final = "BACKWRIGHT_LOG"
_KEY: Final = "BACKWRIGHT_LOG_KEY"


def observing(
    environment: Mapping[str, str], *, http: bool, log_json: bool = False, metrics: bool = False
) -> Observing | None:
    """What a process tells of its requests; None where nobody is told.

    Args:
        environment: `BACKWRIGHT_LOG` is `json` or `plain` (by default the first over HTTP, where structlog is
            installed, and the second over stdio), `BACKWRIGHT_LOG_KEY` makes the pseudonyms of several processes
            the same, and OpenTelemetry reads its own variables.
        http: whether it serves HTTP.
        log_json: whether it was told to log JSON, whatever the environment says.
        metrics: whether somebody will read metrics.

    Raises:
        InvalidInputError: a variable has no such value, or the key is too short.
        ToolUnavailableError: JSON or metrics were asked for, and their library is not installed.
    """
    sinks: list[Sink] = []
    say = _plainly
    wanted = "json" if log_json else _wanted(environment)
    if wanted == "json" or (wanted is None and http):
        from backwright.observing.logs import json_log

        try:
            log = json_log()
        except ImportError:
            if wanted == "json":
                hint = "install backwright[service], or set BACKWRIGHT_LOG=plain"
                raise ToolUnavailableError("JSON logs need structlog, which is not installed", hint=hint) from None
        else:
            sinks.append(log.request)
            say = log.say
    counted = _metrics() if metrics else None
    if counted is not None:
        sinks.append(counted.request)
        watch(counted)
    from backwright.observing.spans import set_up, traced

    set_up(environment)
    key = environment.get(_KEY) or None
    if key is not None and len(key) < MIN_KEY:
        raise InvalidInputError(f"{_KEY} has fewer than {MIN_KEY} characters", hint="give it 32 random ones")
    # Over HTTP, somebody must read the trace that the headers name.
    return Observing(sinks, pseudonyms(key), say, counted) if sinks or (http and traced()) else None


def _metrics() -> Metrics:
    try:
        from backwright.observing.metrics import Metrics
    except ImportError:
        raise ToolUnavailableError(
            "metrics need prometheus-client, which is not installed",
            hint="install backwright[service], or leave --metrics-port out",
        ) from None
    return Metrics()


def _wanted(environment: Mapping[str, str]) -> Literal["json", "plain"] | None:
    said = environment.get(_LOG, "").strip().lower()
    match said:
        case "json":
            return "json"
        case "plain":
            return "plain"
    if said:
        raise InvalidInputError(f"{_LOG} is neither json nor plain", hint="set it to one of them, or to nothing")
    return None


def _plainly(text: str) -> None:
    sys.stderr.write(f"backwright: {text}\n")
    sys.stderr.flush()
