"""`backwright eval`: a skill's tasks for any assistant, done with the skill and without, and graded."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from backwright.cli._served import add_served_options, app_of
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.catalog.evals import Task
    from backwright.catalog.skill import Skill
    from backwright.evaluating.result import Evaluation, Run, Share, Summary
    from backwright.evaluating.workspace import Place

REPORT: Final = "report.html"

HELP = """\
Without --grade, a workspace is prepared: DIR/TASK/with/1, DIR/TASK/without/1 and so on, each a git repository with
PROMPT.md, where `with` has the skill under .claude/skills and .agents/skills as well. Let an assistant do in each what
its PROMPT.md says, in whatever way you run it. Preparing again adds what is missing and touches nothing else.

--grade EXECUTES THE CODE THAT THE ASSISTANT LEFT: pytest imports it, over a copy, in a process with limits of time and
memory and without your environment's secrets. That is no sandbox: nothing keeps it from the network or from your
files. Grade in a container where you do not trust it. The interpreter is that of --python, else of the .venv in the
result, in DIR or in the current folder, else the active one; nothing is installed for you.

A run that nobody worked on is `not run`, which is no failure; so is an assertion whose verifier cannot run here. The
table, with the evidence, is also written to DIR/report.html.

eval routing says how well requests find their skills, beside plain methods: the skills' own examples, or the labels of
FILE, a line {"id", "prompt", "expected": [names, or none]} each; with "keywords", "paths" or "context" in them, with
and without what a caller sends along. --folds chooses the thresholds on the other labels and says mean and spread; it
routes each prompt twenty times. No embeddings are used: no model ships, and none is fetched.
Exit codes: 0 done, 1 an assertion failed where the skill was at hand, 2 usage."""


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("skill", metavar="SKILL", help="name or name@range of one that has evals; or routing")
    parser.add_argument("--workspace", type=Path, metavar="DIR", help="where the runs are, or will be")
    parser.add_argument("--task", action="append", default=[], metavar="T", help="only this task; may be repeated")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="how often each is done (default: 1)")
    parser.add_argument("--grade", action="store_true", help="grade what was left there; this executes it")
    parser.add_argument("--python", type=Path, metavar="FILE", help="with --grade: the interpreter for the verifiers")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="with routing: JSON lines of prompts")
    parser.add_argument("--folds", type=int, default=0, metavar="N", help="with routing: cross-validate the thresholds")
    parser.add_argument("--page", type=Path, metavar="FILE", help="with routing: write the figures as a page, too")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    add_served_options(parser)
    parser.epilog = f"{HELP}\n\n{parser.epilog}"


def _run(arguments: argparse.Namespace) -> int:
    from backwright.catalog.evals import task_named, tasks_of
    from backwright.errors import InvalidInputError

    # No skill has that name.
    if arguments.skill == "routing":
        from backwright.cli import _eval_routing

        return _eval_routing.run(arguments)
    if arguments.workspace is None:
        raise InvalidInputError("eval needs --workspace DIR", hint="name a folder for the runs")
    if arguments.python is not None and not arguments.grade:
        raise InvalidInputError("--python was given without --grade", hint="add --grade, or leave --python out")
    # What is run there runs in another folder.
    arguments.workspace = arguments.workspace.absolute()
    app = app_of(arguments)
    skill = app.choose(arguments.skill).skill
    known = tasks_of(skill)
    tasks = tuple(task_named(known, name) for name in dict.fromkeys(arguments.task)) or known
    if arguments.grade:
        return _grade(arguments, skill, tasks, app.settings.environment)
    return _prepare(arguments, skill, tasks)


def _prepare(arguments: argparse.Namespace, skill: Skill, tasks: Sequence[Task]) -> int:
    from backwright.evaluating.workspace import prepare

    made = prepare(arguments.workspace, skill, tasks, arguments.runs)
    if arguments.json:
        import json

        rows = [_place_row(place) for place in made]
        answer = {"skill": skill.name, "version": skill.version, "tasks": [t.name for t in tasks], "made": rows}
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return Exit.CLEAN
    for place in made:
        print(f"made      {place.folder}")
    wanted = len(tasks) * arguments.runs * 2
    print(f"{skill.name} {skill.version}: {len(made)} of {wanted} runs made, {wanted - len(made)} were there already")
    print("next: let an assistant do in each folder what PROMPT.md says; then the same command with --grade")
    return Exit.CLEAN


def _place_row(place: Place) -> dict[str, object]:
    return {"folder": str(place.folder), "task": place.task, "arm": place.arm, "run": place.run}


def _grade(arguments: argparse.Namespace, skill: Skill, tasks: Sequence[Task], active: Path | None) -> int:
    from backwright._files import write_atomic
    from backwright.cli._progress import progress_line
    from backwright.errors import InvalidInputError, WriteFailedError
    from backwright.evaluating.evaluation import evaluate
    from backwright.evaluating.grading import Interpreter
    from backwright.evaluating.page import page
    from backwright.review.watch import Watch

    if arguments.python is not None and not arguments.python.is_file():
        raise InvalidInputError(f"--python: {str(arguments.python)!r} is no file", hint="name an interpreter")
    python = None if arguments.python is None else arguments.python.absolute()
    with progress_line() as tell, Watch(tell=tell).kept():
        found = evaluate(arguments.workspace, skill, tasks, Interpreter(python, active))
    report = arguments.workspace / REPORT
    try:
        write_atomic(report, page(found).encode())
    except OSError as error:
        reason = error.strerror or str(error)
        raise WriteFailedError(f"{report} cannot be written: {reason}", hint="make the folder writable") from error
    if arguments.json:
        import json

        print(json.dumps(_answer(found, report), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(found, report)))
    return Exit.FINDINGS if found.failed else Exit.CLEAN


def _answer(found: Evaluation, report: Path) -> dict[str, object]:
    return {
        "skill": found.skill,
        "version": found.version,
        "summary": [_summary_row(each) for each in found.summary()],
        "tasks": [
            {"task": task, "title": title, "summary": [_summary_row(each) for each in found.summary(task)]}
            for task, title in found.titles.items()
        ],
        "runs": [_run_row(run) for run in found.runs],
        "report": str(report),
    }


def _summary_row(each: Summary) -> dict[str, object]:
    return {"arm": each.arm, "runs": _share_row(each.runs), "assertions": _share_row(each.assertions)}


def _share_row(share: Share) -> dict[str, object]:
    return {"passed": share.passed, "run": share.run, "not_run": share.not_run, "rate": share.rate}


def _run_row(run: Run) -> dict[str, object]:
    from dataclasses import asdict

    grades = [asdict(grade) for grade in run.grades]
    return {"task": run.task, "arm": run.arm, "run": run.number, "outcome": run.outcome, "assertions": grades}


def _lines(found: Evaluation, report: Path) -> Iterator[str]:
    from backwright.evaluating.page import counted, headline, percent

    yield f"{found.skill} {found.version}: {headline(found)}"
    yield ""
    width = max(len("all tasks"), *map(len, found.titles))
    yield f"{'task':<{width}}  {'skill':<7}  {'runs passed':<11}  {'assertions':<17}  not run"
    for task in (None, *found.titles):
        for each in found.summary(task):
            share = each.assertions
            said = f"{counted(share)} ({percent(share)})" if share.run else "not run"
            yield (
                f"{task or 'all tasks':<{width}}  {each.arm:<7}  {counted(each.runs):<11}  {said:<17}  {share.not_run}"
            )
    yield ""
    for run in found.runs:
        yield from _run_lines(run)
    yield f"page: {report}"


def _run_lines(run: Run) -> Iterator[str]:
    yield f"{run.outcome:<8}  {run.task}, {run.arm} the skill, run {run.number}"
    # What is missing is often missing for all.
    by_reason: dict[tuple[str, str], list[str]] = {}
    for grade in run.grades:
        if grade.outcome != "passed":
            by_reason.setdefault((grade.outcome, grade.evidence), []).append(grade.assertion)
    for (outcome, evidence), names in by_reason.items():
        what = names[0] if len(names) == 1 else f"{len(names)} of {len(run.grades)} assertions"
        yield f"          {outcome:<8} {what}: {evidence}"


COMMAND = Command(
    name="eval",
    help="prepare a skill's tasks for any assistant, with the skill and without, and grade what it left",
    example="backwright eval async-concurrency --workspace /tmp/evals --runs 3",
    configure=_configure,
    run=_run,
)
