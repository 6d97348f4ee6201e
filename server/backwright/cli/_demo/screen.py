"""What the demo shows: steps with their facts and times; colour and lines in a terminal, plain text elsewhere."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from backwright.cli._width import NARROW, width

STYLES = {"error": "bold red", "warning": "yellow", "info": "cyan"}
INDENT = 4


@dataclass(slots=True)
class Outcome:
    """What a step got. Facts are lines of `name: value`; rows belong under `head`."""

    facts: list[str] = field(default_factory=list)
    head: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = field(default_factory=list)


class StepFailedError(Exception):
    """A step did not do what it promises; the text says what was seen instead."""


class Screen:
    """Prints the demo to a console."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=False)
        self._number = 0

    def title(self, text: str, below: str) -> None:
        """The head line and a sentence under it."""
        self.console.print(f"\n[bold]{text}[/bold]")
        self.console.print(below, style="dim")

    @contextmanager
    def step(self, name: str) -> Generator[Outcome]:
        """Run one step and show its name, what it got, and how long it took, whether it worked or not."""
        self._number += 1
        outcome, start = Outcome(), time.perf_counter()
        waiting = self.console.status(f"{name} ...") if self.console.is_terminal else nullcontext()
        try:
            with waiting:
                yield outcome
        except StepFailedError as error:
            self._print(name, outcome, time.perf_counter() - start, str(error))
            raise
        self._print(name, outcome, time.perf_counter() - start, "")

    def _print(self, name: str, outcome: Outcome, seconds: float, mistake: str) -> None:
        mark = "[red]failed[/red]" if mistake else "[green]ok[/green]"
        self.console.print(f"\n[bold]{self._number}. {name}[/bold]  {mark} [dim]{seconds:.1f} s[/dim]")
        for fact in outcome.facts:
            key, colon, value = fact.partition(": ")
            line = Text(f"{key}{colon}", style="dim").append(value, style="default") if colon else Text(fact)
            self._indented(line)
        if outcome.rows:
            self._rows(outcome)
        if mistake:
            self._indented(Text(mistake, style="red"))

    def _indented(self, line: Text) -> None:
        if width() is not None:
            self.console.print(Padding(line, (0, 0, 0, INDENT), expand=False))
        else:
            self.console.print(Text(" " * INDENT) + line, soft_wrap=True)

    def _rows(self, outcome: Outcome) -> None:
        if self.console.width >= NARROW:
            self.console.print(Padding(self._table(outcome.head, outcome.rows), (0, 0, 0, INDENT), expand=False))
            return
        # Columns would leave the last of them, which is a sentence, a word a line.
        for *short, sentence in outcome.rows:
            self.console.print()
            self.console.print(
                Padding(Text("  ").join(Text(cell, style=STYLES.get(cell, "")) for cell in short), (0, 0, 0, INDENT))
            )
            self.console.print(Padding(Text(sentence), (0, 0, 0, INDENT)))

    def _table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
        table = Table(*head, box=box.SIMPLE_HEAD if self.console.is_terminal else None, pad_edge=False)
        for row in rows:
            table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
        return table
