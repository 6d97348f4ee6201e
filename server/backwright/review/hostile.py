"""Text that came with a diff and is about to be shown: secrets masked, and nothing invisible left in it."""

from __future__ import annotations

import re
import unicodedata

from backwright.review.secret_text import FORMATS, mask, names_secret

_ASSIGNED = re.compile(
    # From the start of a word, and no two repetitions of blanks side by side: what is long may not cost its square.
    r"""(?<!\w)(?P<head>(?P<name>\w+)(?:\s*["'])?\s*(?::[\s\w\[\]|]+)?[=:]\s*[rbuf]{0,2})"""
    r"""(?P<quote>["'])(?P<value>[^"']{4,})(?P=quote)"""
)
_DSN = re.compile(r"(?P<head>\w://[^\s:/@]*:)(?P<value>[^\s/@]{3,})(?=@)")
_BEARER = re.compile(r"(?P<head>\b(?:Bearer|Basic)\s+)(?P<value>[A-Za-z0-9+/=._-]{12,})")


def masked(text: str) -> str:
    """The text without what looks like a secret: published formats, passwords in addresses, and what a name tells."""
    for form in FORMATS:
        text = form.pattern.sub(lambda found: mask(found.group()), text)
    text = _DSN.sub(_masked_value, text)
    text = _BEARER.sub(_masked_value, text)
    return _ASSIGNED.sub(_masked_assignment, text)


def _masked_value(found: re.Match[str]) -> str:
    return f"{found['head']}{mask(found['value'])}"


def _masked_assignment(found: re.Match[str]) -> str:
    if not names_secret(found["name"]):
        return found.group()
    return f"{found['head']}{found['quote']}{mask(found['value'])}{found['quote']}"


def visible(text: str) -> str:
    """The text on one line, with every character that cannot be seen, or that changes how others are, written out.

    Control characters (a terminal obeys them), direction marks (CVE-2021-42574), zero-width and tag characters. What
    the log of a GitHub workflow would take for a command (`::error`, `##[error]`) is broken up.
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, text))
    if text.lstrip().startswith("::"):
        text = text.replace("::", ":\\x3a", 1)
    return text.replace("##[", "#\\x23[")


def _visible(character: str) -> str:
    if character == "\t":
        return " "
    # Cc, Cf, Cs, Co, Cn, and the separators of lines and paragraphs
    if unicodedata.category(character)[0] == "C" or unicodedata.category(character) in {"Zl", "Zp"}:
        code = ord(character)
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"  # noqa: PLR2004  what two digits hold
    return character
