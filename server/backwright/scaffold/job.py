"""A job context to the plan of a background task, registered where the project's other tasks are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.disk import check_whole
from backwright.scaffold.host import style_of
from backwright.scaffold.job_edits import registration, siblings_in
from backwright.scaffold.job_values import Job, read_job
from backwright.scaffold.layout import check_overrides
from backwright.scaffold.plan import Plan
from backwright.scaffold.project import Facts, read_facts, source_root_of
from backwright.scaffold.record import Layout, Record, records
from backwright.scaffold.single import Subject, plan_single, record_name
from backwright.scaffold.symbols import read_symbols
from backwright.scaffold.template import load_template
from backwright.scaffold.workers import App, Background, read_background

KIND = "job"

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")
_FOLDERS = frozenset({"actors", "background", "jobs", "tasks", "workers"})
# What is made where the library is declared and nothing is there yet: the module and the name in it.
_MADE = {
    "celery": ("app", "app"),
    "dramatiq": ("broker", "broker"),
    "rq": ("queue", "queue"),
    "arq": ("worker", "WorkerSettings"),
}
_RUN = {
    "celery": "celery -A {app} worker{queue}",
    "dramatiq": "dramatiq {worker}{queue}",
    "rq": "rq worker --with-scheduler --serializer rq.serializers.JSONSerializer {queue}",
    "arq": "arq {app}.WorkerSettings",
}


@dataclass(frozen=True, slots=True)
class Worker:
    """What the templates know under the name `w`.

    Args:
        library: one of celery, dramatiq, rq and arq.
        app: what jobs hang on; None where a module cannot import it.
        made: whether the scaffold makes it, now or with an earlier job.
        redis: whether the claims of this job are kept in Redis.
        has_redis: whether those of any job can be.
        redis_broker: whether Dramatiq's broker is one in Redis.
        schedules: whether Celery's crontab is needed.
    """

    library: str
    app: App | None
    made: bool
    redis: bool
    has_redis: bool
    redis_broker: bool
    schedules: bool


def plan_job(root: Path, template_dir: Path, values: Mapping[str, object], *, mark: bool = False) -> Plan:
    """What writing the job would do to the project at `root`; nothing is written.

    Args:
        root: the project's folder.
        template_dir: the folder that holds `template.yaml` and `files/`.
        values: a `JobContext` as JSON values, and optionally `project` with `package`, `source_root` and `tests`.
        mark: write what cannot be merged into the files between markers, instead of calling it a conflict.

    Raises:
        InvalidInputError: a value is unusable, or it cannot be told what is meant; the message names it.
        UnsupportedProjectError: the project declares no library for jobs.
        PlanConflictError: something that is no text file stands where a file should be.
        PathOutsideRootError: a target would lead through a link.
        ToolUnavailableError: ruff is missing or failed.
        ScaffoldInterruptedError: an earlier write was killed half way and not put back.
    """
    if not root.is_dir():
        raise InvalidInputError(f"{root} is no folder", hint="give the project's folder as root")
    check_whole(root)
    facts = read_facts(root)
    symbols = read_symbols(root, facts)
    background = read_background(root, symbols, _text(values, "library"), _text(values, "app"))
    jobs = {name: record for name, record in records(root).items() if name.startswith(f"{KIND}-")}
    layout = _layout(root, facts, background, jobs, values)
    job = read_job(values, _places(layout))
    _check_alone(root, job, jobs)
    worker = _worker(background, layout, jobs, values, job)
    wanted = registration(root, symbols, background, worker.app, made=worker.made, job=job)
    subject = Subject(
        name=job.slug,
        values={key: value for key, value in values.items() if key != "project"},
        variables={"j": job, "w": worker},
        style=style_of(facts, job.top, root),
        layout=layout,
        edits=wanted.edits,
        notes=(*_notes(background, worker, job), *wanted.notes),
    )
    return plan_single(root, load_template(template_dir), subject, mark=mark)


def _text(values: Mapping[str, object], member: str) -> str | None:
    given = values.get(member)
    return given if isinstance(given, str) else None


def _layout(
    root: Path, facts: Facts, background: Background, jobs: Mapping[str, Record], values: Mapping[str, object]
) -> Layout:
    given = values.get("project")
    overrides = {k: v for k, v in given.items() if isinstance(v, str)} if isinstance(given, Mapping) else {}
    check_overrides(overrides)
    earlier = next((record.layout for record in jobs.values() if record.layout is not None), None)
    if earlier is not None:
        return earlier
    folder = _folder(root, facts, background, overrides)
    if not _PLAIN.fullmatch(folder):
        raise UnsupportedProjectError(
            f"{folder[:80]!r} is no usual name of a folder", hint="set layout.package in backwright.yaml"
        )
    source = overrides.get("source_root") or source_root_of(f"{folder}/x.py", facts)
    package = folder.removeprefix(f"{source}/" if source else "").replace("/", ".")
    return Layout(
        source_root=source, package=package, tests=overrides.get("tests") or facts.tests or "tests", migrations=""
    )


def _folder(root: Path, facts: Facts, background: Background, overrides: Mapping[str, str]) -> str:
    """Where the module goes: beside its siblings where they have a package, or into one of its own."""
    if "package" in overrides:
        source = overrides.get("source_root", "src" if (root / "src").is_dir() else "")
        return _free(root, f"{source}/{overrides['package'].replace('.', '/')}".lstrip("/"))
    beside = {path.rpartition("/")[0] for path in siblings_in(background)}
    named = sorted(folder for folder in beside if folder.rpartition("/")[2] in _FOLDERS)
    if len(named) == 1:
        return named[0]
    if background.app is not None and "/" in background.app.path:
        folder = background.app.path.rpartition("/")[0]
        if folder.rpartition("/")[2] in _FOLDERS:
            return folder
        return _free(root, _top_package(facts, folder))
    return _free(root, facts.packages[0] if facts.packages else "")


def _top_package(facts: Facts, folder: str) -> str:
    return next((each for each in facts.packages if f"{folder}/".startswith(f"{each}/")), folder)


def _free(root: Path, parent: str) -> str:
    """A folder for jobs in the package, which no module of that name hides."""
    for name in ("jobs", "background"):
        folder = f"{parent}/{name}".lstrip("/")
        if not (root / f"{folder}.py").exists():
            return folder
    raise UnsupportedProjectError(
        f"{parent or 'the root'} has the modules jobs.py and background.py, so that no package can have either name",
        hint="set layout.package in backwright.yaml",
    )


def _places(layout: Layout) -> dict[str, str]:
    top = layout.package.partition(".")[0]
    return {"folder": layout.root, "package": layout.package, "top": top, "tests": layout.tests}


def _check_alone(root: Path, job: Job, jobs: Mapping[str, Record]) -> None:
    """Make sure that a job of the same class or function does not stand beside it under another name."""
    other = next((name for name in jobs if name != record_name(KIND, job.slug) and _same(name, job)), None)
    if other is not None:
        raise InvalidInputError(f"{other} has the same class", hint="choose another name")
    if (root / job.folder / job.slug / "__init__.py").exists():
        raise InvalidInputError(f"{job.folder}/{job.slug} is a package already", hint="choose another name")


def _same(name: str, job: Job) -> bool:
    return name.removeprefix(f"{KIND}-").replace("_", "") == job.slug.replace("_", "")


def _worker(
    background: Background, layout: Layout, jobs: Mapping[str, Record], values: Mapping[str, object], job: Job
) -> Worker:
    found = background.app
    ours = found is not None and any(found.path in record.files for record in jobs.values())
    nothing = found is None and not (background.library == "dramatiq" and background.makers)
    made = ours or nothing
    module, name = _MADE[background.library]
    app = App(f"{layout.package}.{module}", name, f"{layout.root}/{module}.py", 0) if nothing else found
    redis_broker = made or (
        found.maker == "RedisBroker" if found and found.maker else "RedisBroker" in background.makers
    )
    record = _text(values, "record")
    can = redis_broker if background.library == "dramatiq" else background.redis or made
    if record == "redis" and not can:
        raise UnsupportedProjectError("the project has no Redis to keep a record in", hint="leave record out, or none")
    return Worker(
        library=background.library,
        app=app,
        made=made,
        redis=can and record != "none",
        has_redis=can,
        redis_broker=redis_broker and background.library == "dramatiq",
        schedules=job.schedule is not None,
    )


def _notes(background: Background, worker: Worker, job: Job) -> tuple[str, ...]:
    app = worker.app
    where = "made now" if worker.made else f"read {app.path}:{app.line}" if app else "what set_broker was given"
    notes = [f"written for {worker.library} ({where}); the work itself is work() in {job.folder}/{job.slug}_work.py"]
    if background.app is None and background.makers and worker.made:
        places = ", ".join(background.makers.values())
        notes.append(f"what jobs hang on is made inside of functions ({places}); this one reads JOBS_BROKER_URL")
    if not worker.redis:
        notes.append("no record is kept of what is done: make the effect unique by the key that work() is given")
    if worker.library == "rq" and job.schedule:
        notes.append(f"for `rq cron`: register({job.package}.{job.slug}.tick, cron={job.schedule!r})")
    if worker.library == "dramatiq" and job.schedule:
        notes.append(f"Dramatiq has no scheduler: let yours call {job.package}.{job.slug}.tick on {job.schedule!r}")
    module = app.module if app else job.package
    queue = {"celery": f" -Q {job.queue}", "dramatiq": f" -Q {job.queue}", "rq": job.queue}.get(worker.library, "")
    named = queue if job.queue else "default" if worker.library == "rq" else ""
    run = f"{job.package}.worker" if worker.made else module
    notes.append(f"a worker: {_RUN[worker.library].format(app=module, worker=run, queue=named)}")
    return tuple(notes)
