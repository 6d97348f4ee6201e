"""Links that run, that read files, that climb out of the skill, or that are not what they look like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final
from urllib.parse import unquote

from backwright.catalog.checks._check import Check, Found, Subject, Text

LINK: Final = re.compile(
    r"\]\(\s*<?([^)\s>]{1,2000})|<(?:a|img)\b[^<>]*\b(?:href|src)\s*=\s*[\"']?([^\"'\s>]{1,2000})|^\s*\[[^\]]{1,300}\]:\s*<?(\S{1,2000}?)>?(?:\s|$)|<((?:https?|javascript|data|file|vbscript|command):[^>\s]{1,2000})>",
    re.IGNORECASE,
)
_RUNS: Final = re.compile(
    r"(?:javascript|vbscript|data|file|command|vscode|vscode-insiders|cursor|ms-\w+|about|blob|smb|ssh):", re.IGNORECASE
)
_HOST: Final = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_NUMERIC: Final = re.compile(r"(?:\d{1,10}|0x[0-9a-f]+|\d{1,3}(?:\.\d{1,3}){1,3})(?::\d+)?", re.IGNORECASE)
_LOCAL: Final = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0)(?::\d+)?", re.IGNORECASE)


def links(text: Text) -> Iterator[tuple[int, str]]:
    """The target of each link outside code with its line."""
    for number, line in text.prose if text.is_markdown else ():
        for match in LINK.finditer(line):
            yield number, next(target for target in match.groups() if target)


def _find(subject: Subject, _: Sequence[Subject]) -> Iterator[Found]:
    for text in subject.texts:
        for number, target in links(text):
            fault = _fault(target, text.name.count("/"))
            if fault is not None:
                yield Found(text.name, number, f"a link {fault}: {target[:80]!r}")


def _fault(target: str, depth: int) -> str | None:
    plain = re.sub(r"[\x00-\x20]", "", unquote(target))
    if _RUNS.match(plain):
        return "runs or reads something"
    host = _HOST.match(plain)
    if host is not None:
        return _host_fault(host[1])
    if plain.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:[\\/]", plain):
        return "leaves the skill"
    return "climbs out of the skill" if "://" not in plain and _climbs(plain, depth) else None


def _climbs(path: str, depth: int) -> bool:
    for part in path.partition("#")[0].replace("\\", "/").split("/"):
        depth += -1 if part == ".." else 0 if part in {"", "."} else 1
        if depth < 0:
            return True
    return False


def _host_fault(host: str) -> str | None:
    if "@" in host:
        return "names one host and leads to another"
    if _NUMERIC.fullmatch(host) and not _LOCAL.fullmatch(host):
        return "leads to a bare address"
    return "leads to a host that may look like another" if "xn--" in host.lower() or not host.isascii() else None


CHECK = Check(
    "LINK_TARGET",
    "hostile",
    "A link that runs, leaves the skill, or is not what it looks like.",
    "link to a file of the skill or to a plain https address",
    _find,
)
