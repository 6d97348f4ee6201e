"""A scaffold's plan as a model gets it: every file named, as much of the diff as fits, the rest by its address."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from backwright.mcp_api._proof_answer import ProofStep, proof_answer, render_proof
from backwright.mcp_api.tool import Closed
from backwright.routing.briefing import approx_tokens

if TYPE_CHECKING:
    from backwright.scaffold.apply import Applied
    from backwright.scaffold.plan import FileAction, Plan
    from backwright.scaffold.undo import Undone
    from backwright.verifying.proof import Proof

BUDGET: Final = 1_450
"""Tokens of an answer, as JSON and as text each."""

# What touches the user's own text comes first; new files can be read when they are there.
_ORDER: Final = ("conflict", "edit", "merge", "remove", "update", "keep")
_SHOWN: Final = 40


class PlannedFile(Closed):
    """What happens to a file that is there."""

    path: str
    kind: Literal["update", "merge", "keep", "edit", "remove", "conflict"]
    reason: str


class PlanAnswer(Closed):
    """A plan. `create` has a line a folder with the files in it."""

    digest: str
    template: str
    create: tuple[str, ...] = ()
    files: tuple[PlannedFile, ...] = ()
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    diff: str | None = None
    whole: str


class AppliedAnswer(Closed):
    """What was written, or taken back; a line a folder."""

    written: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    proof: tuple[ProofStep, ...] = ()


def answer(plan: Plan) -> PlanAnswer:
    """The plan, with as much of the diff of the user's own files as fits."""
    actions = [action for action in plan.actions if not action.path.startswith(".scaffold/")]
    others = sorted((a for a in actions if a.kind in _ORDER), key=lambda action: _ORDER.index(action.kind))
    files = tuple(_planned(action) for action in others[:_SHOWN])
    more = (f"{len(others) - _SHOWN} more files are in the whole diff",) if len(others) > _SHOWN else ()
    page = PlanAnswer(
        digest=plan.digest,
        template=plan.template,
        create=tuple(_by_folder(action.path for action in actions if action.kind == "create")),
        files=files,
        unchanged=sum(action.kind == "unchanged" for action in actions),
        notes=(*plan.notes, *more),
        whole=f"plan://{plan.digest.removeprefix('sha256:')}",
    )
    return page.model_copy(update={"diff": _diff(others, BUDGET - _cost(page)) or None})


def render(plan: PlanAnswer) -> str:
    """The plan as compact Markdown."""
    conflicts = sum(file.kind == "conflict" for file in plan.files)
    if conflicts:
        head = f"Plan that cannot be applied before its conflicts ({conflicts}) are settled. Nothing is written."
    else:
        head = f"Plan; nothing is written yet. When the user agrees: apply_scaffold digest={plan.digest}"
    lines = [head, *(f"- create {line}" for line in plan.create)]
    lines += [f"- {file.kind} {file.path}: {file.reason}" for file in plan.files]
    lines += [f"- unchanged: {plan.unchanged} files"] if plan.unchanged else []
    lines += [f"Note: {note}" for note in plan.notes]
    if plan.diff:
        lines += ["```diff", plan.diff.rstrip("\n"), "```"]
    lines.append(f"The whole diff: {plan.whole}")
    return "\n".join(lines)


def applied_answer(plan: Plan, applied: Applied) -> AppliedAnswer:
    """What was written of a plan."""
    return AppliedAnswer(
        written=tuple(_by_folder(applied.written)),
        deleted=tuple(_by_folder(applied.deleted)),
        kept=tuple(_by_folder(applied.kept)),
        notes=plan.notes,
    )


def proved_answer(done: AppliedAnswer, proof: Proof) -> AppliedAnswer:
    """What was written, with what verifying it said."""
    room = BUDGET - max(approx_tokens(render_applied(done)), approx_tokens(done.model_dump_json()))
    return done.model_copy(update={"proof": proof_answer(proof, room)})


def undone_answer(undone: Undone) -> AppliedAnswer:
    """What was taken back of a scaffold."""
    return AppliedAnswer(
        deleted=tuple(_by_folder(undone.deleted)),
        restored=tuple(_by_folder(undone.restored)),
        kept=tuple(_by_folder(undone.kept)),
        notes=undone.notes,
    )


def render_applied(done: AppliedAnswer) -> str:
    """The same as compact Markdown."""
    groups = (("written", done.written), ("deleted", done.deleted), ("restored", done.restored), ("kept", done.kept))
    lines = [f"- {word} {line}" for word, paths in groups for line in paths]
    changed = done.written or done.deleted or done.restored
    head = "Done." if changed else "Nothing to do: everything was as it should be."
    proof = ["Verified:", *render_proof(done.proof)] if done.proof else []
    return "\n".join([head, *lines, *(f"Note: {note}" for note in done.notes), *proof])


def whole_diff(plan: Plan) -> str:
    """Everything that the plan would write, and what stands against it."""
    return "".join(diff_of(action) for action in plan.actions if not action.path.startswith(".scaffold/"))


def _planned(action: FileAction) -> PlannedFile:
    match action.kind:
        case "create" | "unchanged":
            raise ValueError(action.kind)
        case kind:
            return PlannedFile(path=action.path, kind=kind, reason=action.reason)


def _by_folder(paths: Iterable[str]) -> Iterator[str]:
    """The paths with their folder written once: `app/api: errors.py, health.py`."""
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    for folder, names in folders.items():
        yield f"{folder}/: {', '.join(names)}" if folder else ", ".join(names)


def _cost(page: PlanAnswer) -> int:
    return max(approx_tokens(render(page)), approx_tokens(page.model_dump_json(exclude_none=True)))


def _diff(actions: Sequence[FileAction], room: int) -> str:
    shown = []
    for action in actions:
        diff = diff_of(action)
        cost = approx_tokens(json.dumps(diff)) if diff else 0
        if cost <= room:
            room -= cost
            shown.append(diff)
    return "".join(shown)


def diff_of(action: FileAction) -> str:
    """What would change in a file, or what stands against it."""
    if action.clash:
        return f"--- {action.path}, not merged\n{action.clashes()}"
    return action.diff()
