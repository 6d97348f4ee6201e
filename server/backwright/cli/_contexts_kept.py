"""The actions of `backwright contexts` for whoever keeps the store: export, import, verify, purge, backup, grants."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from backwright.cli._contexts import opened, person, show
from backwright.cli.command import Exit
from backwright.errors import InvalidInputError, WriteFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import timedelta

    from backwright.contexts.audit import Verification
    from backwright.contexts.schema import JsonObject

_HOURS: Final = {"h": 1, "d": 24, "w": 168}
_ROLES: Final = ("reader", "writer", "admin", "auditor")


def _configure_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help="where to; - or nothing: standard output")
    parser.add_argument("--namespace", metavar="NAMESPACE", help="only this one")
    parser.add_argument("--latest", action="store_true", help="only what holds now, without its history")


def _export(arguments: argparse.Namespace) -> int:
    from backwright.contexts.transfer import exported

    count = -2  # the first line and the last
    with opened() as contexts, _written(arguments.file) as out:
        history = not arguments.latest
        for line in exported(contexts, person(), namespace=arguments.namespace, history=history):
            out.write(line + b"\n")
            count += 1
    if arguments.file not in {None, "-"}:
        show(arguments, {"lines": count, "file": arguments.file}, f"exported: {count} versions and schemas")
    return Exit.CLEAN


def _written(name: str | None) -> AbstractContextManager[BinaryIO]:
    if name in {None, "-"}:
        return nullcontext(sys.stdout.buffer)
    try:
        # It may hold what is nobody else's business, and it replaces nothing.
        return os.fdopen(
            os.open(str(name), os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
        )
    except FileExistsError:
        raise InvalidInputError(f"{name!r} is there already", hint="name a file that is not there yet") from None
    except OSError as error:
        raise WriteFailedError(
            f"{name!r} cannot be written: {error.strerror}", hint="name a folder that you may write to"
        ) from None


def _configure_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="what `backwright contexts export` wrote; - : what is piped in")


def _import(arguments: argparse.Namespace) -> int:
    from backwright.contexts.transfer import imported

    with _spooled(arguments.file) as source, opened(makes=True) as contexts:

        def lines() -> Iterator[bytes]:
            source.seek(0)
            return iter(source)

        done = imported(contexts, person(), lines)
    answer: JsonObject = {"versions": done.versions, "schemas": done.schemas, "unchanged": done.unchanged}
    text = f"imported: {done.versions} versions, {done.schemas} schemas; {done.unchanged} were there already"
    show(arguments, answer, text)
    return Exit.CLEAN


def _spooled(name: str) -> AbstractContextManager[BinaryIO]:
    """The file, or what is piped in as a file: an import looks at it several times."""
    import shutil
    import tempfile

    if name != "-":
        try:
            return Path(name).open("rb")
        except OSError as error:
            raise InvalidInputError(f"{name!r} cannot be read: {error.strerror}", hint="name a file, or -") from None
    spool = tempfile.TemporaryFile()  # noqa: SIM115  the caller closes it
    shutil.copyfileobj(sys.stdin.buffer, spool)
    return spool


def _configure_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("namespace", nargs="?", metavar="NAMESPACE", help="only the chain of this one")


def _verify(arguments: argparse.Namespace) -> int:
    with opened() as contexts:
        spaces = contexts.chains() if arguments.namespace is None else (arguments.namespace,)
        found = [contexts.verify(person(), namespace) for namespace in spaces]
    broken = [each for each in found if each.broken_at is not None]
    summary = f"broken chains: {len(broken)}" if broken else f"the chains hold: {len(found)}"
    show(
        arguments,
        {"chains": [_verification(each) for each in found], "broken": len(broken)},
        "\n".join([*map(_told, found), summary]),
    )
    return Exit.FINDINGS if broken else Exit.CLEAN


def _verification(found: Verification) -> JsonObject:
    plain: JsonObject = {
        "namespace": found.namespace,
        "links": found.entries,
        "head": found.head,
        "purged_up_to": found.start,
    }
    return plain if found.broken_at is None else {**plain, "broken_at": found.broken_at, "reason": found.reason}


def _told(found: Verification) -> str:
    if found.broken_at is not None:
        return f"{found.namespace}: broken at link {found.broken_at}: {found.reason}"
    since = f" behind the purged link {found.start}" if found.start else ""
    return f"{found.namespace}: {found.entries} links{since}, head {found.head}"


def _configure_purge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--older-than", required=True, metavar="AGE", help="90d, 12w or 48h; 24 hours at least")
    parser.add_argument("--namespace", metavar="NAMESPACE", help="only this one")
    parser.add_argument("--dry-run", action="store_true", help="say what would go, and remove nothing")


def _purge(arguments: argparse.Namespace) -> int:
    from backwright.contexts.retention import old, purge

    age = _age(arguments.older_than)
    with opened() as contexts:
        found = old(contexts, person(), age, namespace=arguments.namespace)
        done = found if arguments.dry_run else purge(contexts, person(), found)
    counts: JsonObject = {
        "versions": done.version_count,
        "links": done.link_count,
        "keys": done.keys,
        "events": done.events,
    }
    before = done.before.isoformat(timespec="seconds")
    told = ", ".join(f"{count} {what}" for what, count in counts.items())
    state = "would go" if arguments.dry_run else "purged"
    answer: JsonObject = {"before": before, "dry_run": arguments.dry_run, **counts}
    show(arguments, answer, f"{state}: {told}; older than {before}")
    return Exit.CLEAN


def _age(text: str) -> timedelta:
    from datetime import timedelta

    number, unit = text[:-1], text[-1:]
    if unit not in _HOURS or not (number.isascii() and number.isdigit() and len(number) < 7):  # noqa: PLR2004  enough
        raise InvalidInputError("--older-than: it is no age", hint="write 90d for days, 12w for weeks, 48h for hours")
    return timedelta(hours=int(number) * _HOURS[unit])


def _configure_backup(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="where to; it must not be there yet")


def _backup(arguments: argparse.Namespace) -> int:
    from backwright.cli._contexts import there
    from backwright.contexts.opening import backup_store
    from backwright.settings import Settings

    settings = Settings.from_environment()
    if settings.database is None or not there(settings):
        raise InvalidInputError("there is no store of contexts yet", hint="write a context first, then back it up")
    target = Path(arguments.file)
    backup_store(settings.database, target)
    size = target.stat().st_size
    show(arguments, {"file": arguments.file, "bytes": size}, f"backed up: {arguments.file}, {size} bytes")
    return Exit.CLEAN


def _configure_grant(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("namespace", metavar="NAMESPACE", help="where it holds; '*': in all of them")
    parser.add_argument("subject", metavar="SUBJECT", help="who: the issuer and subject of a token")
    parser.add_argument("role", choices=_ROLES, metavar="ROLE", help=", ".join(_ROLES))


def _grant(arguments: argparse.Namespace) -> int:
    from backwright.contexts.access import Grant

    revoke = arguments.action == "revoke"
    grant = Grant(arguments.namespace, arguments.subject, arguments.role)
    with opened(makes=not revoke) as contexts:
        changed = contexts.grant(person(), grant, revoke=revoke)
    state = ("revoked" if revoke else "granted") if changed else "unchanged"
    answer: JsonObject = {
        "namespace": grant.namespace,
        "subject": grant.subject,
        "role": grant.role,
        "granted": not revoke,
        "changed": changed,
    }
    show(arguments, answer, f"{state}: {grant.role} in {grant.namespace} for {grant.subject}")
    return Exit.CLEAN


def _configure_grants(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("namespace", metavar="NAMESPACE", help="which one; '*' for the grants that hold in all")


def _grants(arguments: argparse.Namespace) -> int:
    with opened() as contexts:
        found = contexts.grants(person(), arguments.namespace)
    rows: list[JsonObject] = [{"subject": each.subject, "role": each.role} for each in found]
    text = "\n".join(f"{each.role}  {each.subject}" for each in found) or "no grants"
    show(arguments, {"namespace": arguments.namespace, "grants": rows}, text)
    return Exit.CLEAN


ACTIONS: Final = (
    ("export", "write every version as JSON lines, with digests", _configure_export, _export),
    ("import", "take over an export; the same once more changes nothing", _configure_import, _import),
    ("verify", "walk along the audit chains and name the first broken link", _configure_verify, _verify),
    ("purge", "remove what need not be kept: replaced versions, old links of the audit", _configure_purge, _purge),
    ("backup", "copy the store to a file while it is in use", _configure_backup, _backup),
    ("grant", "give a role in a namespace", _configure_grant, _grant),
    ("revoke", "take a role in a namespace away", _configure_grant, _grant),
    ("grants", "list the roles in a namespace", _configure_grants, _grants),
)
