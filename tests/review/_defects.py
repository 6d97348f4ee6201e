"""Defects as data: each is put into a clean module and reviewed as the change that brings it.

A file of `defects/` has a `path`, a `host` (a clean module with the marks `#: here` behind its imports and `#: end`
at its end) and, by rule, blocks that are inserted at a mark: a `defect`, of which the lines marked `# expect` are
found, or a `near` miss, of which nothing is. `old` is what stands in the place of the code before the change, `facts`
are the majors that the project depends on, `unlike` names the rewritings, and the reading of the hunk alone, that show
something else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

from backwright.review.engine import Options, all_rules, nothing, review
from backwright.review.facts import Facts
from backwright.review.report import Report
from backwright.review.rule import Rule
from tests.review._make import diff_of

FOLDER = Path(__file__).with_name("defects")
_EXPECT = re.compile(r"\s*# expect$")
_IMPORT = re.compile(r"(?:import|from) ")


@dataclass(frozen=True)
class Case:
    """A defect or a near miss.

    Args:
        rule: the rule that is asked.
        title: what is wrong, or what only looks so.
        is_defect: whether the rule finds it.
        code: the block, imports first, with its marks.
        old: the block before the change; empty where there was none.
        path: of the module.
        host: the module around, without its marks at the end.
        facts: of the project.
        unlike: rewritings that make something else of it, and ways of reading that do not show it.
    """

    rule: Rule
    title: str
    is_defect: bool
    code: str
    path: str
    host: str
    old: str = ""
    facts: Facts = field(default_factory=Facts)
    unlike: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return f"{self.rule.code}-{'defect' if self.is_defect else 'near'}-{self.title.replace(' ', '-')}"

    def module(self, *, is_new: bool = True) -> str:
        """The module on one side of the change, still marked."""
        return _inserted(self.host, self.code if is_new else self.old)


def _inserted(host: str, code: str) -> str:
    mark = "#: end" if code and not _IMPORT.match(code) else "#: here"
    texts = {"#: here": "", "#: end": "", mark: f"\n\n{code.strip()}\n\n" if code else ""}
    for name, text in texts.items():
        host = host.replace(f"\n{name}\n", f"\n{text}\n")
    return host


@cache
def cases() -> tuple[Case, ...]:
    """Every case of every file, by file and place."""
    rules = {rule.code: rule for rule in all_rules()}
    found: list[Case] = []
    for file in sorted(FOLDER.glob("*.yaml")):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        for code, blocks in data["rules"].items():
            found += [_case(rules[code], data, block) for block in blocks]
    return tuple(found)


def _case(rule: Rule, data: Mapping[str, str], block: Mapping[str, str]) -> Case:
    majors = {name: int(major) for name, major in (pair.split("=") for pair in block.get("facts", "").split())}
    return Case(
        rule,
        block.get("defect") or block["near"],
        "defect" in block,
        block["code"],
        block.get("path", data["path"]),
        data["host"],
        block.get("old", ""),
        Facts(majors=majors, dependencies=frozenset(majors), has_root=bool(majors)),
        frozenset(block.get("unlike", "").split()),
    )


def expected(marked: str) -> list[int]:
    """The numbers of the marked lines."""
    return [number for number, line in enumerate(marked.split("\n"), 1) if _EXPECT.search(line)]


def unmarked(marked: str) -> str:
    """The text without its marks."""
    return "\n".join(_EXPECT.sub("", line) for line in marked.split("\n"))


def reviewed(case: Case, new: str, old: str, *, full: bool) -> Report:
    """The report of the case's rule alone on the change from `old` to `new`."""
    before = {case.path: old} if old.strip() else {}
    data = new.encode()
    return review(
        diff_of({case.path: new}, before),
        read_new=(lambda path: data if path == case.path else None) if full else nothing,
        read_old=(lambda path: old.encode() if path == case.path and before else None) if full else nothing,
        facts=case.facts,
        options=Options(rules=(case.rule,), ruff=False),
    )


def lines_found(report: Report) -> list[int]:
    """The lines that the findings stand on."""
    return sorted({line for one in report.findings for line in (one.location.line, *one.others)})
