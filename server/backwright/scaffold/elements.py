"""Insertions into a list that is someone's own, such as `INSTALLED_APPS` and `urlpatterns`.

An insertion is written as the statement that means the same, `INSTALLED_APPS += ["shop.invoices"]`; in the text the
element stands in the list itself, beside its siblings. The list may also be an attribute of a class, one that is set
from outside, or the argument of a call: `Worker.functions`, `app.conf.imports`, and
`app.include` of `app = Celery(include=[])`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.scaffold.parsing import parse


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a list that a module assigns to a name, dotted or not."""

    name: str
    node: ast.expr


def element_of(statement: str) -> Element | None:
    """What a statement adds to a list; None for a statement of another form.

    Raises:
        SyntaxError: the statement does not parse.
    """
    node = ast.parse(statement).body[0]
    if (
        isinstance(node, ast.AugAssign)
        and isinstance(node.op, ast.Add)
        and re.fullmatch(r"[\w.]+", ast.unparse(node.target))
        and isinstance(node.value, ast.List)
        and len(node.value.elts) == 1
    ):
        return Element(ast.unparse(node.target), node.value.elts[0])
    return None


def find_list(text: str, name: str) -> ast.List | None:
    """The one list that the module gives this name at its top level, or begins a sum with, or None.

    Raises:
        SyntaxError: the text does not parse.
    """
    found = []
    for value in _values(parse(text).body, name):
        node = value
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            node = node.left
        if isinstance(node, ast.List):
            found.append(node)
    return found[0] if len(found) == 1 else None


def _values(body: Sequence[ast.stmt], name: str) -> Iterator[ast.expr]:
    """What the statements give a name: `a = ...`, `a.b = ...`, `b` in a class `a`, `b=` in the call that makes `a`."""
    owner, _, member = name.rpartition(".")
    for statement in body:
        if isinstance(statement, ast.ClassDef) and statement.name == owner:
            yield from _values(statement.body, member)
        target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
        value = getattr(statement, "value", None)
        if not isinstance(value, ast.expr) or isinstance(statement, ast.AugAssign):
            continue
        if isinstance(target, ast.Name | ast.Attribute) and ast.unparse(target) == name:
            yield value
        if isinstance(value, ast.Call) and owner and ast.unparse(value.func if target is None else target) == owner:
            yield from (keyword.value for keyword in value.keywords if keyword.arg == member)


def has_element(text: str, element: Element) -> bool:
    """Whether the list has the element, however it is written."""
    return _position(text, element) is not None


def insert_element(text: str, name: str, source: str) -> str | None:
    """The text with the element at the end of the list; None where there is no such list.

    Raises:
        SyntaxError: the text or the element does not parse.
    """
    found = find_list(text, name)
    if found is None:
        return None
    if has_element(text, Element(name, ast.parse(source, mode="eval").body)):
        return text
    lines = text.split("\n")
    carriage = "\r" if lines[0].endswith("\r") else ""
    close = (found.end_lineno or found.lineno) - 1
    end = _characters(lines[close], (found.end_col_offset or 1) - 1)
    if not found.elts:
        if found.lineno - 1 != close:
            return "\n".join([*lines[:close], f"    {source},{carriage}", *lines[close:]])
        return "\n".join([*lines[:close], lines[close][:end] + source + lines[close][end:], *lines[close + 1 :]])
    last = found.elts[-1]
    row = (last.end_lineno or last.lineno) - 1
    column = _characters(lines[row], last.end_col_offset or 0)
    if row == close:
        # All on the line of the bracket: no element has a line of its own.
        between = lines[row][column:end].strip()
        new = lines[row][:column] + f", {source}" + ("," if between.startswith(",") else "") + lines[row][end:]
        return "\n".join([*lines[:row], new, *lines[row + 1 :]])
    first = lines[last.lineno - 1]
    indent = first[: len(first) - len(first.lstrip())]
    # With a comma after it only where the last one had one, so that it can be taken out again without a trace.
    comma = "," if lines[row][column:].lstrip().startswith(",") else ""
    lines[row] = lines[row] if comma else lines[row][:column] + "," + lines[row][column:]
    return "\n".join([*lines[: row + 1], f"{indent}{source}{comma}{carriage}", *lines[row + 1 :]])


def remove_element(text: str, element: Element) -> str:
    """The text without the element; unchanged where it is not there.

    Raises:
        SyntaxError: the text does not parse.
    """
    node = _position(text, element)
    if node is None:
        return text
    lines = text.split("\n")
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    start, end = _characters(lines[first], node.col_offset), _characters(lines[last], node.end_col_offset or 0)
    before, after = lines[first][:start], lines[last][end:]
    if not before.strip() and re.fullmatch(r"\s*,?\s*", after):
        if "," not in after:
            _drop_comma(lines, text, element, node)
        return "\n".join([*lines[:first], *lines[last + 1 :]])
    if re.search(r",\s*$", before):
        # The comma before it goes with it.
        return "\n".join([*lines[:first], re.sub(r",\s*$", "", before) + after, *lines[last + 1 :]])
    return "\n".join([*lines[:first], before + re.sub(r"^\s*,\s*", "", after), *lines[last + 1 :]])


def _drop_comma(lines: list[str], text: str, element: Element, node: ast.expr) -> None:
    """Drop the comma that follows the element before this one."""
    found = find_list(text, element.name)
    earlier = [each for each in found.elts if each.lineno < node.lineno] if found is not None else []
    if earlier:
        row = (earlier[-1].end_lineno or earlier[-1].lineno) - 1
        column = _characters(lines[row], earlier[-1].end_col_offset or 0)
        lines[row] = lines[row][:column] + lines[row][column:].replace(",", "", 1)


def _position(text: str, element: Element) -> ast.expr | None:
    found = find_list(text, element.name)
    wanted = ast.dump(element.node)
    return next((each for each in found.elts if ast.dump(each) == wanted), None) if found is not None else None


def _characters(line: str, offset: int) -> int:
    """The column of an offset, which the syntax tree counts in bytes."""
    return len(line.encode("utf-8")[:offset].decode("utf-8", "replace"))
