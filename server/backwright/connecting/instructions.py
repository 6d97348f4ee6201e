"""The paragraph that makes an assistant reach for the server, in the file that it reads on each turn."""

from __future__ import annotations

from typing import Final

_BEGIN: Final = "<!-- backwright:begin -->"
_END: Final = "<!-- backwright:end -->"

TEXT: Final = """\
## Backwright

For Python backend work, call `use_skill` of the MCP server `backwright` with the request before you write code, and
follow the skill that it returns. Plan new services, endpoints, jobs and migrations with its `scaffold_*` tools. When a
change is done, call `review_diff` without arguments and mend what it finds; say what it could not check."""


def put(text: str) -> str:
    """The text with our paragraph at its end, or renewed where it stands."""
    newline = "\r\n" if "\r\n" in text else "\n"
    block = f"{_BEGIN}\n{TEXT}\n{_END}\n".replace("\n", newline)
    found = _found(text)
    if found is not None:
        start, end = found
        return text[:start] + block + text[end:].removeprefix(newline)
    if not text.strip():
        return block
    return text.rstrip("\r\n") + newline * 2 + block


def drop(text: str) -> str:
    """The text without our paragraph."""
    found = _found(text)
    if found is None:
        return text
    start, end = found
    before, after = text[:start].rstrip("\r\n"), text[end:].lstrip("\r\n")
    newline = "\r\n" if "\r\n" in text else "\n"
    if before and after:
        return before + newline * 2 + after
    return before + newline if before else after


def _found(text: str) -> tuple[int, int] | None:
    """Where our paragraph stands: between two marks that belong together, for one of them may have been left alone."""
    end = text.find(_END)
    while end >= 0:
        start = text.rfind(_BEGIN, 0, end)
        if start >= 0:
            return start, end + len(_END)
        end = text.find(_END, end + 1)
    return None
