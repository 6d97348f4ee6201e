"""An evaluation from its workspace: every run of every task graded, with progress."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backwright.catalog.evals import Task
from backwright.catalog.skill import Skill
from backwright.errors import InvalidInputError
from backwright.evaluating.grading import Interpreter, grade_place
from backwright.evaluating.result import Evaluation
from backwright.evaluating.workspace import check_record, places
from backwright.review.watch import current


def evaluate(workspace: Path, skill: Skill, tasks: Sequence[Task], interpreter: Interpreter) -> Evaluation:
    """Grade what assistants left in a workspace. This executes their code, see `grading`.

    Args:
        workspace: its folder.
        skill: the skill, at the version that the workspace was prepared for.
        tasks: of its tasks, those that are graded.
        interpreter: what runs the verifiers.

    Raises:
        InvalidInputError: it is no workspace, or one of another skill or version, or holds no run of these tasks.
        Cancelled: nobody wants the answer any more; what was started has ended.
    """
    check_record(workspace, skill)
    found = [(task, place) for task in tasks for place in places(workspace, task)]
    if not found:
        hint = f"prepare them: backwright eval {skill.name} --workspace {workspace}"
        raise InvalidInputError("the workspace holds no run of these tasks", hint=hint)
    runs = []
    with current().kept() as watch:
        for number, (task, place) in enumerate(found):
            label = f"grading {task.name}, {place.arm} the skill, run {place.run}"
            with watch.part(100 * number / len(found), 100 * (number + 1) / len(found), label):
                runs.append(grade_place(task, place, interpreter))
    titles = {task.name: task.file.title for task, _ in found}
    return Evaluation(skill.name, skill.version, titles, tuple(runs))
