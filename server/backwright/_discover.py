"""Collects the one typed constant that each module of a folder declares.

This is the whole plugin mechanism: adding a rule, a tool, a format or a command is adding a module.
Nothing registers itself as a side effect of being imported.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def discover(package: ModuleType, attribute: str, kind: type[T], key: Callable[[T], str]) -> tuple[T, ...]:
    """The declarations of a package's modules, in the order of their keys.

    Modules whose name starts with an underscore are helpers and are passed over.

    Raises:
        TypeError: a module does not declare `attribute`, or declares something else under that name.
        ValueError: two modules declare the same key.
    """
    found: dict[str, tuple[str, T]] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda info: info.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        declared = getattr(module, attribute, None)
        if not isinstance(declared, kind):
            raise TypeError(f"{module.__name__} must declare {attribute}: {kind.__name__}, found {declared!r}")
        name = key(declared)
        if name in found:
            raise ValueError(f"{module.__name__} and {found[name][0]} both declare {attribute} {name!r}")
        found[name] = (module.__name__, declared)
    return tuple(found[name][1] for name in sorted(found))
