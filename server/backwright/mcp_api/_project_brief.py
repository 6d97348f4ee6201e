"""What a prompt says of the project: what it declares, what is installed, and what is assumed where neither says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from backwright._hidden import printable
from backwright.routing.briefing import approx_tokens

if TYPE_CHECKING:
    from backwright.app import App
    from backwright.catalog.blocks import Stated
    from backwright.catalog.skill import Skill
    from backwright.contexts.schemas.project_v2 import ProjectContextV2

BUDGET: Final = 450
"""The most that this part costs, in approximate tokens."""
FACTS_BUDGET: Final = 250
"""What of it is for facts, which a project may have many of."""

_FRAMEWORKS: Final = ("fastapi", "flask", "django")
_REASON: Final = 80
_PATHS: Final = 2
_PLACE: Final = 60
_NO_LIBRARIES: Final = frozenset({"python", "postgresql"})


@dataclass(frozen=True, slots=True)
class ProjectBrief:
    """The project in a few lines, each without its full stop.

    Args:
        facts: what is declared or installed.
        assumed: what was taken for granted, and what says otherwise.
    """

    facts: tuple[str, ...]
    assumed: tuple[str, ...]


def project_brief(app: App, skill: Skill) -> ProjectBrief:
    """What holds in the project for work by a skill.

    Raises:
        InvalidContextError: the project's `backwright.yaml` does not validate.
        IntegrityError: as `Skill.body`.
    """
    from backwright.catalog.blocks import read_page

    project, versions = app.project(), app.versions()
    stated = read_page(skill.name, "SKILL.md", skill.body).stated
    base = app.registered()
    facts = (
        *(() if base is None else (base.note,)),
        *_declared(project),
        *_versions(stated, versions or {}),
        *_suppressed(project),
    )
    return ProjectBrief(_fitting(facts), tuple(_assumed(app, project, stated, versions)))


def _fitting(facts: Sequence[str]) -> tuple[str, ...]:
    """The first ones that fit, and how many do not."""
    kept: list[str] = []
    cost = 0
    for fact in facts:
        cost += approx_tokens(f"- {fact}.\n")
        if cost > FACTS_BUDGET:
            return (*kept, f"{len(facts) - len(kept)} more: see backwright.yaml")
        kept.append(fact)
    return tuple(kept)


def _declared(project: ProjectContextV2) -> Iterator[str]:
    if project.framework is not None:
        yield f"framework: {project.framework}"
    if project.python is not None:
        yield f"Python: {project.python} or newer"
    layout = project.layout
    places = (
        ("package", layout.package),
        ("source root", layout.source_root),
        ("tests", layout.tests),
        ("migrations", layout.migrations),
    )
    shown = [f"{name} {_short(place, _PLACE)}" for name, place in places if place is not None]
    if shown:
        yield f"layout: {', '.join(shown)}"


def _versions(stated: Sequence[Stated], versions: Mapping[str, str]) -> Iterator[str]:
    here = [f"{name} {versions[name]}" for name in dict.fromkeys(each.name for each in stated) if name in versions]
    if here:
        yield f"versions: {_short(', '.join(here), 200)}"


def _suppressed(project: ProjectContextV2) -> Iterator[str]:
    for each in project.suppress:
        more = f" and {len(each.paths) - _PATHS} more" if len(each.paths) > _PATHS else ""
        where = f" in {', '.join(_short(path, _PLACE) for path in each.paths[:_PATHS])}{more}" if each.paths else ""
        yield f"rule {each.rule} does not apply{where}: {_short(each.reason, _REASON)}"


def _assumed(
    app: App, project: ProjectContextV2, stated: Sequence[Stated], versions: Mapping[str, str] | None
) -> Iterator[str]:
    if app.settings.root is None:
        yield "nothing is known of the project; the skill's defaults hold until its files say otherwise"
        return
    if project.framework is None:
        installed = [name for name in _FRAMEWORKS if name in (versions or {})]
        found = f"{installed[0]}, for it is installed" if len(installed) == 1 else "what the files show"
        yield f"framework: {found}; backwright.yaml names none"
    if project.layout.package is None:
        yield "layout: as found by looking; backwright.yaml names no package"
    if project.python is None:
        yield "Python: 3.11 or newer"
    libraries = [each for each in stated if each.name not in _NO_LIBRARIES]
    if versions is None and libraries:
        yield "versions: those that the skill was checked with; there is no environment and no lock file"
    here = [(each, (versions or {}).get(each.name)) for each in libraries]
    other = [f"{each.name} {each.text()} (here {found})" for each, found in here if found and not each.covers(found)]
    if other:
        yield f"the skill's code was checked with {_short(', '.join(other), 200)}: look before you copy"


def _short(text: str, limit: int) -> str:
    return printable(" ".join(text.split()), limit)
