"""BW506: two revisions follow the same one, so that the history of the database has two heads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from backwright.review.change import Change
from backwright.review.diagnostic import Severity
from backwright.review.diff import FileStatus
from backwright.review.facts import Facts
from backwright.review.rule import Finding, Rule
from backwright.review.rules._calls import text_of, texts_of
from backwright.review.source import Source

_DOWN = re.compile(r"^down_revision\b[^=\n]*=([^\n]*(?:\n[ \t)\]][^\n]*)*)", re.MULTILINE)
_QUOTED = re.compile(r"""["']([^"'\n]+)["']""")
_NAMED_BRANCH = re.compile(r"^branch_labels\b[^=\n]*=\s*(?!None)\S", re.MULTILINE)


def _assigned(source: Source) -> dict[str, tuple[ast.expr, int]]:
    """What the module assigns to each name, and on which line."""
    found: dict[str, tuple[ast.expr, int]] = {}
    for node in source.tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
        if isinstance(target, ast.Name) and value is not None:
            found[target.id] = (value, node.lineno)
    return found


def _others(change: Change, facts: Facts, path: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The other revisions beside a file: the path of each and what it follows. Named branches may run apart."""
    folder = PurePosixPath(path).parent
    texts = {
        other: "\n".join(source.lines[number] for number in sorted(source.lines))
        for other, sources in change.sources.items()
        for source in sources
    }
    gone = {file.path for file in change.files if file.status is FileStatus.DELETED}
    gone |= {file.old_path for file in change.files if file.status is FileStatus.RENAMED}
    for other in facts.repository.paths() if facts.repository is not None else ():
        if PurePosixPath(other).parent == folder and other not in texts and other not in gone:
            texts[other] = (facts.repository.text(other) or b"").decode("utf-8", "replace") if facts.repository else ""
    for other, text in texts.items():
        found = _DOWN.search(text)
        if other != path and found and PurePosixPath(other).parent == folder and not _NAMED_BRANCH.search(text):
            yield other, frozenset(_QUOTED.findall(found[1].partition("#")[0]))


def _check(change: Change, facts: Facts) -> Iterator[Finding]:
    for path, sources in change.sources.items():
        for source in sources:
            names = _assigned(source)
            if "revision" not in names or "down_revision" not in names:
                continue
            value, line = names["down_revision"]
            follows, own = text_of(value), text_of(names["revision"][0])
            labels = names.get("branch_labels")
            named = labels is not None and not (isinstance(labels[0], ast.Constant) and labels[0].value is None)
            if follows is None or own is None or named or line not in source.added:
                continue
            others = sorted(_others(change, facts, path))
            merged = any(own in after and len(after) > 1 for _, after in others)
            rival = next((other for other, after in others if after == texts_of(value)), None)
            if rival is not None and not merged:
                yield Finding(
                    (line,),
                    f"`{PurePosixPath(rival).name}` follows {follows} as well, and `alembic upgrade head` refuses two"
                    " heads; let this revision follow the newest one, or add a merge revision",
                    path=path,
                )


RULE = Rule(
    code="BW506",
    name="two-migration-heads",
    kind="migration-heads",
    severity=Severity.ERROR,
    summary="Two revisions follow the same one: the upgrade stops at deployment because the history has two heads.",
    check_change=_check,
)
