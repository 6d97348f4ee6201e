"""Reads a manifest that is exactly as it is generated, at a fifth of the time that any YAML takes.

What is read here is believed only if writing it gives the same bytes again, so it cannot be read wrongly. Anything else
is for the strict loader, which says what is wrong with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from backwright.catalog.pins import FilePin, Manifest, SkillPin, dump

_FILE: Final = re.compile(r'^ +"(.*)": \{digest: "(sha256:[0-9a-f]{64})", size: (0|[1-9][0-9]{0,17})\}$', re.MULTILINE)
_PIN: Final = re.compile(
    r'^ +"([^"\n]+)":\n +version: "([^"\n]*)"\n +digest: "(sha256:[0-9a-f]{64})"\n +files:\n((?: +".*\}\n)*)',
    re.MULTILINE,
)
_OUTLINE: Final = re.compile(
    r'^(  |    )"([^"\n]+)":\n(?:\1  version: "([^"\n]*)"\n\1  digest: "(sha256:[0-9a-f]{64})"\n)?', re.MULTILINE
)
_RELEASED: Final = re.compile(r'^  "([^"\n]+)":\n((?:    .*\n)+)', re.MULTILINE)


def read_generated(data: bytes) -> Manifest | None:
    """The manifest that some bytes are, or None where they are not what `dump` makes of it."""
    try:
        heads, _, releases = data.decode().partition("\nreleases:\n")
        manifest = Manifest.model_construct(
            format=1,
            skills=dict(_pins(f"{heads}\n")),
            releases={found[1]: dict(_pins(found[2])) for found in _RELEASED.finditer(releases)},
        )
        return manifest if dump(manifest) == data else None
    except ValueError:
        return None


def outline(data: bytes) -> Mapping[tuple[str, str | None], tuple[str, str]]:
    """The version and the digest that a generated manifest pins, by name and release (None for a head).

    Args:
        data: bytes that `read_generated` has read; of any others, this says nothing.
    """
    found: dict[tuple[str, str | None], tuple[str, str]] = {}
    released = ""
    for indent, key, version, digest in _OUTLINE.findall(data.decode()):
        if not digest:
            released = key
        else:
            found[(key, None) if indent == "  " else (released, key)] = version, digest
    return found


def _pins(text: str) -> Iterator[tuple[str, SkillPin]]:
    for name, version, digest, files in _PIN.findall(text):
        yield name, SkillPin.model_construct(version=version, digest=digest, files=dict(_files(files)))


def _files(text: str) -> Iterator[tuple[str, FilePin]]:
    for path, digest, size in _FILE.findall(text):
        name = json.loads(f'"{path}"') if "\\" in path else path
        yield name, FilePin.model_construct(digest=digest, size=int(size))
