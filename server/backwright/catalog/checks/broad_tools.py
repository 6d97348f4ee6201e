"""`allowed-tools` that allow everything: a shell without a bound, a wildcard, root."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from backwright.catalog.checks._check import Check, Found, Subject

_FIELDS: Final = ("allowed-tools", "tools")
_TOOL: Final = re.compile(r"([A-Za-z_*][\w*-]*)(\([^)]*\))?")
_SHELLS: Final = frozenset({"bash", "shell", "terminal", "execute", "powershell", "cmd", "run_command"})
_ANY: Final = frozenset({"*", "all", "any"})
_RUNNERS: Final = re.compile(
    r"\s*(?::?\*|\*:.*|(?:sudo|su|sh|bash|zsh|eval|exec|env|xargs|rm|curl|wget|ssh)\b.*)", re.IGNORECASE
)


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    metadata = subject.skill.frontmatter.get("metadata")
    granted = {**(metadata if isinstance(metadata, dict) else {}), **subject.skill.frontmatter}
    for name in _FIELDS:
        value = granted.get(name)
        for tool in _broad(value) if isinstance(value, str) else ():
            yield Found(subject.document, subject.line_of(f"{name}:"), f"{name} allows whatever {tool!r} can do")


def _broad(value: str) -> Iterator[str]:
    for match in _TOOL.finditer(value):
        name, bound = match[1].lower(), (match[2] or "").strip("()")
        parts = [part.strip() for part in bound.split(",") if part.strip()]
        unbound = name in _SHELLS and not parts
        if name in _ANY or unbound or (name in _SHELLS and any(_RUNNERS.fullmatch(part) for part in parts)):
            yield match[0]


CHECK = Check(
    "BROAD_TOOLS",
    "hostile",
    "A skill that asks for tools without a bound.",
    "name the tools that it needs, and of a shell the commands: Bash(pytest:*)",
    _find,
)
