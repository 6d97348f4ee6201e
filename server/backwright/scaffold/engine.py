"""The engine's front: values to a plan, a plan to files, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from backwright.scaffold.apply import Applied
from backwright.scaffold.apply import apply as apply_plan
from backwright.scaffold.plan import Plan
from backwright.scaffold.undo import Undone
from backwright.scaffold.undo import undo as undo_resource


def plan_endpoint(root: Path, template_dir: Path, values: Mapping[str, object]) -> Plan:
    """What generating the endpoint would do to the project at `root`; nothing is written.

    Args:
        root: the project's folder; it may be empty, but must exist.
        template_dir: the folder that holds `template.yaml` and `files/`.
        values: an `EndpointContext` v1 as JSON values, and optionally `project`: a mapping that may set `package`,
            `source_root`, `tests` and `migrations` where reading the project is not to decide.

    Raises:
        InvalidInputError: a value is unusable; the message names it.
        UnsupportedProjectError: the template cannot write into this project; the message says why.
        PathOutsideRootError: a target would lead through a link.
        ToolUnavailableError: ruff is missing or failed.
    """
    raise NotImplementedError


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
    """
    return apply_plan(plan, root, expect=expect)


def undo(root: Path, resource: str) -> Undone:
    """Take back what the record of `resource` says was made, except what was edited since.

    Raises:
        InvalidInputError: there is no such record.
    """
    return undo_resource(root, resource)
