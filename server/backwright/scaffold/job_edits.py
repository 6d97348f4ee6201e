"""Where a job is registered: beside its siblings, by insertion only; in words where no place is certainly right."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from backwright.scaffold.disk import read_text
from backwright.scaffold.edits import Edit
from backwright.scaffold.elements import find_list, insert_element
from backwright.scaffold.job_values import Job
from backwright.scaffold.mount import contains, insert_after, insert_import
from backwright.scaffold.parsing import parse
from backwright.scaffold.statements import is_mount
from backwright.scaffold.symbols import Module, Symbols
from backwright.scaffold.workers import App, Background


@dataclass(frozen=True, slots=True)
class Registration:
    """The insertions, and what is left to do by hand."""

    edits: tuple[Edit, ...] = ()
    notes: tuple[str, ...] = ()


def siblings_in(background: Background) -> list[str]:
    """The paths of the modules that have jobs already."""
    return [module.path for module in background.siblings]


def registration(
    root: Path, symbols: Symbols, background: Background, app: App | None, *, made: bool, job: Job
) -> Registration:
    """How the workers learn of the job.

    Args:
        root: the project.
        symbols: the modules of the project.
        background: what was read of it.
        app: what the job hangs on.
        made: whether the scaffold makes that.
        job: what is registered.
    """
    match background.library:
        case "celery" if app is not None:
            return Registration((_celery(read_text(root, app.path) or "", app, job),))
        case "arq" if app is not None:
            return Registration((_arq(app, job),))
        case "dramatiq":
            return _dramatiq(symbols, background, app, made=made, job=job)
        case _:
            # RQ finds a function by its name.
            return Registration()


def _celery(text: str, app: App, job: Job) -> Edit:
    module = f'"{job.package}.{job.slug}"'
    places = [f"{app.name}.{place}" for place in ("include", "conf.imports", "conf.include")]
    places += [f"{app.name}.conf.update.{member}" for member in ("imports", "include")]
    name = next((each for each in places if _has_list(text, each)), None)
    call = f'{app.name}.autodiscover_tasks([{module}], related_name="")'
    statement = call if name is None else f"{name} += [{module}]"

    def apply(text: str) -> str | None:
        try:
            return _discover(text, app.name, call) if name is None else insert_element(text, name, module)
        except SyntaxError:
            return None

    return Edit(app.path, (statement,), apply, f"register the job yourself in {app.path}: `{statement}`")


def _has_list(text: str, name: str) -> bool:
    try:
        return find_list(text, name) is not None
    except SyntaxError:
        return False


def _discover(text: str, name: str, call: str) -> str | None:
    """The text with the call after its siblings, or after the last statement that configures the app."""
    if contains(text, call):
        return text
    body = parse(text).body
    siblings = [each for each in body if is_mount(each, name, "autodiscover_tasks")]
    own = [each for each in body if _is_about(each, name)]
    anchor = (siblings or own)[-1:]
    if not anchor:
        return None
    line = anchor[0].end_lineno or anchor[0].lineno
    lines = text.split("\n")
    if anchor[0].col_offset or ";" in lines[line - 1]:
        return None
    return insert_after(text, line, call)


def _is_about(statement: ast.stmt, name: str) -> bool:
    """Whether a statement makes the app or configures it."""
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return any(ast.unparse(target).partition(".")[0] == name for target in targets)
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func).startswith(f"{name}.")
    )


def _arq(app: App, job: Job) -> Edit:
    names = [(f"{app.name}.functions", job.slug)]
    names += [(f"{app.name}.cron_jobs", f"{job.slug}_tick")] if job.schedule else []
    imported = [name for _, name in names]
    statement = f"from {job.package}.{job.slug} import {', '.join(imported)}"
    elements = [f"{place} += [{name}]" for place, name in names]

    def apply(text: str) -> str | None:
        after: str | None = text
        try:
            for place, name in names:
                after = insert_element(after, place, name) if after is not None else None
            return insert_import(after, statement) if after is not None else None
        except SyntaxError:
            return None

    by_hand = f"register the job yourself in {app.path}: `{'; '.join((statement, *elements))}`"
    return Edit(app.path, (statement, *elements), apply, by_hand)


def _dramatiq(symbols: Symbols, background: Background, app: App | None, *, made: bool, job: Job) -> Registration:
    module_name = f'"{job.package}.{job.slug}"'
    if made:
        return Registration((_called(f"{job.folder}/worker.py", f"import_module({module_name})"),))
    # Under a name of its own, so that who sorts the imports does not join it with another.
    statement = f"from {job.package} import {job.slug} as _{job.slug}"
    places = [(module, line) for module in symbols.modules.values() for line in _lines(module, background, app)]
    if len(places) == 1:
        module, line = places[0]
        late = any(not isinstance(each, ast.Import | ast.ImportFrom) for each in _before(module, line))
        note = "E402, F401" if late else "F401"
        return Registration((_imported(module.path, f"{statement}  # noqa: {note}  declares the actor", line),))
    return Registration(notes=(f"let the workers load it: `dramatiq ... {job.package}.{job.slug}`",))


def _called(path: str, statement: str) -> Edit:
    def apply(text: str) -> str | None:
        if contains(text, statement):
            return text
        last = parse(text).body[-1]
        return insert_after(text, last.end_lineno or last.lineno, statement)

    return Edit(path, (statement,), apply, f"let the workers load it: `{statement}` in {path}")


def _imported(path: str, statement: str, line: int) -> Edit:
    def apply(text: str) -> str | None:
        try:
            return text if contains(text, statement) else insert_after(text, line, statement)
        except SyntaxError:
            return None

    return Edit(path, (statement,), apply, f"let the workers load it: `{statement}` in {path}")


def _lines(module: Module, background: Background, app: App | None) -> Iterator[int]:
    """After which line of a module actors are loaded, if it is where workers start.

    That is after the last import of a sibling in the module that makes the broker or in one that is named for workers,
    and else after the broker is set.
    """
    own = app is not None and module.name == app.module
    name = module.name.rpartition(".")[2]
    if not own and name not in {"worker", "workers", "__main__"}:
        return
    siblings = {each.name for each in background.siblings} - {module.name}
    imports = [each for each in module.tree.body if _loads(each, siblings) and (not own or _line(each) > _made(app))]
    anchors = imports or ([each for each in module.tree.body if _sets_broker(each)] if own else [])
    if anchors:
        yield anchors[-1].end_lineno or anchors[-1].lineno


def _line(statement: ast.stmt) -> int:
    return statement.lineno


def _made(app: App | None) -> int:
    return app.line if app is not None else 0


def _loads(statement: ast.stmt, siblings: set[str]) -> bool:
    if isinstance(statement, ast.Import):
        return any(alias.name in siblings for alias in statement.names)
    if isinstance(statement, ast.ImportFrom):
        module = statement.module or ""
        return module in siblings or any(f"{module}.{alias.name}" in siblings for alias in statement.names)
    return False


def _sets_broker(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func).rpartition(".")[2] == "set_broker"
    )


def _before(module: Module, line: int) -> list[ast.stmt]:
    return [
        each
        for each in module.tree.body
        if each.lineno <= line and not (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
    ]
