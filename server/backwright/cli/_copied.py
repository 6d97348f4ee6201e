"""Skills of the catalogue as copies in a project, for `connect --skills` and `sync`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backwright.cli._product import native_files
from backwright.connecting.copies import Copied, Outcome, Source, copy, lock_of
from backwright.errors import SkillNotFoundError, WriteFailedError

if TYPE_CHECKING:
    from backwright.catalog.catalog import Catalog


def copy_into(
    root: Path, folder: str, names: Sequence[str], *, remove: bool = False, dry: bool = False
) -> list[Copied]:
    """Copy skills, by name or `name@range`, into a folder of a project; or take the copies away.

    Raises:
        SkillNotFoundError, VersionNotFoundError: no such skill is served to the project.
        WriteFailedError: the disk refused it.
    """
    if remove:
        return _copied(root, folder, {name.partition("@")[0]: None for name in names}, dry=dry)
    catalog = _catalog(root)
    wanted: dict[str, Source | None] = {name.partition("@")[0]: _source(catalog, name) for name in names}
    return _copied(root, folder, wanted, dry=dry)


def refresh(root: Path, folder: str, *, dry: bool = False) -> list[Copied]:
    """Make all copies in a folder what is served now.

    Raises:
        WriteFailedError: the disk refused it.
    """
    lock = lock_of(root, folder)
    if lock is None:
        return []
    catalog = _catalog(root)
    wanted: dict[str, Source | None] = {}
    for name in lock.skills:
        try:
            wanted[name] = _source(catalog, name)
        except SkillNotFoundError:
            wanted[name] = None
    return _copied(root, folder, wanted, dry=dry)


def print_copied(folder: str, done: Sequence[Copied]) -> None:
    """What was done with each copy, a line each, and each file that was edited by hand."""
    for each in done:
        versions = f"{each.before or '-'} -> {each.after or '-'}" if each.before != each.after else str(each.after)
        changed = sum(outcome is not Outcome.KEPT for outcome in each.files.values())
        print(f"{folder}/{each.name}: {versions}, {changed} files changed")
        for path, outcome in each.files.items():
            if outcome is Outcome.KEPT:
                print(f"  {path}: edited here, kept as it is")


def _copied(root: Path, folder: str, wanted: dict[str, Source | None], *, dry: bool) -> list[Copied]:
    try:
        return copy(root, folder, wanted, dry=dry)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise WriteFailedError(f"{folder} cannot be written: {reason}", hint="make room, or allow it") from None


def _catalog(root: Path) -> Catalog:
    from dataclasses import replace

    from backwright.app import App
    from backwright.settings import Settings

    return App(replace(Settings.from_environment(root=root), cache=None)).catalog


def _source(catalog: Catalog, name: str) -> Source:
    skill = catalog.get(name)
    return Source(skill.version, native_files(skill))
