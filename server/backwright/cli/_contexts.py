"""What the actions of `backwright contexts` share: the store, who asks, addresses, and what is printed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from backwright.contexts.context import Address, Caller, Context
    from backwright.contexts.schema import JsonObject
    from backwright.contexts.service import Contexts
    from backwright.settings import Settings


def opened(*, makes: bool = False) -> AbstractContextManager[Contexts]:
    """The contexts of this user, or of the store that the environment names; closed at the end of a block.

    Args:
        makes: whether the own store is made if there is none; whoever only reads finds nothing in it then.

    Raises:
        InvalidInputError: this user has no home, or the URL names no store.
        StoreUnavailableError, StorageFullError, RecordUnreadableError: it cannot be opened.
    """
    from contextlib import contextmanager
    from dataclasses import replace

    from backwright.app import App
    from backwright.settings import Settings

    settings = Settings.from_environment()
    if not makes and not there(settings):
        settings = replace(settings, database="memory://")

    @contextmanager
    def block() -> Iterator[Contexts]:
        app = App(settings)
        try:
            yield app.contexts
        finally:
            app.close()

    return block()


def there(settings: Settings) -> bool:
    """Whether the store is there, or is named and may be."""
    from dataclasses import replace

    return replace(settings, contexts=None).offers_contexts


def person() -> Caller:
    """The user of this machine, at a shell."""
    from dataclasses import replace

    import backwright
    from backwright.contexts.context import LOCAL

    return replace(LOCAL, client=f"backwright-cli/{backwright.__version__}")


def address_of(text: str) -> Address:
    """The address that `namespace/name` or `context://namespace/name` names.

    Raises:
        InvalidInputError: it is neither.
    """
    from backwright.contexts.context import Address
    from backwright.errors import InvalidInputError

    namespace, slash, name = text.removeprefix("context://").partition("/")
    if not slash:
        raise InvalidInputError(f"{text[:80]!r} is no address", hint="write NAMESPACE/NAME, as shop/conventions")
    return Address(namespace, name)


def type_of(text: str) -> tuple[str, int | None]:
    """The type and the version that `type` or `type/vN` names.

    Raises:
        InvalidInputError: it is neither.
    """
    from backwright.errors import InvalidInputError

    name, slash, version = text.partition("/v")
    if slash and not (version.isascii() and version.isdigit() and len(version) < 7):  # noqa: PLR2004  digits enough
        raise InvalidInputError(f"{text[:80]!r} is no type", hint="write project, or project/v3")
    return name, int(version) if slash else None


def document_of(name: str | None) -> JsonObject:
    """The document in a file, or in what is piped in: JSON, or YAML where the name ends so or it is no JSON.

    Raises:
        InvalidInputError: the file cannot be read, or holds neither.
        InvalidBodyError, TooLargeError: it cannot be stored.
    """
    from backwright._files import read_bounded
    from backwright.contexts.canonical import MAX_BYTES, parse
    from backwright.errors import InvalidInputError

    if name in {None, "-"}:
        # One more than there may be, so that more is noticed.
        data = sys.stdin.buffer.read(MAX_BYTES + 1)
    else:
        try:
            data = read_bounded(Path(str(name)), MAX_BYTES)
        except OSError as error:
            reason = error.strerror or str(error)
            raise InvalidInputError(f"{name!r} cannot be read: {reason}", hint="name a file, or - for stdin") from None
    yaml = str(name).endswith((".yaml", ".yml")) or not data.lstrip().startswith(b"{")
    return _yaml(data) if yaml else parse(data)


def _yaml(data: bytes) -> JsonObject:
    from backwright._strict_yaml import Limits, StrictYamlError, decode, load_yaml
    from backwright.contexts.canonical import MAX_BYTES, canonical
    from backwright.errors import InvalidInputError

    try:
        value = load_yaml(decode(data), limits=Limits(size=MAX_BYTES)).value
    except StrictYamlError as error:
        raise InvalidInputError(
            f"no JSON and no plain YAML: {error.message}", hint=error.fix, line=error.line
        ) from None
    if not isinstance(value, dict):
        raise InvalidInputError("the document is no mapping", hint="a context is one object of members")
    found: JsonObject = dict(value)
    canonical(found)
    return found


def labels_of(given: list[str]) -> dict[str, str]:
    """The labels of `--label key=value`.

    Raises:
        InvalidInputError: one is not of that form.
    """
    from backwright.errors import InvalidInputError

    if not all("=" in each for each in given):
        raise InvalidInputError("--label: it is no KEY=VALUE", hint="write --label team=shop")
    return dict(each.split("=", 1) for each in given)


def facts_of(context: Context) -> JsonObject:
    """A version for a program, without its document."""
    return {
        "context": f"{context.address.namespace}/{context.address.name}",
        "uri": context.uri,
        "version": context.version,
        "type": f"{context.type}/v{context.type_version}",
        "digest": context.digest,
        "labels": dict(context.labels),
        "deleted": context.deleted,
        "updated_by": context.updated_by,
        "updated_at": context.updated_at.isoformat(timespec="seconds"),
    }


def line_of(context: Context) -> str:
    """A version for a person, in one line."""
    name = f"{context.address.namespace}/{context.address.name}"
    labels = "".join(f" {key}={value}" for key, value in sorted(context.labels.items()))
    gone = " deleted" if context.deleted else ""
    at = context.updated_at.isoformat(timespec="seconds")
    return f"{name}  v{context.version}  {context.type}/v{context.type_version}  {at}{gone}{labels}"


def as_json(value: object) -> str:
    """JSON for a person and for programs: what could fool a terminal is escaped, as JSON escapes."""
    from backwright._hidden import find_hidden

    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text if find_hidden(text) is None else json.dumps(value, indent=2)


def show(arguments: argparse.Namespace, value: JsonObject, text: str) -> None:
    """Print an answer: one JSON object with `--json`, and a text without."""
    print(as_json(value) if arguments.json else text)
