"""What the files at hand say about the language of the project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

_PYTHON = frozenset({".py", ".pyi", ".toml", ".ini", ".mako"})
_OTHER_LANGUAGES = {
    ".c": "C",
    ".cc": "C++",
    ".cpp": "C++",
    ".cs": "C#",
    ".csproj": "C#",
    ".dart": "Dart",
    ".ex": "Elixir",
    ".fs": "F#",
    ".go": "Go",
    ".java": "Java",
    ".js": "JavaScript",
    ".jsx": "JavaScript",
    ".kt": "Kotlin",
    ".php": "PHP",
    ".rb": "Ruby",
    ".rs": "Rust",
    ".scala": "Scala",
    ".svelte": "Svelte",
    ".swift": "Swift",
    ".ts": "TypeScript",
    ".tsx": "TypeScript",
    ".vue": "Vue",
}


def foreign(paths: Iterable[str]) -> str | None:
    """The language of the files at hand, if they are in another one and none of them is Python's; otherwise None."""
    suffixes = [PurePosixPath(path.replace("\\", "/")).suffix.lower() for path in paths]
    if any(suffix in _PYTHON for suffix in suffixes):
        return None
    return next((_OTHER_LANGUAGES[suffix] for suffix in suffixes if suffix in _OTHER_LANGUAGES), None)
