"""Templates to text: Jinja in its sandbox, then ruff, so that what is written is what a formatter would leave alone."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeAlias

from jinja2 import StrictUndefined, Template
from jinja2.exceptions import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from backwright._work import a_part
from backwright.errors import TemplateNotFoundError, ToolUnavailableError
from backwright.scaffold.names import names_secret

FORMAT_TIMEOUT = 60.0
"""Seconds that ruff may take for one plan."""

_WIDTH = 100
_REMEMBERED = 2_000
"""Texts that ruff has formatted; about as many as twenty plans have."""


# What begins something inside a paragraph of Markdown, and what begins a block at its start.
_MARKS = re.compile(r"[\\`*_\[\]<>|~&]")
_BLOCKS = re.compile(r"^(\d{0,9})([#+=.)-])")


@dataclass(frozen=True, slots=True)
class Style:
    """How the project wants its Python.

    Args:
        first_party: the packages that are the project's own. Without them ruff looks on the disk, and a second run,
            which finds the first one's files there, would sort imports differently.
        line_length: the greatest length of a line.
        quotes: `double` or `single`.
    """

    first_party: tuple[str, ...]
    line_length: int = 120
    quotes: str = "double"


def py(value: object, column: int = 0) -> str:
    """A value as Python source that evaluates to it again.

    Long strings become adjacent literals in parentheses; `column` is how far the first one is indented.
    """
    if not isinstance(value, str):
        return repr(value)
    width = _WIDTH - column
    if len(value) <= width:
        return _literal(value)
    parts = [value[start : start + width] for start in range(0, len(value), width)]
    return "(\n" + "\n".join(_literal(part) for part in parts) + "\n)"


def _literal(text: str) -> str:
    # json.dumps gives double quotes, which formatters prefer, wherever JSON and Python read the literal alike.
    literal = json.dumps(text, ensure_ascii=False)
    return literal if text.isprintable() else repr(text)


def toml(value: str) -> str:
    """A string as TOML source: a basic string escapes as JSON does, and has no surrogate pairs and no raw DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def md(value: str) -> str:
    """A line of text as Markdown that shows it as it stands: no mark, link, entity or HTML of it means anything."""
    text = _MARKS.sub(r"\\\g<0>", " ".join(value.split()))
    return _BLOCKS.sub(r"\g<1>\\\g<2>", text, count=1)


def as_path(module: str, source_root: str = "") -> str:
    """The file of a module, `src/shop/db/base.py` of `shop.db.base` under `src`."""
    return f"{source_root}/{module.replace('.', '/')}.py".lstrip("/")


@cache
def _environment() -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # The output is Python, TOML and Markdown; free text passes through `py`, `toml` and `md`.
        autoescape=False,
    )
    environment.filters.update(py=py, toml=toml, md=md, as_path=as_path, names_secret=names_secret)
    return environment


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    return _environment().from_string(source)


def render(source: str, variables: Mapping[str, object]) -> str:
    """The text of one template.

    Raises:
        TemplateNotFoundError: it is wrong, or uses a name that is not there.
    """
    try:
        return str(_compiled(source).render(variables))
    except TemplateError as error:
        where = getattr(error, "lineno", None)
        raise TemplateNotFoundError(
            f"the template does not render: {str(error)[:300]}",
            hint="mend the template's files; names that every template has stand in the guide to templates",
            line=where if isinstance(where, int) else None,
        ) from error


def format_all(files: Mapping[str, str], style: Style) -> dict[str, str]:
    """The same files with sorted imports, no unused ones, and formatted.

    Ruff runs twice over a folder of its own, whatever the number of files, and reads no configuration but `style`.

    Raises:
        ToolUnavailableError: ruff is missing, failed or found a syntax error.
    """
    fix = ("check", "--select", "I,F401", "--fix", *_options(style))
    quotes = f"--config=format.quote-style={toml(style.quotes)}"
    return _through_ruff(files, (fix, ("format", quotes, *_options(style))))


