"""A template: a folder with `template.yaml`, which says what it is and which files it makes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from backwright._files import read_bounded, safe_join
from backwright.errors import PathOutsideRootError, TemplateNotFoundError, TooLargeError

MAX_TEMPLATE_BYTES = 256 * 1024


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TemplateFile(_Frozen):
    """One file that the template makes.

    Args:
        source: the template under `files/`, with forward slashes.
        target: where it goes, itself a template.
        owner: `platform` files are made once and shared by all resources; `resource` files follow the template while
            nobody edits them; a `migration` is made once and its revision frozen; `tables` are tables of TOML that are
            appended where the file lacks them.
        project: in which kind of project it is made: one that the template made itself, one it found, or any.
        when: a condition in the templates' language; the file is made only where it holds.
        existing: what a file that is there and not ours means where it is made once, or stands alone: leave it, or a
            conflict.
    """

    source: str
    target: str
    owner: Literal["platform", "tables", "resource", "migration"]
    project: Literal["own", "host", "any"] = "any"
    when: str = "true"
    existing: Literal["keep", "conflict"] = "conflict"


class Example(_Frozen):
    """Values that the proof renders, runs and takes back, `after` the resources of other examples."""

    title: str
    after: tuple[str, ...] = ()
    values: dict[str, object]


class Manifest(_Frozen):
    """What `template.yaml` says."""

    name: str
    version: str
    description: str
    variables: dict[str, str]
    kind: Literal["endpoint", "service", "job", "migration", "test"] = "endpoint"
    """What it makes; all but an endpoint stand alone, see `single.py`."""
    framework: Literal["fastapi", "flask", "django", "django-ninja"] = "fastapi"
    """The framework of the projects that it writes into."""
    requires: dict[str, str]
    supports: tuple[str, ...] = ()
    """The members of an endpoint context beyond the first version that it honours."""
    sync: dict[str, str] = {}
    """What the names of asynchronous code are in a synchronous project; empty where the template is for others only."""
    files: tuple[TemplateFile, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A template in memory."""

    manifest: Manifest
    sources: dict[str, str]

    @property
    def id(self) -> str:
        """`fastapi-sqlalchemy@1.0.0`."""
        return f"{self.manifest.name}@{self.manifest.version}"


def load_template(folder: Path) -> Template:
    """The template in this folder, with every source that it names.

    Raises:
        TemplateNotFoundError: there is none, or it cannot be read; the message says what is wrong with it.
    """
    try:
        manifest = _manifest(_read(folder, "template.yaml"))
        sources = {file.source: _read(folder, f"files/{file.source}") for file in manifest.files}
    except (OSError, ValueError, yaml.YAMLError, PathOutsideRootError, TooLargeError, ValidationError) as error:
        raise TemplateNotFoundError(
            f"{folder.name} is no scaffold template: {error}", hint="name a folder that holds template.yaml and files/"
        ) from error
    return Template(manifest, sources)


@lru_cache(maxsize=16)
def _manifest(text: str) -> Manifest:
    # Parsing YAML takes longer than all the rest of a plan; the text is the key, so that a changed file is read anew.
    return Manifest.model_validate(yaml.safe_load(text))


def _read(folder: Path, path: str) -> str:
    return read_bounded(safe_join(folder, path), MAX_TEMPLATE_BYTES).decode("utf-8")
