"""The engine's front: values to a plan, a plan to files, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from backwright._work import a_part
from backwright.errors import InvalidInputError, UnsupportedProjectError
from backwright.scaffold.apply import Applied
from backwright.scaffold.apply import apply as apply_plan
from backwright.scaffold.decide import Rendered, plan_files
from backwright.scaffold.disk import check_whole
from backwright.scaffold.layout import Target
from backwright.scaffold.plan import Plan
from backwright.scaffold.project import read_facts
from backwright.scaffold.reading import read_resource
from backwright.scaffold.record import PLATFORM, read_record
from backwright.scaffold.render import format_all, render
from backwright.scaffold.resource import Resource
from backwright.scaffold.stack import locate_for, relations_for
from backwright.scaffold.synchronous import synchronous
from backwright.scaffold.template import Template, load_template
from backwright.scaffold.undo import Undone
from backwright.scaffold.undo import undo as undo_resource

_OVERRIDES = ("package", "source_root", "tests", "migrations", "session", "auth", "router", "errors")
# What version 2 of the endpoint context adds, with its defaults: a template of before knows nothing of it.
_BEYOND: Mapping[str, object] = {
    "relations": [],
    "filters": [],
    "actions": [],
    "auth": None,
    "idempotency": False,
    "pagination": "cursor",
    "version": 1,
    "persistence": "database",
}


def plan_endpoint(root: Path, template_dir: Path, values: Mapping[str, object], *, mark: bool = False) -> Plan:
    """What generating the endpoint would do to the project at `root`; nothing is written.

    Args:
        root: the project's folder; it may be empty, but must exist.
        template_dir: the folder that holds `template.yaml` and `files/`.
        values: an `EndpointContext` of any version as JSON values, and optionally `project`: a mapping that may set
            `package`, `source_root`, `tests`, `migrations`, `session`, `auth`, `router` and `errors` where reading the
            project is not to decide.
        mark: write what cannot be merged into the files between markers, instead of calling it a conflict.

    Raises:
        InvalidInputError: a value is unusable; the message names it.
        UnsupportedProjectError: the template cannot write into this project; the message says why.
        PlanConflictError: something that is no text file stands where a file should be.
        PathOutsideRootError: a target would lead through a link.
        ToolUnavailableError: ruff is missing or failed.
        ScaffoldInterruptedError: an earlier write was killed half way and not put back.
    """
    if not root.is_dir():
        raise InvalidInputError(f"{root} is no folder", hint="make it first, or give another root")
    check_whole(root)
    template = load_template(template_dir)
    _check_supported(template, values)
    facts = read_facts(root)
    relations = relations_for(template.manifest.framework)(root, facts, values)
    resource = read_resource(values, relations.keys)
    platform, own = read_record(root, PLATFORM), read_record(root, resource.name)
    locate = locate_for(template.manifest.framework)
    target = locate(root, facts, resource, _overrides(values), (platform, own))
    if target.database.sync and not template.manifest.sync:
        raise UnsupportedProjectError(
            "the sessions of the project are synchronous, and the template writes asynchronous code only",
            hint="say in its template.yaml, under sync, what its names are in synchronous code",
        )
    target = target.related(relations)
    resource = replace(resource, placed=target.router_prefix)
    rendered = _render(template, resource, target)
    plain = {key: value for key, value in values.items() if key != "project" and _BEYOND.get(key, ...) != value}
    if relations.settled:
        plain["relations"] = [dict(each) for each in relations.settled]
    return plan_files(root, template, resource, target, rendered, (platform, own), plain, mark=mark)


def apply(plan: Plan, root: Path, *, expect: str | None = None) -> Applied:
    """Write the plan, all of it or nothing.

    Args:
        plan: what `plan_endpoint` gave.
        root: the same project's folder.
        expect: the digest that the caller was shown; another one is refused.

    Raises:
        PlanConflictError: the plan holds a conflict.
        PlanStaleError: a file is no longer as the plan saw it, or the digest is not `expect`.
        PathOutsideRootError: a target leads through a link.
        WriteFailedError: the disk refused; everything is as it was.
    """
    return apply_plan(plan, root, expect=expect)


def undo(root: Path, resource: str) -> Undone:
    """Take back what the record of `resource` says was made, except what was edited since.

    Raises:
        InvalidInputError: there is no such record.
        PathOutsideRootError: a path leads through a link.
        WriteFailedError: the disk refused; everything is as it was.
    """
    return undo_resource(root, resource)


def _check_supported(template: Template, values: Mapping[str, object]) -> None:
    wanted = [key for key, default in _BEYOND.items() if values.get(key, default) != default]
    missing = [key for key in wanted if key not in template.manifest.supports]
    if missing:
        raise InvalidInputError(
            f"{template.id} knows nothing of {', '.join(missing)}",
            hint="let the project have a newer version of the skill, or leave these out",
        )


def _overrides(values: Mapping[str, object]) -> dict[str, str]:
    given = values.get("project")
    if not isinstance(given, Mapping):
        return {}
    return {key: value for key in _OVERRIDES if isinstance(value := given.get(key), str)}


@a_part("render")
def _render(template: Template, resource: Resource, target: Target) -> list[Rendered]:
    variables = {"r": resource, "p": target, "m": target.modules}
    kinds = {"any", "host" if target.host else "own"}
    wanted = [
        file
        for file in template.manifest.files
        if file.project in kinds and (file.when == "true" or render(f"<% if {file.when} %>x<% endif %>", variables))
    ]
    paths = [render(file.target, variables) for file in wanted]
    texts = [render(template.sources[file.source], variables) for file in wanted]
    if target.database.sync:
        texts = [
            synchronous(text, template.manifest.sync) if path.endswith(".py") else text
            for path, text in zip(paths, texts, strict=True)
        ]
    # `tables` share their path with the file that they are appended to, and are no Python.
    python = {path: text for path, text in zip(paths, texts, strict=True) if path.endswith(".py")}
    formatted = format_all(python, target.style)
    return [
        Rendered(file, path, formatted.get(path, text)) for file, path, text in zip(wanted, paths, texts, strict=True)
    ]
