"""Rewritings of marked code that change how it is written and not what it does."""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize
from collections.abc import Callable, Iterable, Mapping

_MARK = "  # expect"


def renamed_tokens(text: str, names: Mapping[str, str]) -> str:
    """The text with names replaced: no attributes, no keywords of calls, nothing in strings."""
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    lines = text.splitlines(keepends=True)
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if token.type != tokenize.NAME or token.string not in names or tokens[index - 1].string == ".":
            continue
        row, start = token.start
        line = lines[row - 1]
        lines[row - 1] = line[:start] + names[token.string] + line[start + len(token.string) :]
    return "".join(lines)


def _taken(text: str) -> set[str]:
    """Names that also stand as keyword or attribute, so that a token does not tell which is meant."""
    tree = ast.parse(text)
    words = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    return words | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def locals_renamed(code: str) -> str:
    """Every name that a function of the code binds, called otherwise."""
    functions = [
        node for node in ast.walk(ast.parse(code)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    inner = (node for function in functions for statement in function.body for node in ast.walk(statement))
    bound = {node.id for node in inner if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    shared = {name for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Global) for name in node.names}
    top = {node.id for s in ast.parse(code).body for node in ast.walk(s) if isinstance(node, ast.Name)} & _module_names(
        code
    )
    return renamed_tokens(code, {name: f"{name}_here" for name in bound - shared - top - _taken(code)})


def _module_names(code: str) -> set[str]:
    """The names that the module itself binds."""
    assigns = [node for node in ast.parse(code).body if isinstance(node, (ast.Assign, ast.AnnAssign))]
    return {node.id for one in assigns for node in ast.walk(one) if isinstance(node, ast.Name)}


def imports_aliased(code: str) -> str:
    """Every module and name that the code imports, under another name."""
    names: dict[str, str] = {}
    lines = code.split("\n")
    for node in ast.parse(code).body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        for alias in node.names:
            given = alias.asname or alias.name
            if alias.asname is None and "." not in given and given not in _taken(code) and len(node.names) == 1:
                names[given] = f"the_{given}"
                lines[node.lineno - 1] = lines[node.lineno - 1].replace(
                    f"import {given}", f"import {given} as the_{given}", 1
                )
    body = [index for index, line in enumerate(lines) if re.match(r"(?:import|from) ", line)]
    head, rest = (lines[: body[-1] + 1], lines[body[-1] + 1 :]) if body else ([], lines)
    return "\n".join([*head, *renamed_tokens("\n".join(rest), names).split("\n")])


def commented(code: str) -> str:
    """A comment above every statement, and a docstring in every function without one."""
    tree = ast.parse(code)
    above = {node.lineno: node.col_offset for node in ast.walk(tree) if isinstance(node, ast.stmt)}
    for node in ast.walk(tree):
        for one in getattr(node, "decorator_list", ()):
            above.pop(getattr(node, "lineno", 0), None)
            above.setdefault(one.lineno, one.col_offset - 1)
    first = {
        node.body[0].lineno: node.body[0].col_offset
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node) is None
    }
    lines: list[str] = []
    for number, line in enumerate(code.split("\n"), 1):
        pad = " " * above.get(number, 0)
        lines += [f'{pad}"""Do what the name says."""'] if number in first else []
        lines += [f"{pad}# One step of it."] if number in above else []
        lines.append(line)
    return "\n".join(lines)


def _marked_function(code: str) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """The innermost function whose body holds the first mark."""
    number = next(n for n, line in enumerate(code.split("\n"), 1) if line.endswith(_MARK))
    around = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body[0].lineno <= number <= (node.end_lineno or number)
    ]
    return max(around, key=lambda node: node.lineno, default=None)


def _indented(lines: Iterable[str]) -> list[str]:
    return textwrap.indent("\n".join(lines), "    ").split("\n")


def _wrapping(head: str, tail: str = "") -> Callable[[str], str]:
    """Puts a block around the body of the marked function; around all but the imports where there is none."""

    def wrap(code: str) -> str:
        function = _marked_function(code)
        lines = code.rstrip("\n").split("\n")
        if function is not None:
            start, end, pad = function.body[0].lineno - 1, function.end_lineno or 0, " " * function.body[0].col_offset
        else:
            imports = [index for index, line in enumerate(lines) if re.match(r"(?:import|from) ", line)]
            start, end, pad = (imports[-1] + 1 if imports else 0), len(lines), ""
        tails = [f"{pad}{line}" for line in tail.split("\n")] if tail else []
        return "\n".join([*lines[:start], f"{pad}{head}", *_indented(lines[start:end]), *tails, *lines[end:], ""])

    return wrap


def _in_class(code: str) -> str:
    """All but the imports inside a class."""
    lines = code.rstrip("\n").split("\n")
    imports = [index for index, line in enumerate(lines) if re.match(r"(?:import|from) ", line)]
    start = imports[-1] + 1 if imports else 0
    return "\n".join([*lines[:start], "", "class Holder:", *_indented(lines[start:]), ""])


REWRITINGS: Mapping[str, Callable[[str], str]] = {
    "rename": locals_renamed,
    "alias": imports_aliased,
    "comment": commented,
    "if": _wrapping("if ENABLED:"),
    "with": _wrapping("with measured():"),
    "try": _wrapping("try:", "finally:\n    ENABLED.clear()"),
    "class": _in_class,
}
