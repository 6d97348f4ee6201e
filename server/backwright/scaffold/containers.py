"""Sessions that a method of an object yields, as containers of dependencies do: `Depends(container.session)`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from backwright.scaffold.database import SessionSource, session_of
from backwright.scaffold.statements import last_name


@dataclass(slots=True)
class Held:
    """What the modules of a project say.

    Args:
        methods: the methods that yield a session, by their class.
        objects: the path, the line, the name and the class of what calls make at the top of a module.
        depended: the dotted names that something depends on.
    """

    methods: dict[str, list[SessionSource]] = field(default_factory=dict)
    objects: list[tuple[str, int, str, str]] = field(default_factory=list)
    depended: set[str] = field(default_factory=set)

    def read(self, tree: ast.Module, path: str, imports: Mapping[str, str], makers: Mapping[str, bool]) -> None:
        """Take a module in."""
        for statement in tree.body:
            if isinstance(statement, ast.ClassDef):
                made = [session_of(each, path, imports, makers) for each in statement.body]
                found = [each for each in made if each is not None]
                if found:
                    self.methods.setdefault(statement.name, []).extend(found)
            value = getattr(statement, "value", None)
            target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
            if isinstance(target, ast.Name) and isinstance(value, ast.Call) and (cls := last_name(value.func)):
                self.objects.append((path, statement.lineno, target.id, cls))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and last_name(node.func) == "Depends" and node.args:
                self.depended.add(ast.unparse(node.args[0]))

    def every(self) -> list[SessionSource]:
        """Every such method of an object that is there; each under its dotted name."""
        return [
            replace(method, path=path, line=line, name=f"{name}.{method.name}")
            for path, line, name, cls in self.objects
            for method in self.methods.get(cls, ())
        ]

    def sessions(self) -> list[SessionSource]:
        """Those that something depends on."""
        return [each for each in self.every() if each.name in self.depended]
