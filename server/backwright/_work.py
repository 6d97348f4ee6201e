"""What is being done, for whoever watches: parts of a request that take time, and what came of them.

Engines say it and know nothing of traces or metrics. While nobody watches, saying it costs a call. What is said is of
bounded kind: names of rules, of backends, counts; never a word of a user's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from types import TracebackType
from typing import Final, ParamSpec, Protocol, Self, TypeAlias, TypeVar

Fact: TypeAlias = str | int | float | bool
Facts: TypeAlias = Mapping[str, Fact]
Taken = ParamSpec("Taken")
Made = TypeVar("Made")
End: TypeAlias = Callable[[Facts, BaseException | None], None]
"""Called when a part ends, in the thread in which it began: all that is known of it, and what it raised."""


class Watcher(Protocol):
    """Somebody who wants to know. It must not raise, and it is called from any thread."""

    def begin(self, name: str, facts: Facts) -> End | None:
        """A part begins; None where its end is of no interest."""

    def tell(self, name: str, facts: Facts) -> None:
        """Something came of the work."""


class _Unwatched:
    """A part that nobody watches."""

    __slots__ = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to do."""

    def note(self, **facts: Fact) -> None:
        """Say what is known of the part by now."""


class _Watched(_Unwatched):
    """A part, and who is told of its end."""

    __slots__ = ("_ends", "_facts", "_name", "_watchers")

    def __init__(self, watchers: tuple[Watcher, ...], name: str, facts: dict[str, Fact]) -> None:
        self._watchers = watchers
        self._name = name
        self._facts = facts

    def __enter__(self) -> Self:
        begun = [watcher.begin(self._name, self._facts) for watcher in self._watchers]
        self._ends = [end for end in reversed(begun) if end is not None]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for end in self._ends:
            end(self._facts, error)

    def note(self, **facts: Fact) -> None:
        self._facts.update(facts)


_NOBODY: Final = _Unwatched()
_watchers: tuple[Watcher, ...] = ()


def watched() -> bool:
    """Whether anyone watches: whether it is worth to find out what is to be said."""
    return bool(_watchers)


def part(name: str, **facts: Fact) -> _Unwatched:
    """Somebody works on this from here to the end of a `with` block, in which more of it can be noted."""
    return _Watched(_watchers, name, facts) if _watchers else _NOBODY


def a_part(name: str) -> Callable[[Callable[Taken, Made]], Callable[Taken, Made]]:
    """Makes each call of a function a part of the work."""

    def of(function: Callable[Taken, Made]) -> Callable[Taken, Made]:
        @wraps(function)
        def called(*values: Taken.args, **named: Taken.kwargs) -> Made:
            with part(name):
                return function(*values, **named)

        return called

    return of


def tell(name: str, **facts: Fact) -> None:
    """Say that something came of the work."""
    for watcher in _watchers:
        watcher.tell(name, facts)


def watch(watcher: Watcher) -> Callable[[], None]:
    """Let somebody watch this process from now on, and return what ends that."""
    global _watchers  # noqa: PLW0603  one process, and engines that must not be handed a watcher each
    _watchers = (*_watchers, watcher)

    def end() -> None:
        global _watchers  # noqa: PLW0603
        _watchers = tuple(each for each in _watchers if each is not watcher)

    return end
