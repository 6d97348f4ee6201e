"""Links that install the server with one click: Cursor's and VS Code's."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from backwright.bundling.bundle import NAME, Bundle, Product, as_json, stdio


def cursor(product: Product) -> str:
    """Cursor's link: the entry in base64."""
    entry = base64.b64encode(json.dumps(stdio(product), separators=(",", ":")).encode()).decode()
    return f"cursor://anysphere.cursor-deeplink/mcp/install?{urlencode({'name': NAME, 'config': entry})}"


def vscode(product: Product) -> str:
    """VS Code's link: the entry with its name, encoded for a URL."""
    entry = {"name": NAME, "type": "stdio", **stdio(product)}
    return f"vscode:mcp/install?{quote(json.dumps(entry, separators=(',', ':')), safe='')}"


def _make(product: Product) -> Mapping[str, bytes]:
    links = {"Cursor": cursor(product), "VS Code": vscode(product)}
    lines = "".join(f"- [Install in {title}]({link})\n" for title, link in links.items())
    return {"links.json": as_json(links), "links.md": f"# Install Backwright\n\n{lines}".encode()}


BUNDLE = Bundle(
    name="links",
    title="Links for Cursor and VS Code",
    make=_make,
    check="follow them",
    source="https://cursor.com/docs/context/mcp/install-links",
)
