"""The versions of a context, each with what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from backwright.contexts.context import Address, Caller, Context
from backwright.contexts.paging import Page
from backwright.contexts.patch import Operation, patch
from backwright.contexts.service import Contexts


@dataclass(frozen=True, slots=True)
class Step:
    """One version, beside the one before it.

    Args:
        context: the version.
        previous: the one before; None for the first.
        changes: what turns the previous document into this one, the first operations of it; nothing where the context
            was deleted or created.
        cut: whether there are more.
    """

    context: Context
    previous: Context | None
    changes: tuple[Operation, ...]
    cut: bool

    @property
    def labelled(self) -> bool:
        """Whether the labels are other ones."""
        return self.previous is not None and dict(self.previous.labels) != dict(self.context.labels)


def history(
    contexts: Contexts, caller: Caller, address: Address, *, before: int | None = None, limit: int, most: int
) -> Page[Step]:
    """The versions of a context with their changes, the newest first.

    Args:
        contexts: where they are.
        caller: who asks.
        address: whose versions.
        before: only those below this version.
        limit: at most so many versions.
        most: at most so many operations of each.

    Raises:
        ContextNotFoundError, InvalidInputError: as `Contexts.history`.
    """
    found = contexts.history(caller, address, before=before, limit=limit + 1).items
    shown = found[:limit]
    steps = tuple(_step(context, _at(found, at + 1), most) for at, context in enumerate(shown))
    return Page(steps, str(shown[-1].version) if len(found) > limit else None)


def _at(found: tuple[Context, ...], at: int) -> Context | None:
    return found[at] if at < len(found) else None


def _step(context: Context, previous: Context | None, most: int) -> Step:
    if previous is None or previous.deleted or context.deleted:
        return Step(context, previous, (), cut=False)
    changes = tuple(islice(patch(previous.body, context.body), most + 1))
    return Step(context, previous, changes[:most], cut=len(changes) > most)
