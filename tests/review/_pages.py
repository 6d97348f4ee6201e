"""Rule pages as data: their diff blocks, and which lines each of them marks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import backwright.review.rules
from backwright.review.diff import Diff, FileStatus, parse_diff
from backwright.review.engine import Options, all_rules, nothing, review
from backwright.review.facts import Facts
from backwright.review.report import Report
from backwright.review.rule import Rule

FOLDER = Path(next(iter(backwright.review.rules.__path__)))
_BLOCK = re.compile(r"(?:^facts: (?P<facts>[^\n]*)\n+)?^```diff\n(?P<diff>.*?)^```$", re.MULTILINE | re.DOTALL)
_EXPECT = re.compile(r"# expect: (BW[0-9]{3})\s*$")


@dataclass(frozen=True)
class Block:
    """A diff block of a page: the section that it stands in, its number, text and facts."""

    rule: Rule
    section: str
    number: int
    text: str
    facts: Facts

    @property
    def id(self) -> str:
        return f"{self.rule.code}-{self.section}-{self.number}"

    @property
    def diff(self) -> Diff:
        return parse_diff(self.text.encode())

    @property
    def expected(self) -> set[tuple[str, int]]:
        return {
            (file.path, line.new)
            for file in self.diff.files
            for hunk in file.hunks
            for line in hunk.added
            if line.new is not None and _EXPECT.search(line.text)
        }


def page_of(rule: Rule) -> Path:
    """The page beside the module that is named for the rule."""
    return FOLDER / f"{rule.name.replace('-', '_')}.md"


def blocks() -> list[Block]:
    """Every diff block of every page."""
    return [block for rule in all_rules() if page_of(rule).is_file() for block in _blocks_of(rule)]


def _blocks_of(rule: Rule) -> list[Block]:
    found: list[Block] = []
    for section in re.split(r"^## ", page_of(rule).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0].strip().lower()
        for number, match in enumerate(_BLOCK.finditer(section), 1):
            found.append(Block(rule, title, number, match["diff"], _facts(match["facts"] or "")))
    return found


def _facts(text: str) -> Facts:
    """`pydantic=1 python=3.11` as facts."""
    pairs = dict(pair.split("=") for pair in text.split())
    python = pairs.pop("python", None)
    floor = tuple(int(part) for part in python.split(".")) if python else None
    majors = {name: int(major) for name, major in pairs.items()}
    return Facts(
        python=(floor[0], floor[1]) if floor else None,
        majors=majors,
        dependencies=frozenset(majors),
        has_root=bool(pairs or python),
    )


def reviewed(block: Block, *, full: bool) -> Report:
    """The report of the page's rule alone on a block; not `full` is the diff alone, as if the file had been there.

    A rule that reads the whole change may ask what happens to a file, so for it a new file stays new.
    """
    diff = block.diff
    if not full and block.rule.check_source is not None:
        files = tuple(replace(file, status=FileStatus.MODIFIED, old_path=file.path) for file in diff.files)
        diff = replace(diff, files=files)
    return review(diff, read_new=nothing, facts=block.facts, options=Options(rules=(block.rule,), ruff=False))
