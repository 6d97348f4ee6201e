"""One table put into, or taken out of, a TOML file; tomlkit keeps comments, order and blanks.

What comes out is read again by the standard library and compared with what it must say: some forms that TOML allows,
tomlkit does not change as it is asked to.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from backwright.errors import ConfigurationUnreadableError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.container import Container, OutOfOrderTableProxy
    from tomlkit.items import AbstractTable

    Table = TOMLDocument | Container | AbstractTable | OutOfOrderTableProxy

_BOM: Final = "\ufeff"
_FORM: Final = "its form is none that an entry can be put into or taken out of"


def read(text: str) -> dict[str, object]:
    """What the text says.

    Raises:
        ConfigurationUnreadableError: it is no TOML.
    """
    return dict(_parsed(text.removeprefix(_BOM)).unwrap())


def put(text: str, path: Sequence[str], name: str, value: Mapping[str, object]) -> str:
    """The text with `value` as the table `name` under the table at `path`, at the end where it is new.

    Raises:
        ConfigurationUnreadableError: it is no TOML, or what lies at `path` is no table that one can be put into.
    """
    expected = _said(text)
    inner = expected
    for key in path:
        found = inner.setdefault(key, {})
        if not isinstance(found, dict):
            raise ConfigurationUnreadableError(f"its {key} is no table")
        inner = found
    if inner.get(name) == value:
        return text
    new = name not in inner
    inner[name] = dict(value)
    ways: list[Callable[[str], str]] = [lambda plain: _put(plain, path, name, value)]
    if new:
        # Behind all else, where TOML allows a table even if the others stand apart.
        ways.append(lambda plain: f"{plain.rstrip()}\n\n{_put('', path, name, value)}")
    return _proved(text, ways, expected, path)


def drop(text: str, path: Sequence[str], name: str) -> str:
    """The text without the table `name` under the one at `path`.

    Raises:
        ConfigurationUnreadableError: it is no TOML, or a form that it cannot be taken out of.
    """
    expected = _said(text)
    tables = [expected]
    for key in path:
        found = tables[-1].get(key)
        if not isinstance(found, dict):
            return text
        tables.append(found)
    if name not in tables[-1]:
        return text
    del tables[-1][name]
    return _proved(text, [lambda plain: _dropped(plain, path, name)], expected, path)


def _put(text: str, path: Sequence[str], name: str, value: Mapping[str, object]) -> str:
    import tomlkit

    document = _parsed(text)
    within: Table = document
    for key in path:
        if key not in within:
            within.append(key, tomlkit.table(is_super_table=True))  # type: ignore[union-attr]  # a proxy has its keys
        within = _within(within, key)
    table = tomlkit.table()
    for member, each in value.items():
        table.add(member, each)
    new = name not in within
    within[name] = table
    written = tomlkit.dumps(document)
    if new and text.strip():
        # A blank line before a new table, as one writes it by hand.
        header = f"[{'.'.join((*path, name))}]"
        at = written.rfind(header)
        if at > 0 and not written[:at].endswith("\n\n"):
            written = written[:at] + "\n" + written[at:]
    return written


def _dropped(text: str, path: Sequence[str], name: str) -> str:
    import tomlkit

    document = _parsed(text)
    within: Table = document
    for key in path:
        within = _within(within, key)
    del within[name]
    written = tomlkit.dumps(document).rstrip("\r\n")
    return written + "\n" if written else ""


def _within(table: Table, key: str) -> Table:
    """The table of a name, whose parts may stand apart from each other."""
    from tomlkit.container import Container, OutOfOrderTableProxy
    from tomlkit.items import AbstractTable

    found = table[key]
    if not isinstance(found, AbstractTable | Container | OutOfOrderTableProxy):
        raise ConfigurationUnreadableError(f"its {key} is no table")
    return found


def _proved(
    text: str, ways: Sequence[Callable[[str], str]], expected: Mapping[str, object], path: Sequence[str]
) -> str:
    """What the first of some ways makes that says what it must, with the newlines and the mark of the text.

    Raises:
        ConfigurationUnreadableError: none does.
    """
    from tomlkit.exceptions import TOMLKitError

    plain = text.removeprefix(_BOM)
    returns = 0 < plain.count("\n") == plain.count("\r\n")
    for way in ways:
        try:
            written = way(plain)
        except (TOMLKitError, ValueError):
            continue
        written = re.sub(r"\r?\n", "\r\n", written) if returns else written
        if _says(written, expected, path):
            return text[: len(text) - len(plain)] + written
    raise ConfigurationUnreadableError(_FORM)


def _says(text: str, expected: Mapping[str, object], path: Sequence[str]) -> bool:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return _compared(found, path) == _compared(expected, path)


def _compared(document: Mapping[str, object], path: Sequence[str]) -> str:
    """A document for comparison: no number is its own equal if it is none, and a table without a header is none."""
    outer = dict(document)
    if path and isinstance(inner := outer.get(path[0]), dict):
        if not inner:
            del outer[path[0]]
        elif len(path) > 1:
            outer[path[0]] = _compared(inner, path[1:])
    return json.dumps(outer, sort_keys=True, default=repr)


def _said(text: str) -> dict[str, object]:
    """What the text says, by the standard library."""
    plain = text.removeprefix(_BOM)
    _parsed(plain)
    try:
        return tomllib.loads(plain)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise ConfigurationUnreadableError("it is no TOML") from None


def _parsed(text: str) -> TOMLDocument:
    import tomlkit
    from tomlkit.exceptions import ParseError, TOMLKitError

    try:
        return tomlkit.parse(text)
    except ParseError as error:
        raise ConfigurationUnreadableError("it is no TOML", line=error.line) from None
    except (TOMLKitError, RecursionError):
        raise ConfigurationUnreadableError("it is no TOML that can be read") from None
