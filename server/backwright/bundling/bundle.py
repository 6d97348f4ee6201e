"""What a bundle is: the files that one channel of distribution reads, made of what the product says of itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

NAME: Final = "backwright"


@dataclass(frozen=True, slots=True)
class Product:
    """What every bundle is made of.

    Args:
        version: of the package, as it is published; never `latest`.
        description: one sentence.
        license: an SPDX expression.
        keywords: of the package.
        owner: whose name it is published under: the account that its registry knows.
        skills: the files of each skill as an assistant takes them, by name and path.
        index: the index of the skills for a well-known address, and one file for each, by path.
    """

    version: str
    description: str
    license: str
    keywords: tuple[str, ...]
    owner: str
    skills: Mapping[str, Mapping[str, bytes]]
    index: Mapping[str, bytes]

    @property
    def command(self) -> list[str]:
        """What starts the server on a machine that has only uv; the version is pinned."""
        return ["uvx", f"{NAME}=={self.version}", "serve"]

    def short(self, most: int) -> str:
        """The description, cut at a word where a channel takes less."""
        if len(self.description) <= most:
            return self.description
        return self.description[: most - 3].rsplit(" ", 1)[0].rstrip(",;:") + "..."


@dataclass(frozen=True, slots=True)
class Bundle:
    """One channel, declared as `BUNDLE` by the module that is named for it.

    Args:
        name: what the user types, and the folder of its files.
        title: the channel.
        make: its files by path, the same for the same product.
        check: the channel's own validator, as one runs it on the folder.
        source: where the form of its files is said.
    """

    name: str
    title: str
    make: Callable[[Product], Mapping[str, bytes]]
    check: str
    source: str


def as_json(document: Mapping[str, object]) -> bytes:
    """A document as people read it."""
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def icon(form: str) -> bytes:
    """The icon, in a form that a channel takes.

    Args:
        form: `svg`, which is drawn by hand, or `png` of 512 pixels, which `python -m tests.bench.pictures` makes of it.
    """
    return files("backwright").joinpath(f"icon.{form}").read_bytes()


def stdio(product: Product) -> dict[str, object]:
    """The entry for a server that an assistant starts."""
    command, *arguments = product.command
    return {"command": command, "args": arguments}


def skill_files(product: Product, folder: str = "skills") -> dict[str, bytes]:
    """All skills, one level deep in a folder."""
    return {f"{folder}/{name}/{path}": data for name, own in product.skills.items() for path, data in own.items()}


_WHAT: Final = """\
It reviews a branch by rule: each finding stands on a line that the diff adds, tied to a sentence of a checklist, and
what was not checked is said. It scaffolds services, endpoints, jobs and migrations inside the project, with a plan
before and an undo after, and the code passes its own tests, types and linter. Its skills are versioned; it says which
one fits a request, or that none does. Nothing leaves the machine, and no account is needed."""


def readme(product: Product, how: str) -> bytes:
    """A page that says what the bundle is and how it is installed."""
    return f"# Backwright\n\n{product.description}\n\n{_WHAT}\n\n{how}\n".encode()
