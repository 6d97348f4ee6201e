"""The insertions that register a resource: its router on the application, its table in Alembic's metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backwright.scaffold.layout import Target
from backwright.scaffold.mount import Site, has_late_imports, insert_import, insert_mount, mount_sites
from backwright.scaffold.resource import Resource
from backwright.scaffold.stack import StackTarget


@dataclass(frozen=True, slots=True)
class Edit:
    """Statements that go into one file.

    Args:
        path: the file.
        statements: what is inserted, one logical line each, without indentation.
        apply: the text with them; None where there is no place that is certainly right.
        by_hand: what to tell the caller in that case.
    """

    path: str
    statements: tuple[str, ...]
    apply: Callable[[str], str | None]
    by_hand: str


def edits(resource: Resource, target: Target) -> list[Edit]:
    """What has to be inserted where."""
    if isinstance(target, StackTarget):
        return target.edits(resource)
    router = f"{resource.plural}_router"
    imported = f"from {target.modules['router']} import router as {router}"
    path = target.mount.path if target.mount is not None else f"{target.root}/main.py"
    found = [] if target.host and target.mount is None else [_mount(path, target, imported, router)]
    return [*found, *([_metadata(resource, target)] if resource.stored else [])]


def mounting(
    path: str, sites_of: Callable[[str], Sequence[Site]], receiver: str, statements: tuple[str, str], by_hand: str
) -> Edit:
    """The edit that imports something and mounts it beside its siblings, where there is one place for it.

    Args:
        path: the file.
        sites_of: the places in a text where such a thing is, or could be, mounted.
        receiver: what it is mounted on.
        statements: the import and the mount.
        by_hand: what to tell the caller where the place is not certain.
    """
    imported, mounted = statements

    def apply(text: str) -> str | None:
        try:
            sites = sites_of(text)
        except SyntaxError:
            return None
        mine = [site for site in sites if site.receiver == receiver]
        most = max((site.mounts for site in mine), default=0)
        best = [site for site in mine if site.mounts == most]
        return insert_mount(text, best[0], mounted, imported) if len(best) == 1 else None

    return Edit(path, statements, apply, by_hand)


def _mount(path: str, target: Target, imported: str, router: str) -> Edit:
    receiver = target.mount.site.receiver if target.mount is not None else "app"
    mounted = f"{receiver}.include_router({router})"

    by_hand = f"mount the router yourself in {path}: `{imported}` and `{mounted}`"
    return mounting(path, mount_sites, receiver, (imported, mounted), by_hand)


def _metadata(resource: Resource, target: Target) -> Edit:
    model, row = target.modules["model"], f"{resource.cls}Row"
    if target.host:
        path = f"{target.migrations}/env.py"
        statement = f"import {model}  # noqa: F401  registers the table"
    else:
        path = f"{target.root}/models/__init__.py"
        statement = f"from {model} import {row} as {row}"

    def apply(text: str) -> str | None:
        try:
            late = "E402, F401" if has_late_imports(text) else "F401"
            return insert_import(text, statement.replace("F401", late))
        except SyntaxError:
            return None

    return Edit(path, (statement,), apply, f"register the table yourself in {path}: `{statement}`")
