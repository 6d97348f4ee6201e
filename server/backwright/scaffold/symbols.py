"""What the names of a project stand for, followed through its imports in the syntax trees."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backwright._files import read_bounded
from backwright.errors import InvalidInputError, TooLargeError
from backwright.scaffold.parsing import parse
from backwright.scaffold.project import MAX_SOURCE_BYTES, Facts, sources
from backwright.scaffold.relations import module_of

_HOPS = 8


@dataclass(slots=True)
class Module:
    """A module of the project.

    Args:
        name: dotted, as it is imported.
        path: of its file.
        tree: its syntax tree.
        imports: the dotted name of what each imported name stands for.
        defined: the statement at the top of the module that defines each name.
    """

    name: str
    path: str
    tree: ast.Module
    imports: dict[str, str] = field(default_factory=dict)
    defined: dict[str, ast.stmt] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A definition and the module that it stands in."""

    module: Module
    node: ast.stmt


class Symbols:
    """The modules of a project by their dotted names."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self.modules = modules

    def find(self, module: Module, name: str) -> Found | None:
        """What a dotted name means in a module, where the project itself defines it."""
        for _ in range(_HOPS):
            head, _, rest = name.partition(".")
            if not rest and head in module.defined:
                return Found(module, module.defined[head])
            target = module.imports.get(head)
            if target is None:
                return None
            name = f"{target}.{rest}" if rest else target
            place = self._module_in(name)
            if place is None:
                return None
            module, name = place
        return None

    def qualified(self, module: Module, name: str) -> str:
        """The dotted name with what its first part was imported from in front."""
        head, _, rest = name.partition(".")
        target = module.imports.get(head, head)
        return f"{target}.{rest}" if rest else target

    def _module_in(self, dotted: str) -> tuple[Module, str] | None:
        """The longest module that a dotted name begins with, and what is left of the name."""
        parts = dotted.split(".")
        for length in range(len(parts) - 1, 0, -1):
            module = self.modules.get(".".join(parts[:length]))
            if module is not None:
                return module, ".".join(parts[length:])
        return None


def read_symbols(root: Path, facts: Facts) -> Symbols:
    """Every module of the project; what does not parse is passed over.

    Raises:
        UnsupportedProjectError: there are more files than can be read.
    """
    modules: dict[str, Module] = {}
    for path in sources(root):
        relative = path.relative_to(root).as_posix()
        try:
            tree = parse(read_bounded(path, MAX_SOURCE_BYTES).decode("utf-8"))
        except (OSError, SyntaxError, ValueError, RecursionError, TooLargeError):
            continue
        name = module_of(relative, facts)
        module = Module(name, relative, tree)
        package = name if relative.endswith("__init__.py") else name.rpartition(".")[0]
        # Imports inside functions count as well: applications mount their routers there.
        for node in ast.walk(tree):
            module.imports |= dict(_imported(node, package))
        module.defined = dict(_defined(tree))
        modules[name] = module
    return Symbols(modules)


def named(root: Path, facts: Facts, what: str, reference: str) -> Found:
    """What `module:name` stands for, as backwright.yaml has it for `what`.

    Raises:
        InvalidInputError: there is nothing of that name.
    """
    module, _, name = reference.partition(":")
    symbols = read_symbols(root, facts)
    place = symbols.modules.get(module)
    found = symbols.find(place, name) if place is not None else None
    if found is None:
        known = difflib.get_close_matches(module, symbols.modules, n=3) if place is None else list(place.defined)[:12]
        raise InvalidInputError(
            f"{what} is {reference!r} in backwright.yaml, and there is no {name if place is not None else module}",
            hint=f"there are {', '.join(known) or 'none like it'}; write it as module:name",
        )
    return found


def _imported(node: ast.AST, package: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            head = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (head, head)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = package.split(".")
            above = parts[: len(parts) - node.level + 1]
            base = ".".join([*above, *([base] if base else [])])
        for alias in node.names:
            yield alias.asname or alias.name, f"{base}.{alias.name}"


def _defined(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield statement.name, statement
        elif isinstance(statement, ast.Assign):
            yield from ((target.id, statement) for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement
