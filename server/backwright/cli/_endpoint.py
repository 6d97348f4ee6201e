"""The arguments of `backwright scaffold endpoint` that say which endpoint, and the context that they come to."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backwright.contexts.schemas.endpoint_v2 import EndpointContextV2

GRAMMAR = """\
each FIELD is NAME:TYPE, with `?` after the type for one that may be null, then constraints after commas:

  number:str,unique,max=32            total:decimal,ge=0         due:date?,index
  status:enum,choices=draft/sent/paid lines:int,ge=1,le=500      note:text?

types:        str text int float decimal bool datetime date uuid enum
constraints:  unique  index  min=N max=N (characters)  ge=N le=N (numbers)  choices=A/B/C (enum)

more than create, read, update and delete:

  --relation customer:Customer --relation 'payer:app.models.Customer?,set_null'
  --filter status,customer,total           equality; and total_from, total_to for numbers and times
  --action 'cancel:status=cancelled when status=draft/sent'
  --auth read=invoices:read,write=invoices:write   or --auth signed-in
  --idempotency --pagination offset --api-version 2 --persistence none
  --from-file endpoint.yaml                a whole endpoint context instead of RESOURCE and FIELDs"""

_MAX_DOCUMENT = 64 * 1024


def add_endpoint_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare them."""
    parser.add_argument("resource", metavar="RESOURCE", nargs="?", help="name in snake_case singular: purchase_order")
    parser.add_argument("fields", metavar="FIELD", nargs="*", help="NAME:TYPE[?][,CONSTRAINT...]")
    parser.add_argument("--plural", help="where English rules do not give it")
    parser.add_argument("--operations", metavar="A,B", help="some of list,get,create,update,delete (default: all)")
    parser.add_argument("--description", help="one line for the API's documentation")
    help_ = "a model that is there and that each resource refers to: NAME:MODEL[?][,cascade|set_null]"
    parser.add_argument("--relation", metavar="RELATION", action="append", help=help_)
    parser.add_argument("--filter", metavar="A,B", help="fields and relations that the list can be narrowed by")
    help_ = "a guarded change of state: NAME:FIELD=VALUE[,...][ when FIELD=A/B[,...]]"
    parser.add_argument("--action", metavar="ACTION", dest="endpoint_actions", action="append", help=help_)
    help_ = "the scopes of reading and writing, or signed-in where that is enough"
    parser.add_argument("--auth", metavar="read=S,write=S", help=help_)
    parser.add_argument("--idempotency", action="store_true", help="create takes an Idempotency-Key")
    parser.add_argument("--pagination", choices=("cursor", "offset"), help="how the list is paged (default: cursor)")
    parser.add_argument("--api-version", metavar="N", type=int, help="the version in the path (default: 1)")
    help_ = "none: no table, a repository in memory that you replace (default: database)"
    parser.add_argument("--persistence", choices=("database", "none"), help=help_)
    parser.add_argument("--from-file", metavar="FILE", type=Path, help="a YAML or JSON file with the whole endpoint")


def endpoint_context(arguments: argparse.Namespace) -> EndpointContextV2:
    """The endpoint that the arguments describe.

    Raises:
        InvalidInputError: a part has another form, or they do not fit together; the message names it.
    """
    from pydantic import ValidationError

    from backwright.contexts.schemas.endpoint_v2 import EndpointContextV2
    from backwright.contexts.shorthand import written_out
    from backwright.errors import InvalidInputError

    values = _values(arguments)
    if arguments.from_file is not None:
        if values:
            raise InvalidInputError(
                f"--from-file says all of it, and {', '.join(values)} was given too", hint="leave one of them out"
            )
        values = _document(arguments.from_file)
    elif arguments.resource is None or not arguments.fields:
        raise InvalidInputError("there is no RESOURCE or no FIELD", hint="see `backwright scaffold endpoint --help`")
    try:
        return EndpointContextV2.model_validate(written_out(values))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the endpoint"
        said = first["msg"].removeprefix("Value error, ")
        raise InvalidInputError(f"{place}: {said}", hint="see `backwright scaffold endpoint --help`") from error


def _values(arguments: argparse.Namespace) -> dict[str, object]:
    values: dict[str, object] = {
        "resource": arguments.resource,
        "fields": arguments.fields or None,
        "plural": arguments.plural,
        "description": arguments.description,
        "operations": arguments.operations.split(",") if arguments.operations else None,
        "relations": arguments.relation,
        "filters": [name.strip() for name in arguments.filter.split(",")] if arguments.filter else None,
        "actions": arguments.endpoint_actions,
        "auth": None if arguments.auth is None else parse_auth(arguments.auth),
        "idempotency": arguments.idempotency or None,
        "pagination": arguments.pagination,
        "version": arguments.api_version,
        "persistence": arguments.persistence,
    }
    return {key: value for key, value in values.items() if value is not None}


def parse_auth(text: str) -> dict[str, str]:
    """`read=invoices:read,write=invoices:write`, either of them, or `signed-in`, as the endpoint context has it.

    Raises:
        InvalidInputError: it has another form.
    """
    from backwright.errors import InvalidInputError

    if text == "signed-in":
        return {}
    pairs = [part.partition("=") for part in text.split(",")]
    scopes = {key.strip(): scope.strip() for key, _, scope in pairs}
    if not all(scopes.values()) or not set(scopes) <= {"read", "write"} or len(scopes) < len(pairs):
        raise InvalidInputError(
            f"--auth {text!r} is not read=SCOPE,write=SCOPE",
            hint="write for example read=invoices:read,write=invoices:write, or signed-in",
        )
    return scopes


def _document(path: Path) -> dict[str, object]:
    from backwright._files import read_bounded
    from backwright._strict_yaml import StrictYamlError, decode, load_yaml
    from backwright.errors import InvalidInputError, TooLargeError

    try:
        value = load_yaml(decode(read_bounded(path, _MAX_DOCUMENT))).value
    except (OSError, TooLargeError, StrictYamlError) as error:
        raise InvalidInputError(
            f"{path} cannot be read: {error}", hint="give a YAML or JSON file with the members of an endpoint context"
        ) from error
    if not isinstance(value, Mapping):
        raise InvalidInputError(f"{path} is no mapping", hint="give resource, fields and what else there is")
    return dict(value)
