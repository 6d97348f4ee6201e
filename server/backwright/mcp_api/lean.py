"""Imports the serving half of the SDK without its client, to start a fifth sooner.

`mcp/__init__.py` imports the client, which imports the HTTP client library and `MCPServer`; a process that only serves
uses none of them. While `serving_half()` is open, two empty packages stand in for `mcp` and `mcp.server`, so that their
submodules load and their `__init__` modules do not run. Afterwards the stand-ins are gone: whoever imports `mcp` in
this process gets the whole of it, with the submodules that are loaded already. Import those by `from`: they are not
attributes of the packages.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType


@contextmanager
def serving_half() -> Iterator[None]:
    """Let what is imported inside do without the client; with the SDK loaded already, or not found, do nothing."""
    spec = None if "mcp" in sys.modules else PathFinder.find_spec("mcp")
    if spec is None or not spec.submodule_search_locations:
        yield
        return
    folders = list(spec.submodule_search_locations)
    stand_ins = {
        "mcp": _package("mcp", folders),
        "mcp.server": _package("mcp.server", [str(Path(folder) / "server") for folder in folders]),
    }
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, package in stand_ins.items():
            if sys.modules.get(name) is package:
                del sys.modules[name]


def _package(name: str, folders: list[str]) -> ModuleType:
    package = ModuleType(name)
    package.__path__ = folders
    return package