def sort_imports(files: Mapping[str, str], style: Style) -> dict[str, str]:
    """The same files with sorted imports and nothing else touched.

    Raises:
        ToolUnavailableError: ruff is missing, failed or found a syntax error.
    """
    return _through_ruff(files, (("check", "--select", "I", "--fix", *_options(style)),))


_Commands: TypeAlias = tuple[tuple[str, ...], ...]


class _Tidied:
    """What ruff made of the last texts, which is always the same: whoever applies a plan has just seen it."""

    def __init__(self) -> None:
        self._known: dict[tuple[_Commands, str, bool], str] = {}
        self._lock = threading.Lock()

    def get(self, commands: _Commands, path: str, text: str) -> str | None:
        """What is known of a text."""
        return self._known.get((commands, text, _is_package(path)))

    def put(self, commands: _Commands, path: str, text: str, tidy: str) -> None:
        """Remember one; the oldest goes."""
        with self._lock:
            if len(self._known) >= _REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[commands, text, _is_package(path)] = tidy


_TIDIED = _Tidied()


@a_part("render.format")
def _through_ruff(files: Mapping[str, str], commands: _Commands) -> dict[str, str]:
    known = {path: _TIDIED.get(commands, path, text) for path, text in files.items()}
    tidy = _tidy({path: text for path, text in files.items() if known[path] is None}, commands)
    for path, text in tidy.items():
        _TIDIED.put(commands, path, files[path], text)
    return {path: text for path, text in known.items() if text is not None} | tidy


def _tidy(files: Mapping[str, str], commands: _Commands) -> dict[str, str]:
    if not files:
        return {}
    with tempfile.TemporaryDirectory(prefix="backwright-") as folder:
        # Side by side, because making and removing folders takes longer than ruff does. No file has a name that another
        # could import, and only `__init__.py` means something to ruff.
        places = {
            path: Path(folder, f"{number}-", "__init__.py") if _is_package(path) else Path(folder, f"{number}-.py")
            for number, path in enumerate(files)
        }
        for path, text in files.items():
            if _is_package(path):
                places[path].parent.mkdir()
            places[path].write_bytes(text.encode("utf-8"))
        for command in commands:
            _ruff(command, folder, {place.relative_to(folder).as_posix(): path for path, place in places.items()})
        return {path: place.read_bytes().decode("utf-8") for path, place in places.items()}


def _is_package(path: str) -> bool:
    return path.rpartition("/")[2] == "__init__.py"


def _options(style: Style) -> list[str]:
    first = ", ".join(toml(name) for name in style.first_party)
    return [
        "--isolated",
        "--no-cache",
        "--quiet",
        "--target-version=py311",
        f"--config=line-length={style.line_length}",
        f"--config=lint.isort.known-first-party=[{first}]",
        ".",
    ]


def _ruff(arguments: Sequence[str], folder: str, names: Mapping[str, str]) -> None:
    try:
        done = subprocess.run(  # noqa: S603  an argument list without a shell; no value of the user's is among them
            [ruff_path(), *arguments], cwd=folder, capture_output=True, timeout=FORMAT_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolUnavailableError(f"ruff did not run: {error}", hint="install ruff again") from error
    if done.returncode != 0:
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip()[:500]
        for place, path in names.items():
            said = said.replace(place, path)
        raise ToolUnavailableError(
            f"ruff {arguments[0]} refused what was generated: {said}",
            hint="mend the template where it is your own; report it where it is not",
        )


@cache
def ruff_path() -> str:
    """The ruff binary that came with Backwright.

    Raises:
        ToolUnavailableError: it is not installed.
    """
    from ruff.__main__ import find_ruff_bin  # type: ignore[import-untyped]

    try:
        return str(find_ruff_bin())
    except FileNotFoundError as error:
        raise ToolUnavailableError("ruff is not installed", hint="install backwright again") from error
