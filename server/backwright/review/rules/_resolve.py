"""Follows a name into the file that defines it, where the repository is at hand."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from dataclasses import replace

from backwright.review.facts import Facts
from backwright.review.source import FunctionNode, Source

_MAX_HOPS = 3  # a package that hands on what its modules define
Definition = FunctionNode | ast.ClassDef


def only_if_added(source: Source, lines: Iterable[int], facts: Facts) -> Facts:
    """The facts, without the repository where none of the lines is added: other files are read for new code alone."""
    return facts if facts.repository is None or not source.added.isdisjoint(lines) else replace(facts, repository=None)


def resolve(source: Source, node: ast.expr, facts: Facts) -> tuple[Source, Definition] | None:
    """The function or class at the level of a module that a name stands for; None where it is not known."""
    if isinstance(node, ast.Name) and (own := _defined(source, node.id)) is not None:
        return source, own
    return _imported(source, source.qualified(node), facts)


def _imported(source: Source, dotted: str | None, facts: Facts) -> tuple[Source, Definition] | None:
    for _ in range(_MAX_HOPS):
        found = None if dotted is None else _source_of(source, dotted, facts)
        if found is None:
            return None
        source, name = found
        own = _defined(source, name)
        if own is not None:
            return source, own
        dotted = source.qualified(ast.Name(name, ast.Load()))
    return None


def _source_of(source: Source, dotted: str, facts: Facts) -> tuple[Source, str] | None:
    module, _, name = dotted.rpartition(".")
    if facts.repository is None or not module:
        return None
    # `from . import x` is bound as `..x`: the dots belong to the module.
    module = f"{module}." if not module.strip(".") else module
    path = facts.repository.module(module, source.path)
    there = None if path is None else facts.repository.source(path)
    return None if there is None else (there, name)


def _defined(source: Source, name: str) -> Definition | None:
    """The one function or class of this name at the level of the module."""
    return source.derived(_top_level).get(name)


def _top_level(source: Source) -> Mapping[str, Definition | None]:
    """The functions and classes of the module by name; None for a name that is defined more than once."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found: dict[str, Definition | None] = {}
    for node in source.tree.body:
        if isinstance(node, kinds):
            found[node.name] = None if node.name in found else node
    return found


def is_rebound(source: Source, call: ast.Call) -> bool:
    """Whether a parameter or a local binding stands for something else than what the called name means outside."""
    function = source.function_of(call)
    name = call.func.id if isinstance(call.func, ast.Name) else None
    if name is None or function is None:
        return False
    stored = (node for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    arguments = {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    return name in arguments or any(node.id == name for node in stored)
