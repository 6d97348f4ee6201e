"""Agent Skills Discovery 0.2.0: an index of the skills, and an archive of each, for any web server."""

from __future__ import annotations

from collections.abc import Mapping

from backwright.bundling.bundle import Bundle, Product


def _make(product: Product) -> Mapping[str, bytes]:
    return {f".well-known/agent-skills/{path}": data for path, data in product.index.items()}


BUNDLE = Bundle(
    name="well-known",
    title="Skills at a well-known address",
    make=_make,
    check="npx skills add URL --list",
    source="https://agentskills.io",
)
