"""`backwright token`: API tokens for programs that use a service; made, listed and taken back beside its store."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from backwright.cli._contexts import opened, person, show
from backwright.cli.command import Command, Exit

if TYPE_CHECKING:
    from datetime import datetime

    from backwright.contexts.schema import JsonObject
    from backwright.identity.api_token import ApiToken

DAYS: Final = 90
_WHERE: Final = """\
Tokens are kept as digests in the store of contexts (BACKWRIGHT_DATABASE_URL), for servers with BACKWRIGHT_API_TOKENS=1.
A token opens doors by its scopes; in which namespaces is for grants: backwright contexts grant shop token#NAME writer.
Exit codes: 0 done, 1 refused, 2 usage."""


def _configure_create(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="whom it speaks for: grants are given to token#NAME")
    parser.add_argument(
        "--scope", action="append", required=True, metavar="SCOPE", help="what it allows; may be given again"
    )
    parser.add_argument("--days", type=int, default=DAYS, metavar="N", help=f"how long it holds, at most 366 ({DAYS})")


def _create(arguments: argparse.Namespace) -> int:
    from backwright.identity.api_token import Wanted
    from backwright.identity.api_tokens import ApiTokens

    wanted = Wanted(arguments.name, tuple(arguments.scope), arguments.days)
    with opened(makes=True) as contexts:
        made, token = ApiTokens(lambda: contexts.store).create(person(), wanted)
    shown = f"{token}\nIt is shown this once. {_line(made, None)}"
    show(arguments, {"token": token, **_facts(made, None)}, shown)
    return Exit.CLEAN


def _configure_list(_: argparse.ArgumentParser) -> None:
    """There is nothing to say."""


def _list(arguments: argparse.Namespace) -> int:
    from backwright.identity.api_tokens import ApiTokens

    with opened() as contexts:
        found = ApiTokens(lambda: contexts.store).tokens()
    text = "\n".join(_line(each, used) for each, used in found) or "there are no tokens"
    show(arguments, {"tokens": [_facts(each, used) for each, used in found]}, text)
    return Exit.CLEAN


def _configure_revoke(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="its second part, as the list has it")


def _revoke(arguments: argparse.Namespace) -> int:
    from backwright.identity.api_tokens import BELIEVED, ApiTokens

    with opened() as contexts:
        gone = ApiTokens(lambda: contexts.store).revoke(person(), arguments.id)
    word = f"It holds no more; servers that have just seen it notice within {BELIEVED:g} seconds."
    show(arguments, _facts(gone, None), f"{_line(gone, None)}\n{word}")
    return Exit.CLEAN


def _facts(token: ApiToken, used: datetime | None) -> JsonObject:
    facts: JsonObject = {
        "id": token.id,
        "name": token.name,
        "subject": f"token#{token.name}",
        "scopes": list(token.scopes),
        "state": _state(token),
        "created_at": _day(token.created_at),
        "expires_at": _day(token.expires_at),
        "used_at": None if used is None else used.isoformat(timespec="hours"),
    }
    return facts


def _line(token: ApiToken, used: datetime | None) -> str:
    last = "" if used is None else f", used last about {used.isoformat(timespec='hours')}"
    scopes = " ".join(token.scopes)
    return f"bwt_{token.id}_...  {token.name}  {_state(token)} until {_day(token.expires_at)}{last}  {scopes}"


def _state(token: ApiToken) -> str:
    from datetime import UTC, datetime

    return token.state(datetime.now(UTC))


def _day(at: datetime) -> str:
    return at.date().isoformat()


Action = tuple[str, str, Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]
_ACTIONS: Final[tuple[Action, ...]] = (
    ("create", "make a token and show it, once", _configure_create, _create),
    (
        "list",
        "every token: whom it speaks for, what it allows, until and since when",
        _configure_list,
        _list,
    ),
    ("revoke", "take a token back", _configure_revoke, _revoke),
)


def _configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    raw = argparse.RawDescriptionHelpFormatter
    for name, help_, configure, _ in _ACTIONS:
        action = actions.add_parser(name, help=help_, description=help_, epilog=_WHERE, formatter_class=raw)
        configure(action)
        action.add_argument("--json", action="store_true", help="print one JSON object")


def _run(arguments: argparse.Namespace) -> int:
    return next(run for name, _, _, run in _ACTIONS if name == arguments.action)(arguments)


COMMAND = Command(
    name="token",
    help="make, list and take back API tokens for programs that use a service",
    example="backwright token create ci --scope contexts:write --days 30",
    configure=_configure,
    run=_run,
)
