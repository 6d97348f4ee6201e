"""The MIME type of a skill's file, by its name and, where the name says nothing, by its bytes."""

from __future__ import annotations

from pathlib import PurePosixPath

MARKDOWN = "text/markdown"
JSON = "application/json"
DIFF = "text/x-diff"
DIRECTORY = "inode/directory"

# The standard library's table depends on the machine it runs on; a client that caches by type must not.
_TYPES = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".gif": "image/gif",
    ".html": "text/html",
    ".ini": "text/plain",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": JSON,
    ".md": MARKDOWN,
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".sh": "text/x-shellscript",
    ".sql": "application/sql",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}


def mime_type(path: str, data: bytes) -> str:
    """The type of a file: by its suffix, else plain text if it is UTF-8, else bytes."""
    known = _TYPES.get(PurePosixPath(path).suffix.lower())
    if known is not None:
        return known
    return "text/plain" if text_of(data) is not None else "application/octet-stream"


def text_of(data: bytes) -> str | None:
    """The bytes as text if that text is these bytes again, else None. Nothing is stripped or translated."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None
