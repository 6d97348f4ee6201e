"""The log as JSON lines on stderr: one for each request, and what the server has to say of itself.

What a line holds is made of bounded words, escaped to ASCII, so that no text of a client's can start a line of its own
or colour a terminal. Errors come with the places they passed, and never with their text, which may repeat what was
sent. Of other libraries' records the template is kept, where they have one, and no value.
"""

from __future__ import annotations

import json
import logging
import os
import select
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from backwright.observing.requests import Seen, current

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

MAX_LINE: Final = 4096
"""Bytes of a line: as many as a pipe takes in one piece, whoever else writes to it."""

_OWN: Final = "backwright"
_LONGEST: Final = 300
_FRAMES: Final = 15

Write: TypeAlias = Callable[[bytes], object]


class JsonLog:
    """Writes lines of JSON.

    Args:
        write: takes each line.

    Raises:
        ImportError: structlog is not installed.
    """

    def __init__(self, write: Write) -> None:
        self._log = _logger(write)

    def request(self, seen: Seen) -> None:
        """Write the line of a request."""
        log = self._log
        write = log.error if seen.defect else log.info if seen.outcome == "ok" else log.warning
        write("request", **_facts(seen))

    def say(self, text: str) -> None:
        """Write what the server has to say of itself."""
        self._log.info(text)

    def take_over(self) -> None:
        """Let what is logged by whomever be written here from now on, from warnings up, and nowhere else."""
        root = logging.getLogger()
        for handler in tuple(root.handlers):
            root.removeHandler(handler)
        root.addHandler(_Bridge(self._log))
        root.setLevel(logging.WARNING)


def json_log() -> JsonLog:
    """The log of this process as JSON lines on stderr.

    Raises:
        ImportError: structlog is not installed.
    """
    log = JsonLog(Stderr())
    log.take_over()
    return log


class Stderr:
    """The process's stderr. A reader that has stopped to read costs lines and never an answer: what would have to wait
    is lost, and the next line that is not says how many were.
    """

    def __init__(self) -> None:
        self._descriptor = sys.stderr.fileno()
        self._lock = threading.Lock()
        self._lost = 0
        self._ready: select.poll | None = None
        if hasattr(select, "poll"):
            self._ready = select.poll()
            self._ready.register(self._descriptor, select.POLLOUT)

    def __call__(self, line: bytes) -> None:
        """Write one line, whole."""
        with self._lock:
            if self._ready is not None and not self._ready.poll(0):
                self._lost += 1
                return
            if self._lost:
                line = b'{"event": "lines lost", "level": "warning", "lost": %d}\n' % self._lost + line
                self._lost = 0
            try:
                os.write(self._descriptor, line)
            except OSError:
                # Nobody reads it any more, and there is nowhere else to say so.
                self._lost += 1


class _Lines:
    """What structlog hands its lines to."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def msg(self, line: str) -> None:
        """Write one line."""
        self._write(line.encode("ascii") + b"\n")

    debug = info = warning = error = critical = log = msg


# Made once: `json.dumps` makes one for each line.
_ENCODER: Final = json.JSONEncoder(default=repr)


def _encoded(line: Mapping[str, object], **_: object) -> str:
    return _ENCODER.encode(line)


def _logger(write: Write) -> FilteringBoundLogger:
    import structlog

    logger: FilteringBoundLogger = structlog.wrap_logger(
        _Lines(write),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.JSONRenderer(serializer=_encoded),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    return logger


def _facts(seen: Seen) -> dict[str, str | float]:
    facts: dict[str, str | float] = {
        "transport": seen.transport,
        "request_id": seen.id,
        "principal": seen.principal,
        "method": seen.method,
        "tool": seen.tool,
        "duration_ms": round(seen.seconds * 1000, 2),
        "outcome": seen.outcome,
        "code": seen.code,
        "trace_id": seen.trace_id,
    }
    return {name: value for name, value in facts.items() if value != ""}


class _Bridge(logging.Handler):
    """Records of the standard library's logging, as lines of ours."""

    def __init__(self, log: FilteringBoundLogger) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one; it never raises, as `logging` asks of a handler."""
        try:
            facts: dict[str, object] = {"logger": record.name, "where": f"{record.filename}:{record.lineno}"}
            seen = current()
            if seen is not None:
                facts["request_id"] = seen.id
            if record.exc_info and record.exc_info[1] is not None:
                facts |= {"error": _chain(record.exc_info[1]), "stack": list(_stack(record.exc_info[1]))}
            self._log.log(max(record.levelno, logging.INFO), _text(record), **facts)
        except Exception:  # noqa: BLE001  a log that fails must not fail the request
            self.handleError(record)


def _text(record: logging.LogRecord) -> str:
    """What a record says: of ours all, of others' the template, where its values are apart from it."""
    if record.name.partition(".")[0] == _OWN:
        text = record.getMessage()
    else:
        text = str(record.msg) if record.args else "a library's message"
    # Beyond ASCII, a character takes up to twelve bytes.
    return text[: _LONGEST if text.isascii() and text.isprintable() else _LONGEST // 3]


def _chain(error: BaseException) -> str:
    """The types of an error and of those that it came from."""
    names: list[str] = []
    one: BaseException | None = error
    while one is not None and len(names) < _FRAMES:
        names.append(type(one).__qualname__)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return " < ".join(names)


def _stack(error: BaseException) -> Iterator[str]:
    """Where an error passed, the place it was raised at last: files without their folders, and no text."""
    for frame, line in list(traceback.walk_tb(error.__traceback__))[-_FRAMES:]:
        code = frame.f_code
        yield f"{frame.f_globals.get('__name__', '?')}:{line} {code.co_qualname}"
