"""What is told of a request: bounded words and numbers, none of which a client chooses."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Collection, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from backwright.observing.metrics import Metrics

Outcome: TypeAlias = Literal["ok", "error", "protocol_error", "refused", "cancelled"]
"""How a request ended: well; with an `isError` answer; with an error of the protocol; with an HTTP status from 400; or
because nobody wanted its answer any more."""

LOCAL: Final = "local"
"""What the user of this machine is called, who need not say who it is."""

OTHER: Final = "other"
"""What stands for any name that the server does not know."""

# A UUID, its 32 digits alone (as nginx makes them), or a ULID: what nobody writes a secret or a sentence in.
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-7][0-9A-HJKMNP-TV-Z]{25}")
_TRACEPARENT: Final = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_INTERNAL: Final = frozenset({"INTERNAL", "-32603"})
_SERVER_FAULT: Final = 500


@dataclass(slots=True)
class Seen:
    """One request, as far as it has come.

    Args:
        transport: how it came: `stdio` or `http`.
        id: what ties log, answer and audit together.
        method: of the protocol, or of HTTP with the route's template; `other` where there is no such.
        tool: which tool or prompt was asked for; `other` where there is no such, nothing where none was.
        principal: who asked, as a pseudonym.
        outcome: how it ended.
        code: the error's code or the status; nothing where it ended well.
        trace_id: the trace that it belongs to, if any.
        started: when, on the monotonic clock.
        seconds: how long it took.
    """

    transport: Literal["stdio", "http"]
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    method: str = OTHER
    tool: str = ""
    principal: str = ""
    outcome: Outcome = "ok"
    code: str = ""
    trace_id: str = ""
    started: float = field(default_factory=time.perf_counter)
    seconds: float = 0.0

    @property
    def defect(self) -> bool:
        """Whether the server is to blame."""
        return self.code in _INTERNAL or (self.outcome == "refused" and int(self.code) >= _SERVER_FAULT)

    def ended(self, outcome: Outcome, code: str = "") -> None:
        """Say how it ended."""
        self.outcome, self.code = outcome, code


Sink: TypeAlias = Callable[[Seen], None]

_CURRENT: Final[ContextVar[Seen | None]] = ContextVar("seen", default=None)


def current() -> Seen | None:
    """The request that is being answered, in the threads that work for it too."""
    return _CURRENT.get()


class Observing:
    """Who is told of each request.

    Args:
        sinks: each is called once a request, when it has ended.
        pseudonym: what a subject is called.
        say: says what the server has to say of itself.
        metrics: what counts them, where somebody reads that.
    """

    def __init__(
        self,
        sinks: Iterable[Sink],
        pseudonym: Callable[[str], str],
        say: Callable[[str], None],
        metrics: Metrics | None = None,
    ) -> None:
        self._sinks = tuple(sinks)
        self.pseudonym = pseudonym
        self.say = say
        self.metrics = metrics

    def begin(self, seen: Seen) -> Callable[[], None]:
        """Make it the current request; what is returned ends that, and tells of it."""
        token = _CURRENT.set(seen)

        def end() -> None:
            _CURRENT.reset(token)
            seen.seconds = time.perf_counter() - seen.started
            for sink in self._sinks:
                sink(seen)

        return end


def known(name: object, names: Collection[str]) -> str:
    """A name if it is one of these."""
    return name if isinstance(name, str) and name in names else OTHER


def request_id(given: str | None) -> str | None:
    """An id that came with a request, if it has the form of one."""
    return given if given is not None and _ID.fullmatch(given) else None


def trace_id(traceparent: object) -> str:
    """The id of the trace that a W3C `traceparent` names; nothing where it is none."""
    found = _TRACEPARENT.fullmatch(traceparent) if isinstance(traceparent, str) else None
    return "" if found is None or not found[1].strip("0") else found[1]
