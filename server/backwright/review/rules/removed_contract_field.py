"""BW208: a field of a request or response model that clients know goes, or a request now needs it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.diagnostic import Confidence, Severity
from backwright.review.diff import FileDiff, FileStatus
from backwright.review.facts import Facts
from backwright.review.paths import directories, is_example, is_script, is_test, stem
from backwright.review.rule import Finding, Rule
from backwright.review.rules._async import annotated_type
from backwright.review.rules._contract import replaced_by
from backwright.review.rules._pydantic import is_model
from backwright.review.source import Source, keyword, last_name

_REQUEST = re.compile(r"\w*(Body|Create|In|Input|Params|Patch|Payload|Request|Update)")
_RESPONSE = re.compile(r"\w*(Out|Output|Public|Read|Response)")
_WIRE = frozenset({"schema", "schemas", "dto", "dtos"})
_NOT_WIRE = frozenset({"Settings", "Config", "Configuration"})


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of a model: the name on the wire, whether a request must have it, and where it stands."""

    wire: str
    required: bool
    line: int


def _alias(value: ast.expr | None, name: str) -> str:
    given = keyword(value, "alias") if isinstance(value, ast.Call) else None
    return given.value if isinstance(given, ast.Constant) and isinstance(given.value, str) else name


def _is_required(value: ast.expr | None) -> bool:
    """Whether a field has no default; `Field(...)` without one has none either."""
    if value is None:
        return True
    if not isinstance(value, ast.Call) or last_name(value.func) not in {"Field", "Body", "Query"}:
        return isinstance(value, ast.Constant) and value.value is ...
    first = value.args[0] if value.args else keyword(value, "default")
    explicit = isinstance(first, ast.Constant) and first.value is ...
    return explicit or (first is None and keyword(value, "default_factory") is None)


def _fields(cls: ast.ClassDef) -> Mapping[str, _Field]:
    found: dict[str, _Field] = {}
    for node in cls.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
            hidden = name.startswith("_") or name == "model_config"
            if (
                not hidden
                and last_name(getattr(annotated_type(node.annotation), "value", node.annotation)) != "ClassVar"
            ):
                found[_alias(node.value, name)] = _Field(
                    _alias(node.value, name), _is_required(node.value), node.lineno
                )
    return found


def _models(source: Source) -> Mapping[str, ast.ClassDef]:
    """The models that cross the wire, by their names or by the module that they are in."""
    at_wire = stem(source.path) in _WIRE or not _WIRE.isdisjoint(directories(source.path))
    return {
        cls.name: cls
        for cls in source.nodes(ast.ClassDef)
        if (at_wire or _REQUEST.fullmatch(cls.name) or _RESPONSE.fullmatch(cls.name))
        and not cls.name.endswith(tuple(_NOT_WIRE))
        and is_model(source, cls)
    }


def _is_public(path: str) -> bool:
    return path.endswith(".py") and not (is_test(path) or is_example(path) or is_script(path))


def _compare(file: FileDiff, name: str, old: ast.ClassDef, new: ast.ClassDef) -> Iterator[Finding]:
    before, after = _fields(old), _fields(new)
    inherits = [ast.dump(base) for base in old.bases] != [ast.dump(base) for base in new.bases]
    for wire, field in before.items():
        lines = replaced_by(file, field.line)
        if lines is None:
            continue
        # A line that only goes leaves nothing to stand on but what else the change adds to the class.
        lines = lines or _added_in(file, new)
        if wire not in after and not inherits and _RESPONSE.fullmatch(name):
            yield _finding(
                lines,
                file,
                f"`{name}.{wire}` is gone from the response, and clients that read it fail; keep"
                " it beside the new one and deprecate it first",
            )
        elif wire in after and _is_stricter(name, field, after[wire]):
            line = after[wire].line
            yield _finding(
                (line, *lines),
                file,
                f"`{name}.{wire}` is now required, and requests of old clients are"
                " refused; keep a default, or add a new version of the route",
            )


def _added_in(file: FileDiff, cls: ast.ClassDef) -> tuple[int, ...]:
    """The added lines of a class."""
    return tuple(sorted(file.added.intersection(range(cls.lineno, (cls.end_lineno or cls.lineno) + 1))))


def _is_stricter(name: str, old: _Field, new: _Field) -> bool:
    return new.required and not old.required and _REQUEST.fullmatch(name) is not None


def _finding(lines: tuple[int, ...], file: FileDiff, message: str) -> Finding:
    return Finding(lines, message, path=file.path)


def _check(change: Change, _facts: Facts) -> Iterator[Finding]:
    for file in change.files:
        if file.status not in {FileStatus.MODIFIED, FileStatus.RENAMED} or not _is_public(file.path):
            continue
        new = {name: cls for source in change.sources.get(file.path, ()) for name, cls in _models(source).items()}
        if not new or PurePosixPath(file.path).name == "settings.py":
            continue
        for source in change.before(file.path):
            for name, cls in _models(source).items():
                if name in new:
                    yield from _compare(file, name, cls, new[name])


RULE = Rule(
    code="BW208",
    name="removed-contract-field",
    kind="contract-field-removed",
    severity=Severity.WARNING,
    summary="A field leaves a response, or a request field becomes required: clients of the old contract break.",
    check_change=_check,
    confidence=Confidence.MEDIUM,
)
