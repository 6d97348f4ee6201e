"""Codex: a marketplace with the plugin in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backwright.bundling.bundle import NAME, Bundle, Product, as_json, icon, readme, skill_files, stdio

_PLUGIN: Final = f"plugins/{NAME}"


def _make(product: Product) -> Mapping[str, bytes]:
    return {
        ".agents/plugins/marketplace.json": as_json(
            {
                "name": NAME,
                "interface": {"displayName": "Backwright"},
                "plugins": [
                    {
                        "name": NAME,
                        "source": {"source": "local", "path": f"./{_PLUGIN}"},
                        "policy": {"installation": "AVAILABLE", "authentication": "ON_INSTALL"},
                        "category": "Coding",
                    }
                ],
            }
        ),
        f"{_PLUGIN}/.codex-plugin/plugin.json": as_json(
            {
                "name": NAME,
                "version": product.version,
                "description": product.description,
                "author": {"name": product.owner},
                "license": product.license,
                "keywords": list(product.keywords),
                "skills": "./skills/",
                "mcpServers": "./.mcp.json",
                "interface": {
                    "displayName": "Backwright",
                    "shortDescription": product.short(80),
                    "longDescription": product.description,
                    "developerName": product.owner,
                    "category": "Coding",
                    "composerIcon": "./assets/icon.svg",
                    "logo": "./assets/icon.png",
                    "brandColor": "#0b4f9e",
                    "capabilities": ["Read", "Write"],
                    "defaultPrompt": ["Review what this branch changed", "Scaffold an endpoint for invoices"],
                },
            }
        ),
        **{f"{_PLUGIN}/assets/icon.{form}": icon(form) for form in ("svg", "png")},
        f"{_PLUGIN}/.mcp.json": as_json({"mcpServers": {NAME: stdio(product)}}),
        f"{_PLUGIN}/README.md": readme(product, "A plugin for Codex. It needs uv on the path."),
        "README.md": readme(product, "Add it with `codex plugin marketplace add FOLDER`."),
        **skill_files(product, f"{_PLUGIN}/skills"),
    }


BUNDLE = Bundle(
    name="codex",
    title="Codex plugin and marketplace",
    make=_make,
    check="skillsaw lint .",
    source="https://developers.openai.com/plugins/build/plugins",
)
