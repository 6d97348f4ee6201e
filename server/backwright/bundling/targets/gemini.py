"""Gemini CLI: an extension, with the variables that it lets through to the server."""

from __future__ import annotations

from collections.abc import Mapping

from backwright.bundling.bundle import NAME, Bundle, Product, as_json, readme, skill_files, stdio
from backwright.connecting.instructions import TEXT


def _make(product: Product) -> Mapping[str, bytes]:
    return {
        "gemini-extension.json": as_json(
            {
                "name": NAME,
                "version": product.version,
                "description": product.description,
                "contextFileName": "GEMINI.md",
                "mcpServers": {NAME: stdio(product)},
                # Only what is declared here reaches the server.
                "settings": [
                    {
                        "name": "Contexts",
                        "description": "The database of a team's contexts (PostgreSQL), or nothing for your own file",
                        "envVar": "BACKWRIGHT_DATABASE_URL",
                        "sensitive": True,
                    },
                    {
                        "name": "Skills",
                        "description": "Folders of your team's own skills, parted as in PATH",
                        "envVar": "BACKWRIGHT_SKILLS",
                    },
                ],
            }
        ),
        "GEMINI.md": f"{TEXT}\n".encode(),
        "README.md": readme(product, "Install it with `gemini extensions install FOLDER`. It needs uv on the path."),
        **skill_files(product),
    }


BUNDLE = Bundle(
    name="gemini",
    title="Gemini CLI extension",
    make=_make,
    check="gemini extensions validate .",
    source="https://geminicli.com/docs/extensions/reference",
)
