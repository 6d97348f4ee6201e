"""The MCP registry: `server.json`, which names the package that uv runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from backwright.bundling.bundle import NAME, Bundle, Product, as_json

_SCHEMA: Final = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"
_DESCRIPTION: Final = 100
"""Characters that the registry takes."""


def _variable(name: str, description: str, *, secret: bool = False) -> dict[str, object]:
    return {"name": name, "description": description, "isRequired": False, "isSecret": secret}


def _make(product: Product) -> Mapping[str, bytes]:
    package = {
        "registryType": "pypi",
        "identifier": NAME,
        "version": product.version,
        "runtimeHint": "uvx",
        "transport": {"type": "stdio"},
        "packageArguments": [{"type": "positional", "value": "serve"}],
        "environmentVariables": [
            _variable("BACKWRIGHT_DATABASE_URL", "The database of a team's contexts; a file without it", secret=True),
            _variable("BACKWRIGHT_SKILLS", "Folders of your team's own skills, parted as in PATH"),
        ],
    }
    return {
        "server.json": as_json(
            {
                "$schema": _SCHEMA,
                "name": f"io.github.{product.owner}/{NAME}",
                "title": "Backwright",
                "description": product.short(_DESCRIPTION),
                "version": product.version,
                "packages": [package],
            }
        )
    }


BUNDLE = Bundle(
    name="registry",
    title="MCP registry",
    make=_make,
    check="skillsaw lint .",
    source=_SCHEMA,
)
