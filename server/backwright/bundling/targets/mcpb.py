"""MCPB 0.4: one file that a desktop assistant installs; uv brings the package."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Final

from backwright.bundling.bundle import NAME, Bundle, Product, as_json, icon

_FIRST_DAY: Final = (1980, 1, 1, 0, 0, 0)
_FILE: Final = 0o100644 << 16

_MAIN: Final = b'''"""Starts the server over stdio."""

import sys

from backwright.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
'''


def _make(product: Product) -> Mapping[str, bytes]:
    files = {
        "manifest.json": as_json(_manifest(product)),
        "icon.png": icon("png"),
        "pyproject.toml": _project(product),
        "server/main.py": _MAIN,
    }
    return {**files, f"{NAME}-{product.version}.mcpb": _packed(files)}


def _manifest(product: Product) -> dict[str, object]:
    return {
        "manifest_version": "0.4",
        "name": NAME,
        "display_name": "Backwright",
        "version": product.version,
        "description": product.description,
        "author": {"name": product.owner},
        "license": product.license,
        "icon": "icon.png",
        "keywords": list(product.keywords),
        "server": {
            "type": "uv",
            "entry_point": "server/main.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "server/main.py", "--root", "${user_config.project}"],
            },
        },
        "user_config": {
            "project": {
                "type": "directory",
                "title": "Project",
                "description": "The folder of the Python project to work in",
                "required": True,
            }
        },
        "tools_generated": True,
        "prompts_generated": True,
        "compatibility": {"platforms": ["darwin", "win32", "linux"], "runtimes": {"python": ">=3.11"}},
    }


def _project(product: Product) -> bytes:
    lines = (
        "[project]",
        f'name = "{NAME}-bundle"',
        f'version = "{product.version}"',
        'requires-python = ">=3.11"',
        f'dependencies = ["{NAME}=={product.version}"]',
    )
    return "\n".join((*lines, "")).encode()


def _packed(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip archive, with no time in it: the same files are the same bytes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, _FIRST_DAY)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, _FILE
            archive.writestr(member, files[name])
    return data.getvalue()


BUNDLE = Bundle(
    name="mcpb",
    title="MCPB for desktop assistants",
    make=_make,
    check="mcpb validate manifest.json",
    source="https://github.com/modelcontextprotocol/mcpb/blob/main/MANIFEST.md",
)
