"""The argument `template` of the scaffolds: offered only where the project has templates of its own, by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from backwright.mcp_api._declares import mentions

if TYPE_CHECKING:
    from backwright.app import App


def hidden_without(kind: str) -> Callable[[App], frozenset[str]]:
    """What hides `template` where the project has none of this kind: naming it would cost every conversation."""
    return lambda app: frozenset() if _names(app, kind) else frozenset({"template"})


def offering(app: App, kind: str, description: str) -> str:
    """The description, with the templates of this kind that the project has."""
    names = _names(app, kind)
    return f"{description} template: the project's own, {' or '.join(names)}." if names else description


def _names(app: App, kind: str) -> tuple[str, ...]:
    # A glance first: most projects have none, and looking for them takes what scaffolds import.
    listed = mentions(app.settings.root, "backwright.yaml", "templates")
    return app.scaffolding.own_templates(kind) if listed else ()
