"""The page of a rule, ours or ruff's: what it finds, why that hurts, and a correct version."""

from __future__ import annotations

import difflib
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from backwright.errors import RuleNotFoundError, ToolUnavailableError

_TIMEOUT: Final = 10.0
_HEADING = re.compile(r"# (BW[1-9][0-9]{2}) ([a-z0-9-]+)")
_RUFF_CODE = re.compile(r"[A-Z]{1,8}[0-9]{1,5}")


def rule_page(code: str) -> str:
    """The page of a rule as Markdown.

    Args:
        code: of a rule of ours (`BW102`), its name, or a code of ruff (`ASYNC210`); case does not matter.

    Raises:
        RuleNotFoundError: neither we nor ruff have such a rule; the hint names the nearest.
        ToolUnavailableError: it is a code of ruff, and ruff is not there to explain it.
    """
    pages = _pages()
    names = {name: code for code, (name, _) in pages.items()}
    wanted = names.get(code.strip().lower(), code.strip().upper())
    if wanted in pages:
        return pages[wanted][1].read_text(encoding="utf-8")
    page = _ruff_page(wanted) if _RUFF_CODE.fullmatch(wanted) and not wanted.startswith("BW") else None
    if page is not None:
        return page
    raise RuleNotFoundError(f"no review rule has the code {_shown(code)}", hint=_nearest(wanted, pages, names))


@cache
def _pages() -> Mapping[str, tuple[str, Traversable]]:
    """The name and the file of each page of ours, by code."""
    found: dict[str, tuple[str, Traversable]] = {}
    for file in files("backwright.review.rules").iterdir():
        if file.name.endswith(".md"):
            heading = _HEADING.match(file.read_text(encoding="utf-8"))
            if heading is not None:
                found[heading[1]] = heading[2], file
    return dict(sorted(found.items()))


def _ruff_page(code: str) -> str | None:
    from backwright.review.ruff import find_ruff

    program = find_ruff()
    if program is None:
        raise ToolUnavailableError(f"{code} may be a rule of ruff, which is not installed", hint="install ruff")
    try:
        answer = subprocess.run(  # noqa: S603  argv only; the code is letters and digits
            [program, "rule", code], capture_output=True, timeout=_TIMEOUT, check=False, env={}
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolUnavailableError(f"ruff could not explain {code}", hint="run `ruff rule` yourself") from error
    return answer.stdout.decode("utf-8", "replace") if answer.returncode == 0 else None


def _nearest(wanted: str, pages: Mapping[str, object], names: Mapping[str, str]) -> str:
    from backwright.review.ruff_codes import CODES

    by_name = [names[name] for name in difflib.get_close_matches(wanted.lower(), names, n=2, cutoff=0.5)]
    by_code = difflib.get_close_matches(wanted, [*pages, *CODES], n=3, cutoff=0.4)
    near = list(dict.fromkeys([*by_name, *by_code]))[:4] or list(pages)[:4]
    return f"the nearest are {', '.join(near)}"


def _shown(code: str) -> str:
    return repr(code.encode("unicode_escape").decode("ascii")[:60])
