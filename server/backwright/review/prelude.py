"""Imports for a hunk that does not show its own: without them ruff cannot tell `Depends` from any other call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from backwright.review.source import WELL_KNOWN, every_node

_MODULES: Mapping[str, str] = {name: name for name in ("hashlib", "marshal", "pathlib", "pickle", "random", "yaml")}
_NAMES: Mapping[str, tuple[str, ...]] = {
    "fastapi": (
        "APIRouter",
        "Body",
        "Cookie",
        "Depends",
        "FastAPI",
        "File",
        "Form",
        "HTTPException",
        "Header",
        "Query",
        "Security",
    ),
    "functools": ("cache", "lru_cache"),
    "typing": ("Any", "Dict", "FrozenSet", "List", "Optional", "Set", "Tuple", "Type", "Union"),
}
_FROM: Mapping[str, str] = {name: module for module, names in _NAMES.items() for name in names}
_ROUTERS: Mapping[str, str] = {"app": "FastAPI", "router": "APIRouter"}


def prelude(trees: Iterable[ast.Module]) -> str:
    """One line that imports the well-known names which the trees use and do not bind; empty for none."""
    used: set[str] = set()
    bound: set[str] = set()
    dotted: set[str] = set()
    for node in (node for tree in trees for node in every_node(tree)):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            dotted.add(f"{node.value.id}.{node.attr}")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name.partition(".")[0])
    return "; ".join(_lines(used - bound, dotted))


def _lines(free: set[str], dotted: set[str]) -> list[str]:
    lines: list[str] = []
    if "datetime" in free and "datetime.datetime" not in dotted:
        free = free - {"datetime"}
        lines.append("from datetime import datetime")
    in_fastapi = any(_FROM.get(name) == "fastapi" for name in free)
    if "Path" in free:
        lines.append(f"from {'fastapi' if in_fastapi else 'pathlib'} import Path")
    modules = {**_MODULES, **WELL_KNOWN}
    lines += [_import(name, modules[name]) for name in sorted(free & modules.keys())]
    lines += [f"from {_FROM[name]} import {name}" for name in sorted(free & _FROM.keys())]
    lines += [
        f"from fastapi import {_ROUTERS[name]}; {name} = {_ROUTERS[name]}()" for name in sorted(free & _ROUTERS.keys())
    ]
    return lines


def _import(name: str, module: str) -> str:
    package, _, attribute = module.rpartition(".")
    if package:
        return f"from {package} import {attribute} as {name}"
    return f"import {name}" if name == module else f"import {module} as {name}"
