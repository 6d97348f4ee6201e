"""`backwright scaffold`: write an endpoint or a whole service, look at it before, verify it, or take it back."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._changes import (
    CHANGES,
    JOBS,
    OPERATIONS,
    add_job_arguments,
    add_migration_arguments,
    add_test_arguments,
    job_context,
    migration_context,
    test_context,
)
from backwright.cli._endpoint import GRAMMAR, add_endpoint_arguments, endpoint_context
from backwright.cli._pack import add_pack_option, pack_of
from backwright.cli._proof import add_level, proof_exit, proof_json, proof_of, proof_text
from backwright.cli._service import add_service_arguments, service_context
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.contexts.schema import ContextModel
    from backwright.scaffold.apply import Applied
    from backwright.scaffold.plan import Plan
    from backwright.verifying.proof import Proof

WRITING = """\
Without --apply nothing is written: the diff and the digest of the plan are printed. Give the digest to --expect to
write exactly that and nothing else. Exit codes: 0 done, 1 refused or a failed verification, 2 usage."""


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    raw = argparse.RawDescriptionHelpFormatter
    help_ = "write a FastAPI, Flask or Django endpoint with model, migration and tests"
    epilog = f"{GRAMMAR}\n\n{WRITING}"
    endpoint = actions.add_parser("endpoint", help=help_, description=help_, epilog=epilog, formatter_class=raw)
    add_endpoint_arguments(endpoint)
    _writing(endpoint)
    help_ = "write a whole FastAPI service, from its settings to its pipeline; what is left out leaves no trace"
    service = actions.add_parser("service", help=help_, description=help_, epilog=WRITING, formatter_class=raw)
    add_service_arguments(service)
    _writing(service)
    help_ = "change a table in use: Alembic revisions that neither block it nor break code that still runs"
    epilog = f"{CHANGES}\n\n{WRITING}"
    migration = actions.add_parser("migration", help=help_, description=help_, epilog=epilog, formatter_class=raw)
    add_migration_arguments(migration)
    _writing(migration)
    help_ = "write a job for Celery, Dramatiq, RQ or arq: acts once for its key, with retries, limits and a dead letter"
    epilog = f"{JOBS}\n\n{WRITING}"
    job = actions.add_parser("job", help=help_, description=help_, epilog=epilog, formatter_class=raw)
    add_job_arguments(job)
    _writing(job)
    help_ = "write tests for an endpoint that is there"
    epilog = f"{OPERATIONS}\n\n{WRITING}"
    test = actions.add_parser("test", help=help_, description=help_, epilog=epilog, formatter_class=raw)
    add_test_arguments(test)
    _writing(test)
    help_ = "verify what was written for a resource: format, lint, compile, review, types, tests"
    verify = actions.add_parser("verify", help=help_, description=help_)
    verify.add_argument("resource", metavar="RESOURCE")
    add_level(verify, "--level", "fast")
    _common(verify)
    help_ = "take back what was written for a resource, except what was edited since"
    undo = actions.add_parser("undo", help=help_, description=help_)
    undo.add_argument("resource", metavar="RESOURCE")
    _common(undo)
    help_ = "put back what a scaffold changed that was killed while it wrote"
    _common(actions.add_parser("recover", help=help_, description=help_))


def _writing(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--apply", action="store_true", help="write the files")
    help_ = "write what cannot be merged with your edits into the files, between markers, instead of refusing"
    parser.add_argument("--mark-conflicts", action="store_true", help=help_)
    parser.add_argument("--expect", metavar="DIGEST", help="with --apply: refuse unless the plan has this digest")
    parser.add_argument("--template", metavar="NAME", help="one of your own, in a folder that backwright.yaml names")
    add_level(parser, "--verify", None)
    _common(parser)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, default=Path(), help="the project's folder (default: the current one)")
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    parser.add_argument("--allow-unlocked", action="store_true", help="use a template that the manifest does not pin")
    add_pack_option(parser)


def _run(arguments: argparse.Namespace) -> int:
    contexts = {
        "endpoint": endpoint_context,
        "service": service_context,
        "migration": migration_context,
        "job": job_context,
        "test": test_context,
    }
    if arguments.action in contexts:
        return _write(arguments, contexts[arguments.action](arguments))
    return {"verify": _verify, "undo": _undo, "recover": _recover}[arguments.action](arguments)


def _app(arguments: argparse.Namespace) -> App:
    from backwright.app import App
    from backwright.settings import Settings

    root = arguments.root.resolve()
    active = Settings.from_environment().environment
    return App(
        Settings(root=root, pack=pack_of(arguments), allow_unlocked=arguments.allow_unlocked, environment=active)
    )


def _write(arguments: argparse.Namespace, context: ContextModel) -> int:
    from backwright.errors import InvalidInputError

    if arguments.expect and not arguments.apply:
        raise InvalidInputError("--expect was given without --apply", hint="add --apply, or leave --expect out")
    if arguments.verify and not arguments.apply:
        raise InvalidInputError("--verify was given without --apply", hint="add --apply, or leave --verify out")
    app = _app(arguments)
    if arguments.apply:
        plan, applied = app.scaffolding.apply(
            context, expect=arguments.expect, mark=arguments.mark_conflicts, template=arguments.template
        )
        proof = proof_of(app, plan.resource, arguments.verify) if arguments.verify else None
        print(_as_json(plan, applied, proof) if arguments.json else _applied_text(plan, applied))
        if proof is None:
            return Exit.CLEAN
        if not arguments.json:
            print(proof_text(proof))
        return proof_exit(proof)
    plan = app.scaffolding.plan(context, mark=arguments.mark_conflicts, template=arguments.template)
    print(_as_json(plan, None) if arguments.json else _plan_text(plan))
    return Exit.FINDINGS if plan.conflicts else Exit.CLEAN


def _verify(arguments: argparse.Namespace) -> int:
    proof = proof_of(_app(arguments), arguments.resource, arguments.level)
    print(json.dumps(proof_json(proof), ensure_ascii=False, indent=2) if arguments.json else proof_text(proof))
    return proof_exit(proof)


def _undo(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    undone = _app(arguments).scaffolding.undo(arguments.resource)
    if arguments.json:
        print(json.dumps(asdict(undone), ensure_ascii=False, indent=2))
        return Exit.CLEAN
    groups = (("deleted", undone.deleted), ("restored", undone.restored), ("kept", undone.kept))
    print("\n".join([*(f"{word:<9}{path}" for word, paths in groups for path in paths), *_notes(undone.notes)]))
    return Exit.CLEAN


def _recover(arguments: argparse.Namespace) -> int:
    from dataclasses import asdict

    recovered = _app(arguments).scaffolding.recover()
    if arguments.json:
        print(json.dumps(asdict(recovered), ensure_ascii=False, indent=2))
        return Exit.CLEAN
    groups = (("restored", recovered.restored), ("kept", recovered.kept))
    lines = [f"{word:<9}{path}" for word, paths in groups for path in paths]
    print("\n".join(lines or ["nothing to put back: no scaffold was interrupted here"]))
    return Exit.CLEAN


def _plan_text(plan: Plan) -> str:
    listed = [f"{action.kind:<10}{action.path}  ({action.reason})" for action in plan.actions if not action.writes]
    counted = f"{len(plan.writes)} files to write, {len(plan.conflicts)} conflicts"
    clashes = [f"--- {action.path}, not merged\n{action.clashes()}" for action in plan.conflicts if action.clash]
    return "\n".join([plan.diff(), *clashes, *listed, *_notes(plan.notes), f"plan: {plan.digest} ({counted})"])


def _applied_text(plan: Plan, applied: Applied) -> str:
    kinds = {action.path: action.kind for action in plan.actions}
    lines = [f"{kinds[path]:<10}{path}" for path in (*applied.written, *applied.deleted, *applied.kept)]
    return "\n".join([*(lines or ["nothing to write: everything is as it should be"]), *_notes(plan.notes)])


def _notes(notes: tuple[str, ...]) -> list[str]:
    return [f"note: {note}" for note in notes]


def _as_json(plan: Plan, applied: Applied | None, proof: Proof | None = None) -> str:
    actions = [{"kind": a.kind, "path": a.path, "reason": a.reason} for a in plan.actions]
    body: dict[str, object] = {
        "template": plan.template,
        "digest": plan.digest,
        "applied": applied is not None,
        "actions": actions,
        "notes": list(plan.notes),
    }
    if applied is None:
        body["diff"] = plan.diff()
    if proof is not None:
        body["proof"] = proof_json(proof)
    return json.dumps(body, ensure_ascii=False, indent=2)


COMMAND = Command(
    name="scaffold",
    help="write an endpoint or a whole service with its tests into the project, verify it, or take it back",
    example="backwright scaffold endpoint invoice number:str,unique,max=32 total:decimal,ge=0 due:date? --apply",
    configure=_configure,
    run=_run,
)
