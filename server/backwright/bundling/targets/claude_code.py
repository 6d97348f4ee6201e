"""Claude Code: a marketplace that holds the plugin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backwright.bundling.bundle import NAME, Bundle, Product, as_json, readme, skill_files, stdio

_PLUGIN: Final = f"plugins/{NAME}"


def _make(product: Product) -> Mapping[str, bytes]:
    author = {"name": product.owner}
    return {
        ".claude-plugin/marketplace.json": as_json(
            {
                "name": NAME,
                "owner": author,
                "metadata": {"description": product.description, "version": product.version},
                "plugins": [
                    {
                        "name": NAME,
                        "source": f"./{_PLUGIN}",
                        "description": product.description,
                        "version": product.version,
                        "author": author,
                        "license": product.license,
                        "keywords": list(product.keywords),
                    }
                ],
            }
        ),
        f"{_PLUGIN}/.claude-plugin/plugin.json": as_json(
            {
                "name": NAME,
                "version": product.version,
                "description": product.description,
                "author": author,
                "license": product.license,
                "keywords": list(product.keywords),
            }
        ),
        f"{_PLUGIN}/.mcp.json": as_json({"mcpServers": {NAME: stdio(product)}}),
        f"{_PLUGIN}/README.md": readme(
            product, "Add the marketplace, then `/plugin install backwright@backwright`. It needs uv on the path."
        ),
        "README.md": readme(product, "A marketplace for Claude Code with one plugin."),
        **skill_files(product, f"{_PLUGIN}/skills"),
    }


BUNDLE = Bundle(
    name="claude-code",
    title="Claude Code plugin and marketplace",
    make=_make,
    check="claude plugin validate --strict .",
    source="https://code.claude.com/docs/en/plugins-reference",
)
