"""The pages of a skill: what it says, its checklist, its triggers and its files, in each of its versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from markupsafe import Markup

from backwright._hidden import show_hidden
from backwright.catalog.catalog import Catalog
from backwright.catalog.changelog import CHANGELOG
from backwright.catalog.frontmatter import decode, split
from backwright.catalog.problem import ProblemError
from backwright.catalog.skill import CHECKLIST_YAML, SKILL_MD, TRIGGERS_YAML, Skill, SkillFile
from backwright.site.code import coloured
from backwright.site.links import INDEX, Slugs
from backwright.site.view import OWN_IDS, View

MAX_BYTES: Final = 256 * 1024
"""Of a file that has a page; a larger one is listed, and an assistant can read it."""

_TEXTS: Final = frozenset(
    {".cfg", ".csv", ".html", ".ini", ".j2", ".json", ".mako", ".md", ".py", ".sh", ".sql"}
    | {".toml", ".txt", ".yaml", ".yml"}
)
_FIRST: Final = re.compile(r"^# +(.+)$", re.MULTILINE)
_ON_THE_PAGE: Final = {TRIGGERS_YAML: "triggers", CHECKLIST_YAML: "checklist"}

Make = Callable[[View], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be searched for.

    Args:
        kind: what it is, for a person.
        path: of its page.
        title: what it is called.
        summary: one sentence or two.
        text: all else that it says; read when somebody searches.
    """

    kind: str
    path: str
    title: str
    summary: str
    text: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One version of a skill, and where its pages are."""

    skill: Skill
    path: str
    files: str
    """The path below which its files have pages."""

    def page_of(self, file: SkillFile) -> tuple[str, str]:
        """The path and the anchor at which a file can be read, if that is a page."""
        if file.path == SKILL_MD:
            return self.path, ""
        anchor = _ON_THE_PAGE.get(file.path)
        return (f"{self.files}/{file.path}", "") if anchor is None else (self.path, anchor)


def pages(catalog: Catalog) -> Iterator[tuple[str, Make]]:
    """The path and the maker of each page: of heads, of releases, then of files."""
    shown = list(_versions(catalog))
    for one in shown:
        yield one.path, _Maker(catalog, one).page
    for one in shown:
        own = one.files == one.path
        for file in one.skill.served:
            if own and _has_page(file, released=one.skill.released):
                yield f"{one.files}/{file.path}", _FileMaker(one, file).page


def entries(catalog: Catalog) -> Iterator[Entry]:
    """What can be searched for: the skills and their references, each as its head version has it."""
    for skill in catalog.skills:
        path = f"skills/{skill.name}"
        yield Entry("Skill", path, skill.name, skill.description, partial(_all_of, skill))
        for file in skill.served:
            if file.path.endswith(".md") and file.path != CHANGELOG and _has_page(file, released=False):
                yield Entry(
                    f"{skill.name}: {file.path}", f"{path}/{file.path}", _heading(file), "", partial(_read, file)
                )


def _versions(catalog: Catalog) -> Iterator[Shown]:
    heads = {skill.name: skill for skill in catalog.skills}
    for skill in catalog.skills:
        yield Shown(skill, f"skills/{skill.name}", f"skills/{skill.name}")
    for skill in catalog.releases:
        path, head = f"skills/{skill.name}/{skill.version}", heads.get(skill.name)
        same = head is not None and head.served_digest == skill.served_digest
        yield Shown(skill, path, f"skills/{skill.name}" if same else path)


def _has_page(file: SkillFile, *, released: bool) -> bool:
    """Of a release only what it says: its templates are those of a version that nobody starts with."""
    suffix = PurePosixPath(file.path).suffix.lower()
    # In a folder of pages, a folder of that name would be where the page above it is.
    ours = file.path == SKILL_MD or file.path in _ON_THE_PAGE or INDEX in file.path.split("/")
    return not ours and file.size <= MAX_BYTES and (suffix == ".md" if released else suffix in _TEXTS)


def _all_of(skill: Skill) -> str:
    checks = (f"{item.id} {item.text} {' '.join(item.rules)}" for item in skill.checklist)
    return "\n".join([skill.body, *skill.keywords, *skill.triggers.strong, *skill.triggers.weak, *checks])


def _heading(file: SkillFile) -> str:
    found = _FIRST.search(_read(file))
    return found[1].strip() if found else file.path


def _read(file: SkillFile) -> str:
    return file.data.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Maker:
    catalog: Catalog
    shown: Shown

    def page(self, view: View) -> str:
        skill, shown = self.shown.skill, self.shown
        slugs = Slugs(*OWN_IDS)
        body = view.markdown(skill.body, shown.files, slugs=slugs, deeper=1)
        listed = [(file, *shown.page_of(file)) for file in skill.served]
        return view.fill(
            "skill",
            f"{skill.name} {skill.version}",
            skill=skill,
            front=_front(skill),
            head=f"skills/{skill.name}",
            versions=self._versions(),
            body=body,
            files=[(file, view.known(path, anchor)) for file, path, anchor in listed],
            triggers=_triggers(skill),
        )

    def _versions(self) -> list[tuple[str, str]]:
        """Each version and its page; the head's is the skill's own."""
        name = self.shown.skill.name
        head = next((skill.version for skill in self.catalog.skills if skill.name == name), None)
        return [
            (version, f"skills/{name}" if version == head else f"skills/{name}/{version}")
            for version in self.catalog.versions(name)
        ]


@dataclass(frozen=True, slots=True)
class _FileMaker:
    shown: Shown
    file: SkillFile

    def page(self, view: View) -> str:
        skill, path = self.shown.skill, self.file.path
        suffix = PurePosixPath(path).suffix.lower()
        try:
            text = decode(self.file.data, path)
        except ProblemError as problem:
            made = Markup("<p>{}</p>").format(f"Not shown: {problem.problem.message}")
        else:
            if suffix == ".md":
                folder = str(PurePosixPath(self.shown.files, path).parent)
                made = view.markdown(_without_frontmatter(text, path), folder).html
            else:
                inner = PurePosixPath(path.removesuffix(".j2")).suffix.lstrip(".")
                made = Markup('<pre tabindex="0"><code>{}</code></pre>').format(coloured(show_hidden(text), inner))
        return view.fill("file", f"{path} of {skill.name}", skill=skill, file=self.file, up=self.shown.path, html=made)


def _without_frontmatter(text: str, path: str) -> str:
    if not text.startswith("---"):
        return text
    try:
        return split(text, path)[1]
    except ProblemError:
        return text


def _front(skill: Skill) -> list[tuple[str, str]]:
    fields = ("license", "compatibility", "allowed-tools")
    said = [(field, str(skill.frontmatter[field])) for field in fields if field in skill.frontmatter]
    return [*said, *([("package", skill.package)] if skill.package else [])]


def _triggers(skill: Skill) -> list[tuple[str, list[str]]]:
    """The terms that lead to it, by what they do."""
    triggers = skill.triggers
    groups: list[tuple[str, list[str]]] = [
        ("Any of these names it", [*skill.keywords, *triggers.strong]),
        ("All of a group together name it", [" + ".join(group) for group in triggers.all_of]),
        ("These add weight", list(triggers.weak)),
        *((f"In {language}", list(terms)) for language, terms in sorted(triggers.aliases.items())),
        ("These speak against it", list(triggers.not_)),
        ("Requests that lead here", list(triggers.match)),
        ("Requests that do not", list(triggers.no_match)),
    ]
    return [(title, terms) for title, terms in groups if terms]
