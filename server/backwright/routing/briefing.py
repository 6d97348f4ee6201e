"""What `use_skill` hands to a model: the decision and the skill's text, within a budget of tokens."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import Field

from backwright.routing.decision import Decision, Frozen, Routing

BUDGET = 3_000
"""The most that a briefing costs, in approximate tokens, as text and as JSON alike."""
SESSION = 40
"""What is kept free of that for the line on the session."""
MOST_FILES = 40
MOST_CANDIDATES = 15
SUMMARY = 160
"""The characters of a skill's one line."""

_HEADING = re.compile(r" {0,3}#{1,6} ")
_CODE_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def approx_tokens(text: str) -> int:
    """About how many tokens a text costs a model: its UTF-8 bytes divided by four, rounded up.

    No tokenizer is at hand and each model has its own. Four bytes a token is usual for English prose and code; for CJK
    text, three bytes a character, it is near one token a character.
    """
    return _tokens(_bytes(text))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _tokens(size: int) -> int:
    return -(-size // 4)


class FileEntry(Frozen):
    """A file of the skill; a path that ends in / is a folder of assets."""

    path: str
    size: int = Field(description="Bytes.")


class Candidate(Frozen):
    """A skill in one line."""

    skill: str
    version: str
    summary: str


class Briefing(Frozen):
    """The skill to follow, or what there is to choose from."""

    decision: Decision
    reason: str
    skill: str | None = None
    version: str | None = None
    body: str | None = Field(default=None, description="The skill's instructions: Markdown.")
    cut: str | None = Field(default=None, description="What was left out of the body, and where to read it.")
    files: tuple[FileEntry, ...] = Field(default=(), description="To read on demand with read_skill_file.")
    more_files: int = 0
    checklist_items: int = 0
    candidates: tuple[Candidate, ...] = ()
    more_candidates: int = 0
    session: str | None = Field(default=None, description="The handle under which it is recorded what was loaded.")

    def text(self) -> str:
        """The briefing as compact Markdown for a model."""
        return "\n".join(self._chosen() if self.skill else self._choice())

    def _chosen(self) -> Iterator[str]:
        yield f"# {self.skill} {self.version}"
        yield f"{self.decision}: {self.reason}"
        yield f"\n{(self.body or '').strip()}\n"
        if self.cut:
            yield f"**Cut here.** {self.cut}\n"
        if self.files:
            listed = ", ".join(f"{file.path} ({_size(file.size)})" for file in self.files)
            more = f", and {self.more_files} more" if self.more_files else ""
            yield f"Files, read with read_skill_file when needed: {listed}{more}."
        if self.checklist_items:
            yield f"Checklist: {self.checklist_items} items; review_diff gives their status for your change."

        if self.session:
            yield f"Session: {self.session}. Give it to later calls; with an empty request it lists what was loaded."

    def _choice(self) -> Iterator[str]:
        if self.decision == "restored":
            yield f"{self.reason} To load one again, call use_skill with this name, version and session:"
            yield from (f"- **{each.skill}** {each.version}: {each.summary}" for each in self.candidates)
            return
        yield f"No skill was loaded ({self.decision}). {self.reason}"
        if not self.candidates:
            return
        fitting = "Candidates" if self.decision == "suggest" else "The skills"
        yield f"\n{fitting}; to load one, call use_skill with its name:"
        for candidate in self.candidates:
            yield f"- **{candidate.skill}** {candidate.version}: {candidate.summary}"
        if self.more_candidates:
            yield f"- and {self.more_candidates} more; name the technology, or add keywords, to find them"


@dataclass(frozen=True)
class SkillText:
    """A skill as `brief` needs it.

    Args:
        name: its name.
        version: the version that was chosen.
        body: SKILL.md without its frontmatter.
        files: what there is to read beside the body, as `listed` gives it.
        checklist_items: how many items its checklist has.
    """

    name: str
    version: str
    body: str
    files: tuple[FileEntry, ...] = ()
    checklist_items: int = 0

    @cached_property
    def briefing(self) -> Briefing:
        """All that is said of the skill whatever the decision: a briefing without a reason."""
        return Briefing(
            decision="auto",
            reason="",
            skill=self.name,
            version=self.version,
            body=self.body.strip(),
            files=self.files[:MOST_FILES],
            more_files=max(len(self.files) - MOST_FILES, 0),
            checklist_items=self.checklist_items,
        )

    def cost(self, decision: Decision, reason: str) -> int:
        """What the briefing costs with a decision and its reason, in approximate tokens."""
        if not reason.isascii():
            return _cost(self.briefing.model_copy(update={"decision": decision, "reason": reason}))
        text, data = self._sizes
        longer = max(text + len(reason), data + len(json.dumps(reason)))
        return _tokens(longer + len(decision))

    @cached_property
    def _sizes(self) -> tuple[int, int]:
        """The bytes of the text and of the JSON without the decision and its reason, which in JSON has quotes."""
        shell = self.briefing
        text, data = shell.text(), shell.model_dump_json(exclude_defaults=True)
        return _bytes(text) - len(shell.decision), _bytes(data) - len(shell.decision) - len('""')


def brief(
    routing: Routing, chosen: SkillText | None, catalogue: Sequence[Candidate], *, budget: int = BUDGET
) -> Briefing:
    """The briefing for a decision.

    Args:
        routing: the decision.
        chosen: the skill that it chose, at the version that it resolved to; None when it chose none.
        catalogue: every skill, with its description as summary; used when none was chosen.
        budget: the most that it may cost, in approximate tokens.
    """
    if chosen is None:
        return _choice(routing, catalogue, budget)
    whole = chosen.briefing.model_copy(update={"decision": routing.decision, "reason": routing.reason})
    budget -= SESSION
    return whole if chosen.cost(routing.decision, routing.reason) <= budget else _cut(whole, budget)


def one_line(description: str, limit: int = SUMMARY) -> str:
    """The first sentence of a description, cut at a word's end if it is longer than `limit` characters."""
    text = " ".join(description.split())
    sentence = re.split(r"(?<=[.!?])\s|(?<=[。！？])", text, maxsplit=1)[0].rstrip(".")  # noqa: RUF001  full-width marks end sentences too
    if len(sentence) <= limit:
        return sentence
    head = sentence[: limit - 1]
    return f"{(head.rpartition(' ')[0] or head).rstrip(' ,;:-')}…"


def listed(files: Iterable[FileEntry]) -> tuple[FileEntry, ...]:
    """The files of a skill as a briefing lists them: without SKILL.md, and each folder of assets as one entry.

    A template is for a program, not to be read.
    """
    sizes: dict[str, int] = {}
    for file in files:
        parts = file.path.split("/")
        path = f"assets/{parts[1]}/" if parts[0] == "assets" and len(parts) > 2 else file.path  # noqa: PLR2004  assets, folder, file
        if path != "SKILL.md":
            sizes[path] = sizes.get(path, 0) + file.size
    return tuple(FileEntry(path=path, size=size) for path, size in sizes.items())


def _choice(routing: Routing, catalogue: Sequence[Candidate], budget: int) -> Briefing:
    by_name = {candidate.skill: candidate for candidate in catalogue}
    fitting = [by_name[match.skill] for match in routing.matches if match.skill in by_name] or list(catalogue)
    listed = [candidate.model_copy(update={"summary": one_line(candidate.summary)}) for candidate in fitting]
    count = min(len(listed), MOST_CANDIDATES)
    while True:
        briefing = Briefing(
            decision=routing.decision,
            reason=routing.reason,
            candidates=tuple(listed[:count]),
            more_candidates=len(listed) - count,
        )
        if count == 0 or _cost(briefing) <= budget:
            return briefing
        count -= 1


def _cut(whole: Briefing, budget: int) -> Briefing:
    lines = (whole.body or "").split("\n")
    shortest = whole
    for end in _ends(lines):
        cut = f"{len(lines) - end} of {len(lines)} lines are not shown"
        heading = lines[end].strip().lstrip("#").strip()
        start = f", from the heading {heading[:80]!r} on" if _HEADING.match(lines[end]) else ""
        note = f'{cut}. Read them with read_skill_file(skill="{whole.skill}@{whole.version}", path="SKILL.md"){start}.'
        shortest = whole.model_copy(update={"body": "\n".join(lines[:end]).strip(), "cut": note})
        if _cost(shortest) <= budget:
            return shortest
    return shortest


def _ends(lines: Sequence[str]) -> Iterator[int]:
    """Where a body may be cut, the latest first: before a heading, or else at a paragraph, or before everything."""
    headings, paragraphs, fence = [], [], ""
    for number, line in enumerate(lines):
        mark = _CODE_FENCE.match(line)
        if mark and (not fence or (line.strip() == mark[1] and mark[1].startswith(fence))):
            fence = "" if fence else mark[1]
        elif not fence and number:
            if _HEADING.match(line):
                headings.append(number)
            elif not line.strip():
                paragraphs.append(number)
    # A heading right at the top would leave nothing but the title.
    yield from (end for end in reversed(headings) if "".join(lines[1:end]).strip())
    yield from reversed(paragraphs)
    yield 0


def _cost(briefing: Briefing) -> int:
    return max(approx_tokens(briefing.text()), approx_tokens(briefing.model_dump_json(exclude_defaults=True)))


def _size(size: int) -> str:
    return f"{size} B" if size < 1_000 else f"{size / 1_000:.1f} kB"  # noqa: PLR2004  a kilobyte
