"""Agent Plugins 1.0.0: one folder for VS Code, Cursor, Copilot, Codex and Kiro."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backwright.bundling.bundle import NAME, Bundle, Product, as_json, readme, skill_files, stdio

_SCHEMAS: Final = "https://agent-plugins.org/schemas/1.0.0"


def _make(product: Product) -> Mapping[str, bytes]:
    return {
        "plugin.json": as_json(
            {
                "$schema": f"{_SCHEMAS}/plugin.schema.json",
                "name": NAME,
                "version": product.version,
                "description": product.description,
                "author": {"name": product.owner},
                "license": product.license,
                "keywords": list(product.keywords),
            }
        ),
        "mcp.json": as_json(
            {"$schema": f"{_SCHEMAS}/mcp.schema.json", "mcpServers": {NAME: {"type": "stdio", **stdio(product)}}}
        ),
        "README.md": readme(product, "Install this folder as an agent plugin. It needs uv on the path."),
        **skill_files(product),
    }


BUNDLE = Bundle(
    name="agent-plugin",
    title="Agent Plugins (VS Code, Cursor, Copilot, Codex, Kiro)",
    make=_make,
    check="skillsaw lint .",
    source="https://agent-plugins.org/specification/1.0.0",
)
