"""The other pages: rules, problems, guides and the schemas of contexts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Final

from backwright._files import read_bounded
from backwright.catalog.catalog import Catalog
from backwright.catalog.lint import lint_catalog
from backwright.catalog.problem import Problem
from backwright.contexts.schema import Schema, published
from backwright.review.engine import all_rules
from backwright.review.page import rule_page
from backwright.review.rule import Rule
from backwright.site.code import coloured
from backwright.site.skills import Entry, Make
from backwright.site.view import View

PACKAGE: Final = Path(__file__).resolve().parent.parent
_MAX_GUIDE: Final = 512 * 1024
_GUIDE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\.md")
_WEIGHTS: Final = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Enforced:
    """A sentence of a checklist that a rule decides."""

    skill: str
    id: str
    text: str


@dataclass(frozen=True)
class Reference:
    """What is the same for all skills.

    Args:
        catalog: what is served; its checklists say what each rule is for.
        guides: the text of each guide, by name.
    """

    catalog: Catalog
    guides: Mapping[str, str]

    @cached_property
    def enforced(self) -> Mapping[str, list[Enforced]]:
        """The sentences that each rule decides, by its code."""
        found: dict[str, list[Enforced]] = {}
        for skill in self.catalog.skills:
            for item in skill.checklist:
                for code in item.rules:
                    found.setdefault(code, []).append(Enforced(skill.name, item.id, item.text))
        return found

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is left out, mended or doubtful: the worst first."""
        found = (*self.catalog.problems, *lint_catalog(self.catalog))
        return tuple(sorted(found, key=lambda problem: _WEIGHTS[problem.severity]))

    @property
    def titles(self) -> Mapping[str, str]:
        """What each guide is called, by name."""
        return {name: _title(text, name) for name, text in self.guides.items()}

    def pages(self) -> Iterator[tuple[str, Make]]:
        """The path and the maker of each page."""
        yield "rules", self._rules
        for rule in all_rules():
            yield f"rules/{rule.code}", _RulePage(rule, self).page
        yield "problems", self._problems
        yield "docs", self._guides
        for name in self.guides:
            yield f"docs/{name}", _GuidePage(name, self).page
        yield "schemas", self._schemas
        for schema in published():
            yield f"schemas/{schema.type}-v{schema.version}", _SchemaPage(schema).page

    def entries(self) -> Iterator[Entry]:
        """What of it can be searched for."""
        for rule in all_rules():
            title = f"{rule.code} {rule.name}"
            yield Entry("Rule", f"rules/{rule.code}", title, rule.summary, partial(rule_page, rule.code))
        for name, text in self.guides.items():
            yield Entry("Guide", f"docs/{name}", _title(text, name), "", partial(str, text))
        for schema in published():
            path = f"schemas/{schema.type}-v{schema.version}"
            yield Entry("Schema", path, schema.uri, _doc(schema), partial(_written, schema))

    def _rules(self, view: View) -> str:
        own = {rule.code for rule in all_rules()}
        others = {code: said for code, said in sorted(self.enforced.items()) if code not in own}
        return view.fill("rules", "Rules", rules=all_rules(), enforced=self.enforced, others=others)

    def _problems(self, view: View) -> str:
        return view.fill("problems", "Problems", problems=self.problems)

    def _guides(self, view: View) -> str:
        return view.fill("guides", "Guides", guides=[(f"docs/{name}", title) for name, title in self.titles.items()])

    def _schemas(self, view: View) -> str:
        listed = [(each.uri, f"schemas/{each.type}-v{each.version}", _doc(each), each.digest) for each in published()]
        return view.fill("schemas", "Schemas", schemas=listed)


@dataclass(frozen=True, slots=True)
class _RulePage:
    rule: Rule
    reference: Reference

    def page(self, view: View) -> str:
        rule = self.rule
        _, _, text = rule_page(rule.code).partition("\n")
        html = view.markdown(text, None).html
        said = self.reference.enforced.get(rule.code, ())
        return view.fill("rule", f"{rule.code} {rule.name}", rule=rule, html=html, enforced=said)


@dataclass(frozen=True, slots=True)
class _GuidePage:
    name: str
    reference: Reference

    def page(self, view: View) -> str:
        made = view.markdown(self.reference.guides[self.name], "docs")
        return view.fill("guide", self.reference.titles[self.name], body=made)


@dataclass(frozen=True, slots=True)
class _SchemaPage:
    schema: Schema

    def page(self, view: View) -> str:
        text = json.dumps(self.schema.json_schema(), ensure_ascii=False, indent=2, sort_keys=True)
        return view.fill(
            "schema", self.schema.uri, schema=self.schema, doc=_doc(self.schema), html=coloured(text, "json")
        )


def _written(schema: Schema) -> str:
    return schema.canonical().decode()


def _doc(schema: Schema) -> str:
    return " ".join((schema.model.__doc__ or "").split("\n\n")[0].split())


def _title(text: str, name: str) -> str:
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else name


def find_guides(package: Path = PACKAGE) -> dict[str, str]:
    """The guides that ship with Backwright, by name: beside the package in a checkout, inside it in a wheel."""
    folder = next((each for each in (package / "_docs", package.parent / "docs") if each.is_dir()), None)
    if folder is None:
        return {}
    found = sorted(path for path in folder.iterdir() if _GUIDE.fullmatch(path.name) and path.is_file())
    return {path.stem: read_bounded(path, _MAX_GUIDE).decode("utf-8") for path in found}
