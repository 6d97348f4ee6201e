"""All pages over one catalog: made when they are asked for, the same bytes for the same catalog."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from threading import Lock

from backwright.catalog.catalog import Catalog
from backwright.review.engine import all_rules
from backwright.site import skills
from backwright.site.reference import Reference, find_guides
from backwright.site.search import MAX_QUERY, Searchable, search
from backwright.site.skills import Make
from backwright.site.view import View


class Site:
    """The pages of a catalog.

    Args:
        catalog: what they show.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._reference = Reference(catalog, find_guides())
        self._lock = Lock()

    @cached_property
    def _pages(self) -> Mapping[str, Make]:
        found: dict[str, Make] = {"": self._home}
        for path, make in (*self._reference.pages(), *skills.pages(self._catalog)):
            found.setdefault(path, make)
        return found

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The path of every page, the first page's is empty."""
        return tuple(self._pages)

    @cached_property
    def _codes(self) -> dict[str, str]:
        """What a word in code leads to."""
        named = {skill.name: f"skills/{skill.name}" for skill in self._catalog.skills}
        return named | {rule.code: f"rules/{rule.code}" for rule in all_rules()}

    @cached_property
    def _searchable(self) -> tuple[Searchable, ...]:
        return tuple(map(Searchable.of, (*skills.entries(self._catalog), *self._reference.entries())))

    def page(self, path: str, *, static: bool = False) -> str | None:
        """A page as HTML; None where there is none.

        Raises:
            IntegrityError: a file of it is no longer what was pinned.
        """
        make = self._pages.get(path)
        return None if make is None else make(self._view(path, static=static))

    def found(self, query: str) -> str:
        """The page of what a search finds."""
        query = query[:MAX_QUERY]
        with self._lock:
            searchable = self._searchable
        view = self._view("", query=query)
        return view.fill("found", f"Search: {query}", found=search(query, searchable))

    def missing(self, path: str) -> str:
        """The page for a path that has none."""
        return self._view(path).fill("missing", "Not found")

    def _view(self, path: str, *, static: bool = False, query: str = "") -> View:
        return View(path, self._pages.keys(), self._codes, static, self._catalog.digest, query)

    def _home(self, view: View) -> str:
        catalog, reference = self._catalog, self._reference
        return view.fill(
            "home",
            "Backwright",
            skills=[(skill, f"skills/{skill.name}", catalog.versions(skill.name)) for skill in catalog.skills],
            rules=all_rules(),
            guides=[(f"docs/{name}", title) for name, title in reference.titles.items()],
            # Of the loading alone: what lint says takes longer, and has its own page.
            left_out=sum(problem.severity == "error" for problem in catalog.problems),
            doubtful=sum(problem.severity == "warning" for problem in catalog.problems),
        )
