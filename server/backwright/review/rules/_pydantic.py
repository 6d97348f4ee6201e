"""What the rules on Pydantic share: which classes are models, and which values look like one."""

from __future__ import annotations

import ast
import re

from backwright.review.rules._async import annotated_type, parameters
from backwright.review.source import Source, last_name

_BASES = frozenset({"BaseModel", "BaseSettings", "GenericModel", "RootModel", "SQLModel"})
_MODEL_NAME = re.compile(
    r"\w+(Base|Body|Create|DTO|In|Input|Out|Output|Params|Patch|Payload|Public|Read)"
    r"|\w+(Request|Response|Schema|Settings|Update)"
)
_MODEL_MODULES = frozenset({"dto", "dtos", "schema", "schemas"})


def is_model(source: Source, node: ast.ClassDef, *, bases: frozenset[str] = _BASES) -> bool:
    """Whether the class is a Pydantic model, directly or through classes of the same source."""
    classes = {other.name: other for other in source.nodes(ast.ClassDef)}
    seen: set[str] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        seen.add(current.name)
        for base in current.bases:
            name = last_name(base.value if isinstance(base, ast.Subscript) else base) or ""
            if name in bases:
                return True
            if name in classes and name not in seen:
                waiting.append(classes[name])
    return False


def looks_like_model(source: Source, value: ast.expr) -> bool:
    """Whether the value of a name is a model, by the annotation of a parameter or the class that it was built by."""
    if isinstance(value, ast.Call):
        return names_model(source, value.func)
    if not isinstance(value, ast.Name):
        return False
    if value.id == "self":
        around = next((node for node in source.parents(value) if isinstance(node, ast.ClassDef)), None)
        return around is not None and is_model(source, around)
    annotation = _annotation(source, value)
    if annotation is not None:
        return names_model(source, annotated_type(annotation))
    built = [node.value for node in source.nodes(ast.Assign) if _binds(node, value.id)]
    return bool(built) and all(isinstance(one, ast.Call) and names_model(source, one.func) for one in built)


def is_unknown(source: Source, name: ast.Name) -> bool:
    """Whether nothing in view says of what class the value is: no class of this source, no assignment, no import."""
    if source.qualified(name) is not None:
        return False
    annotation = _annotation(source, name)
    if annotation is not None:
        kind = last_name(annotated_type(annotation)) or ""
        return kind[:1].isupper() and all(known.name != kind for known in source.nodes(ast.ClassDef))
    return not any(node.id == name.id and isinstance(node.ctx, ast.Store) for node in source.nodes(ast.Name))


def _annotation(source: Source, name: ast.Name) -> ast.expr | None:
    """The annotation of the parameter that the name is, if it is one."""
    function = source.function_of(name)
    if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return None
    return next((argument.annotation for argument in parameters(function) if argument.arg == name.id), None)


def _binds(statement: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in statement.targets)


def names_model(source: Source, node: ast.expr) -> bool:
    """Whether the expression names a class that is a model: by its bases in view, its module, or its name."""
    name = last_name(node) or ""
    for known in source.nodes(ast.ClassDef):
        if known.name == name:
            return is_model(source, known)
    if not name[:1].isupper():
        return False
    module = (source.qualified(node) or "").rpartition(".")[0].split(".")
    return not _MODEL_MODULES.isdisjoint(module) or _MODEL_NAME.fullmatch(name) is not None
