"""What the files of a new resource would run into beside them: modules, tables, other resources, other file systems."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from backwright._files import read_bounded, safe_join
from backwright._hidden import printable
from backwright.errors import InvalidInputError, TooLargeError, UnsupportedProjectError
from backwright.scaffold.names import CLASS_NAMES, plural_of
from backwright.scaffold.project import MAX_SOURCE_BYTES, sources
from backwright.scaffold.record import Record, records
from backwright.scaffold.resource import Resource

if TYPE_CHECKING:
    from backwright.scaffold.layout import Target
    from backwright.scaffold.template import Template

_SUFFIXES = ("", "Changes", "Create", "Filter", "IdempotencyRow", "Page", "PageRead", "Query", "Read", "Repository")
_MORE_SUFFIXES = ("Row", "Service", "Update")
_PREFIXES = ("Created", "New")


def check_classes(resource: Resource) -> None:
    """Make sure that no enum is called as another class of the resource is, or as one that its modules import.

    Raises:
        InvalidInputError: one is; the message names the field.
    """
    taken = {f"{resource.cls}{suffix}" for suffix in (*_SUFFIXES, *_MORE_SUFFIXES)}
    taken |= {f"{prefix}{resource.cls}" for prefix in _PREFIXES}
    for field in resource.enums:
        if field.enum in taken or f"{resource.name}_{field.name}" in CLASS_NAMES:
            raise InvalidInputError(
                f"the enum of field {field.name!r} would be called {field.enum}, as another class is",
                hint=f"choose another name of the field, such as {field.name}_kind",
            )
        taken.add(field.enum)


# What names of folders, modules and revisions are made of. The rest means something in one of the languages that they
# are written into, and comes from no usual project.
_PLAIN = re.compile(r"[\w./@+ -]*")


_IMPORTS = re.compile(r"^[ \t]*(?:from [^\n]*?)?\bimport\s+(\([^)]*\)|[^\n]*)", re.MULTILINE)
_CLASS = re.compile(r"\b[A-Z]\w*")


def check_written(template: Template, resource: Resource, target: Target) -> None:
    """Make sure that what was read of a project, and the resource's own class, can be written into these templates.

    Raises:
        UnsupportedProjectError: a folder, module or revision has a name that would mean more than a name.
        InvalidInputError: a module of the resource imports a class of its name.
    """
    layout = target.layout
    read = [layout.source_root, layout.package, layout.tests, layout.migrations, *target.modules.values()]
    read += [target.revision or "", target.down_revision or ""]
    odd = next((text for text in read if not _PLAIN.fullmatch(text)), None)
    if odd is not None:
        raise UnsupportedProjectError(
            f"{printable(odd, 80)!r} is no usual name of a folder, module or revision",
            hint="rename it: letters, digits, and . / @ + - _ can be written into generated code",
        )
    own = [template.sources[file.source] for file in template.manifest.files if file.owner == "resource"]
    imported = {name for source in own for found in _IMPORTS.findall(source) for name in _CLASS.findall(found)}
    if resource.auth is not None and target.auth is not None:
        imported.add(target.auth.principal or "")
    if resource.cls in imported:
        raise InvalidInputError(
            f"resource {resource.name!r} would hide {resource.cls}, which the generated code uses",
            hint=f"choose a more specific name, such as customer_{resource.name}",
        )


def check_beside(root: Path, resource: Resource, paths: Sequence[str], own: Record | None) -> None:
    """Make sure that what would be written for the first time stands in nobody's way.

    Args:
        root: the project.
        resource: what is to be written.
        paths: its files.
        own: the record of an earlier time; then everything was looked at already.

    Raises:
        InvalidInputError: another resource, a module or a table has the name; the message says which.
    """
    if own is not None:
        return
    _check_records(root, resource)
    check_paths(root, paths)
    if resource.stored:
        _check_table(root, resource)


def check_paths(root: Path, paths: Sequence[str]) -> None:
    """Make sure that each file that is not there yet can stand beside those that are.

    Raises:
        InvalidInputError: Python or a disk would take two of them for one; the message says which.
    """
    new = [path for path in paths if not safe_join(root, path).exists()]
    _check_modules(root, new)
    _check_case(root, new)


def _check_records(root: Path, resource: Resource) -> None:
    for name, record in records(root).items():
        if name != resource.name and _plural(name, record.values) == resource.plural:
            raise InvalidInputError(
                f"the resource {name!r} has the plural {resource.plural!r} already",
                hint=f"give another plural, such as {resource.name}_list",
            )


def _plural(name: str, values: Mapping[str, object]) -> str | None:
    if "resource" not in values:
        return None
    given = values.get("plural")
    return given if isinstance(given, str) else plural_of(name)


def _check_modules(root: Path, paths: Iterable[str]) -> None:
    """A package and a module of one name: Python imports the package, and the module is lost."""
    for path in paths:
        whole = PurePosixPath(path)
        folders = [each for each in whole.parents if each.name and not safe_join(root, each.as_posix()).exists()]
        others = [f"{folder.as_posix()}.py" for folder in folders]
        if whole.suffix == ".py" and whole.stem != "__init__":
            others.append(f"{whole.with_suffix('').as_posix()}/__init__.py")
        other = next((each for each in others if safe_join(root, each).exists()), None)
        if other is not None:
            raise InvalidInputError(
                f"{path} and {other} would be one module to Python, which finds only the package",
                hint="choose another plural, or another name of the resource",
            )


def _check_case(root: Path, paths: Iterable[str]) -> None:
    """Names that differ in case only: on Windows and on macOS they are one file."""
    known: dict[PurePosixPath, dict[str, str]] = {}
    for path in paths:
        for part in (PurePosixPath(path), *PurePosixPath(path).parents):
            if not part.name:
                continue
            if part.parent not in known:
                known[part.parent] = {name.casefold(): name for name in _names(root, part.parent)}
            other = known[part.parent].get(part.name.casefold())
            if other is not None and other != part.name:
                raise InvalidInputError(
                    f"{path} and {part.parent / other} differ in upper and lower case only",
                    hint="they are one file on Windows and macOS; choose another name of the resource",
                )


def _names(root: Path, folder: PurePosixPath) -> Iterator[str]:
    place = root if str(folder) == "." else safe_join(root, folder.as_posix())
    if place.is_dir():
        yield from sorted(each.name for each in place.iterdir())


def _check_table(root: Path, resource: Resource) -> None:
    table = resource.table.encode()
    named = re.compile(rb"""(?:__tablename__[^=\n]*=\s*|\bTable\(\s*|\bcreate_table\(\s*)['"]%s['"]""" % table)
    for path in sources(root):
        try:
            data = read_bounded(path, MAX_SOURCE_BYTES)
        except (OSError, TooLargeError):
            continue
        found = named.search(data) if table in data else None
        if found is not None:
            line = data.count(b"\n", 0, found.start()) + 1
            raise InvalidInputError(
                f"there is a table {resource.table!r} already ({path.relative_to(root).as_posix()}:{line})",
                hint=f"give another plural, such as {resource.name}_list",
            )
