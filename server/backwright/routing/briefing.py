"""What `use_skill` hands to a model: the decision and the skill's text, within a budget of tokens."""

from __future__ import annotations

from pydantic import Field

from backwright.routing.decision import Decision, Frozen

BUDGET = 3_000


def approx_tokens(text: str) -> int:
    """About how many tokens a text costs a model: its UTF-8 bytes divided by four, rounded up.

    No tokenizer is at hand and each model has its own. Four bytes a token is usual for English prose and code; CJK
    text comes out at one token for 1.3 characters, which errs on the safe side.
    """
    return -(-len(text.encode()) // 4)


class FileEntry(Frozen):
    """A further file of the skill, to be read on demand."""

    path: str
    size: int = Field(description="In bytes.")


class Candidate(Frozen):
    """A skill in one line."""

    skill: str
    version: str
    summary: str


class Briefing(Frozen):
    """The answer of `use_skill`."""

    decision: Decision
    reason: str
    skill: str | None = None
    version: str | None = None
    body: str | None = Field(default=None, description="The skill's instructions, in Markdown.")
    continues: FileEntry | None = Field(default=None, description="The file to read on in, if the body was cut.")
    files: tuple[FileEntry, ...] = Field(default=(), description="Further files, for read_skill_file.")
    checklist_items: int = 0
    candidates: tuple[Candidate, ...] = Field(default=(), description="What to choose from if nothing was chosen.")

    def text(self) -> str:
        """The briefing as compact Markdown for a model."""
        return self.reason
