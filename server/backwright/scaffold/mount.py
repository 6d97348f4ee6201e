"""Insertions into Python files that are someone's own: found by syntax tree, made in the text, nothing else touched."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.scaffold.elements import element_of, has_element, remove_element
from backwright.scaffold.parsing import parse
from backwright.scaffold.statements import is_mount, last_name, made_by

Block = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef
_METHOD = "include_router"


@dataclass(frozen=True, slots=True)
class Site:
    """A place where routers are, or could be, mounted on an application.

    Args:
        receiver: the name that `include_router` is called on.
        function: the function around it, or None at module level.
        line: the last line of the statement to insert after, counted from 1.
        indent: what the line starts with.
        mounts: how many routers are mounted there without a condition.
        imports: the last line of the imports of the siblings inside the function, or None where they stand at the top.
    """

    receiver: str
    function: str | None
    line: int
    indent: str
    mounts: int
    imports: int | None = None


def application_sites(text: str) -> list[Site]:
    """Every unconditional block of a module that makes a `FastAPI()` or is given one, in the order of the text.

    Raises:
        SyntaxError: the module does not parse.
    """
    tree = parse(text)
    blocks: list[Block] = [tree, *(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))]
    lines = text.split("\n")
    return [site for block in blocks for site in _sites(block, lines)]


def aggregate_sites(text: str) -> list[Site]:
    """The `APIRouter()`s at module level that other routers are included in, each with the place of the next one.

    Raises:
        SyntaxError: the module does not parse.
    """
    tree, lines = parse(text), text.split("\n")
    return [site for site in _sites(tree, lines, "APIRouter") if site.mounts]


def mount_sites(text: str) -> list[Site]:
    """The places on applications and on routers that others are included in.

    Raises:
        SyntaxError: the module does not parse.
    """
    return [*application_sites(text), *aggregate_sites(text)]


def insert_mount(text: str, site: Site, statement: str, import_statement: str) -> str:
    """The text with the router imported where its siblings are and mounted after the last of them."""
    mounted = text if contains(text, statement) else insert_after(text, site.line, f"{site.indent}{statement}")
    if site.imports is not None and not contains(mounted, import_statement):
        # The import stands above the mount, so its line number still holds.
        return insert_after(mounted, site.imports, f"{site.indent}{import_statement}")
    return insert_import(mounted, import_statement)


def insert_import(text: str, statement: str) -> str:
    """The text with an import after the last one at module level that names the same package, or any package."""
    if contains(text, statement):
        return text
    tree = parse(text)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    package = _package(ast.parse(statement).body[0])
    family = [node for node in imports if _package(node) == package]
    last = (family or imports or _docstring(tree))[-1:]
    line = last[0].end_lineno or last[0].lineno if last else 0
    spaced = statement if imports or not last else f"\n{statement}"
    return insert_after(text, line, spaced)


def has_late_imports(text: str) -> bool:
    """Whether the last import at module level follows other statements, which linters ask a reason for.

    Raises:
        SyntaxError: the text does not parse.
    """
    tree = parse(text)
    kinds = [isinstance(node, ast.Import | ast.ImportFrom) for node in tree.body if node not in _docstring(tree)]
    return True in kinds and False in kinds[: len(kinds) - kinds[::-1].index(True)]


def remove_statement(text: str, statement: str) -> str:
    """The text without the lines of this statement; unchanged where it is not there or shares a line with another.

    Raises:
        SyntaxError: the text does not parse.
    """
    element = element_of(statement)
    if element is not None and has_element(text, element):
        return remove_element(text, element)
    wanted = ast.dump(ast.parse(statement).body[0])
    lines = text.split("\n")
    for node in ast.walk(parse(text)):
        if not isinstance(node, ast.stmt) or ast.dump(node) != wanted:
            continue
        first, last = node.lineno - 1, node.end_lineno or node.lineno
        if lines[first][: node.col_offset].strip() or ";" in lines[last - 1].partition("#")[0]:
            continue
        # A blank line that the statement brought along goes with it.
        after = "".join(lines[last : last + 1]).strip()
        if first > 0 and not lines[first - 1].strip() and not after:
            first -= 1
        return "\n".join([*lines[:first], *lines[last:]])
    return text


def contains(text: str, statement: str) -> bool:
    """Whether some statement of the text is the same, or means the same, however it is written."""
    element = element_of(statement)
    if element is not None and has_element(text, element):
        return True
    wanted = ast.dump(ast.parse(statement).body[0])
    return any(isinstance(node, ast.stmt) and ast.dump(node) == wanted for node in ast.walk(parse(text)))


def _sites(block: Block, lines: Sequence[str], maker: str = "FastAPI") -> Iterator[Site]:
    given = [] if isinstance(block, ast.Module) else _parameters(block)
    made = [(name, statement) for statement in block.body if (name := made_by(statement, {maker}))]
    for receiver, start in [*made, *((name, None) for name in given)]:
        mounts = [statement for statement in block.body if is_mount(statement, receiver, _METHOD)]
        anchor = mounts[-1] if mounts else start
        if anchor is None:
            continue
        indent = lines[anchor.lineno - 1][: anchor.col_offset]
        yield Site(
            receiver=receiver,
            function=None if isinstance(block, ast.Module) else block.name,
            line=anchor.end_lineno or anchor.lineno,
            indent=indent,
            mounts=len(mounts),
            imports=None if isinstance(block, ast.Module) or not mounts else _inner_imports(block, mounts[0]),
        )


def _inner_imports(block: ast.FunctionDef | ast.AsyncFunctionDef, first: ast.stmt) -> int | None:
    lines = [
        node.end_lineno or node.lineno
        for node in block.body
        if isinstance(node, ast.ImportFrom | ast.Import) and node.lineno < first.lineno
    ]
    return max(lines, default=None)


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [each.arg for each in arguments if each.annotation is not None and last_name(each.annotation) == "FastAPI"]


def _package(node: ast.stmt) -> str | None:
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").partition(".")[0] if node.level == 0 else None
    return node.names[0].name.partition(".")[0] if isinstance(node, ast.Import) else None


def _docstring(tree: ast.Module) -> list[ast.stmt]:
    first = tree.body[:1]
    return first if first and ast.get_docstring(tree, clean=False) is not None else []


def insert_after(text: str, line: int, new: str) -> str:
    """The text with new lines after a line, counted from 1; 0 is before the first."""
    # On "\n" only: U+2028 and form feeds are no line ends to Python. A file with CRLF keeps it.
    lines = text.split("\n")
    if line >= len(lines):
        # The last line has no end yet.
        lines[-1] = lines[-1] or ""
        lines.append("") if lines[-1] else None
    carriage = "\r" if lines[0].endswith("\r") else ""
    return "\n".join([*lines[:line], *(f"{each}{carriage}" for each in new.split("\n")), *lines[line:]])
