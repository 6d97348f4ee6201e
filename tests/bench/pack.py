"""What each skill of the pack costs to read and what of it is checked: `uv run python -m tests.bench.pack`.

Tokens are approximate, as everywhere here: UTF-8 bytes by four. `prompt` is the largest that `prompts/get` answers in a
project that declares nothing. The blocks of `python` are modules that run and are typed; `wrong` ones are found by the
rule that they name.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from backwright.app import App
from backwright.catalog.blocks import pages_of
from backwright.mcp_api.prompts import rendered_prompt
from backwright.routing.briefing import approx_tokens
from backwright.settings import Settings
from tests.pack._pages import NAMES, ROOT

COLUMNS = (
    *("skill", "lines", "tokens", "prompt", "references", "their tokens", "python", "wrong", "sql", "other"),
    *("examples", "items by rule", "by fact", "by question"),
)


def row(app: App, name: str) -> tuple[str, ...]:
    """The numbers of one skill."""
    skill = app.catalog.get(name)
    head, *references = pages_of(skill)
    texts = {page.name: skill.file(page.name).data.decode() for page in (head, *references)}
    blocks = Counter(block.language for page in (head, *references) for block in page.blocks)
    shown = blocks["python"] + blocks["sql"]
    numbers = (
        texts[head.name].count("\n"),
        approx_tokens(texts[head.name]),
        approx_tokens(rendered_prompt(app, name, {"task": ""})),
        len(references),
        sum(approx_tokens(texts[page.name]) for page in references),
        sum(1 for page in (head, *references) for _ in page.modules()),
        sum(len(page.wrong()) for page in (head, *references)),
        blocks["sql"],
        blocks.total() - shown,
        len(skill.triggers.match) + len(skill.triggers.no_match),
        sum(bool(item.rules) for item in skill.checklist),
        sum(item.evidence is not None for item in skill.checklist),
        sum(item.question is not None for item in skill.checklist),
    )
    return (name, *map(str, numbers))


def main() -> None:
    """Print the table as Markdown, with a line of sums."""
    with tempfile.TemporaryDirectory() as project:
        app = App(Settings(pack=ROOT, allow_unlocked=True, root=Path(project)))
        rows = [row(app, name) for name in NAMES]
    sums = ("all", *(str(sum(int(each[n]) for each in rows)) for n in range(1, len(COLUMNS))))
    for line in (COLUMNS, tuple("---" for _ in COLUMNS), *rows, sums):
        print(f"| {' | '.join(line)} |")


if __name__ == "__main__":
    main()
