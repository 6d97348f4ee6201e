"""What the bundles are made of: the metadata of the package as it is installed, and the pack that it ships."""

from __future__ import annotations

from importlib.metadata import metadata
from typing import TYPE_CHECKING, Final

from backwright.bundling.bundle import NAME, Product

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backwright.catalog.catalog import Catalog
    from backwright.catalog.skill import Skill

OURS: Final = ("assets/", "triggers.yaml", "checklist.yaml", "CHANGELOG.md")
"""What only our own scaffold, router and review use, and what tells versions apart."""


def native_files(skill: Skill) -> Mapping[str, bytes]:
    """The files of a skill as an assistant of another make takes them.

    Raises:
        IntegrityError: a file is no longer what was pinned.
    """
    return {file.path: file.verified() for file in skill.served if not file.path.startswith(OURS)}


def product_of(catalog: Catalog, owner: str) -> Product:
    """The product, with every skill of its pack."""
    import json

    from backwright.catalog.discovery import artifact, index

    skills = [skill for skill in catalog.skills if skill.package is None and skill.name not in catalog.quiet]
    found = metadata(NAME)
    document = json.dumps(index(skills), ensure_ascii=False, indent=2).encode() + b"\n"
    return Product(
        version=found["Version"],
        description=found["Summary"],
        license=found["License-Expression"],
        keywords=tuple(found["Keywords"].split(",")),
        owner=owner,
        skills={skill.name: native_files(skill) for skill in skills},
        index={"index.json": document, **dict(artifact(skill) for skill in skills)},
    )
