"""The actions of `backwright contexts` that read and write one context: list, get, put, history, delete, schema."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from backwright.cli._contexts import (
    address_of,
    as_json,
    document_of,
    facts_of,
    labels_of,
    line_of,
    opened,
    person,
    show,
    type_of,
)
from backwright.cli.command import Exit

if TYPE_CHECKING:
    from backwright.contexts.context import Condition, Context, Written
    from backwright.contexts.history import Step
    from backwright.contexts.schema import JsonObject

_ADDRESS: Final = "NAMESPACE/NAME"
_PAGE: Final = 200
_LINE: Final = 160


def _configure_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("namespace", nargs="?", metavar="NAMESPACE", help="only this one")
    parser.add_argument("--type", metavar="TYPE", help="only of this type")
    _add_labels(parser, "only with this label; may be given again")


def _list(arguments: argparse.Namespace) -> int:
    found: list[Context] = []
    cursor: str | None = None
    with opened() as contexts:
        while True:
            page = contexts.list(
                person(),
                namespace=arguments.namespace,
                type=arguments.type,
                labels=labels_of(arguments.label),
                cursor=cursor,
                limit=_PAGE,
            )
            found += page.items
            cursor = page.cursor
            if cursor is None:
                break
    text = "\n".join(map(line_of, found)) if found else "no contexts"
    show(arguments, {"contexts": [facts_of(context) for context in found]}, text)
    return Exit.CLEAN


def _configure_get(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar=_ADDRESS)
    parser.add_argument("--version", type=int, metavar="N", help="this version, and not the latest")
    parser.add_argument("--type", metavar="TYPE/vN", help="as this later version of its schema: project/v3")


def _get(arguments: argparse.Namespace) -> int:
    name, number = (None, None) if arguments.type is None else type_of(arguments.type)
    with opened() as contexts:
        found = contexts.get(person(), address_of(arguments.address), version=arguments.version, type_version=number)
    if name not in {None, found.type}:
        from backwright.errors import InvalidInputError

        raise InvalidInputError(f"--type: it is {found.type}/v{found.type_version}", hint="leave --type out")
    show(arguments, {**facts_of(found), "body": found.body}, as_json(found.body))
    return Exit.CLEAN


def _configure_put(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar=_ADDRESS)
    parser.add_argument("file", nargs="?", metavar="FILE", help="JSON or YAML; - or nothing: what is piped in")
    parser.add_argument("--type", required=True, metavar="TYPE[/vN]", help="the schema that it validates against")
    _add_labels(parser, "a label to find it by; may be given again, and replaces those that there are")
    _add_condition(parser)


def _put(arguments: argparse.Namespace) -> int:
    name, number = type_of(arguments.type)
    address, document = address_of(arguments.address), document_of(arguments.file)
    labels, condition = labels_of(arguments.label), _condition(arguments)
    with opened(makes=True) as contexts:
        written = contexts.put(
            person(), address, document, type=name, type_version=number, labels=labels, condition=condition
        )
    return _tell(arguments, written)


def _configure_delete(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar=_ADDRESS)
    _add_condition(parser)


def _delete(arguments: argparse.Namespace) -> int:
    address, condition = address_of(arguments.address), _condition(arguments)
    with opened() as contexts:
        written = contexts.delete(person(), address, condition=condition)
    return _tell(arguments, written)


def _tell(arguments: argparse.Namespace, written: Written) -> int:
    state = "deleted" if written.context.deleted else "written" if written.changed else "unchanged"
    answer = {**facts_of(written.context), "changed": written.changed, "replayed": written.replayed}
    show(arguments, answer, f"{state}: {line_of(written.context)}")
    return Exit.CLEAN


def _configure_history(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("address", metavar=_ADDRESS)
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="at most so many versions (20)")


def _history(arguments: argparse.Namespace) -> int:
    from backwright.contexts.history import history

    with opened() as contexts:
        page = history(contexts, person(), address_of(arguments.address), limit=arguments.limit, most=_PAGE)
    answer: JsonObject = {"versions": [_step(step) for step in page.items], "more": page.cursor is not None}
    lines = [line for step in page.items for line in _step_lines(step)]
    show(arguments, answer, "\n".join([*lines, *(["more: give --limit"] if page.cursor else [])]))
    return Exit.CLEAN


def _step(step: Step) -> JsonObject:
    return {**facts_of(step.context), "patch": [change.to_json() for change in step.changes], "cut": step.cut}


def _step_lines(step: Step) -> list[str]:
    from backwright._hidden import printable

    changes = [f"    {printable(change.line(_LINE))}" for change in step.changes]
    return [f"{line_of(step.context)}  by {step.context.updated_by}", *changes, *(["    and more"] if step.cut else [])]


def _configure_schema(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar="TYPE", help="what its documents are about: deployment")
    parser.add_argument("file", nargs="?", metavar="FILE", help="a JSON Schema, as JSON or YAML; - : what is piped in")
    parser.add_argument(
        "--mode", choices=("NONE", "BACKWARD", "FORWARD", "FULL"), help="what the type promises from this version on"
    )
    parser.add_argument("--check", action="store_true", help="say what it would come to, and register nothing")


def _schema(arguments: argparse.Namespace) -> int:
    document = document_of(arguments.file)
    with opened(makes=not arguments.check) as contexts:
        if arguments.check:
            found = contexts.check_schema(person(), arguments.type, document, mode=arguments.mode)
        else:
            found = contexts.register_schema(person(), arguments.type, document, mode=arguments.mode)
    changes = [dict(change.as_json()) for change in found.changes]
    answer: JsonObject = {
        "uri": found.uri,
        "version": found.version,
        "digest": found.digest,
        "mode": found.mode,
        "against": found.against,
        "changed": found.changed,
        "changes": changes,
    }
    state = "unchanged" if not found.changed else "compatible" if arguments.check else "registered"
    lines = [f"{change.pointer or '/'}: breaks {change.breaks}: {change.reason}" for change in found.changes]
    show(arguments, answer, "\n".join([*lines, f"{'incompatible' if lines else state}: {found.uri}, {found.mode}"]))
    return Exit.FINDINGS if lines else Exit.CLEAN


def _add_labels(parser: argparse.ArgumentParser, help_: str) -> None:
    parser.add_argument("--label", action="append", default=[], metavar="KEY=VALUE", help=help_)


def _add_condition(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--if-version", type=int, metavar="N", help="only if N is the latest version; 0: if there is none"
    )
    parser.add_argument("--key", help="an idempotency key: the same call with it once more gives the same answer")


def _condition(arguments: argparse.Namespace) -> Condition:
    from backwright.contexts.context import Condition

    return Condition(arguments.if_version, arguments.key)


ACTIONS: Final = (
    ("list", "list the contexts that there are", _configure_list, _list),
    ("get", "print a context, or one of its versions", _configure_get, _get),
    ("put", "store a document; what is there is overwritten only with --if-version", _configure_put, _put),
    ("history", "tell what each version of a context changed", _configure_history, _history),
    ("delete", "mark a context as gone; its history stays", _configure_delete, _delete),
    ("schema", "register a JSON Schema of your own, or check what it would break", _configure_schema, _schema),
)
